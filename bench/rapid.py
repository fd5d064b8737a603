"""Reads strips with RapidOCR's recogniser, for comparison; runs in an environment of its own.

    uv run --no-project --with rapidocr --with onnxruntime python bench/rapid.py STRIPS.npz OUT.json

The first file has one uint8 picture [height, width] for each strip, `0`, `1`, ...; the second gets
a list of [text, milliseconds].
"""

import json
import sys
import time

import numpy as np
from rapidocr import RapidOCR


def main(strips: str, out: str) -> None:
    engine = RapidOCR()
    with np.load(strips) as found:
        pictures = [found[str(place)] for place in range(len(found.files))]
    read_strip(engine, pictures[0])
    rows = []
    for picture in pictures:
        started = time.perf_counter()
        text = read_strip(engine, picture)
        rows.append((text, (time.perf_counter() - started) * 1000))
    with open(out, "w", encoding="utf-8") as file:
        json.dump(rows, file)


def read_strip(engine: RapidOCR, picture: np.ndarray) -> str:
    """Return what the recogniser alone makes of a strip; RapidOCR wants three channels."""
    found = engine(np.repeat(picture[..., None], 3, axis=2), use_det=False, use_cls=False)
    return "".join(found.txts or ())


if __name__ == "__main__":
    main(*sys.argv[1:])
