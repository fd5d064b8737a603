"""Tesseract, the only reader of strips: in this process (tesserocr) or one process a call."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytesseract
import tesserocr

from service.errors import RecognizeError, RecognizeTimeoutError, TessdataMissingError
from service.records import Symbol, TextLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.records import Strip

_TESSDATA_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
# Page segmentation modes: the first looks for the line in the picture, the second takes all of it.
SINGLE_LINE, RAW_LINE = 7, 13
_XHTML_SPAN = "{http://www.w3.org/1999/xhtml}span"


def find_tessdata(language: str, folder: Path | None = None) -> Path:
    """Return the folder that holds `language`.traineddata.

    Looks into `folder` alone if it is given, else into TESSDATA_PREFIX and the usual places.

    Raises:
        TessdataMissingError: no folder has the language.

    """
    prefix = os.environ.get("TESSDATA_PREFIX")
    usual = [Path(prefix)] if prefix else []
    usual += [Path(name) for name in _TESSDATA_FOLDERS]
    for place in [folder] if folder else usual:
        if (place / f"{language}.traineddata").is_file():
            return place
    looked = ", ".join(str(place) for place in ([folder] if folder else usual))
    raise TessdataMissingError(
        f"no {language}.traineddata in {looked}; install it (Debian: apt install tesseract-ocr, "
        "macOS: brew install tesseract) or set PRINTLINK_RECOGNIZE__TESSDATA_DIR"
    )


class TesserocrRecognizer:
    """Tesseract inside this process; each thread keeps an engine of its own open."""

    def __init__(self, *, language: str, tessdata: Path, mode: int, timeout_s: float) -> None:
        """Keep the facts; an engine is opened when a thread first reads."""
        self._language = language
        self._tessdata = tessdata
        self._mode = mode
        self._timeout_ms = int(timeout_s * 1000)
        self._engines = threading.local()

    def read(self, strip: Strip) -> TextLine:
        """Read one strip.

        Raises:
            RecognizeTimeoutError: Tesseract took longer than it may.

        """
        height, width = strip.pixels.shape
        engine = self._engine()
        engine.SetImageBytes(strip.pixels.tobytes(), width, height, 1, width)
        try:
            if not engine.Recognize(self._timeout_ms):
                raise RecognizeTimeoutError(f"Tesseract gave no answer in {self._timeout_ms} ms")
            return join_symbols(_symbols_of(engine.GetIterator()))
        finally:
            engine.Clear()

    def _engine(self) -> tesserocr.PyTessBaseAPI:
        engine = getattr(self._engines, "api", None)
        if engine is None:
            engine = tesserocr.PyTessBaseAPI(
                path=f"{self._tessdata}/", lang=self._language, psm=self._mode
            )
            self._engines.api = engine
        return engine


class PytesseractRecognizer:
    """Tesseract as a program of its own, one process a strip: slower, but a crash stays outside."""

    def __init__(self, *, language: str, tessdata: Path, mode: int, timeout_s: float) -> None:
        """Keep the facts and hold Tesseract to one thread: parallel ones strangle each other."""
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        self._language = language
        self._timeout_s = timeout_s
        self._config = f'--psm {mode} --tessdata-dir "{tessdata}" -c hocr_char_boxes=1'

    def read(self, strip: Strip) -> TextLine:
        """Read one strip.

        Raises:
            RecognizeTimeoutError: Tesseract took longer than it may.
            RecognizeError: the program is missing or failed, or its files found no room.

        """
        try:
            page = pytesseract.image_to_pdf_or_hocr(
                strip.pixels,
                lang=self._language,
                config=self._config,
                extension="hocr",
                timeout=self._timeout_s,
            )
        except (pytesseract.TesseractError, OSError) as error:
            raise RecognizeError(f"the tesseract program failed: {error}") from error
        except RuntimeError as error:
            raise RecognizeTimeoutError(f"tesseract ran over {self._timeout_s} s") from error
        return join_symbols(_symbols_of_hocr(page))


def join_symbols(symbols: Iterable[Symbol]) -> TextLine:
    """Return the line of `symbols`, a space being a symbol too; its confidence is their mean."""
    found = tuple(symbols)
    inked = [symbol.confidence for symbol in found if symbol.text != " "]
    return TextLine(
        text="".join(symbol.text for symbol in found),
        confidence=sum(inked) / len(inked) if inked else 0.0,
        symbols=found,
    )


def _symbols_of(results: tesserocr.PyResultIterator | None) -> Iterator[Symbol]:
    level, end = tesserocr.RIL.SYMBOL, 0.0
    if results is None:
        return
    for place in tesserocr.iterate_level(results, level):
        box = place.BoundingBox(level)
        if box is None:
            continue
        if end and place.IsAtBeginningOf(tesserocr.RIL.WORD):
            yield Symbol(" ", 1.0, end, max(end, float(box[0])))
        end = float(box[2])
        yield Symbol(place.GetUTF8Text(level), place.Confidence(level) / 100, float(box[0]), end)


def _symbols_of_hocr(page: bytes) -> Iterator[Symbol]:
    """Tesseract's hOCR: `ocrx_word` spans that hold `ocrx_cinfo` spans, a character each."""
    end = 0.0
    for word in ElementTree.fromstring(page).iter(_XHTML_SPAN):  # noqa: S314 - Tesseract wrote it
        if word.get("class") != "ocrx_word":
            continue
        for place, span in enumerate(word.iter(_XHTML_SPAN)):
            if span.get("class") != "ocrx_cinfo":
                continue
            left, right, confidence = _read_title(span.get("title", ""))
            if end and place == 1:
                yield Symbol(" ", 1.0, end, max(end, left))
            end = right
            yield Symbol(span.text or "", confidence / 100, left, right)


def _read_title(title: str) -> tuple[float, float, float]:
    """Return left, right and confidence of `x_bboxes 7 10 26 40; x_conf 98.4`."""
    boxes, confidence = (part.split()[1:] for part in title.split(";"))
    return float(boxes[0]), float(boxes[2]), float(confidence[0])
