"""Every picture becomes an upright frame or an error of ours; nothing else gets out."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from service.decode import DECODER_ERRORS, decode_frame, sniff_format
from service.errors import (
    BodyTooLargeError,
    CallerError,
    FrameEmptyError,
    FrameTooLargeError,
    FrameTooSmallError,
    FrameTypeError,
    FrameUnreadableError,
)
from service.settings import DecodeSettings
from tests.service.pictures import break_png_sum, encode, make_noise, make_picture, make_png

# Pillow warns of what it then raises or gets over.
IGNORE_PILLOW = pytest.mark.filterwarnings("ignore::Warning:PIL")

LIMITS = DecodeSettings(max_bytes=200_000, max_pixels=100_000)
SAMPLES = {
    "JPEG": encode(make_noise(), "JPEG"),
    "progressive": encode(make_noise(), "JPEG", progressive=True),
    "PNG": encode(make_noise(), "PNG"),
    "palette": encode(make_noise().convert("P"), "PNG", transparency=0),
    "WEBP": encode(make_noise(), "WEBP"),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_format_becomes_grey_of_the_same_size(kind):
    frame = decode_frame(encode(make_picture(), kind), LIMITS)
    assert frame.pixels.shape == (64, 96)
    assert frame.pixels.dtype == np.uint8
    assert abs(int(frame.pixels[32, 8]) - 30) < 8
    assert abs(int(frame.pixels[32, 88]) - 230) < 8


@pytest.mark.parametrize(
    ("kind", "options"),
    [("JPEG", {}), ("JPEG", {"keep_rgb": True}), ("PNG", {}), ("WEBP", {"lossless": True})],
)
def test_the_grey_of_colours_is_their_luma(kind, options):
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]
    picture = Image.new("RGB", (128, 32))
    for place, colour in enumerate(colours):
        picture.paste(colour, (32 * place, 0, 32 * place + 32, 32))
    data = encode(picture, kind, **options)
    grey = decode_frame(data, LIMITS).pixels[16, 16::32].astype(int)
    assert np.abs(grey - [76, 150, 29, 226]).max() <= 3
    coloured = decode_frame(data, LIMITS, in_colour=True).pixels[16, 16::32].astype(int)
    assert np.abs(coloured - colours).max() < 8


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_format_becomes_rgb_where_colours_are_wanted(kind):
    frame = decode_frame(encode(make_picture(), kind), LIMITS, in_colour=True)
    assert frame.pixels.shape == (64, 96, 3)
    assert (frame.width, frame.height) == (96, 64)
    assert abs(int(frame.pixels[32, 8, 0]) - 30) < 8
    assert abs(int(frame.pixels[32, 88, 2]) - 230) < 8


@pytest.mark.parametrize("mode", ["L", "CMYK"])
@pytest.mark.parametrize("in_colour", [False, True])
def test_grey_and_cmyk_jpeg_keep_their_levels(mode, in_colour):
    frame = decode_frame(encode(make_picture(mode=mode), "JPEG"), LIMITS, in_colour=in_colour)
    pixels = frame.pixels[..., 1] if in_colour else frame.pixels
    assert abs(int(pixels[32, 8]) - 30) < 12
    assert abs(int(pixels[32, 88]) - 230) < 12


@pytest.mark.parametrize("mode", ["1", "P", "L"])
@pytest.mark.parametrize(("in_colour", "shape"), [(False, (64, 96)), (True, (64, 96, 3))])
def test_small_png_modes_become_8_bits_a_channel(mode, in_colour, shape):
    frame = decode_frame(encode(make_picture(mode=mode), "PNG"), LIMITS, in_colour=in_colour)
    assert frame.pixels.shape == shape
    assert frame.pixels[:, :48].mean() < 60
    assert frame.pixels[:, 48:].mean() > 200


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "LA"), ("WEBP", "RGBA")])
def test_transparent_parts_become_white(kind, mode):
    picture = Image.new("RGBA", (40, 40), (0, 0, 0, 0)).convert(mode)
    assert (
        decode_frame(
            encode(picture, kind, **({"lossless": True} if kind == "WEBP" else {})), LIMITS
        ).pixels.min()
        == 255
    )


def test_transparent_palette_entry_becomes_white():
    picture = Image.new("P", (40, 40), 3)
    picture.putpalette([0] * 768)
    frame = decode_frame(encode(picture, "PNG", transparency=3), LIMITS)
    assert frame.pixels.min() == 255


@pytest.mark.parametrize(("colour", "channels"), [(0, 1), (2, 3)])
def test_png_of_16_bits_keeps_its_upper_8(colour, channels):
    row = b"\0" + struct.pack(">H", 0x80FF) * channels * 20
    frame = decode_frame(make_png(20, 20, depth=16, colour=colour, rows=row * 20), LIMITS)
    assert np.unique(frame.pixels).tolist() == [0x80]


@pytest.mark.parametrize(
    ("orientation", "dark_at"),
    [
        (1, "left"), (2, "right"), (3, "right"), (4, "left"),
        (5, "top"), (6, "top"), (7, "bottom"), (8, "bottom"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_orientation_is_applied(kind, orientation, dark_at):
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = decode_frame(encode(make_picture(), kind, exif=exif), LIMITS).pixels
    edges = {
        "left": pixels[:, :8],
        "right": pixels[:, -8:],
        "top": pixels[:8],
        "bottom": pixels[-8:],
    }
    assert edges[dark_at].mean() < 60
    assert pixels.shape == ((64, 96) if dark_at in {"left", "right"} else (96, 64))


@IGNORE_PILLOW
@pytest.mark.parametrize("block", [b"MM\0*\xff\xff\xff\xff", b"no TIFF in here"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_block_does_not_cost_the_picture(kind, block):
    picture = encode(make_picture(), kind, exif=b"Exif\0\0" + block)
    assert decode_frame(picture, LIMITS).width == 96


def test_animation_gives_its_first_picture():
    data = encode(make_picture(), "WEBP", save_all=True, append_images=[make_noise()])
    assert decode_frame(data, LIMITS).pixels[32, 8] < 60


@IGNORE_PILLOW
@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param(b"", FrameEmptyError, id="empty"),
        pytest.param(b"https://tensorflow.org/", FrameTypeError, id="text"),
        pytest.param(encode(make_picture(), "GIF"), FrameTypeError, id="gif"),
        pytest.param(b"RIFF\x10\0\0\0WAVE", FrameTypeError, id="wave"),
        pytest.param(b"\xff\xd8\xff", FrameUnreadableError, id="three bytes of JPEG"),
        pytest.param(SAMPLES["JPEG"][:-2], FrameUnreadableError, id="JPEG without its end"),
        pytest.param(SAMPLES["JPEG"][:2000], FrameUnreadableError, id="truncated JPEG"),
        pytest.param(SAMPLES["PNG"][:2000], FrameUnreadableError, id="truncated PNG"),
        pytest.param(SAMPLES["WEBP"][:2000], FrameUnreadableError, id="truncated WebP"),
        pytest.param(break_png_sum(SAMPLES["PNG"]), FrameUnreadableError, id="wrong CRC"),
        pytest.param(make_png(60_000, 60_000), FrameTooLargeError, id="header bomb"),
        pytest.param(make_png(12_000, 9000), FrameTooLargeError, id="smaller bomb"),
        pytest.param(encode(make_picture(400, 300)), FrameTooLargeError, id="too many pixels"),
        pytest.param(encode(make_picture(1, 1)), FrameTooSmallError, id="one pixel"),
        pytest.param(encode(make_picture(400, 15)), FrameTooSmallError, id="too flat"),
        pytest.param(b"\xff\xd8\xff" + bytes(200_000), BodyTooLargeError, id="too many bytes"),
    ],
)
def test_bad_pictures_are_refused(data, error):
    with pytest.raises(CallerError) as caught:
        decode_frame(data, LIMITS)
    assert type(caught.value) is error


def test_errors_tell_what_was_expected_and_received():
    with pytest.raises(
        FrameTooLargeError, match="at most 100000 pixels, the header says 400 x 300"
    ):
        decode_frame(encode(make_picture(400, 300)), LIMITS)


def test_sniffing_goes_by_the_first_bytes():
    assert [sniff_format(SAMPLES[kind]) for kind in ("JPEG", "PNG", "WEBP")] == [
        "JPEG",
        "PNG",
        "WEBP",
    ]


def test_every_foreign_error_has_a_message_for_the_caller():
    assert {FrameTooLargeError, FrameUnreadableError} == set(DECODER_ERRORS.values())


@IGNORE_PILLOW
@settings(max_examples=150, deadline=None)
@given(
    sample=st.sampled_from(sorted(SAMPLES)),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
    kept=st.floats(0.02, 1),
)
def test_mutated_pictures_raise_nothing_but_our_errors(sample, changes, kept):
    data = bytearray(SAMPLES[sample])
    for place, value in changes:
        # Squared, so that headers are hit more often than pixels.
        data[int(place * place * (len(data) - 1))] = value
    try:
        frame = decode_frame(bytes(data[: int(kept * len(data))]), LIMITS)
    except CallerError:
        return
    assert frame.pixels.ndim == 2
