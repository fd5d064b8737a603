"""Readings of one link: the characters with most confidence, under a host that was read."""

from dataclasses import replace

import pytest

from service.combine import combine_links
from service.records import OtherUrl
from tests.service.fakes import LINK


def read(url, confidence):
    return replace(LINK, url=url, confidence=confidence, repairs=())


def test_one_reading_is_given_as_it_is():
    link = read("https://a.org/x", 0.6)
    assert combine_links([link]) == link


def test_readings_that_agree_are_surer_together_but_not_as_if_they_were_independent():
    link = combine_links([read("https://a.org/x", 0.8), read("https://a.org/x", 0.8)])
    assert link.url == "https://a.org/x"
    assert link.confidence == pytest.approx(1 - 0.2 * 0.2**0.25)
    assert combine_links([read("https://a.org/x", 0.9)] * 8).confidence < 1.0


def test_the_weight_of_confidence_wins_and_not_the_number_alone():
    doubtful = [read("https://a.org/i", 0.2), read("https://a.org/i", 0.2)]
    link = combine_links([*doubtful, read("https://a.org/l", 0.9)])
    assert link.url == "https://a.org/l"
    # Odds of 9, beside 1 for no text at all and those of the other one.
    other = 1 - 0.8 * 0.8**0.25
    assert link.confidence == pytest.approx(9 / (9 + 1 + other / (1 - other)))


def test_one_slip_does_not_outweigh_many_frames_that_agree():
    slip = [read("https://a.org/i", 0.95)]
    sure, doubtful = (
        combine_links([*slip, *[read("https://a.org/l", 0.97)] * count]) for count in (4, 2)
    )
    assert (sure.url, doubtful.url) == ("https://a.org/l", "https://a.org/l")
    assert doubtful.confidence < 0.9 < sure.confidence


def test_a_majority_of_very_sure_frames_wins():
    wrong, right = read("https://a.org/stainway", 0.99), read("https://a.org/stairway", 0.99)
    one, more = (combine_links([*[wrong] * 3, *[right] * count]).confidence for count in (3, 5))
    assert one < 0.6 < 0.8 < more


def test_errors_in_different_places_cancel_out():
    readings = [
        read("https://a.org/one/tw0/three", 0.7),
        read("https://a.org/one/two/thre", 0.7),
        read("https://a.org/on/two/three", 0.6),
    ]
    link = combine_links(readings)
    assert link.url == "https://a.org/one/two/three"
    assert link.confidence == pytest.approx(0.7 * 1.3 / 2.0)
    (repair,) = link.repairs
    assert (repair.after, repair.reason) == (link.url, "several frames")
    assert repair.before in {reading.url for reading in readings}


def test_no_number_of_frames_tells_a_nought_from_an_o_in_a_random_name():
    def combine(printed, other):
        instead = (OtherUrl(f"https://a.org/{other}", 0.25, "other reading"),)
        reading = replace(read(f"https://a.org/{printed}", 0.7), alternatives=instead)
        return combine_links([reading] * 12).confidence

    assert combine("x0azJIUm", "xOazJIUm") == pytest.approx(0.7 / 0.95)
    assert combine("v14", "v1.4") == pytest.approx(0.7 / 0.95)
    assert combine("v1.4", "v14") > 0.9
    assert combine("sql", "sq1") > 0.9
    assert combine("page", "Page") > 0.9


def test_a_host_is_never_put_together_from_pieces():
    readings = [
        read("https://bank-a.org/x", 0.7),
        read("https://bnk.org/x", 0.65),
        read("https://bnk-a.org/x", 0.6),
        read("https://bank.com/x", 0.6),
    ]
    link = combine_links(readings)
    assert link.url in {reading.url for reading in readings}


