"""The expand stage: a prefix box is followed rightward along its line and cut out as a strip."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from service.band import STEP_RATIO
from service.baseline import is_inside, trace_course
from service.cell_border import find_border, holds_border, is_ruled_off
from service.columns import starts_column
from service.extent import find_extent, flatten_strip
from service.gaps import find_gaps
from service.ink import grey_of, is_light_on_dark
from service.next_line import find_next_line
from service.records import Strip
from service.rectify import outline, sample_line
from service.sketch import keep_sketch, sketch_of
from service.tilt import find_line_start

if TYPE_CHECKING:
    from service.baseline import Course
    from service.ink import Grey
    from service.records import Box, Frame, Polygon, Prefix
    from service.settings import ExpandSettings
    from service.tilt import LineStart


# Long enough for a word of prose and the space behind it.
_FIRST_WORDS_RATIO = 7.0
# Less than any word space, of the line's height.
_SPACE_RATIO = 0.1
# What ends so close to where the line leaves the frame is cut off, in a gap between two letters or
# behind the last step; of such links none was whole on 230 generated pages.
_CUT_GAP_RATIO = 0.5
# What starts so close to the frame's edge may have more of its word before it, or another word.
_CUT_START_RATIO = 0.45
# How far below a line the next one is over, in line heights, mostly.
_NEXT_RATIO = 1.6
# From a course's last step to where the rule that it ends at has paper behind it.
_RULE_AHEAD_RATIO = 2 * STEP_RATIO
_RULE_LEVEL = 150
_RULE_WIDTH_RATIO = 0.6
_RULE_ROWS = 0.97
_LONE_RULE_ROWS = 0.85
_RULE_GAP_RATIO = 0.2
_RULE_MARGIN_RATIO = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A strip and how it lies in the frame.

    `grey` is the whole frame, dark on light. `reach` is the strip's part of the course in pixels.
    `is_line_end` says that nothing is printed to the right of the strip, `is_cut` that its ink
    runs out of the frame, `starts_outside` that it comes from there. `next_ink` is where on the
    course ink goes on behind the gap that ends the strip, None where none does.
    """

    strip: Strip
    grey: Grey
    course: Course
    reach: tuple[float, float]
    next_ink: float | None
    is_line_end: bool
    is_cut: bool
    starts_outside: bool

    def outline(self, left: float, right: float) -> Polygon:
        """Return the polygon of the strip's columns `left` to `right`."""
        return _outline(self.course, (self.locate(left), self.locate(max(right, left + 1))))

    def locate(self, column: float) -> float:
        """Return where on the course a column of the strip is."""
        px = (self.reach[1] - self.reach[0]) / self.strip.pixels.shape[1]
        return float(self.reach[0] + column * px)


def measure_room(line: Line, other: Line, *, column: float | None = None) -> float:
    """Return by how many line heights `other` goes further to the right than `line` does.

    It goes to that column of its strip, or as far as its course, whose end is known to a step.
    """
    end = float(other.course.along[-1]) if column is None else other.locate(column)
    ends = (line.course, line.reach[1]), (other.course, end)
    (x, y), (other_x, other_y) = (course.points_at(np.array([at]))[0] for course, at in ends)
    start = line.course.start
    ahead = math.cos(start.angle) * (other_x - x) + math.sin(start.angle) * (other_y - y)
    return float(ahead) / start.height


class Page:
    """A frame in grey, dark on light and light on dark; each is made when it is first needed."""

    def __init__(self, frame: Frame) -> None:
        """Turn the frame grey."""
        self._grey = grey_of(frame.pixels)

    def grey_around(self, box: Box) -> Grey:
        """Return the frame with the text in `box` dark on light."""
        return self._negative if is_light_on_dark(self._grey, box) else self._grey

    @cached_property
    def _negative(self) -> Grey:
        negative = np.asarray(255 - self._grey, dtype=np.uint8)
        return keep_sketch(negative, self._grey)


