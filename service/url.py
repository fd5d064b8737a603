"""The url stage: what was read becomes a URL, or nothing; every change is written down."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import ada_url

from service.host import HostChecker
from service.lookalikes import ONE_FOR_ONE
from service.records import Host, Repair
from service.repair import repair_host, repair_path
from service.scheme import PRINTED, find_scheme
from service.url_end import find_end, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.records import Symbol, TextLine

SCHEMES: Final = ("https", "http", "ftp", "tcp")
_UNKNOWN_HOST_TRUST = 0.4
_URL = re.compile(r"[\w\-.~:/?#\[\]@!$&'()*+,;=%|]+")
_HOST = re.compile(r"[^:]+://(?:[^/?#@]*@)?(\[[^\]]*\]|[^:/?#]*)")


@dataclass(frozen=True, slots=True)
class Reading:
    """One understanding of a line as a link.

    `symbols` are those of the link from the scheme on, `line_symbols` go on to the line's end,
    spaces included in both. `is_open` says that nothing but a full stop follows the link, so that
    it may go on in the next line.
    """

    text: str
    raw: str
    scheme: str
    confidence: float
    host: Host
    repairs: tuple[Repair, ...]
    symbols: tuple[Symbol, ...]
    line_symbols: tuple[Symbol, ...]

    @property
    def is_open(self) -> bool:
        """Whether the link may go on in the next line."""
        return text_of(self.line_symbols[len(self.symbols) :]) in ("", ".")

    @property
    def open_text(self) -> str:
        """The link with the full stop that may not be its end."""
        return self.text + text_of(self.line_symbols[len(self.symbols) :])

    def trusted(self, share: float) -> Reading:
        """Return the same reading with its confidence multiplied by `share`."""
        return replace(self, confidence=self.confidence * share)


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

        `label` is the detector's, `line_height` the strip's height in its own pixels. A link
        without a valid host is returned with no confidence: it may be the start of a wrapped one.
        """
        inked = [symbol for symbol in line.symbols if symbol.text != " "]
        anchor = find_scheme(inked, label)
        if anchor is None:
            return None
        first = _place_of(line.symbols, anchor.start)
        symbols = line.symbols[first:]
        start = _place_of(symbols, anchor.end - anchor.start)
        plain = [_plain(symbol) for symbol in symbols[start:]]
        length = find_end(plain, line_height=line_height, is_host=self.is_host)
        return self._assemble(
            label=anchor.label,
            start=start,
            body=plain[:length],
            symbols=symbols[: start + length],
            line_symbols=symbols,
        )

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
        printed = PRINTED[label].upper() if scheme_read.isupper() else PRINTED[label]
        rest, repairs = self._repair(text_of(body))
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
        return Reading(
            text=url,
            raw=text_of(symbols),
            scheme="https" if label == "www" else label,
            confidence=self._trust(host) * _sureness(body),
            host=self._hosts.describe(host or ""),
            repairs=tuple(repairs),
            symbols=symbols,
            line_symbols=line_symbols,
        )

    def _repair(self, read: str) -> tuple[str, list[Repair]]:
        """Return what stands after the scheme without spaces and damage, and what was done."""
        host, separator, path = _split_host(read)
        fixed = repair_host(host, self.is_host), repair_path(path)
        repairs = [*_note(host, fixed[0], "host"), *_note(path, fixed[1], "path")]
        return fixed[0] + separator + fixed[1], repairs

    def _trust(self, host: str | None) -> float:
        if host is None:
            return 0.0
        return 1.0 if self.is_host(host) else _UNKNOWN_HOST_TRUST


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


def _split_host(read: str) -> tuple[str, str, str]:
    found = re.search(r"[/?#]|:(?=\d)", read)
    if found is None:
        return read, "", ""
    return read[: found.start()], found.group(), read[found.end() :]


def _note(before: str, after: str, reason: str) -> list[Repair]:
    if before == after:
        return []
    return [Repair(before, after, "spaces" if before.replace(" ", "") == after else reason)]


def _plain(symbol: Symbol) -> Symbol:
    return replace(symbol, text=ONE_FOR_ONE.get(symbol.text, symbol.text))


def _place_of(symbols: Sequence[Symbol], inked: int) -> int:
    """Return the place of the inked symbol number `inked`, counted from 0, or the end."""
    places = [place for place, symbol in enumerate(symbols) if symbol.text != " "]
    return places[inked] if inked < len(places) else len(symbols)


def _sureness(symbols: Sequence[Symbol]) -> float:
    """Return the mean of mean and least confidence: one wrong character spoils a URL."""
    values = [symbol.confidence for symbol in symbols if symbol.text != " "]
    return (sum(values) / len(values) + min(values)) / 2 if values else 0.0
