"""The order of the stages: detect, expand, recognize, url; and what one frame costs in each."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol

import structlog

from service import bullets, quotes
from service.clock import Clock
from service.context import ContextFinder
from service.errors import RecognizeError
from service.expand import Expander, Page, measure_room
from service.likeness import (
    Print,
    count_differences,
    is_headline,
    is_set_alike,
    is_set_apart,
    is_set_as_text,
)
from service.link import End, Piece, make_link
from service.overlap import drop_covered, drop_followers
from service.records import Box, FrameResult, Strip, TextLine, Timings
from service.scheme import (
    PRINTED,
    has_whole_scheme,
    is_behind_scheme,
    is_host_name,
    read_scheme,
)
from service.turns import Turns
from service.url import UrlParser
from service.url_end import first_word, text_of
from service.wrap import (
    IN_BRACKET_TRUST,
    ITEM_TRUST,
    JOIN_TRUST,
    LONE_TRUST,
    drop_bars,
    is_continued,
    is_title,
    is_unfinished,
    may_be_broken,
    may_be_part,
    may_go_on,
    opens_bracket,
    rate_end,
    rate_unseen_end,
    starts_whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from service.detect import Detector
    from service.expand import Line
    from service.reader import Reader
    from service.records import Frame, Link, Prefix, Symbol
    from service.settings import ExpandSettings, UrlSettings
    from service.url import Reading

    OnStage = Callable[[str, float], None]
    # Applies a function to each prefix; in threads, where whoever builds the pipeline has some.
    ShareOut = Callable[[Callable[[Prefix], Link | None], Iterable[Prefix]], Iterable[Link | None]]
    # Returns the link that starts with a prefix, read by the function that comes with it, or known.
    Follow = Callable[[Prefix, Callable[[], Link | None]], Link | None]

_MAX_LINES = 6
# From the first prefix to the last link, in seconds that a person waits; the others are worked.
_READ = "read"
# Boxes that differ by less than the arithmetic of two machines are read alike, to the last letter.
_GRID_PX = 0.5
# A word space and what nobody knows of where a line ends, in line heights.
_LEAST_SPACE = 2.5
# A prefix that starts no further from the frame's left edge, in its heights, may be cut by it.
_EDGE_RATIO = 0.15
# What stands before `www` there may be the rest of a scheme: how long those are, and how much of it
# tells.
_SCHEME_RATIO = 6.0
_BEFORE_RATIO = 1.5
# What differs from a link in so many ways is no part of it, whatever it looks like.
_MOST_DIFFERENCES = 2


class FramePipeline(Protocol):
    """All stages after decoding; may be called from several threads at once."""

    @property
    def sees_colour(self) -> bool:
        """Whether frames in colour are of any use to it."""
        ...

    def run(
        self,
        frame: Frame,
        decode_ms: float,
        follow: Follow | None = None,
        *,
        prefixes: tuple[Prefix, ...] | None = None,
    ) -> FrameResult:
        """Return the links in `frame`; `follow` may spare the reading of those that it knows.

        Where `prefixes` are given, no others are looked for.
        """


class Pipeline:
    """All stages after decoding; may run in several threads at once."""

    def __init__(
        self,
        detector: Detector,
        reader: Reader,
        *,
        expand: ExpandSettings,
        url: UrlSettings,
        on_stage: OnStage | None = None,
        share_out: ShareOut = map,
        turns: Turns | None = None,
    ) -> None:
        """Put the stages together; `on_stage` is told each stage's name and seconds, per frame.

        Where `share_out` has threads, the `turns` are those that the reader lends.
        """
        self._detector = detector
        self._expander = Expander(expand)
        self._reader = reader
        self._context = ContextFinder(self._expander, reader)
        self._parser = UrlParser()
        self._line_height = expand.strip_height_px
        self._settings = url
        self._on_stage = on_stage
        self._share_out = share_out
        self._turns = turns or Turns()
        self._log = structlog.get_logger("printlink")

    @property
    def sees_colour(self) -> bool:
        """Whether frames in colour are of any use to it: only ever to the detector."""
        return self._detector.sees_colour

    def run(
        self,
        frame: Frame,
        decode_ms: float,
        follow: Follow | None = None,
        *,
        prefixes: tuple[Prefix, ...] | None = None,
    ) -> FrameResult:
        """Return the links in `frame`; `decode_ms` is what decoding it took.

        `follow` may spare the reading of links that it knows from frames before. Where `prefixes`
        says what was found elsewhere, the detector is not asked.

        Raises:
            DetectError: the detector failed; a reader's failure costs one link only.

        """
        clock = Clock()
        if prefixes is None:
            with clock.stage("detect"):
                prefixes = self._detector.detect(frame)
        links = self._read_links(Page(frame), prefixes, clock, follow) if prefixes else []
        self._tell_stages(clock)
        return FrameResult(
            width=frame.width,
            height=frame.height,
            links=tuple(sorted(links, key=lambda link: (link.prefix.box.top, link.box.left))),
            timings=_timings(clock, decode_ms),
            model_name=self._detector.model_name,
            model_version=self._detector.model_version,
            prefixes=prefixes,
        )

    def _tell_stages(self, clock: Clock) -> None:
        for stage, seconds in clock.seconds.items():
            if self._on_stage and stage != _READ:
                self._on_stage(stage, seconds)

    def _read_links(
        self, page: Page, prefixes: tuple[Prefix, ...], clock: Clock, follow: Follow | None
    ) -> list[Link]:
        """Return the links that start with `prefixes`, from left to right."""
        # Doubtful ones of several frames may be sure together.
        least = self._settings.min_confidence if follow is None else 0.0
        choose = follow or _read_anew
        # A model of someone else's may find more than links, and that is not for reading.
        printed = (_on_grid(prefix) for prefix in prefixes if prefix.label in PRINTED)
        seen = tuple(one for one in printed if min(one.box.width, one.box.height) > 0)
        starts = sorted(drop_followers(seen), key=lambda prefix: prefix.box.left)
        with clock.stage(_READ):
            found = self._share_out(
                lambda prefix: choose(
                    prefix, lambda: self._try_prefix(page, prefix, clock, least=least)
                ),
                starts,
            )
            return drop_covered([link for link in found if link and self._is_sure(link)])

    def _try_prefix(self, page: Page, prefix: Prefix, clock: Clock, *, least: float) -> Link | None:
        try:
            with self._turns.taken():
                return self._read_link(page, prefix, clock, least=least)
        except RecognizeError as error:
            self._log.warning("strip_not_read", error=type(error).__name__)
            return None

    def _read_link(self, page: Page, prefix: Prefix, clock: Clock, *, least: float) -> Link | None:
        """Return the link that starts with `prefix`, None where it is less sure than `least`.

        That is told by its first line already: whatever was in doubt there stays so.
        """
        if self._expander.is_doubtful(prefix) and not self._is_scheme(page, prefix, clock):
            return None
        with clock.stage("expand"):
            line = self._expander.expand_prefix(page, prefix)
        with clock.stage("recognize"):
            reading = self._reader.read(line.strip, lambda text: self._parse(text, prefix))
        if reading is None or (reading.has_whole_host and _so_far(reading) < least):
            return None
        if self._has_cut_scheme(prefix, line, reading, clock):
            return None
        pieces = [Piece(line, 0)]
        whole, end = self._join_lines(reading, pieces, prefix, clock)
        is_cut = end.trust == 0.0 or (pieces[-1].line.is_cut and whole.may_be_cut)
        if is_cut or (whole.is_open and not _is_whole(whole)):
            return None
        if whole.is_open and self._is_bracketed(reading, line, clock):
            end = end._replace(trust=min(end.trust, IN_BRACKET_TRUST))
        return make_link(prefix, whole, pieces, first=reading, end=end)

    def _has_cut_scheme(self, prefix: Prefix, line: Line, reading: Reading, clock: Clock) -> bool:
        """Tell whether the frame's left edge may cut a part of the link's scheme off."""
        room = prefix.box.left / prefix.box.height
        if room < _EDGE_RATIO:
            return not has_whole_scheme(reading.raw)
        if room > _SCHEME_RATIO or not is_host_name(reading.raw):
            return False
        end = line.locate(reading.symbols[0].right)
        return is_behind_scheme(self._read_before(line, end, clock))

    def _is_bracketed(self, reading: Reading, line: Line, clock: Clock) -> bool:
        """Tell whether a link whose first line this is stands behind a bracket of its own."""
        end = line.locate(reading.symbols[0].left)
        return opens_bracket(self._read_before(line, end, clock))

    def _read_before(self, line: Line, end: float, clock: Clock) -> str:
        """Return the last few characters before `end` on the line's course."""
        with clock.stage("expand"):
            strip = self._expander.cut_before(line, end, ratio=_BEFORE_RATIO)
        with clock.stage("recognize"):
            before = self._reader.read_once(Strip(strip, line.strip.polygon), lambda text: text)
        return before.text if before is not None else ""

    def _join_lines(
        self, reading: Reading, pieces: list[Piece], prefix: Prefix, clock: Clock
    ) -> tuple[Reading, End]:
        """Return the link with the lines that it goes on in, and how likely it ends where it does.

        That is 0 where it goes on outside the frame. `reading` is that of its first line; the lines
        below are added to `pieces`.
        """
        while self._settings.join_wrapped and len(pieces) < _MAX_LINES:
            below = self._expand_below(pieces, reading, clock)
            if below is None:
                return reading, self._rate_bare_end(reading, pieces[-1])
            if below.is_cut:
                return reading, End(0.0)
            if below.line is None:
                return reading, self._rate_end(reading, pieces, below, below.word)
            joined, word = self._read_below(below.line, reading, pieces, prefix, clock)
            if joined is None:
                return reading, self._rate_end(reading, pieces, below, word or below.word)
            pieces.append(Piece(below.line, len(reading.line_symbols)))
            reading = joined
        return reading, End()

    def _is_scheme(self, page: Page, prefix: Prefix, clock: Clock) -> bool:
        """Tell whether the prefix can be read as one, for much less than its line would cost."""
        with clock.stage("expand"):
            strip = self._expander.cut_prefix(page, prefix)
        with clock.stage("recognize"):
            # How sure the reader is of it would take a second one, and does not matter here.
            read = self._reader.read_once(strip, lambda text: read_scheme(text, prefix.label))
        return read is not None

    def _expand_below(
        self, pieces: Sequence[Piece], reading: Reading, clock: Clock
    ) -> Below | None:
        """Return what stands below the end of a link that may go on, None where nothing does."""
        if not reading.is_open:
            return None
        last = pieces[-1]
        line = last.line
        with clock.stage("expand"):
            # What cannot end there needs less to show that its line does.
            is_end = (line.is_line_end and not _is_whole(reading)) or self._expander.is_at_end(line)
            # Where the next word would lie outside the frame only what follows tells, and beside a
            # word space that is as wide as a gutter.
            is_at_edge = line.next_ink is None and not line.is_cut
            may_break = may_be_broken(reading.open_text) or not reading.has_whole_host
            is_broken = may_break and not line.is_cut
            may_end = is_end or is_at_edge or is_broken
            begun = self._expander.find_below(line) if may_end else None
        if begun is None:
            return None
        with clock.stage("recognize"):
            words = self._reader.read_once(begun.strip, drop_bars) or TextLine("", 0.0)
        if not words.symbols:
            # The edge of the paper, or a figure.
            return None
        word = first_word(words, line_height=begun.strip.pixels.shape[0])
        token = _token(word)
        below = Below(token, begun, word, is_end=is_end)
        # The first character of such a word may be half of one, or the frame's edge.
        may_follow = (is_end or is_at_edge) and self._is_continued(reading, token[1:])
        goes_on = may_follow or not _is_whole(reading)
        if begun.starts_outside:
            return below._replace(is_cut=goes_on)
        # A text that goes on to the right of a whole link may have a site of its own below it.
        is_name = is_broken and not is_end and _is_whole(reading) and self._parser.is_host(token)
        # A word that fills the strip may be cut short, and is not to be judged by its end.
        tell = may_go_on if len(word) == len(words.symbols) else is_continued
        may_follow = not is_name and tell(reading.open_text, token, self._parser.is_host)
        if not may_follow and is_end:
            may_follow = self._ends_quotation(reading, pieces, token)
        if may_follow:
            may_follow = self._count_differences(reading, last, below) < _MOST_DIFFERENCES
        elif is_end:
            may_follow = self._is_set_alike(reading, last, begun, word)
        if not may_follow:
            return below
        with clock.stage("expand"):
            return below._replace(line=self._expander.expand_below(begun))

    def _read_below(
        self,
        below: Line,
        first: Reading,
        pieces: Sequence[Piece],
        prefix: Prefix,
        clock: Clock,
    ) -> tuple[Reading | None, str]:
        """Return the link with the line below it, and the first word of that as last read.

        There is no link where nothing shows that it goes on there.
        """
        token, trust = "", JOIN_TRUST

        def join(read: TextLine) -> Reading | None:
            nonlocal token, trust
            text = drop_bars(read)
            token = _token(first_word(text, line_height=below.strip.pixels.shape[0]))
            goes_on = self._is_continued(first, token) or self._ends_quotation(first, pieces, token)
            looks = self._trust_looks(first, pieces[-1], below, text) if not goes_on else JOIN_TRUST
            if not looks:
                return None
            trust = looks
            joined = self._parse(replace(text, symbols=first.line_symbols + text.symbols), prefix)
            has_grown = joined is not None and len(joined.symbols) > len(first.line_symbols)
            return joined if has_grown else None

        # A link that can stand alone is not worth a second look at the line below.
        stands_alone = self._is_sure(first) and _is_whole(first)
        with clock.stage("recognize"):
            whole = self._reader.read(below.strip, join, most_empty=1 if stands_alone else 2)
        if whole is None:
            return None, token
        trusted = replace(whole, confidence=whole.confidence * trust)
        return trusted if _so_far(trusted) >= self._settings.min_confidence else None, token

    def _is_continued(self, reading: Reading, token: str) -> bool:
        return is_continued(reading.open_text, token, self._parser.is_host)

    def _ends_quotation(self, reading: Reading, pieces: Sequence[Piece], token: str) -> bool:
        """Tell whether the quotation that a link opens ends with a word that may be part of it."""
        if not quotes.closes_quotation(token):
            return False
        if not may_be_part(reading.open_text, token, self._parser.is_host):
            return False
        first, start = pieces[0].line, reading.symbols[0]
        middle = first.locate((start.left + start.right) / 2)
        strip = self._expander.cut_before(first, middle, ratio=quotes.REACH_RATIO)
        return quotes.opens_quotation(strip)

    def _has_bullet(self, below: Below) -> bool:
        start = below.symbols[0]
        middle = below.begun.locate((start.left + start.right) / 2)
        strip = self._expander.cut_before(below.begun, middle, ratio=bullets.REACH_RATIO)
        return bullets.has_bullet(strip)

    def _rate_end(self, reading: Reading, pieces: Sequence[Piece], below: Below, token: str) -> End:
        """Return how likely a link ends with the last of its lines, above the word `token`."""
        if not below.is_end:
            return End()
        if below.begun.starts_outside and not (token and starts_whole(token)):
            trust = rate_unseen_end(
                reading.open_text,
                self._parser.is_host,
                is_headline=lambda: self._is_headline(reading, pieces[-1], below),
            )
            return End(trust, is_seen=False)
        trust = rate_end(
            reading.open_text,
            token,
            self._parser.is_host,
            has_room=lambda: self._measure_room(reading, pieces, below) > below.width,
            count_differences=lambda: self._count_differences(reading, pieces[-1], below),
            is_set_as_text=lambda: self._is_set_as_text(reading, pieces[-1], below.begun),
        )
        is_item = trust < ITEM_TRUST and self._has_bullet(below)
        return End(ITEM_TRUST if is_item else trust)

    def _rate_bare_end(self, reading: Reading, last: Piece) -> End:
        """Return how likely a link ends with its `last` line where no line was found below."""
        if reading.is_open and self._may_hide_next(last.line):
            trust = rate_unseen_end(reading.open_text, self._parser.is_host)
            return End(trust, is_seen=False)
        # That no line was found is not that there is none.
        return End(is_seen=not reading.is_open)

    def _may_hide_next(self, line: Line) -> bool:
        """Tell whether the next line may be outside the frame: below, or short and to the left."""
        is_at_edge = line.starts_outside or self._expander.is_lowest(line)
        return is_at_edge and self._expander.is_at_end(line)

    def _measure_room(self, reading: Reading, pieces: Sequence[Piece], below: Below) -> float:
        """Return for what there was room behind a link's last line, in line heights.

        Its column is as wide as the line below, or as a line of the link itself.
        """
        last = pieces[-1].line
        rooms = [measure_room(last, self._expander.expand_below(below.begun))]
        for piece, following in pairwise(pieces):
            column = reading.symbols[following.first - 1].right
            rooms.append(measure_room(last, piece.line, column=column))
        return max(rooms) - _LEAST_SPACE

    def _count_differences(self, reading: Reading, last: Piece, below: Below) -> int:
        link = self._print(last.line, reading.symbols[last.first :])
        return count_differences(link, self._print(below.begun, below.symbols))

    def _is_headline(self, reading: Reading, last: Piece, below: Below) -> bool:
        link = self._print(last.line, reading.symbols[last.first :])
        return is_headline(link, self._print(below.begun, below.symbols))

    def _is_set_alike(
        self, reading: Reading, last: Piece, below: Line, word: Sequence[Symbol]
    ) -> bool:
        """Tell whether the `word` below may be a part of the link, and is set as the link is."""
        if not may_be_part(reading.open_text, _token(word), self._parser.is_host):
            return False
        link = self._print(last.line, reading.symbols[last.first :])
        return is_set_alike(link, self._print(below, word))

    def _trust_looks(self, reading: Reading, last: Piece, below: Line, words: TextLine) -> float:
        """Return how likely the first of `words` is a part of the link by its looks, 0 for none.

        It stands out from the text around as the link does, or there is no such text.
        """
        word = first_word(words, line_height=below.strip.pixels.shape[0])
        if not self._is_set_alike(reading, last, below, word):
            return 0.0
        text = self._find_context(reading, last, below, words)
        link = self._print(last.line, reading.symbols[last.first :])
        if is_set_apart(link, self._print(below, word), text):
            return JOIN_TRUST
        has_no_text = text is None and last.line.next_ink is None
        is_alone = has_no_text and self._expander.sees_around(below)
        return LONE_TRUST if is_alone and reading.open_text.endswith("/") else 0.0

    def _is_set_as_text(self, reading: Reading, last: Piece, begun: Line) -> bool:
        """Tell whether the line that is `begun` is a title, or its first word is set as text is."""
        below = self._expander.expand_below(begun)
        words = self._reader.read_once(below.strip, drop_bars)
        if words is None or not words.symbols:
            return False
        below, words = self._context.read_on(below, words)
        if is_title(words.text):
            return True
        word = first_word(words, line_height=below.strip.pixels.shape[0])
        text = self._find_context(reading, last, below, words)
        link = self._print(last.line, reading.symbols[last.first :])
        return is_set_as_text(link, self._print(below, word), text)

    def _find_context(
        self, reading: Reading, last: Piece, below: Line, words: TextLine
    ) -> Print | None:
        return self._context.find(last, reading.symbols[last.first], below, words)

    def _print(self, line: Line, symbols: Sequence[Symbol]) -> Print:
        return Print(line.strip.pixels, self._expander.sample(line), symbols)

    def _is_sure(self, found: Link | Reading) -> bool:
        return found.confidence >= self._settings.min_confidence

    def _parse(self, text: TextLine, prefix: Prefix) -> Reading | None:
        return self._parser.parse_line(text, label=prefix.label, line_height=self._line_height)


