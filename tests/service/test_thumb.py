"""A thumb is the frame, small and grey; what cannot be decoded is refused as it is in full."""

import numpy as np
import pytest
from PIL import Image

from service.decode import decode_frame
from service.errors import CallerError
from service.settings import DecodeSettings
from service.thumb import decode_thumb
from tests.service.pictures import break_png_sum, encode, make_noise, make_picture

LIMITS = DecodeSettings()


def shrink(data):
    """The thumb's pixels by way of the whole frame."""
    picture = Image.fromarray(decode_frame(data, LIMITS).pixels).convert("L")
    scale = min(1, 320 / max(picture.size))
    size = round(picture.width * scale), round(picture.height * scale)
    return np.asarray(picture.resize(size, Image.Resampling.BOX), int)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(1280, 720), (1080, 1440), (200, 90)])
def test_a_thumb_shows_what_the_frame_shows(kind, size):
    data = encode(make_picture(*size), kind)
    thumb = decode_thumb(data, LIMITS)
    expected = shrink(data)
    assert (thumb.width, thumb.height) == size
    assert thumb.pixels.shape == expected.shape
    assert np.abs(thumb.pixels - expected).mean() < 2
    assert thumb.scale == pytest.approx(max(size) / max(expected.shape))


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_thumb_stands_upright(turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    data = encode(make_picture(640, 480), "JPEG", exif=exif)
    thumb = decode_thumb(data, LIMITS)
    frame = decode_frame(data, LIMITS)
    assert (thumb.width, thumb.height) == (frame.width, frame.height)
    assert np.abs(thumb.pixels - shrink(data)).mean() < 2


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_other_colours_become_grey(mode):
    data = encode(make_picture(640, 480, mode=mode))
    assert np.abs(decode_thumb(data, LIMITS).pixels - shrink(data)).mean() < 3


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        encode(make_noise(400, 300))[:-4000],
        break_png_sum(encode(make_picture(), "PNG")),
        encode(make_picture(8, 8)),
        bytes(LIMITS.max_bytes + 1),
    ],
    ids=["empty", "text", "short", "sum", "small", "large"],
)
def test_a_bad_picture_is_refused_as_it_is_in_full(data):
    with pytest.raises(CallerError) as whole:
        decode_frame(data, LIMITS)
    with pytest.raises(type(whole.value)) as small:
        decode_thumb(data, LIMITS)
    assert str(small.value) == str(whole.value)
