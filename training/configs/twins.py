"""The judge of twins that ships: what tells `0` from `O` and `1`, `l` and `I` apart.

printlink-train twins train training/configs/twins.py runs/twins --max-minutes 40
"""

from __future__ import annotations

from training.twins.config import TwinsConfig

CONFIG = TwinsConfig(name="twins")
