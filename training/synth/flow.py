"""Flows words and links into lines of a column, breaking links the way print does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from training.synth.sheet import Ending, OpenLink, Run, Sheet, Type, break_points
from training.synth.urls import Lookalike

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Column:
    """A rectangle that text flows into, in page pixels."""

    left: float
    top: float
    width: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Setting:
    """How a paragraph is set: `leading` is the distance of baselines, in pixels."""

    body: Type
    link: Type
    leading: float
    justified: bool = True
    breaks_anywhere: bool = False
    breaks_links: bool = True
    centred: bool = False
    indent: float = 0.0


@dataclass(frozen=True, slots=True)
class LinkWord:
    """A link among the words, with what touches it: an opening bracket, a full stop."""

    label: str
    url: str
    before: str = ""
    after: str = ""


def flow(
    sheet: Sheet, column: Column, top: float, words: Iterable[str | LinkWord], setting: Setting
) -> float:
    """Set `words` into `column` from `top` down; return the y at which the next block may start.

    What does not fit above the column's bottom is left out; a link cut by it is left out whole
    unless its first line stands already.
    """
    baseline = top + setting.body.size * 0.95
    line: list[Run] = []
    room = column.width - setting.indent
    x = column.left + setting.indent
    pending = [_run_of(word, setting) for word in words]
    pending.reverse()
    above: list[Run] = []
    while pending and baseline < column.bottom:
        run = pending.pop()
        space = setting.body.width(" ") if line else 0.0
        used = _width(line, setting)
        if used + space + run.width <= room:
            line.append(run)
            continue
        head, tail = _split(run, room - used - space, setting)
        if head is not None:
            line.append(head)
        if head is None and not line:
            pending.append(_shorten(run, room))
            if pending[-1].text == run.text:
                pending.pop()
            continue
        _set_line(sheet, line, setting, start=(x, baseline), room=room, above=above)
        pending.append(tail)
        above, line, baseline = line, [], baseline + setting.leading
        x, room = column.left, column.width
    if line and baseline < column.bottom:
        last = replace(setting, justified=False)
        _set_line(sheet, line, last, start=(x, baseline), room=room, above=above)
        if (ended := line[-1].ended_link) is not None:
            sheet.ended_links.append(Ending(ended, x, baseline, setting.leading))
        baseline += setting.leading
    return baseline - setting.body.size * 0.95


def _run_of(word: str | LinkWord, setting: Setting) -> Run:
    if isinstance(word, str):
        return Run(word, setting.body, is_lookalike=isinstance(word, Lookalike))
    start = len(word.before)
    text = word.before + word.url + word.after
    return Run(text, setting.link, OpenLink(word.label, word.url), start, start + len(word.url))


def _split(run: Run, room: float, setting: Setting) -> tuple[Run | None, Run]:
    """Break a link so that its head fits into `room`; return (None, run) where it cannot be."""
    link = run.link
    if link is None or not setting.breaks_links:
        return None, run
    done = len(link.url) - (run.stop - run.start)
    points = break_points(link.url, link.label, anywhere=setting.breaks_anywhere)
    cuts = [k - done + run.start for k in points if k - done > 2 and len(link.url) - k >= 2]
    fitting = [cut for cut in cuts if run.type.width(run.text[:cut]) <= room]
    if not fitting:
        return None, run
    cut = fitting[-1]
    head = replace(run, text=run.text[:cut], stop=cut)
    tail = replace(run, text=run.text[cut:], start=0, stop=run.stop - cut)
    return head, tail


def _shorten(run: Run, room: float) -> Run:
    """Cut a plain word that is wider than the whole column; a link that wide is dropped."""
    if run.link is not None:
        return Run("", run.type)
    text = run.text
    while len(text) > 1 and run.type.width(text) > room:
        text = text[:-1]
    return replace(run, text=text)


def _width(line: list[Run], setting: Setting) -> float:
    return sum(run.width for run in line) + max(0, len(line) - 1) * setting.body.width(" ")


def _set_line(
    sheet: Sheet,
    line: list[Run],
    setting: Setting,
    *,
    start: tuple[float, float],
    room: float,
    above: list[Run],
) -> None:
    """Set a line; of a link that ended the line `above` it is noted what follows."""
    x, baseline = start
    space = setting.body.width(" ")
    slack = room - _width(line, setting)
    if setting.centred:
        x += slack / 2
    elif setting.justified and len(line) > 1 and slack < room * 0.35:
        space += slack / (len(line) - 1)
    ended = above[-1].ended_link if above else None
    if ended is not None and line[0].link is not ended:
        ended.following = line[0].quad_at(x, baseline)
    if not above:
        sheet.note_following(line[0], x, baseline)
    for run in line:
        sheet.set_run(x, baseline, run)
        x += run.width + space
