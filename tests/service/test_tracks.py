"""Tracks: one number for one printed link, fewer readings, and more certainty with time."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from service.motion import Motion
from service.moved import move_link, move_prefix
from service.records import Box, Frame, FrameResult, Link, Prefix, Timings
from service.settings import StreamSettings
from service.tracks import Tracker
from tests.service.fakes import LINK, PREFIX

SIZE = (640, 480)
# Upright strokes all over the picture, as sharp as they can be.
SHARP = Frame(np.tile(np.repeat(np.uint8([30, 220]), 3), (SIZE[1], SIZE[0] // 6 + 1))[:, : SIZE[0]])
BLURRED = Frame(np.asarray(cv2.GaussianBlur(SHARP.pixels, (0, 0), 2.0), np.uint8))
TIMINGS = Timings(1.0, 1.0, 1.0, 3.0)
CUT = Motion(None)


def shift(x, y):
    return Motion(np.array([[1.0, 0.0, x], [0.0, 1.0, y]]))


STAY = shift(0, 0)


class Camera:
    """Shows prefixes to a tracker, frame by frame, and counts what is read."""

    def __init__(self, **settings):
        self.tracker = Tracker(StreamSettings(**settings))
        self.reads = 0

    def show(self, motion, *links, frame=SHARP):
        """Each is a link as it would be read, or a prefix at which nothing can be."""
        self.tracker.begin(motion, frame)
        found = []
        for link in links:
            prefix = link.prefix if isinstance(link, Link) else link
            found.append(self.tracker.follow(prefix, lambda link=link: self._read(link)))
        given = tuple(link for link in found if link is not None)
        return self.tracker.finish(FrameResult(*SIZE, given, TIMINGS))

    def _read(self, link):
        self.reads += 1
        return link if isinstance(link, Link) else None


def at(x, y, url="https://a.org/x", confidence=0.8):
    """A link whose prefix stands at x, y."""
    moved = move_link(LINK, np.array([[1.0, 0.0, x - 10], [0.0, 1.0, y - 20]]))
    return replace(moved, url=url, confidence=confidence)


def test_a_link_keeps_its_number_while_the_camera_moves():
    camera = Camera()
    (first,) = camera.show(CUT, at(100, 100))
    (second,) = camera.show(shift(40, 25), at(141, 124))
    (third,) = camera.show(shift(-90, 5), at(50, 130))
    assert (first.track_id, second.track_id, third.track_id) == (0, 0, 0)
    assert third.link.prefix == at(50, 130).prefix


def test_frames_that_agree_make_a_link_surer_and_confirm_it():
    camera = Camera(confirm_frames=3, confirm_confidence=0.9)
    shown = [camera.show(STAY, at(100, 100))[0] for _ in range(3)]
    assert [one.is_confirmed for one in shown] == [False, False, True]
    confidences = [one.link.confidence for one in shown]
    assert confidences == sorted(confidences)
    assert confidences[0] == 0.8


def test_a_confirmed_link_is_followed_and_read_again_less_and_less_often():
    camera, read_at = Camera(), []
    for frame in range(70):
        before = camera.reads
        (shown,) = camera.show(shift(5, 0), at(100 + 5 * frame, 100))
        if camera.reads > before:
            read_at.append(frame)
    assert read_at == [0, 1, 2, 8, 20, 44]
    assert camera.tracker.saved_reads == 1
    assert shown.link.url == "https://a.org/x"
    assert shown.link.box.left == pytest.approx(445)


def test_what_was_confirmed_wrongly_is_outvoted_by_later_frames():
    camera, confirmed = Camera(), []
    for frame in range(60):
        url = "https://a.org/x" if frame > 2 else "https://misread.org/x"
        (shown,) = camera.show(STAY, at(100, 100, url=url, confidence=0.95))
        confirmed.append(shown.link.url if shown.is_confirmed else None)
    assert confirmed[2:9] == ["https://misread.org/x"] * 7
    assert set(confirmed[13:]) == {"https://a.org/x"}


def test_frames_settle_at_once_what_a_check_disputes():
    camera, read_at = Camera(), []
    for frame in range(24):
        before = camera.reads
        # The frame of the first check is misread.
        is_misread = frame == 8
        url = "https://misread.org/x" if is_misread else "https://a.org/x"
        seen = at(100, 100, url=url, confidence=0.8 if is_misread else 0.97)
        (shown,) = camera.show(STAY, seen)
        if camera.reads > before:
            read_at.append(frame)
    assert read_at == [0, 1, 2, 8, 9, 21]
    assert shown.is_confirmed
    assert shown.link.url == "https://a.org/x"


def test_a_guess_disputes_nothing():
    camera, read_at = Camera(), []
    for frame in range(24):
        before = camera.reads
        is_guess = frame == 8
        url = "https://guess.org/x" if is_guess else "https://a.org/x"
        camera.show(STAY, at(100, 100, url=url, confidence=0.3 if is_guess else 0.9))
        if camera.reads > before:
            read_at.append(frame)
    assert read_at == [0, 1, 2, 8, 20]


def test_a_confirmed_link_is_not_checked_in_a_frame_less_sharp_than_those_before():
    camera, read_at = Camera(), []
    for frame in range(20):
        before = camera.reads
        camera.show(STAY, at(100, 100), frame=BLURRED if 2 < frame < 12 else SHARP)
        if camera.reads > before:
            read_at.append(frame)
    assert read_at == [0, 1, 2, 12]


def test_a_confirmed_link_is_read_again_where_its_prefix_no_longer_fits():
    camera = Camera()
    for _ in range(4):
        camera.show(STAY, at(100, 100))
    other = at(122, 100)
    (shown,) = camera.show(STAY, replace(other, url="https://b.org/y", confidence=0.9))
    assert camera.reads == 4
    assert not shown.is_confirmed or shown.link.url == "https://a.org/x"


def test_a_confirmed_link_is_read_again_from_nearby_while_it_is_not_quite_sure():
    camera = Camera(confirm_confidence=0.7)
    for _ in range(4):
        camera.show(STAY, at(100, 100, confidence=0.6))
    assert camera.reads == 3
    zoom = Motion(np.array([[1.5, 0.0, 0.0], [0.0, 1.5, 0.0]]))
    near = move_link(at(100, 100, confidence=0.97), zoom.matrix)
    (shown,) = camera.show(zoom, near)
    assert camera.reads == 4
    assert shown.link.confidence > 0.97


def test_what_is_read_in_vain_is_looked_at_less_and_less_often():
    camera, read_at = Camera(), []
    for frame in range(20):
        before = camera.reads
        assert camera.show(STAY, PREFIX) == ()
        if camera.reads > before:
            read_at.append(frame)
    assert read_at == [0, 1, 2, 3, 5, 9, 13, 17]


def test_what_was_read_in_vain_is_read_as_eagerly_as_before_where_the_picture_is_sharper():
    camera, read_at = Camera(), []
    for frame in range(20):
        before = camera.reads
        camera.show(STAY, PREFIX, frame=BLURRED if frame < 12 else SHARP)
        if camera.reads > before:
            read_at.append(frame)
    assert read_at == [0, 1, 2, 3, 5, 9, 12, 13, 14, 15, 17]


def test_what_was_sharper_before_is_not_read_for_a_while():
    camera, read_at = Camera(), []
    for frame in range(20):
        before = camera.reads
        camera.show(STAY, at(100, 100), frame=BLURRED if frame else SHARP)
        if camera.reads > before:
            read_at.append(frame)
    assert read_at == [0, 16]


def test_a_link_that_gets_surer_is_read_on():
    camera = Camera()
    for _ in range(6):
        camera.show(STAY, PREFIX)
    # The next one but one is due; from there on each reading tells more.
    link = replace(LINK, confidence=0.8)
    for _ in range(6):
        (*_, shown) = camera.show(STAY, link) or (None,)
    assert shown.is_confirmed


def test_what_was_read_in_vain_is_read_again_from_nearby():
    camera = Camera()
    for _ in range(6):
        camera.show(STAY, PREFIX)
    reads = camera.reads
    zoom = np.array([[1.4, 0.0, 0.0], [0.0, 1.4, 0.0]])
    camera.show(Motion(zoom), move_prefix(PREFIX, zoom))
    assert camera.reads == reads + 1


def test_what_was_seen_to_be_a_part_of_another_link_is_none_of_its_own():
    www = replace(at(100, 140, url="https://www.a.org/"), prefix=replace(PREFIX, label="www"))
    www = replace(www, prefix=replace(www.prefix, box=at(100, 140).prefix.box))
    whole = at(300, 100, url="http://www.a.org/")
    whole = replace(whole, lines=(*whole.lines, *www.lines))
    camera = Camera()
    for _ in range(3):
        (shown,) = camera.show(STAY, www)
    assert shown.is_confirmed
    camera.tracker.begin(STAY, SHARP)
    for link in (www, whole):
        camera.tracker.follow(link.prefix, lambda link=link: link)
    (shown,) = camera.tracker.finish(FrameResult(*SIZE, (whole,), TIMINGS))
    assert shown.link.url == whole.url
    reads = camera.reads
    # The line above is out of the picture.
    for _ in range(5):
        assert camera.show(STAY, www) == ()
    assert camera.reads == reads
    assert camera.tracker.is_settled


def test_one_link_that_is_found_twice_stays_whole():
    www = replace(PREFIX, label="www")
    box = www.box
    wider = replace(www, box=box._replace(left=box.left - 3, right=box.right + 3))
    camera = Camera()
    for _ in range(3):
        camera.tracker.begin(STAY, SHARP)
        links = [replace(LINK, prefix=prefix) for prefix in (wider, www)]
        for link in links:
            camera.tracker.follow(link.prefix, lambda link=link: link)
        camera.tracker.finish(FrameResult(*SIZE, tuple(links[:1]), TIMINGS))
    for _ in range(6):
        shown = camera.show(STAY, replace(LINK, prefix=www))
    assert [(one.link.url, one.is_confirmed) for one in shown] == [(LINK.url, True)]


def test_a_confirmed_link_outlives_a_frame_that_misses_it_and_an_unconfirmed_one_does_not():
    camera = Camera()
    sure, new = at(100, 100), at(100, 300, url="https://b.org/y")
    for _ in range(3):
        camera.show(STAY, sure)
    camera.show(STAY, sure, new)
    (carried,) = camera.show(shift(10, 0))
    assert (carried.track_id, carried.is_confirmed) == (0, True)
    assert carried.link.box.left == pytest.approx(sure.box.left + 10)
    for _ in range(2):
        assert len(camera.show(STAY)) == 1
    assert camera.show(STAY) == ()


def test_a_link_that_leaves_the_picture_is_not_carried_along():
    camera = Camera()
    for _ in range(3):
        camera.show(STAY, at(100, 100))
    assert camera.show(shift(-200, 0)) == ()


def test_after_a_cut_nothing_is_believed_by_its_place_alone():
    camera = Camera()
    for _ in range(3):
        camera.show(STAY, at(100, 100))
    (shown,) = camera.show(CUT, at(100, 100, url="https://other.org/"))
    assert (shown.link.url, shown.track_id, shown.is_confirmed) == ("https://other.org/", 1, False)
    (shown,) = camera.show(STAY, at(100, 100, url="https://other.org/"))
    assert shown.track_id == 1


def test_after_a_cut_a_link_is_known_by_its_text():
    camera = Camera()
    camera.show(CUT, at(100, 100), at(100, 300, url="https://b.org/y"))
    shown = camera.show(CUT, at(400, 90, url="https://b.org/y"), at(300, 200))
    assert [(one.link.url, one.track_id) for one in shown] == [
        ("https://b.org/y", 1),
        ("https://a.org/x", 0),
    ]


def test_the_same_link_printed_twice_has_two_numbers():
    camera = Camera()
    for motion in (CUT, STAY, CUT):
        shown = camera.show(motion, at(100, 100), at(100, 300))
        assert {one.track_id for one in shown} == {0, 1}


def test_what_the_edge_of_the_frame_cuts_off_is_no_evidence_against_a_link():
    camera = Camera()
    camera.show(CUT, at(100, 100))
    (shown,) = camera.show(shift(-99.5, 0), at(0.5, 100, "ftp://a.org/x"))
    assert (shown.link.url, camera.reads) == ("https://a.org/x", 1)
    camera.show(shift(99.5, 0), at(100, 100))
    assert camera.reads == 2


def test_a_link_that_was_confirmed_and_is_in_doubt_again_is_read_as_eagerly_as_a_new_one():
    camera = Camera()
    for _ in range(6):
        camera.show(STAY, at(100, 100, confidence=0.75))
    # What comes nearer is read though it is confirmed.
    near = replace(PREFIX, box=Box(100, 100, 170, 130))
    slip = replace(at(100, 100, "https://a.org/I", 0.9), prefix=near)
    (doubted,) = camera.show(STAY, slip)
    before = camera.reads
    for _ in range(3):
        camera.show(STAY, replace(slip, url="https://a.org/x"))
    assert not doubted.is_confirmed
    assert camera.reads > before + 1


def test_a_part_of_a_link_is_not_confirmed_and_gives_way_to_the_whole():
    camera = Camera()
    part = replace(at(100, 100, "https://a.org/", 0.94 * 0.55), trust=0.55)
    for _ in range(12):
        (shown,) = camera.show(STAY, part)
    assert (shown.link.url, shown.is_confirmed) == ("https://a.org/", False)
    # It is looked at less and less often meanwhile.
    whole = replace(at(100, 100, "https://a.org/x.html", 0.9), lines=LINK.lines * 2)
    for _ in range(80):
        (shown,) = camera.show(STAY, whole)
    assert (shown.link.url, shown.is_confirmed) == ("https://a.org/x.html", True)


def test_a_link_that_can_no_longer_be_read_is_forgotten():
    camera = Camera()
    camera.show(CUT, at(100, 100))
    prefix = at(100, 100).prefix
    assert len(camera.show(STAY, prefix)) == 1
    camera.show(STAY, prefix)
    assert camera.show(STAY, prefix) == ()


def test_a_track_nobody_sees_any_more_is_dropped():
    camera = Camera()
    camera.show(CUT, at(100, 100))
    for _ in range(20):
        camera.show(CUT)
    assert camera.tracker._tracks == []


def test_a_repeated_frame_agrees_with_itself():
    camera = Camera()
    camera.show(CUT, at(100, 100, confidence=0.95))
    assert [camera.tracker.repeat()[0].is_confirmed for _ in range(3)] == [False, True, True]
    assert camera.reads == 1


def test_a_reading_below_the_least_confidence_still_counts_for_its_track():
    camera = Camera()
    doubtful = at(100, 100, confidence=0.45)
    for _ in range(2):
        (shown,) = camera.show(STAY, doubtful)
    assert shown.link.confidence == pytest.approx(1 - 0.55 * 0.55**0.25)


def test_links_come_in_reading_order_carried_ones_too():
    camera = Camera()
    upper, lower = at(100, 100), at(100, 300, url="https://b.org/y")
    for _ in range(3):
        camera.show(STAY, upper, lower)
    shown = camera.show(STAY, lower)
    assert [one.link.url for one in shown] == ["https://a.org/x", "https://b.org/y"]


def test_two_prefixes_in_one_place_do_not_share_a_track():
    camera = Camera()
    near = Prefix("http", 0.7, Box(*(side + 1 for side in at(100, 100).prefix.box)))
    camera.show(STAY, at(100, 100))
    camera.show(STAY, at(100, 100), near)
    assert len(camera.tracker._tracks) == 2


def test_prefixes_are_moved_with_the_picture():
    assert move_prefix(PREFIX, shift(3, 4).matrix).box == Box(13, 24, 63, 44)


def test_links_are_carried_where_nobody_looks_and_are_not_missed_for_it():
    camera = Camera()
    for _ in range(3):
        camera.show(STAY, at(100, 100))
    for step in range(1, 20):
        (shown,) = camera.tracker.carry(shift(10, 0))
        assert shown.link.prefix.box.left == pytest.approx(at(100 + 10 * step, 100).prefix.box.left)
        assert (shown.track_id, shown.is_confirmed) == (0, True)
    assert camera.show(STAY)[0].is_confirmed
    assert camera.reads == 3


def test_a_link_that_was_not_shown_does_not_appear_where_nobody_looks():
    camera = Camera()
    camera.show(STAY, at(100, 100, confidence=0.8))
    camera.show(STAY)
    assert camera.tracker.carry(STAY) == ()


def test_tracks_are_settled_once_they_are_sure_or_were_read_in_vain_too_often():
    camera = Camera()
    assert camera.tracker.is_settled
    settled = []
    for _ in range(5):
        camera.show(STAY, at(100, 100), replace(PREFIX, box=Box(300, 300, 360, 320)))
        settled.append(camera.tracker.is_settled)
    assert settled == [False] * 3 + [True] * 2
    camera.show(STAY, at(100, 100), at(300, 100, url="https://b.org"))
    assert not camera.tracker.is_settled
