"""The label map: which class id stands for which link prefix."""

from __future__ import annotations

LABELS = ("https", "http", "ftp", "tcp", "www")
LABEL_MAP = dict(enumerate(LABELS, start=1))
CLASS_IDS = {label: number for number, label in LABEL_MAP.items()}
