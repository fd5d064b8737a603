"""Several readings of one printed link, combined character by character into the likeliest one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from difflib import SequenceMatcher
from statistics import median
from typing import TYPE_CHECKING, Final

from service.lookalikes import is_ambiguous
from service.records import Repair
from service.url import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.records import Link

    # A reading and its weight.
    Vote = tuple[Link, float]

# Frames of one scene share its print, its light and mostly their errors, so that another one that
# agrees says much less than a first: its doubt counts to this power.
_NEWS_OF_ANOTHER: Final = 0.25
_MAX_CONFIDENCE: Final = 0.9999
# A line that was not joined says little against one that was: many a line is too blurred to join,
# and few are joined wrongly.
_NEWS_OF_A_PART: Final = 1 / 3
# So many frames have to have the place where a link would go on before they outweigh the others.
_LEAST_INFORMED: Final = 1 / 3
_REASON: Final = "several frames"


def combine_links(readings: Sequence[Link]) -> Link:
    """Return what `readings` of the same print, one or more, come to, and how sure that is.

    Each reading votes for its characters with its confidence, or a part of that where it has but
    the first lines of another one. A text that no single frame has is given only with a host that
    one of them has: a host put together from pieces leads elsewhere.
    """
    if len(readings) == 1:
        return readings[0]
    votes = [(link, _weigh(link, readings)) for link in readings]
    pivot = _best_supported(votes)
    text, share = _vote(pivot.url, votes)
    is_read = any(link.url == text for link in readings)
    if is_read or host_of(text) != host_of(pivot.url):
        return _elect(text if is_read else pivot.url, readings)
    repair = Repair(pivot.url, text, _REASON)
    return replace(
        pivot,
        url=text,
        confidence=pivot.confidence * share,
        repairs=(*pivot.repairs, repair),
    )


def _weigh(link: Link, readings: Sequence[Link]) -> float:
    is_part = any(_is_part(link, other) for other in readings)
    return link.confidence * (_NEWS_OF_A_PART if is_part else 1.0)


def _is_part(link: Link, other: Link) -> bool:
    """Tell whether `link` has but the first lines of what `other` has more of."""
    return len(link.lines) < len(other.lines) and other.url.startswith(link.url)


def _best_supported(votes: Sequence[Vote]) -> Link:
    support: dict[str, float] = defaultdict(float)
    for link, weight in votes:
        support[link.url] += weight
    return max((link for link, _ in votes), key=lambda link: (support[link.url], link.confidence))


def _elect(url: str, readings: Sequence[Link]) -> Link:
    """Return the surest reading of `url`, as sure as it is beside what other frames say.

    One of the texts is right or none is: the odds of each and of none, which are 1, share what
    confidence there is. Whether a link ends with its last line is another matter than what that
    says, so that texts of as many lines share what there is before the end is doubted. Frames that
    have but the first lines of `url` say little against it.
    """
    by_url: dict[str, list[Link]] = defaultdict(list)
    for link in readings:
        by_url[link.url].append(link)
    lines = len(by_url[url][0].lines)
    as_long, others = 0.0, 0.0
    for same in by_url.values():
        sureness = _sureness(same)
        if len(same[0].lines) == lines:
            as_long += _odds_of(sureness)
            continue
        is_part = any(_is_part(same[0], other) for other in by_url[url])
        news = _NEWS_OF_A_PART if is_part else 1.0
        others += _odds_of(sureness * _trust_end(same)) ** news
    share = _odds_of(_sureness(by_url[url])) / (1 + as_long)
    share = min(share, _limit_share(url, readings))
    odds = _odds_of(share * _trust_end(by_url[url]))
    base = max(by_url[url], key=lambda link: link.confidence)
    return replace(base, confidence=odds / (1 + odds + others))


def _limit_share(url: str, readings: Sequence[Link]) -> float:
    """Return how likely `url` is beside the likeliest text that frames do not tell from it.

    Whether a ring is a nought or an `O` is as open in many frames of one print as it is in one.
    """
    said: dict[str, float] = defaultdict(float)
    for link in readings:
        said[link.url] += link.confidence / link.trust
        for other in link.alternatives:
            said[other.url] += other.confidence
    twins = (said[text] for text in said if is_ambiguous(url, text))
    return said[url] / (said[url] + max(twins, default=0.0)) if said[url] else 0.0


def _odds_of(confidence: float) -> float:
    return confidence / (1 - min(_MAX_CONFIDENCE, confidence))


def _vote(pivot: str, cast_votes: Sequence[Vote]) -> tuple[str, float]:
    """Return the text that wins place by place, and the least share of the vote in any place.

    Places are the characters of `pivot` and, before each and at the end, what others have there.
    """
    votes: list[dict[str, float]] = [defaultdict(float) for _ in range(2 * len(pivot) + 1)]
    for link, weight in cast_votes:
        for place, text in enumerate(_align(pivot, link.url)):
            votes[place][text] += weight
    kept = [pivot[place // 2] if place % 2 else "" for place in range(len(votes))]
    winners = [
        max(cast, key=lambda text, own=own: (cast[text], text == own))  # type: ignore[misc]
        for cast, own in zip(votes, kept, strict=True)
    ]
    total = sum(weight for _, weight in cast_votes)
    least = min(cast[text] for cast, text in zip(votes, winners, strict=True))
    return "".join(winners), least / total if total else 0.0


def _align(pivot: str, text: str) -> Iterator[str]:
    """Yield what `text` has in each place of `pivot`: before, at, ..., behind its characters."""
    places = [""] * (2 * len(pivot) + 1)
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, pivot, text, autojunk=False).get_opcodes():
        if kind == "insert":
            places[2 * i1] = text[j1:j2]
        for offset in range(i2 - i1):
            at = j1 + offset
            is_last = offset == i2 - i1 - 1
            places[2 * (i1 + offset) + 1] = text[at : max(at, j2) if is_last else min(at + 1, j2)]
    yield from places


def _sureness(agreeing: Sequence[Link]) -> float:
    """Return how sure readings with one text are together of what is printed there."""
    sure = (min(1.0, link.confidence / link.trust) for link in agreeing)
    first, *others = sorted(sure, reverse=True)
    doubt = 1 - first
    for confidence in others:
        doubt *= (1 - confidence) ** _NEWS_OF_ANOTHER
    return min(_MAX_CONFIDENCE, 1 - doubt)


def _trust_end(agreeing: Sequence[Link]) -> float:
    """Return what is left where a link may go on below, or where its host may be none.

    That is as doubtful in many frames as it is in one; those that have the place where it would go
    on tell more of it.
    """
    informed = [link for link in agreeing if link.is_end_seen]
    told = informed if len(informed) >= _LEAST_INFORMED * len(agreeing) else agreeing
    return median(link.trust for link in told)
