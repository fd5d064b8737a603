"""What a CTC network's steps spell: the likeliest text, where it stands, and what else it may be.

A step that is surely blank parts what lies left of it from what lies right of it, so a strip falls
into short runs that are decoded apart from each other: each is searched by prefixes (Hannun et
al., 2014), and the chances of its readings are all that is left to know about it.
"""

from __future__ import annotations

import math
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from service.records import Alternative, Symbol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    LogProbs = NDArray[np.floating[Any]]
    Labels = tuple[int, ...]
    # What a step may show, as label and chance, the likeliest first.
    Step = list[tuple[int, float]]
    # A character, how sure it is, and what it may be besides.
    Spelled = tuple[str, float, tuple[Alternative, ...]]
    # For each prefix the chance that its last step is a blank, and that it is its last label.
    Beam = dict[Labels, tuple[float, float]]

BLANK: Final = 0
_SURE_BLANK = 0.9
_LEAST_CHANCE = 2e-3
_LEAST_LOG_PROB = math.log(_LEAST_CHANCE)
_MOST_PREFIXES = 8


class Run(NamedTuple):
    """The steps `start` to `stop` (outside), their readings with the likeliest first.

    A reading is labels and its chance; the chances of all of them add up to 1 at most.
    """

    start: int
    stop: int
    readings: tuple[tuple[Labels, float], ...]


def spell_steps(
    log_probs: LogProbs, alphabet: Mapping[int, str], *, step_px: float
) -> tuple[Symbol, ...]:
    """Return the symbols that the steps spell, from left to right.

    `log_probs` is [steps, classes], the chances of each row add up to 1; class 0 is the blank. Step
    t is centred at column (t + .5) * `step_px`.
    """
    places: list[float] = []
    spelled: list[Spelled] = []
    steps = list_likely(log_probs)
    for run in _join_empty(find_runs(steps)):
        labels, chance = run.readings[0]
        if not labels:
            continue
        places += _place_labels(steps, run)
        spelled += _spell_run(run.readings, alphabet, chance)
    centres = [(place + 0.5) * step_px for place in places]
    return tuple(_set_sides(spelled, centres, step_px))


def list_likely(log_probs: LogProbs) -> list[Step]:
    """Return what each step may show, what is too unlikely to matter left out."""
    steps: list[Step] = [[] for _ in log_probs]
    ats, labels = np.nonzero(log_probs > _LEAST_LOG_PROB)
    chances = np.exp(log_probs[ats, labels], dtype=np.float64)
    # Plain numbers: there are few of them, and arrays would cost ten times as much.
    found = zip(ats.tolist(), labels.tolist(), chances.tolist(), strict=True)
    for at, label, chance in found:
        steps[at].append((label, chance))
    for step in steps:
        if len(step) > 1:
            step.sort(key=lambda shown: -shown[1])
    return steps


def find_runs(steps: list[Step]) -> Iterator[Run]:
    """Yield the runs between sure blanks, each with its readings."""
    start = 0
    for at, step in enumerate([*steps, [(BLANK, 1.0)]]):
        if step[0][0] != BLANK or step[0][1] < _SURE_BLANK:
            continue
        if at > start:
            yield Run(start, at, search_prefixes(steps[start:at]))
        start = at + 1