class Expander:
    """Follows lines and cuts them out."""

    def __init__(self, settings: ExpandSettings) -> None:
        """Take the limits from `settings`."""
        self._settings = settings

    def is_doubtful(self, prefix: Prefix) -> bool:
        """Tell whether the prefix should be read before its line is followed."""
        return prefix.score < self._settings.doubtful_score

    def cut_prefix(self, page: Page, prefix: Prefix) -> Strip:
        """Return the strip of the prefix alone."""
        grey = page.grey_around(prefix.box)
        start = find_line_start(grey, prefix.box, max_tilt_deg=self._settings.max_tilt_deg)
        length = prefix.box.width / math.cos(start.angle)
        course = trace_course(
            grey,
            start,
            stop_gap_ratio=self._settings.stop_gap_ratio,
            max_ratio=length / start.height + STEP_RATIO,
        )
        margin = self._settings.side_margin_ratio * start.height
        reach = -margin, length + margin
        return Strip(flatten_strip(self._sample(grey, course, reach)), _outline(course, reach))

    def expand_prefix(self, page: Page, prefix: Prefix) -> Line:
        """Return the line that starts with `prefix`, up to the first wide gap."""
        grey = page.grey_around(prefix.box)
        start = find_line_start(grey, prefix.box, max_tilt_deg=self._settings.max_tilt_deg)
        return self._follow(grey, start, sure_length=prefix.box.width / math.cos(start.angle))

    def is_at_end(self, line: Line) -> bool:
        """Tell whether the line ends with the strip, where need be by the lines around it.

        Word spaces may be wider than a gutter.
        """
        if line.next_ink is None:
            return line.is_line_end
        if holds_border(line.grey, line.course, line.reach[1], line.next_ink):
            return True
        behind = line.course.start_at(line.next_ink)
        return starts_column(line.grey, behind, least_contrast=line.course.least_contrast)

    def is_lowest(self, line: Line) -> bool:
        """Tell whether the frame ends above where the next line would."""
        start = line.course.start
        next_y = start.y + _NEXT_RATIO * start.height * math.cos(start.angle)
        return bool(next_y >= line.grey.shape[0])

    def sees_around(self, line: Line) -> bool:
        """Tell whether what stands around a line, and below it, would be seen."""
        return sketch_of(line.grey) is None and not self.is_lowest(line)

    def find_below(self, line: Line) -> Line | None:
        """Return the first words of the line below in the same column, None if there is none.

        What a rule divides from this line is none.

        They are enough to tell whether a link may go on there; `expand_below` returns all of it.
        """
        stop_gap_ratio = self._settings.stop_gap_ratio
        start = find_next_line(line.grey, line.course, stop_gap_ratio=stop_gap_ratio)
        if start is None or is_ruled_off(line.grey, line.course, start, right=line.reach[1]):
            return None
        below = self._follow(line.grey, start, max_ratio=_FIRST_WORDS_RATIO, lead=_find_lead(start))
        rule_px = _measure_rule(below)
        if not rule_px:
            return below
        behind = below.course.start_at(below.reach[0] + rule_px)
        return self._follow(
            line.grey, behind, max_ratio=_FIRST_WORDS_RATIO, lead=_find_lead(behind)
        )

    def cut_before(self, line: Line, end: float, *, ratio: float) -> Grey:
        """Return the strip of what stands before `end` on a line's course, in line heights."""
        reach = end - ratio * line.course.start.height, end
        return flatten_strip(self._sample(line.grey, line.course, reach))

    def expand_before(self, line: Line, end: float) -> Line:
        """Return the words that stand before `end` on a line's course, and not all of them."""
        height = line.course.start.height
        reach = end - _FIRST_WORDS_RATIO * height, end - _SPACE_RATIO * height
        pixels = flatten_strip(self._sample(line.grey, line.course, reach))
        return replace(line, strip=Strip(pixels, _outline(line.course, reach)), reach=reach)

    def expand_past(self, line: Line) -> Line | None:
        """Return a line with some words behind the gap that ends it, None where none follow."""
        if line.next_ink is None:
            return None
        start = line.course.start
        most = line.next_ink + _FIRST_WORDS_RATIO * start.height
        return self._follow(
            line.grey,
            start,
            sure_length=most,
            max_ratio=most / start.height,
            lead=_find_lead(start),
        )

    def expand_below(self, first_words: Line) -> Line:
        """Return the whole line of which `find_below` found the first words."""
        start = first_words.course.start
        return self._follow(first_words.grey, start, lead=_find_lead(start))

    def sample(self, line: Line) -> Grey:
        """Return the line's strip with light and ink as they are in the frame."""
        return self._sample(line.grey, line.course, line.reach)

    def _follow(
        self,
        grey: Grey,
        start: LineStart,
        *,
        sure_length: float = 0.0,
        max_ratio: float | None = None,
        lead: float = 0.0,
    ) -> Line:
        """Return the line from `start` to its first wide gap beyond `sure_length` pixels.

        It is at most `max_ratio` line heights long. The strip's columns are counted from `lead`
        pixels before `start` on, if any.
        """
        limits = self._settings
        course = trace_course(
            grey,
            start,
            stop_gap_ratio=limits.stop_gap_ratio,
            max_ratio=max_ratio or limits.max_length_ratio,
            may_start_at_rule=not sure_length,
        )
        margin = limits.side_margin_ratio * start.height
        origin = -margin
        if lead:
            column = start.height * (1 + 2 * limits.margin_ratio) / limits.strip_height_px
            origin = math.floor((lead - margin) / column) * column - lead
        end = course.end_in(grey)
        beyond = end + _RULE_AHEAD_RATIO * start.height if course.is_at_rule else end
        photo = self._sample(grey, course, (origin, beyond))
        px = (beyond - origin) / photo.shape[1]
        extent = find_extent(
            photo,
            round((end - origin) / px),
            gap_width=limits.word_gap_ratio * limits.strip_height_px,
            sure_columns=(sure_length - origin) / px,
            find_border=lambda strip: find_border(strip, grey, course, origin=origin, px=px),
        )
        left, right, behind, columns = extent.left, extent.right, extent.behind, extent.columns
        first, last = max(0, left - round(margin / px)), min(columns, right + round(margin / px))
        reach = first * px + origin, last * px + origin
        before_ink = course.start_at(left * px + origin - _CUT_START_RATIO * start.height)
        return Line(
            strip=Strip(
                np.ascontiguousarray(extent.strip[:, first:last]),
                _outline(course, reach),
            ),
            grey=grey,
            course=course,
            reach=reach,
            next_ink=behind * px + origin if behind < columns else None,
            is_line_end=extent.has_border
            or (behind - right) * px >= limits.stop_gap_ratio * start.height
            or (not course.is_at_edge and behind == columns),
            is_cut=course.is_at_edge
            and not extent.has_border
            and (columns - right) * px < _CUT_GAP_RATIO * start.height,
            starts_outside=not is_inside(grey, before_ink),
        )

    def _sample(self, grey: Grey, course: Course, reach: tuple[float, float]) -> Grey:
        return sample_line(
            grey,
            course,
            reach=reach,
            height_px=self._settings.strip_height_px,
            margin_ratio=self._settings.margin_ratio,
        )


