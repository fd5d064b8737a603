"""The trainer's files, written directly, are those that Tesseract writes."""

import struct
import subprocess

import cv2
import numpy as np

from training.ocr.lstmf import save_lstmf

TEXT = "http://x.de/a b"


def read_page(data):
    """Return the parts of a file with one page: what stands around the name and the PNG, and it."""
    count, name_length = struct.unpack_from("<IxI", data)
    start = 9 + name_length
    (png_length,) = struct.unpack_from("<I", data, start + 4)
    png = data[start + 8 : start + 8 + png_length]
    return count, cv2.imdecode(np.frombuffer(png, np.uint8), -1), data[start + 8 + png_length :]


def test_a_page_is_what_tesseract_makes_of_picture_and_box(tmp_path, real_programs):
    pixels = np.full((44, 200), 255, np.uint8)
    cv2.putText(pixels, TEXT, (4, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 0, 2)
    cv2.imwrite(str(tmp_path / "strip.png"), pixels)
    box = f"WordStr 0 0 200 44 0 #{TEXT}\n\t 0 0 201 45 0\n"
    (tmp_path / "strip.box").write_text(box)
    command = ["tesseract", "strip.png", "strip", "--psm", "13", "lstm.train"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    save_lstmf(tmp_path / "ours.lstmf", [(pixels, TEXT)])
    count, picture, rest = read_page((tmp_path / "ours.lstmf").read_bytes())
    theirs = read_page((tmp_path / "strip.lstmf").read_bytes())
    assert (count, rest) == (theirs[0], theirs[2])
    np.testing.assert_array_equal(picture, pixels)
    np.testing.assert_array_equal(theirs[1], pixels)


def test_pages_stand_one_behind_the_other(tmp_path):
    pixels = np.full((4, 6), 200, np.uint8)
    save_lstmf(tmp_path / "one.lstmf", [(pixels, "ab")])
    save_lstmf(tmp_path / "two.lstmf", [(pixels, "ab"), (pixels, "ab")])
    one, two = ((tmp_path / name).read_bytes() for name in ("one.lstmf", "two.lstmf"))
    assert two == struct.pack("<I", 2) + 2 * one[4:]
