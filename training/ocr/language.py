"""The language of URLs as Tesseract's trainer wants it: an alphabet, and no dictionary."""

from __future__ import annotations

import tempfile
from pathlib import Path

from training.ocr.programs import COMBINER, EXTRACTOR, run_program
from training.reader.alphabet import INKED

LANGUAGE = "url"
FILE = f"{LANGUAGE}.traineddata"
_TIMEOUT_S = 60


def make_language(folder: Path) -> Path:
    """Write `url.traineddata`, which has the reader's alphabet but no network yet.

    Each character is a class of its own; the space always is one.
    Raises `OcrProgramError` if Tesseract's programs are missing or fail.
    """
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        characters, alphabet = scratch / "characters.txt", scratch / "unicharset"
        characters.write_text("\n".join(INKED) + "\n", encoding="utf-8")
        extract = ("--output_unicharset", alphabet, "--norm_mode", "1", characters)
        run_program(EXTRACTOR, *extract, timeout_s=_TIMEOUT_S)
        # It insists on a table of the strokes of ideographs; the alphabet has none.
        (scratch / "radical-stroke.txt").write_text("#\n", encoding="utf-8")
        places = ("--input_unicharset", alphabet, "--script_dir", scratch, "--output_dir", scratch)
        kind = ("--lang", LANGUAGE, "--pass_through_recoder", "--version_str", "printlink")
        run_program(COMBINER, *places, *kind, timeout_s=_TIMEOUT_S)
        made = (scratch / LANGUAGE / FILE).read_bytes()
    path = folder / FILE
    path.write_bytes(made)
    return path
