"""A look is worth its cost where something may be new, and what can wait does not wait for ever."""

import cv2
import numpy as np
import pytest

from service.lookout import Lookout, measure_sharpness
from service.motion import Motion
from service.settings import StreamSettings
from service.thumb import Thumb
from tests.service.printed import print_page

PIXELS = cv2.resize(
    cv2.cvtColor(
        print_page(["Some words stand here and", "others there"] * 6, size=(800, 600)).frame.pixels,
        cv2.COLOR_RGB2GRAY,
    ),
    (320, 240),
    interpolation=cv2.INTER_AREA,
)
SHARP = Thumb(PIXELS, 800, 600)
BLURRED = Thumb(cv2.GaussianBlur(PIXELS, (0, 0), 0.8), 800, 600)


def move(x=0.0, y=0.0, zoom=1.0):
    return Motion(np.array([[zoom, 0.0, x], [0.0, zoom, y]]))


@pytest.fixture
def lookout():
    """Has looked at a sharp frame at second 10."""
    lookout = Lookout(StreamSettings(look_every_s=0.5, look_by_s=2.0, look_new_ratio=0.05))
    lookout.follow(Motion(None), SHARP)
    lookout.note_look(10.0)
    return lookout


def test_a_first_frame_must_be_looked_at():
    lookout = Lookout(StreamSettings())
    lookout.follow(Motion(None), SHARP)
    assert lookout.must_look(0.0)


def test_a_frame_that_shows_nothing_new_is_not_worth_a_look(lookout):
    lookout.follow(move(4, -3), SHARP)
    assert not lookout.must_look(10.2)
    assert not lookout.may_look(10.2, pause_s=0.0, is_settled=True)


def test_where_the_way_is_lost_one_must_look_until_one_did(lookout):
    lookout.follow(Motion(None), SHARP)
    assert lookout.must_look(10.1)
    lookout.follow(move(1), SHARP)
    assert lookout.must_look(10.2)
    lookout.note_look(10.2)
    lookout.follow(move(1), SHARP)
    assert not lookout.must_look(10.3)


def test_looks_come_now_and_then_and_after_a_while_they_must(lookout):
    lookout.follow(move(), SHARP)
    assert [lookout.may_look(now_s, pause_s=0.0, is_settled=True) for now_s in (10.4, 10.5)] == [
        False,
        True,
    ]
    assert [lookout.must_look(now_s) for now_s in (11.9, 12.0)] == [False, True]


def test_a_link_that_is_not_sure_is_worth_a_look(lookout):
    lookout.follow(move(), SHARP)
    assert lookout.may_look(10.1, pause_s=0.0, is_settled=False)


def test_what_can_wait_waits_for_the_looks_of_others(lookout):
    lookout.follow(Motion(np.eye(3)[:2] * 2), SHARP)
    asked = [lookout.may_look(now_s, pause_s=0.9, is_settled=False) for now_s in (10.8, 10.9)]
    assert asked == [False, True]


def test_what_came_into_view_adds_up_and_what_went_back_does_not(lookout):
    lookout.follow(move(-24), SHARP)
    assert not lookout.may_look(10.1, pause_s=0.0, is_settled=True)
    lookout.follow(move(24), SHARP)
    lookout.follow(move(-24), SHARP)
    assert not lookout.may_look(10.2, pause_s=0.0, is_settled=True)
    lookout.follow(move(-24), SHARP)
    assert lookout.may_look(10.3, pause_s=0.0, is_settled=True)
    assert not lookout.must_look(10.3)


def test_coming_nearer_is_worth_a_look(lookout):
    lookout.follow(move(-40, -30, zoom=1.1), SHARP)
    assert not lookout.may_look(10.1, pause_s=0.0, is_settled=True)
    lookout.follow(move(-40, -30, zoom=1.1), SHARP)
    assert lookout.may_look(10.2, pause_s=0.0, is_settled=True)


def test_a_sharper_picture_is_worth_a_look_and_a_blurred_one_is_not(lookout):
    lookout.follow(move(), BLURRED)
    assert not lookout.may_look(10.1, pause_s=0.0, is_settled=True)
    lookout.note_look(10.1)
    lookout.follow(move(), BLURRED)
    assert not lookout.may_look(10.2, pause_s=0.0, is_settled=True)
    lookout.follow(move(), SHARP)
    assert lookout.may_look(10.3, pause_s=0.0, is_settled=True)


def test_sharpness_is_nothing_on_blank_paper_and_less_where_it_is_blurred():
    blank = Thumb(np.full((240, 320), 250, np.uint8), 800, 600)
    assert measure_sharpness(blank) == 0
    assert measure_sharpness(SHARP) > 1.5 * measure_sharpness(BLURRED)
