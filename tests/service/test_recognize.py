import errno
import os
import threading

import numpy as np
import pytest

from service.errors import RecognizeError, RecognizeTimeoutError, TessdataMissingError
from service.ink import grey_of
from service.recognize import create_recognizer
from service.records import Strip, TextLine
from service.settings import RecognizeSettings
from service.tesseract import find_tessdata, join_symbols
from tests.service.printed import print_page

ENGINES = ["tesserocr", "pytesseract"]


def print_strip(text):
    page = print_page([text], size=(700, 60), top=14, left=20)
    return Strip(grey_of(page.frame.pixels), ())


def blank_strip():
    return Strip(np.full((44, 300), 255, np.uint8), ())


@pytest.mark.parametrize("engine", ENGINES)
def test_a_strip_is_read_with_places_and_confidences(engine):
    line = create_recognizer(RecognizeSettings(engine=engine)).read(print_strip("Read me now"))
    assert line.text == "Read me now"
    assert "".join(symbol.text for symbol in line.symbols) == line.text
    assert line.confidence > 0.8
    inked = [symbol for symbol in line.symbols if symbol.text != " "]
    assert all(0 < symbol.confidence <= 1 for symbol in inked)
    assert [symbol.left for symbol in inked] == sorted(symbol.left for symbol in inked)


def test_reading_nothing_is_a_line_without_text():
    assert join_symbols([]) == TextLine("", 0.0, ())


@pytest.mark.parametrize("engine", ENGINES)
def test_reading_too_long_is_an_error_of_its_own(engine):
    reader = create_recognizer(RecognizeSettings(engine=engine, timeout_s=0.001))
    with pytest.raises(RecognizeTimeoutError):
        reader.read(print_strip("a long line of text that takes its time to be read"))


def test_a_failing_program_is_a_failed_reading(monkeypatch):
    reader = create_recognizer(RecognizeSettings(engine="pytesseract"))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RecognizeError) as caught:
        reader.read(blank_strip())
    assert not isinstance(caught.value, RecognizeTimeoutError)


def test_a_disk_without_room_for_its_files_is_a_failed_reading(monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    reader = create_recognizer(RecognizeSettings(engine="pytesseract"))
    monkeypatch.setattr("PIL.Image.Image.save", refuse)
    with pytest.raises(RecognizeError, match="No space left on device"):
        reader.read(blank_strip())


def test_one_reader_serves_several_threads():
    reader, strip, texts = create_recognizer(RecognizeSettings()), print_strip("Read me"), []
    threads = [threading.Thread(target=lambda: texts.append(reader.read(strip).text)) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == ["Read me", "Read me"]


def test_a_missing_language_is_told_with_the_way_out(tmp_path):
    with pytest.raises(TessdataMissingError, match="PRINTLINK_RECOGNIZE__TESSDATA_DIR"):
        create_recognizer(RecognizeSettings(tessdata_dir=tmp_path))


def test_tessdata_is_looked_for_where_the_environment_says(tmp_path, monkeypatch):
    (tmp_path / "xyz.traineddata").touch()
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    assert find_tessdata("xyz") == tmp_path


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_of_our_own_is_read_with_and_takes_a_strip_as_one_line(tmp_path, engine):
    # The system's model under another name; a look for lines would find the print in the margin.
    path = tmp_path / "url.traineddata"
    path.write_bytes((find_tessdata("eng") / "eng.traineddata").read_bytes())
    settings = RecognizeSettings(engine=engine, timeout_s=60)
    elsewhere = {"language": "nothing", "tessdata_dir": tmp_path / "none"}
    own = create_recognizer(settings.model_copy(update=elsewhere), traineddata=path)
    strip = print_strip("Read me now")
    low = Strip(np.pad(strip.pixels, ((400, 0), (0, 0)), constant_values=255), ())
    assert "Read" in own.read(strip).text
    assert "Read" not in own.read(low).text
    assert "Read" in create_recognizer(settings).read(low).text
