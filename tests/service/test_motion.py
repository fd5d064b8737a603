"""What moved between two frames: found to a pixel or two, or not claimed at all."""

import cv2
import numpy as np
import pytest
from PIL import Image

from service.motion import MotionFinder
from service.records import Frame
from service.settings import DecodeSettings
from service.thumb import decode_thumb
from tests.service.pictures import encode
from tests.service.printed import print_page

TEXT = [
    "Some words stand here and others",
    "there, so that corners are many:",
    "https://example.org/",
]
SIZE = (800, 600)


@pytest.fixture(scope="module")
def page():
    return print_page(TEXT * 4, size=SIZE).frame


def see(finder, frame):
    """Follow a frame that comes as a camera sends it."""
    return finder.follow(
        decode_thumb(encode(Image.fromarray(frame.pixels), quality=95), DecodeSettings())
    )


def move(frame, *, shift=(0, 0), turn_deg=0.0, zoom=1.0):
    """Return the frame as a camera sees it after it has moved, and the matrix of that."""
    matrix = cv2.getRotationMatrix2D((400, 300), turn_deg, zoom)
    matrix[:, 2] += shift
    moved = cv2.warpAffine(frame.pixels, matrix, SIZE, borderMode=cv2.BORDER_REPLICATE)
    noise = np.random.default_rng(7).normal(0, 3, moved.shape)
    return Frame(np.clip(moved + noise, 0, 255).astype(np.uint8)), matrix


@pytest.mark.parametrize(
    "camera",
    [
        {"shift": (6, -4)},
        {"shift": (70, 35)},
        {"turn_deg": 2.0, "shift": (12, 9)},
        {"zoom": 1.06, "shift": (-20, 3)},
    ],
    ids=["trembling", "wide", "turning", "nearer"],
)
def test_the_motion_of_a_hand_is_found(page, camera):
    finder = MotionFinder()
    assert see(finder, page).matrix is None
    moved, truth = move(page, **camera)
    motion = see(finder, moved)
    places = np.array([[100, 120, 1], [600, 140, 1], [300, 400, 1]]).T
    assert not motion.is_still
    assert np.abs(motion.matrix @ places - truth @ places).max() < 3


def test_the_same_thing_with_other_noise_is_still(page):
    finder = MotionFinder()
    see(finder, page)
    motion = see(finder, move(page)[0])
    assert motion.is_still
    assert motion.matrix == pytest.approx(np.eye(3)[:2])


def test_a_small_change_in_one_corner_is_no_standstill(page):
    finder = MotionFinder()
    see(finder, page)
    pixels = page.pixels.copy()
    pixels[120:160, 90:400] = 245
    assert not see(finder, Frame(pixels)).is_still


def test_another_page_has_no_motion(page):
    finder = MotionFinder()
    see(finder, page)
    other = np.random.default_rng(3).integers(0, 255, (30, 40), dtype=np.uint8)
    pixels = cv2.resize(other, SIZE, interpolation=cv2.INTER_NEAREST)
    assert see(finder, Frame(np.repeat(pixels[..., None], 3, axis=2))).matrix is None


def test_blank_paper_and_another_size_have_no_motion(page):
    finder = MotionFinder()
    see(finder, page)
    blank = np.full((600, 800, 3), 250, np.uint8)
    assert see(finder, Frame(blank)).matrix is None
    assert see(finder, Frame(blank[:300])).matrix is None