def search_prefixes(steps: list[Step]) -> tuple[tuple[Labels, float], ...]:
    """Return the likeliest texts of some steps with their chances, the likeliest first."""
    if len(steps) == 1:
        return tuple(((label,) if label else (), chance) for label, chance in steps[0])
    if all(len(step) == 1 for step in steps):
        path = [label for label, _ in chain.from_iterable(steps)]
        spelled = tuple(label for label, _ in groupby(path) if label != BLANK)
        return ((spelled, math.prod(chance for _, chance in chain.from_iterable(steps))),)
    beam: Beam = {(): (1.0, 0.0)}
    for step in steps:
        grown: Beam = {}
        for prefix, (blank, label) in beam.items():
            for one, chance in step:
                if one == BLANK:
                    _add(grown, prefix, blank=(blank + label) * chance)
                elif prefix and prefix[-1] == one:
                    # The same label again is one character, unless a blank came between.
                    _add(grown, prefix, label=label * chance)
                    _add(grown, (*prefix, one), label=blank * chance)
                else:
                    _add(grown, (*prefix, one), label=(blank + label) * chance)
        beam = grown if len(grown) <= _MOST_PREFIXES else dict(_list_best(grown)[:_MOST_PREFIXES])
    return tuple((prefix, blank + label) for prefix, (blank, label) in _list_best(beam))


def _list_best(beam: Beam) -> list[tuple[Labels, tuple[float, float]]]:
    return sorted(beam.items(), key=_chance_of, reverse=True)


def _add(
    beam: Beam,
    prefix: Labels,
    *,
    blank: float = 0.0,
    label: float = 0.0,
) -> None:
    old_blank, old_label = beam.get(prefix, (0.0, 0.0))
    beam[prefix] = old_blank + blank, old_label + label


def _chance_of(item: tuple[Labels, tuple[float, float]]) -> float:
    return item[1][0] + item[1][1]


def _join_empty(runs: Iterable[Run]) -> Iterator[Run]:
    """Yield the runs, those that most likely hold nothing joined to the one before.

    What they may hold after all is then another reading of a run that holds something.
    """
    kept: Run | None = None
    for run in runs:
        if kept is not None and not run.readings[0][0]:
            kept = _multiply(kept, run)
            continue
        if kept is not None:
            yield kept
        kept = run
    if kept is not None:
        yield kept


def _multiply(run: Run, other: Run) -> Run:
    both = [
        (labels + more, chance * other_chance)
        for labels, chance in run.readings
        for more, other_chance in other.readings
        if chance * other_chance > _LEAST_CHANCE
    ]
    both.sort(key=lambda reading: -reading[1])
    return run._replace(readings=tuple(both[:_MOST_PREFIXES]) or run.readings)


def _place_labels(steps: list[Step], run: Run) -> list[float]:
    """Return the step of each label of a run's first reading; spread evenly if no step shows it."""
    labels = run.readings[0][0]
    shown, places = [], []
    at = run.start
    for label, alike in groupby(step[0][0] for step in steps[run.start : run.stop]):
        length = len(list(alike))
        if label != BLANK:
            shown.append(label)
            places.append(at + (length - 1) / 2)
        at += length
    if tuple(shown) == labels:
        return places
    share = (run.stop - run.start) / len(labels)
    return [run.start + (count + 0.5) * share - 0.5 for count in range(len(labels))]


def _spell_run(
    readings: tuple[tuple[Labels, float], ...], alphabet: Mapping[int, str], chance: float
) -> list[Spelled]:
    """Return what the first reading spells; the other ones are alternatives of its first."""
    labels = readings[0][0]
    others = tuple(
        Alternative("".join(alphabet[one] for one in other), other_chance, len(labels))
        for other, other_chance in readings[1:]
        if other_chance > _LEAST_CHANCE
    )
    # All symbols of a run together are as likely as the run.
    share = min(1.0, chance ** (1 / len(labels)))
    first, *more = labels
    return [(alphabet[first], share, others), *((alphabet[one], share, ()) for one in more)]


def _set_sides(spelled: list[Spelled], centres: list[float], step_px: float) -> Iterator[Symbol]:
    """Yield the symbols with sides half way to the nearer neighbour."""
    for place, ((text, sure, others), centre) in enumerate(zip(spelled, centres, strict=True)):
        beside = centres[max(0, place - 1) : place] + centres[place + 1 : place + 2]
        half = min((abs(other - centre) for other in beside), default=step_px) / 2
        yield Symbol(text, sure, centre - half, centre + half, others)
