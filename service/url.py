"""The url stage: what was read becomes a URL, or nothing; every change is written down."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import ada_url

from service.host import HostChecker
from service.lookalikes import ONE_FOR_ONE, count_odd_twins, count_odd_words
from service.records import Host, Repair
from service.repair import has_even_case, repair_host, repair_path, repair_port
from service.scheme import PRINTED, find_scheme
from service.spelling import list_spellings, settle_doubts
from service.url_end import find_end, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.records import Symbol, TextLine
    from service.spelling import Spelling

SCHEMES: Final = ("https", "http", "ftp", "tcp")
_UNKNOWN_HOST_TRUST = 0.55
# Nothing but its host tells a link without a scheme from the path of a folder.
_UNKNOWN_WWW_TRUST = 0.3
# So much less likely is a host under no known suffix than one under a known one, in print.
_UNKNOWN_HOST_CHANCE = 0.02
# A fragment holds no second `#` (RFC 3986, 3.5), and two hexadecimal digits follow a `%` (2.1);
# print has others all the same, now and then.
_UNSOUND_CHANCE = 0.05
# Bars are in no part of a link (2.2, 2.3); steep slashes look like them.
_BAR_CHANCE = 0.002
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}|[0-9A-Fa-f]?$)")
# Print has hosts in one case, with capitals at most where a word begins.
_MIXED_CASE_CHANCE = 0.1
# Nor has it, in the words of a path, digits that look like letters.
_ODD_WORD_CHANCE = 0.1
# In codes of both cases letters are of one case by chance only, which each further one halves.
_OTHER_CASE_CHANCE = 0.5
# Behind a bracket that closes what was open before a link stands a space or a mark.
_GLUED_CHANCE = 0.02
_GLUED = re.compile(r"[)\]][^\W_]")
_MARKS = re.compile(r"[/._?=&#%~]")
# Marks that links have within them, and sentences behind them.
_WITHIN_LINKS = frozenset(("", ".", "?", ":"))
_URL = re.compile(r"[\w\-.~:/?#\[\]@!$&'()*+,;=%|]+")
_HOST = re.compile(r"[^:]+://(?:[^/?#@]*@)?(\[[^\]]*\]|[^:/?#]*)")


@dataclass(frozen=True, slots=True)
class Reading:
    """One understanding of a line as a link.

    `symbols` are those of the link from the scheme on, `line_symbols` go on to the line's end,
    spaces included in both. `others` are texts that the line may hold as well, and how likely each
    is beside this one. `host_trust` is what the host leaves of any confidence; `likelihood` is that
    of such a URL in print, 1 with a known host, all in one case, and sound grammar.
    """

    text: str
    raw: str
    scheme: str
    confidence: float
    host: Host
    repairs: tuple[Repair, ...]
    symbols: tuple[Symbol, ...]
    line_symbols: tuple[Symbol, ...]
    host_trust: float = 1.0
    likelihood: float = 1.0
    others: tuple[tuple[str, float], ...] = ()

    @property
    def meaning(self) -> str:
        """The URL with scheme and host in lower case, as they are in any."""
        return _meaning_of(self.text)

    @property
    def has_whole_host(self) -> bool:
        """Whether the host is a known one, or at least something follows it."""
        rest = self.text.partition("://")[2]
        return self.host_trust == 1.0 or _first(r"[/?#]", rest) < len(rest)

    @property
    def is_open(self) -> bool:
        """Whether nothing but a stop follows, so that the link may go on in the next line."""
        return self._rest in _WITHIN_LINKS

    @property
    def may_be_cut(self) -> bool:
        """Whether the link goes on where its line is cut off.

        What is left of a character there is read as any mark; a space is a link's end.
        """
        marks = self._rest[:-1], self._rest[-1:]
        return marks[0] in _WITHIN_LINKS and not marks[1].isspace()

    @property
    def open_text(self) -> str:
        """The link with the stop that may not be its end."""
        return self.text + self._rest

    @property
    def _rest(self) -> str:
        return text_of(self.line_symbols[len(self.symbols) :])

    def rated(self, confidence: float) -> Reading:
        """Return the same reading with another confidence, less where the host is unknown."""
        return replace(self, confidence=confidence * self.host_trust)

    def ends_before(self, meaning: str) -> bool:
        """Tell whether `meaning` is this link and the next word, as if no space parted them.

        What has several marks of a link is more likely its end.
        """
        behind = meaning.removeprefix(self.meaning)
        is_longer = len(behind) < len(meaning) and behind != ""
        return is_longer and self._rest.startswith(" ") and len(_MARKS.findall(behind)) <= 1

    def chance_of(self, meaning: str) -> float:
        """Return how likely the line means that, beside what was read; 0 if it is none of these."""
        return sum(chance for other, chance in self.others if _meaning_of(other) == meaning)


class UrlParser:
    """Turns lines of text into URLs under URL grammar and the public suffix list."""

    def __init__(self) -> None:
        """Load the public suffix list."""
        self._hosts = HostChecker()

    def is_host(self, host: str) -> bool:
        """Tell whether `host` can be reached by name."""
        return self._hosts.is_plausible(host)

    def parse_line(self, line: TextLine, *, label: str, line_height: float) -> Reading | None:
        """Return the link that `line` starts with, None if there is none.

        `label` is the detector's, `line_height` the strip's height in its own pixels. Where the
        reader was in doubt, a spelling that makes a host is taken rather than one that makes none.
        A link without a valid host is returned with no confidence: it may be the start of a
        wrapped one.
        """
        parse = partial(
            self._parse, label=label, line_height=line_height, parts_words=line.parts_words
        )
        read = parse(line.symbols)
        if read is None:
            return None
        first = len(line.symbols) - len(read.line_symbols)
        # The symbol behind the link may be a part of it that was misread.
        spellings = list_spellings(
            line.symbols,
            range(first, first + len(read.symbols) + 1),
            parts_words=line.parts_words,
        )
        parsed = ((parse(spelling.symbols), spelling) for spelling in spellings[1:])
        every = [(read, spellings[0]), *((one, by) for one, by in parsed if one)]
        chosen, spelling = self._choose(every)
        if len(every) == 1:
            return chosen
        doubts = [(by, _likelihood_beside(one, chosen)) for one, by in every]
        settled = parse(settle_doubts(line.symbols, spelling, doubts, parts_words=line.parts_words))
        if settled is None or settled.text != chosen.text:
            return chosen
        return replace(chosen, confidence=settled.confidence)

    def _parse(
        self, symbols: tuple[Symbol, ...], *, label: str, line_height: float, parts_words: bool
    ) -> Reading | None:
        inked = [symbol for symbol in symbols if symbol.text != " "]
        anchor = find_scheme(inked, label)
        if anchor is None:
            return None
        symbols = symbols[_place_of(symbols, anchor.start) :]
        start = _place_of(symbols, anchor.end - anchor.start)
        plain = [_plain(symbol) for symbol in symbols[start:]]
        is_parted = anchor.label == "www" and symbols[start - 1].text == " "
        length = find_end(
            plain, line_height=line_height, is_host=self.is_host, parts_words=parts_words
        )
        if is_parted and "." not in text_of(plain[:length]):
            # Whoever loses its point leaves the others: that is a word of prose.
            return None
        return self._assemble(
            label=anchor.label,
            start=start,
            body=plain[:length],
            symbols=symbols[: start + length],
            line_symbols=symbols,
        )

    def _choose(self, parsed: list[tuple[Reading, Spelling]]) -> tuple[Reading, Spelling]:
        """Return the likeliest of several readings and its spelling; the first is what was read."""
        chances: dict[str, float] = {}
        for one, spelling in parsed:
            chances[one.text] = chances.get(one.text, 0.0) + one.likelihood * spelling.chance
        text = max(chances, key=lambda one: chances[one])
        read = parsed[0][0]
        best, spelling = next(entry for entry in parsed if entry[0].text == text)
        others = sorted(
            ((other, chance / chances[text]) for other, chance in chances.items() if other != text),
            key=lambda entry: -entry[1],
        )
        if best.raw != read.raw:
            change = Repair(read.raw, best.raw, "second choice of the reader")
            best = replace(best, raw=read.raw, repairs=(change, *best.repairs))
        return replace(best, others=tuple(others)), spelling

    def _assemble(
        self,
        *,
        label: str,
        start: int,
        body: Sequence[Symbol],
        symbols: tuple[Symbol, ...],
        line_symbols: tuple[Symbol, ...],
    ) -> Reading:
        scheme_read, read = text_of(symbols[:start]), text_of(symbols[start:])
        rest, repairs = self._repair(text_of(body))
        # A `W` looks alike in both cases, and the host begins with it.
        is_upper = scheme_read.isupper() or (label == "www" and _split_host(rest)[0].isupper())
        printed = PRINTED[label].upper() if is_upper else PRINTED[label]
        repairs = [
            *_note(scheme_read, printed, "scheme"),
            *_note(read, text_of(body), "look-alikes"),
            *repairs,
        ]
        url = printed + rest
        if label == "www":
            url = f"https://{url}"
            repairs.append(Repair(printed + rest, url, "scheme added"))
        host = host_of(url)
        host_trust = self._trust_host(host, label)
        behind = text_of(line_symbols[len(symbols) :][:2])
        likelihood = _rate_print(url, _split_host(text_of(body))[0], host_trust=host_trust)
        return Reading(
            text=url,
            raw=text_of(symbols),
            scheme="https" if label == "www" else label,
            confidence=_sureness(body) if host else 0.0,
            host=self._hosts.describe(host or "", has_credentials=_has_user(url)),
            repairs=tuple(repairs),
            symbols=symbols,
            line_symbols=line_symbols,
            host_trust=host_trust,
            likelihood=likelihood * (_GLUED_CHANCE if _GLUED.match(behind) else 1.0),
        )

    def _trust_host(self, host: str | None, label: str) -> float:
        if host and self.is_host(host):
            return 1.0
        return _UNKNOWN_WWW_TRUST if label == "www" else _UNKNOWN_HOST_TRUST

    def _repair(self, read: str) -> tuple[str, list[Repair]]:
        """Return what stands after the scheme without spaces and damage, and what was done."""
        host, port, path = _split_host(read)
        fixed = repair_host(host, self.is_host), repair_port(port), repair_path(path)
        repairs = [
            *_note(host, fixed[0], "host"),
            *_note(port, fixed[1], "port"),
            *_note(path, fixed[2], "path"),
        ]
        return "".join(fixed), repairs


def host_of(url: str) -> str | None:
    """Return the printed host of `url`, None if a URL parser refuses the URL or its scheme."""
    try:
        parsed = ada_url.URL(url)
    except ValueError:
        return None
    found = _HOST.match(url)
    if parsed.protocol[:-1] not in SCHEMES or not _URL.fullmatch(url) or found is None:
        return None
    return found.group(1) or None


def _meaning_of(url: str) -> str:
    scheme, _, rest = url.partition("://")
    end = _first(r"[/?#]", rest)
    return f"{scheme}://{rest[:end]}".lower() + rest[end:]


def _rate_print(url: str, host_read: str, *, host_trust: float) -> float:
    """Return how likely a URL is in print whose host was read as `host_read`."""
    likelihood = 1.0 if host_trust == 1.0 else _UNKNOWN_HOST_CHANCE
    if url.count("#") > 1 or _BROKEN_ESCAPE.search(url):
        likelihood *= _UNSOUND_CHANCE
    likelihood *= _BAR_CHANCE ** url.count("|")
    path = _path_of(url)
    likelihood *= _ODD_WORD_CHANCE ** count_odd_words(path)
    likelihood *= _OTHER_CASE_CHANCE ** count_odd_twins(path)
    return likelihood * (
        1.0 if has_even_case(host_of(url) or "", host_read) else _MIXED_CASE_CHANCE
    )


def _likelihood_beside(reading: Reading, chosen: Reading) -> float | None:
    """Return how likely `reading` is beside `chosen`, None where both are the same."""
    return None if reading.text == chosen.text else min(1.0, reading.likelihood / chosen.likelihood)


def _has_user(url: str) -> bool:
    return "@" in re.split("[/?#]", url.partition("://")[2], maxsplit=1)[0]


def _split_host(read: str) -> tuple[str, str, str]:
    """Return host, port and the rest, each with the mark before it."""
    end = _first(r"[/?#]", read)
    authority, rest = read[:end], read[end:]
    # A colon further left parts user and password, or the groups of an IPv6 address.
    port = _first(r":[^:@\]]*$", authority)
    return authority[:port], authority[port:], rest


def _path_of(url: str) -> str:
    """Return what a URL has from the first mark behind its host on."""
    return _split_host(url.partition("://")[2])[2]


def _first(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return found.start() if found else len(text)


def _note(before: str, after: str, reason: str) -> list[Repair]:
    if before == after:
        return []
    return [Repair(before, after, "spaces" if before.replace(" ", "") == after else reason)]


def _plain(symbol: Symbol) -> Symbol:
    plain = ONE_FOR_ONE.get(symbol.text)
    return symbol if plain is None else symbol._replace(text=plain)


def _place_of(symbols: Sequence[Symbol], inked: int) -> int:
    """Return the place of the inked symbol number `inked`, counted from 0, or the end."""
    places = [place for place, symbol in enumerate(symbols) if symbol.text != " "]
    return places[inked] if inked < len(places) else len(symbols)


def _sureness(symbols: Sequence[Symbol]) -> float:
    """Return the mean of mean and least confidence: one wrong character spoils a URL."""
    values = [symbol.confidence for symbol in symbols if symbol.text != " "]
    return (sum(values) / len(values) + min(values)) / 2 if values else 0.0
