r"""Reads whole pages with RapidOCR, for comparison; runs in an environment of its own.

    uv run --no-project --with rapidocr --with onnxruntime \
        python bench/rapid_pages.py FOLDER OUT.json

The second file gets [text, milliseconds] for each picture of the folder, by its file's name; the
text has a line for each that RapidOCR found.
"""

import json
import sys
import time
from pathlib import Path

from rapidocr import RapidOCR


def main(folder: str, out: str) -> None:
    engine = RapidOCR()
    pictures = sorted(Path(folder).iterdir())
    engine(str(pictures[0]))
    rows = {}
    for picture in pictures:
        started = time.perf_counter()
        found = engine(str(picture))
        ms = (time.perf_counter() - started) * 1000
        rows[picture.name] = ("\n".join(found.txts or ()), ms)
    Path(out).write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
