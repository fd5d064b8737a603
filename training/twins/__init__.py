"""The judge of twins: tells `0` from `O` and `1`, `l` and `I` apart by the rest of their line."""