def test_a_longer_reading_wins_if_it_has_the_weight():
    readings = [read("https://a.org/x/long", 0.9), read("https://a.org/x", 0.4)]
    assert combine_links(readings).url == "https://a.org/x/long"
    readings = [read("https://a.org/x/long", 0.4), read("https://a.org/x", 0.9)]
    assert combine_links(readings).url == "https://a.org/x"


def read_lines(url, confidence, lines, trust=1.0):
    printed = LINK.lines * lines
    return replace(read(url, confidence), lines=printed, trust=trust)


def test_lines_that_were_not_joined_say_less_than_one_that_was():
    part, whole = (
        read_lines("https://a.org/", 0.5, 1, 0.55),
        read_lines("https://a.org/x.html", 0.8, 2),
    )
    link = combine_links([part] * 5 + [whole] * 2)
    assert link.url == "https://a.org/x.html"
    assert combine_links([part] * 6 + [whole]).url == "https://a.org/"


def test_frames_with_its_first_line_only_hardly_make_a_joined_link_less_sure():
    whole = [read_lines("https://green-manufacture.de", 0.98, 2)] * 4
    first = [read_lines("https://green", 0.98, 1)] * 2
    assert combine_links([*whole, *first]).confidence > 0.95
    other = [read_lines("https://greed-manufacture.de", 0.98, 2)] * 2
    assert combine_links([*whole, *other]).confidence < 0.9


def test_a_shorter_reading_of_as_many_lines_is_no_part_of_a_longer_one():
    readings = [read_lines("https://a.org/x", 0.8, 1)] * 3 + [
        read_lines("https://a.org/x1", 0.9, 1)
    ]
    assert combine_links(readings).url == "https://a.org/x"


def test_however_often_it_is_read_a_link_that_may_go_on_stays_as_doubtful():
    link = combine_links([read_lines("https://a.org/", 0.95 * 0.55, 1, 0.55)] * 8)
    assert 0.5 < link.confidence < 0.55


def test_whether_it_ends_there_says_nothing_of_how_else_it_may_be_read():
    upper = [read_lines("https://a.org/Page/", 0.95 * 0.94, 1, 0.94)] * 4
    lower = [read_lines("https://a.org/page/", 0.6 * 0.94, 1, 0.94)]
    link = combine_links([*upper, *lower])
    assert link.url == "https://a.org/Page/"
    assert 0.9 < link.confidence < 0.94


def test_more_frames_do_not_make_a_host_known():
    link = combine_links([read_lines("https://shop.lane", 0.54, 1, 0.55)] * 8)
    assert link.confidence < 0.56


def test_readings_without_any_confidence_are_no_division_by_zero():
    assert combine_links([read("https://a.org/x", 0.0)]).confidence == 0


def end(trust, *, is_seen=True):
    return replace(read("https://a.org/x/", 0.99 * trust), trust=trust, is_end_seen=is_seen)


def test_how_likely_a_link_ends_there_is_what_most_frames_say():
    assert combine_links([end(0.94), end(0.55), end(0.94)]).confidence == pytest.approx(0.94, 0.01)
    assert combine_links([end(0.94), end(0.55), end(0.55)]).confidence == pytest.approx(0.55, 0.01)


def test_frames_that_have_the_next_lines_start_tell_more_of_that():
    unseen = [end(0.55, is_seen=False)] * 4
    assert combine_links([*unseen, *[end(0.94)] * 2]).confidence == pytest.approx(0.94, 0.01)
    assert combine_links([*unseen, end(0.94)]).confidence == pytest.approx(0.55, 0.01)
    assert combine_links(unseen).confidence == pytest.approx(0.55, 0.01)


def test_a_frame_without_a_line_below_is_outvoted_by_those_in_which_one_starts_outside():
    without = end(1.0, is_seen=False)
    readings = [end(0.55, is_seen=False), without, end(0.55, is_seen=False)]
    assert combine_links(readings).confidence == pytest.approx(0.55, 0.01)
    assert combine_links([without] * 3).confidence > 0.9