def _find_lead(start: LineStart) -> float:
    """Return from how far before `start` the columns of a line below count, in pixels along it.

    Where a line begins is known to a pixel or two, which depends on all that is seen of its column.
    Columns at places of their own let it be read alike by who sees more of the page, or less.
    """
    return start.x % (STEP_RATIO * start.height) / math.cos(start.angle)


def _outline(course: Course, reach: tuple[float, float]) -> Polygon:
    return outline(course, reach=reach, half_height=course.start.height / 2)


def _measure_rule(line: Line) -> float:
    """Return where in frame pixels an upright rule at the line's start ends, 0 without one.

    Rules stand beside columns and in tables, and are higher than any character.
    """
    pixels = line.strip.pixels
    rows, columns = pixels.shape
    end, gap_end = next((gap for gap in find_gaps(pixels) if gap[0] > 0), (columns, columns))
    is_alone = gap_end == columns
    inked_rows = (pixels[:, :end] < _RULE_LEVEL).any(axis=1).mean()
    is_tall = inked_rows > (_LONE_RULE_ROWS if is_alone else _RULE_ROWS)
    if not is_tall or end > _RULE_WIDTH_RATIO * rows:
        return 0.0
    if not is_alone and gap_end - end < _RULE_GAP_RATIO * rows:
        return 0.0
    px = (line.reach[1] - line.reach[0]) / columns
    return float((end + _RULE_MARGIN_RATIO * rows) * px)
