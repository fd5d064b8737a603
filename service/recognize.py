"""The recognize stage: a strip becomes text with a confidence for each character."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from service.tesseract import (
    RAW_LINE,
    SINGLE_LINE,
    PytesseractRecognizer,
    TesserocrRecognizer,
    find_tessdata,
)

if TYPE_CHECKING:
    from pathlib import Path

    from service.records import Strip, TextLine
    from service.settings import RecognizeSettings


class Recognizer(Protocol):
    """Reads strips; may be called from several threads at once."""

    def read(self, strip: Strip) -> TextLine:
        """Return what stands in `strip`, spaces included.

        Raises:
            RecognizeError: the reader failed or took too long.

        """
        ...


def create_recognizer(
    settings: RecognizeSettings, *, traineddata: Path | None = None
) -> Recognizer:
    """Return Tesseract as `settings` want it: inside this process unless they say otherwise.

    `traineddata` is the file of a model of our own, to read with in place of the system's.

    Raises:
        TessdataMissingError: Tesseract's language model is not installed.

    """
    if traineddata is None:
        language, mode = settings.language, SINGLE_LINE
        tessdata = find_tessdata(language, settings.tessdata_dir)
    else:
        # It was trained on whole strips, in which Tesseract is not to look for lines by itself.
        language, mode = traineddata.stem, RAW_LINE
        tessdata = find_tessdata(language, traineddata.parent)
    engine = PytesseractRecognizer if settings.engine == "pytesseract" else TesserocrRecognizer
    return engine(language=language, tessdata=tessdata, mode=mode, timeout_s=settings.timeout_s)
