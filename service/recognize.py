"""The recognize stage: a strip becomes text with a confidence for each character."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from service.tesseract import PytesseractRecognizer, TesserocrRecognizer, find_tessdata

if TYPE_CHECKING:
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


def create_recognizer(settings: RecognizeSettings) -> Recognizer:
    """Return Tesseract as `settings` want it: inside this process unless they say otherwise.

    Raises:
        TessdataMissingError: Tesseract's language model is not installed.

    """
    tessdata = find_tessdata(settings.language, settings.tessdata_dir)
    engine = PytesseractRecognizer if settings.engine == "pytesseract" else TesserocrRecognizer
    return engine(language=settings.language, tessdata=tessdata, timeout_s=settings.timeout_s)
