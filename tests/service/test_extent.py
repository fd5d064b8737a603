import cv2
import numpy as np
import pytest

from service.extent import find_extent

HEIGHT, COLUMNS = 44, 700
GAP = 14.0


def photograph(*words):
    """Return a strip with `words`: each its left column, its text and its grey."""
    photo = np.full((HEIGHT, COLUMNS), 225, np.uint8)
    for left, text, ink in words:
        cv2.putText(photo, text, (left, 33), cv2.FONT_HERSHEY_SIMPLEX, 1.0, ink, 2, cv2.LINE_AA)
    return photo


def find(photo, columns=COLUMNS, border=None):
    return find_extent(
        photo, columns, gap_width=GAP, sure_columns=40, find_border=lambda strip: border
    )


def test_ink_goes_to_the_first_wide_gap():
    extent = find(photograph((10, "abcdef", 30), (300, "next", 30)))
    assert 8 <= extent.left <= 16
    assert 100 < extent.right < 140
    assert 296 < extent.behind < 308
    assert not extent.has_border


def test_pale_print_beside_black_print_is_no_gap():
    pale = photograph((10, "ooooooooooo", 190), (232, "MMMMMMM", 10))
    alone = photograph((10, "ooooooooooo", 190))
    assert abs(find(pale).right - find(alone).right) <= 2
    assert find(pale).strip[:, :200].min() < 100


def test_where_the_line_ends_there_is_nothing_behind():
    extent = find(photograph((10, "abcdef", 30)))
    assert extent.behind == extent.columns == COLUMNS


def test_a_border_ends_the_line_and_has_nothing_behind():
    photo = photograph((10, "abcdef", 30), (300, "next", 30))
    extent = find(photo, border=90)
    assert (extent.right, extent.behind, extent.has_border) == (90, extent.columns, True)
    assert not find(photo, border=30).has_border


def test_a_letter_that_the_lines_end_cuts_is_followed_to_the_border():
    photo = photograph((10, "abcdef", 30))
    cut = find(photo, columns=100)
    assert (cut.right, cut.strip.shape[1]) == (100, 100)
    whole = find(photo, columns=100, border=132)
    assert (whole.right, whole.strip.shape[1]) == (132, 132)


@pytest.mark.parametrize(
    ("rows", "is_whole"),
    [
        ((20, 23), True),
        ((23, 26), True),
        ((30, 34), True),
        ((36, 39), True),
        ((5, 8), False),
        ((41, 44), False),
        ((16, 28), False),
    ],
)
def test_a_hairline_between_black_letters_is_no_gap(rows, is_whole):
    photo = photograph((10, "abcdef", 10), (130, "ghi", 10))
    end = find(photo).right
    photo[slice(*rows), end + 2 : 129] = 205
    assert end < 110
    assert (find(photo).right > 130) == is_whole


@pytest.mark.parametrize(("share", "is_whole"), [(0.72, True), (0.5, False)])
def test_a_narrow_underscore_is_no_gap(share, is_whole):
    photo = photograph((10, "abcdef", 10), (130, "ghi", 10))
    end = find(photo).right
    margin = round((129 - end) * (1 - share) / 2)
    photo[37:40, end + margin : 130 - margin] = 195
    assert (find(photo).right > 130) == is_whole


def test_a_rule_that_slants_out_of_the_strip_is_no_underscore():
    photo = photograph((10, "abcdef", 10), (130, "ghi", 10))
    end = find(photo).right
    photo[37:39, 20:130] = 195
    assert find(photo).right == end


def test_an_underline_between_two_words_is_no_underscore():
    photo = photograph((10, "abcdef", 10), (130, "ghi", 10))
    end = find(photo).right
    photo[37:39, :200] = 205
    assert find(photo).right == end
    photo[37:39, : end - 2] = 225
    photo[37:39, 136:200] = 225
    assert find(photo).right > 130
