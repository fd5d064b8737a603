"""The second stage of a detector: a small network that looks at each box again, larger."""
