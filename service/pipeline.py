"""The order of the stages: detect, expand, recognize, url; and what one frame costs in each."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
import structlog

from service.errors import RecognizeError
from service.expand import Expander, Page
from service.reader import Reader
from service.records import Box, FrameResult, Link, LinkLine, Timings
from service.url import UrlParser
from service.url_end import first_word, text_of
from service.wrap import is_continued, is_unfinished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from service.detect import Detector
    from service.expand import Line
    from service.recognize import Recognizer
    from service.records import Frame, Polygon, Prefix, Symbol, TextLine
    from service.settings import ExpandSettings, UrlSettings
    from service.url import Reading

    OnStage = Callable[[str, float], None]
    # Applies a function to each prefix; in threads, where whoever builds the pipeline has some.
    ShareOut = Callable[[Callable[[Prefix], Link | None], Iterable[Prefix]], Iterable[Link | None]]

_MAX_LINES = 4
# Tesseract places symbols a little narrow; of the line's height.
_SYMBOL_SLACK = 0.2
# From the first prefix to the last link, in seconds that a person waits; the others are worked.
_READ = "read"


class Pipeline:
    """All stages after decoding; may run in several threads at once."""

    def __init__(
        self,
        detector: Detector,
        recognizer: Recognizer,
        *,
        expand: ExpandSettings,
        url: UrlSettings,
        on_stage: OnStage | None = None,
        share_out: ShareOut = map,
    ) -> None:
        """Put the stages together; `on_stage` is told each stage's name and seconds, per frame."""
        self._detector = detector
        self._expander = Expander(expand)
        self._reader = Reader(
            recognizer, max_readings=url.max_readings, sure_confidence=url.sure_confidence
        )
        self._parser = UrlParser()
        self._line_height = expand.strip_height_px
        self._settings = url
        self._on_stage = on_stage
        self._share_out = share_out
        self._log = structlog.get_logger("printlink")

    def run(self, frame: Frame, decode_ms: float) -> FrameResult:
        """Return the links in `frame`; `decode_ms` is what decoding it took.

        Raises:
            DetectError: the detector failed; a reader's failure costs one link only.

        """
        clock = _Clock()
        with clock.stage("detect"):
            prefixes = self._detector.detect(frame)
        links = self._read_links(Page(frame), prefixes, clock) if prefixes else []
        self._tell_stages(clock)
        return FrameResult(
            width=frame.width,
            height=frame.height,
            links=tuple(sorted(links, key=lambda link: (link.prefix.box.top, link.box.left))),
            timings=_timings(clock, decode_ms),
            model_name=self._detector.model_name,
            model_version=self._detector.model_version,
            prefixes=tuple(prefixes),
        )

    def _tell_stages(self, clock: _Clock) -> None:
        for stage, seconds in clock.seconds.items():
            if self._on_stage and stage != _READ:
                self._on_stage(stage, seconds)

    def _read_links(self, page: Page, prefixes: tuple[Prefix, ...], clock: _Clock) -> list[Link]:
        """Return the links that start with `prefixes`, from left to right."""
        starts = sorted(_drop_followers(prefixes), key=lambda prefix: prefix.box.left)
        with clock.stage(_READ):
            found = self._share_out(lambda prefix: self._try_prefix(page, prefix, clock), starts)
            return _drop_covered([link for link in found if link is not None])

    def _try_prefix(self, page: Page, prefix: Prefix, clock: _Clock) -> Link | None:
        try:
            link = self._read_link(page, prefix, clock)
        except RecognizeError as error:
            self._log.warning("strip_not_read", error=type(error).__name__)
            return None
        return link if link is not None and self._is_sure(link) else None

    def _read_link(self, page: Page, prefix: Prefix, clock: _Clock) -> Link | None:
        with clock.stage("expand"):
            line = self._expander.expand_prefix(page, prefix)
        with clock.stage("recognize"):
            reading = self._reader.read(line.strip, lambda text: self._parse(text, prefix))
        if reading is None:
            return None
        pieces = [_Piece(line, 0)]
        while self._settings.join_wrapped and len(pieces) < _MAX_LINES:
            below = self._find_below(pieces[-1].line, reading, clock)
            whole = None if below is None else self._read_below(below, reading, prefix, clock)
            if below is None or whole is None:
                break
            pieces.append(_Piece(below, len(reading.line_symbols)))
            reading = whole
        if reading.is_open and (pieces[-1].line.is_cut or is_unfinished(reading.text)):
            return None
        return _link(prefix, reading, pieces)

    def _find_below(self, line: Line, reading: Reading, clock: _Clock) -> Line | None:
        if not (line.is_line_end and reading.is_open):
            return None
        with clock.stage("expand"):
            return self._expander.expand_below(line)

    def _read_below(
        self, below: Line, first: Reading, prefix: Prefix, clock: _Clock
    ) -> Reading | None:
        """Return the link with its next line, None where nothing shows that it goes on there."""

        def join(text: TextLine) -> Reading | None:
            word = first_word(text.symbols, line_height=below.strip.pixels.shape[0])
            token = text_of(word).replace(" ", "")
            if not is_continued(first.open_text, token, self._parser.is_host):
                return None
            joined = self._parse(replace(text, symbols=first.line_symbols + text.symbols), prefix)
            has_grown = joined is not None and len(joined.symbols) > len(first.line_symbols)
            return joined if has_grown else None

        # A link that can stand alone is not worth a second look at the line below.
        stands_alone = self._is_sure(first) and not is_unfinished(first.text)
        with clock.stage("recognize"):
            whole = self._reader.read(below.strip, join, most_empty=1 if stands_alone else 2)
        return whole if whole and self._is_sure(whole) else None

    def _is_sure(self, found: Link | Reading) -> bool:
        return found.confidence >= self._settings.min_confidence

    def _parse(self, text: TextLine, prefix: Prefix) -> Reading | None:
        return self._parser.parse_line(text, label=prefix.label, line_height=self._line_height)