class Below(NamedTuple):
    """The first word of the line below, and all of it where a link may go on there.

    `begun` has its first words, the `symbols` of the first one among them. `is_cut` says that the
    link goes on there, but that the line starts outside the frame, `is_end` that the line above
    seems to end with the link.
    """

    word: str
    begun: Line
    symbols: Sequence[Symbol]
    line: Line | None = None
    is_cut: bool = False
    is_end: bool = True

    @property
    def width(self) -> float:
        """Width of the first word in line heights."""
        if not self.symbols:
            return 0.0
        width = self.symbols[-1].right - self.symbols[0].left
        return float(width / self.begun.strip.pixels.shape[0])


def _token(word: Sequence[Symbol]) -> str:
    return text_of(word).replace(" ", "")


def _is_whole(reading: Reading) -> bool:
    """Tell whether a link that nothing follows on its line may end there."""
    return reading.has_whole_host and not is_unfinished(reading.text)


def _so_far(reading: Reading) -> float:
    """Return how sure a link is that may have more lines: half a host says nothing yet."""
    return reading.confidence / (1.0 if _is_whole(reading) else reading.host_trust)


def _on_grid(prefix: Prefix) -> Prefix:
    """Return the prefix with each side of its box on the nearest half pixel."""
    return replace(prefix, box=Box(*(round(side / _GRID_PX) * _GRID_PX for side in prefix.box)))


def _read_anew(_: Prefix, read: Callable[[], Link | None]) -> Link | None:
    return read()


def _timings(clock: Clock, decode_ms: float) -> Timings:
    seconds = clock.seconds
    return Timings(
        decode_ms=decode_ms,
        detect_ms=seconds.get("detect", 0.0) * 1000,
        recognize_ms=seconds.get(_READ, 0.0) * 1000,
        total_ms=decode_ms + clock.total() * 1000,
    )
