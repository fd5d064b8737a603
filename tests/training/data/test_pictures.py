import io

import numpy as np
import pytest
from PIL import Image

from tests.training.data.samples import draw_picture
from training.data.pictures import (
    PictureError,
    PictureFacts,
    encode_for_record,
    inspect_picture,
    open_upright,
    turn_box,
)


def test_a_picture_turned_by_exif_has_the_size_that_a_person_sees(tmp_path):
    facts = inspect_picture(draw_picture(tmp_path / "a.jpg", (40, 30), exif=6))
    assert (facts.stored_size, facts.orientation, facts.size) == ((40, 30), 6, (30, 40))


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_box_turns_as_its_picture_does(tmp_path, orientation):
    path = draw_picture(tmp_path / "a.png", (40, 30), exif=orientation)
    top, left, bottom, right = turn_box((0, 0, 10, 13), inspect_picture(path))
    dark = np.asarray(open_upright(path))[..., 0] < 50
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    assert (rows[0], columns[0], rows[-1] + 1, columns[-1] + 1) == (top, left, bottom, right)


def test_the_file_itself_goes_into_a_record_where_everyone_sees_it_alike(tmp_path):
    path = draw_picture(tmp_path / "a.jpg")
    assert encode_for_record(path) == (path.read_bytes(), "jpeg")


@pytest.mark.parametrize(("name", "kind"), [("a.jpg", "jpeg"), ("a.png", "png")])
def test_a_turned_picture_goes_upright_into_a_record(tmp_path, name, kind):
    encoded, written = encode_for_record(draw_picture(tmp_path / name, (40, 30), exif=8))
    made = Image.open(io.BytesIO(encoded))
    assert (made.size, made.getexif().get(0x0112, 1), written) == ((30, 40), 1, kind)


@pytest.mark.parametrize("name", ["a.bmp", "a.webp", "a.gif"])
def test_what_tensorflow_may_not_read_becomes_png(tmp_path, name):
    path = tmp_path / name
    Image.new("RGB", (9, 8), (200, 0, 0)).save(path)
    encoded, kind = encode_for_record(path)
    made = Image.open(io.BytesIO(encoded))
    assert (made.format, kind, made.size, made.mode) == ("PNG", "png", (9, 8), "RGB")


def test_sixteen_bits_keep_their_shades(tmp_path):
    Image.fromarray(np.full((4, 5), 0x8000, np.uint16)).save(tmp_path / "a.png")
    upright = open_upright(tmp_path / "a.png")
    assert (upright.mode, upright.getpixel((0, 0))) == ("L", 128)


def test_a_picture_that_breaks_off_is_refused(tmp_path):
    path = draw_picture(tmp_path / "a.jpg", (400, 300))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(PictureError, match="truncated"):
        inspect_picture(path)


def test_what_is_no_picture_is_refused(tmp_path):
    (tmp_path / "a.jpg").write_text("hello")
    with pytest.raises(PictureError, match="not a picture"):
        inspect_picture(tmp_path / "a.jpg")


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(PictureError, match="cannot be read"):
        inspect_picture(tmp_path)


def test_a_strange_orientation_counts_as_upright(tmp_path):
    assert inspect_picture(draw_picture(tmp_path / "a.jpg", exif=9)).orientation == 1


def test_a_box_of_a_picture_turned_clockwise_by_hand():
    facts = PictureFacts((40, 30), 6, "")
    # Its left edge becomes the top, its bottom edge the left.
    assert turn_box((5, 10, 9, 20), facts) == (10, 21, 20, 25)