class _Piece(NamedTuple):
    """One printed line of a link, and the place of its first symbol in the reading."""

    line: Line
    first: int


class _Clock:
    """Adds up the seconds that one frame spends in each stage, in all its threads."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._lock = threading.Lock()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time inside the `with` block."""
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - started
            with self._lock:
                self.seconds[name] = self.seconds.get(name, 0.0) + spent

    def total(self) -> float:
        """Return the seconds since the frame came in."""
        return time.perf_counter() - self._started


def _timings(clock: _Clock, decode_ms: float) -> Timings:
    seconds = clock.seconds
    return Timings(
        decode_ms=decode_ms,
        detect_ms=seconds["detect"] * 1000,
        recognize_ms=seconds.get(_READ, 0.0) * 1000,
        total_ms=decode_ms + clock.total() * 1000,
    )


def _link(prefix: Prefix, reading: Reading, pieces: list[_Piece]) -> Link:
    ends = [piece.first for piece in pieces[1:]] + [len(reading.symbols)]
    printed = tuple(
        _print_line(piece.line, reading.symbols[piece.first : end])
        for piece, end in zip(pieces, ends, strict=True)
    )
    return Link(
        url=reading.text,
        raw=reading.raw,
        scheme=reading.scheme,
        confidence=reading.confidence,
        box=Box.around(tuple(point for line in printed for point in line.polygon)),
        polygon=printed[0].polygon,
        lines=printed,
        prefix=prefix,
        host=reading.host,
        repairs=reading.repairs,
    )


def _print_line(line: Line, symbols: tuple[Symbol, ...]) -> LinkLine:
    height, width = line.strip.pixels.shape
    margin = _SYMBOL_SLACK * height
    left, right = symbols[0].left - margin, symbols[-1].right + margin
    return LinkLine(line.outline(max(0.0, left), min(float(width), right)), text_of(symbols))


def _drop_followers(prefixes: tuple[Prefix, ...]) -> list[Prefix]:
    """Return the prefixes without those right behind another one, as `www.` is in `https://www.`."""
    return [
        prefix
        for prefix in prefixes
        if not any(_follows(prefix.box, other.box) for other in prefixes)
    ]


def _follows(box: Box, other: Box) -> bool:
    overlap = min(box.bottom, other.bottom) - max(box.top, other.top)
    is_beside = overlap > min(box.height, other.height) / 2
    return is_beside and abs(box.left - other.right) < other.height / 2 and box.left > other.left


def _drop_covered(links: list[Link]) -> list[Link]:
    """Return the links without those that start on another one; of two, the first stays."""
    return [
        link
        for place, link in enumerate(links)
        if not any(
            _covers(other, link.prefix) and (before < place or not _covers(link, other.prefix))
            for before, other in enumerate(links)
            if other is not link
        )
    ]


def _covers(link: Link, prefix: Prefix) -> bool:
    """Tell whether the prefix' centre lies on one of the link's lines."""
    box = prefix.box
    centre = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return any(_contains(line.polygon, centre) for line in link.lines)


def _contains(polygon: Polygon, point: tuple[float, float]) -> bool:
    return cv2.pointPolygonTest(np.array(polygon, dtype=np.float32), point, measureDist=False) >= 0
