"""Tracks: each link of a stream keeps its number while it stays in view, and gets surer."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from service.combine import combine_links
from service.detail import measure_detail
from service.moved import move_link, move_prefix, overlap, shift_between
from service.overlap import goes_on_over

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.motion import Matrix, Motion
    from service.records import Frame, FrameResult, Link, Prefix
    from service.settings import StreamSettings

_MAX_READINGS: Final = 8
# Boxes of one prefix in two frames, once the motion between them is taken out.
_SAME_PLACE: Final = 0.3
_STEADY_PLACE: Final = 0.5
# The detector's boxes tremble; a track goes this much of the way.
_FOLLOW: Final = 0.5
# What was read in vain so often is not likely to be read next: look less and less often.
_EAGER_READINGS: Final = 4
_PATIENCE_FRAMES: Final = 2
_MAX_DOUBLINGS: Final = 1
_MAX_FAILURES: Final = 3
# Of the detail at the best reading: what shows so much more is read at once, what shows so much
# less waits for better frames, but not for longer than so many.
_CLEARER: Final = 1.25
_BLURRED: Final = 0.6
_WAIT_FRAMES: Final = 16
# A confirmed link is read again after so many frames, then after twice as many, and so on: frames
# one after the other share their errors. What is less sharp than its readings were has to wait.
_CHECK_FRAMES: Final = 6
_CHECK_DETAIL: Final = 0.8
# Where a check that is no guess said otherwise, the next frames are to settle it.
_SETTLE_FRAMES: Final = 1
_LEAST_DISPUTE: Final = 0.5
# A reading that makes a link so much surer was not in vain.
_NEWS: Final = 0.02
_SURE: Final = 0.99
_EDGE_PX: Final = 2.0
# A confirmed link stays for so many frames without its prefix; any track is kept for longer.
_CARRIED_FRAMES: Final = 3
_KEPT_FRAMES: Final = 15


@dataclass(frozen=True, slots=True)
class TrackedLink:
    """A link as a stream's client gets it."""

    link: Link
    track_id: int
    is_confirmed: bool


class Track:
    """One printed link in the frames of a stream, or a prefix where nothing could be read."""

    def __init__(self, track_id: int, prefix: Prefix) -> None:
        """Begin with the prefix."""
        self.track_id = track_id
        self.prefix = prefix
        self.link: Link | None = None
        self.has_place = True
        self.is_part = False
        self.missed_frames = 0
        self._readings: deque[Link] = deque(maxlen=_MAX_READINGS)
        self._repeats = 0
        self._in_vain = 0
        self._failures = 0
        self._frames_since_read = 0
        self._detail_read = 0.0
        self._checks = 0
        self._is_disputed = False

    @property
    def agreeing(self) -> int:
        """How many frames say what the track says."""
        link = self.link
        return self._repeats + sum(
            link is not None and one.url == link.url for one in self._readings
        )

    def miss(self, matrix: Matrix | None) -> None:
        """Move, and be missed in this frame until it is seen there."""
        self.missed_frames += 1
        self.move(matrix)

    def move(self, matrix: Matrix | None) -> None:
        """Go where the picture went in another frame, or lose the place where nobody knows."""
        self._frames_since_read += 1
        self.has_place = self.has_place and matrix is not None
        if matrix is not None:
            self.prefix = move_prefix(self.prefix, matrix)
            self.link = self.link and move_link(self.link, matrix)

    def repeat(self) -> None:
        """Be in a frame that is the same as the one before."""
        self._repeats += 1

    def see(self, prefix: Prefix) -> None:
        """Be found at `prefix` in this frame."""
        if self.link is not None:
            shift = shift_between(self.prefix.box, prefix.box, share=_FOLLOW)
            self.link = replace(move_link(self.link, shift), prefix=prefix)
        self.prefix = prefix
        self.has_place = True
        self.missed_frames = 0

    @property
    def is_tired(self) -> bool:
        """Whether it was read in vain so often that another frame will hardly help."""
        return self._in_vain >= _EAGER_READINGS

    def has_new_evidence(self, prefix: Prefix, detail: float, *, is_confirmed: bool) -> bool:
        """Tell whether reading the link at `prefix`, with so much `detail`, may change anything."""
        is_clearer = detail > _CLEARER * self._detail_read
        if not is_confirmed:
            if detail < _BLURRED * self._detail_read and self._frames_since_read < _WAIT_FRAMES:
                return False
            late = min(self._in_vain - _EAGER_READINGS, _MAX_DOUBLINGS)
            return is_clearer or late < 0 or self._frames_since_read >= _PATIENCE_FRAMES << late
        if is_clearer and self.link is not None and self.link.confidence < _SURE:
            return True
        is_sharp = detail >= _CHECK_DETAIL * self._detail_read
        wait = _SETTLE_FRAMES if self._is_disputed else _CHECK_FRAMES << self._checks
        if is_sharp and self._frames_since_read >= wait:
            return True
        is_off = overlap(self.prefix.box, prefix.box) < _STEADY_PLACE
        return self._frames_since_read > 1 and (is_off or prefix.label != self.prefix.label)

    def add_reading(self, reading: Link | None, detail: float) -> None:
        """Take in what was read where the frame has so much `detail`."""
        self._frames_since_read = 0
        if detail > _CLEARER * self._detail_read:
            self._in_vain = 0
        self._detail_read = max(self._detail_read, detail)
        if reading is None:
            self._in_vain += 1
            self._note_failure()
            return
        self._failures = 0
        self._readings.append(reading)
        combined = combine_links(self._readings)
        before, has_changed = self.link, self.link is None or self.link.url != combined.url
        place = reading if before is None or reading.url == combined.url else before
        self.link = _place(combined, place)
        self._repeats = 0 if has_changed else self._repeats
        is_news = reading.url == combined.url and self.agreeing < _MAX_READINGS
        is_surer = before is None or combined.confidence > before.confidence + _NEWS
        self._in_vain = 0 if is_surer and is_news else self._in_vain + (not is_news)

    def stand(self, reading: Link | None) -> None:
        """Be read again later than last time, or soon if the last `reading` speaks against it."""
        self._is_disputed = (
            reading is not None
            and self.link is not None
            and reading.url != self.link.url
            and reading.confidence >= _LEAST_DISPUTE
        )
        self._checks = 0 if self._is_disputed else self._checks + 1

    def look_again(self) -> None:
        """Read on as eagerly as in the beginning: what seemed sure no longer is."""
        self._in_vain = self._checks = 0
        self._is_disputed = False

    def _note_failure(self) -> None:
        """Forget a link that cannot be read any more."""
        self._failures += 1
        if self._failures >= _MAX_FAILURES:
            self.link, self._repeats = None, 0
            self._readings.clear()


class Tracker:
    """The tracks of one stream. Frames come one after the other, the prefixes of one in threads."""

    def __init__(self, settings: StreamSettings) -> None:
        """Track nothing yet."""
        self._settings = settings
        self._tracks: list[Track] = []
        self._seen: dict[Prefix, Track] = {}
        self._next_id = 0
        self._lock = threading.Lock()
        self._shown: tuple[TrackedLink, ...] = ()
        self._size = (0, 0)
        self._frame: Frame | None = None
        self.saved_reads = 0

    def begin(self, motion: Motion, frame: Frame) -> None:
        """Begin with a frame: move every track.

        They lose their places where nobody knows the motion.
        """
        self._seen = {}
        self._frame, self._size = frame, (frame.width, frame.height)
        self.saved_reads = 0
        for track in self._tracks:
            track.miss(motion.matrix)
        self._tracks = [track for track in self._tracks if track.missed_frames <= _KEPT_FRAMES]

    def follow(self, prefix: Prefix, read: Callable[[], Link | None]) -> Link | None:
        """Return the link that starts with `prefix`, read only where that may change something."""
        track = self._claim_place(prefix)
        if track is not None and track.is_part:
            track.see(prefix)
            return None
        detail = measure_detail(self._frame, prefix.box) if self._frame else 0.0
        if track is not None and not self._must_read(track, prefix, detail):
            with self._lock:
                self.saved_reads += 1
            track.see(prefix)
            return track.link
        reading = read()
        track = track or self._claim_text(prefix, reading)
        was_confirmed = self._is_confirmed(track)
        track.see(prefix)
        track.add_reading(reading, detail)
        if was_confirmed and self._is_confirmed(track):
            track.stand(reading)
        elif was_confirmed:
            track.look_again()
        return track.link

    def finish(self, result: FrameResult) -> tuple[TrackedLink, ...]:
        """Return the links of the frame with their tracks, in the order of `result`.

        A confirmed link whose prefix was missed for a few frames is still there.
        """
        self._frame = None
        self._note_parts(result)
        seen = [self._show(link, self._seen[link.prefix]) for link in result.links]
        carried = [
            self._show(track.link, track)
            for track in self._tracks
            if track.link is not None and self._is_carried(track)
        ]
        self._shown = tuple(sorted(seen + carried, key=_reading_order))
        return self._shown

    @property
    def is_settled(self) -> bool:
        """Whether looking at the next frame will hardly tell more of what was seen in the last."""
        return all(
            track.is_tired or track.is_part or self._is_confirmed(track)
            for track in self._tracks
            if track.missed_frames == 0
        )

    def carry(self, motion: Motion) -> tuple[TrackedLink, ...]:
        """Return the links of a frame at which nobody looks: those before, where they are now."""
        for track in self._tracks:
            track.move(motion.matrix)
        self._shown = tuple(
            self._show(track.link, track)
            for track in self._shown_tracks()
            if track.link is not None and self._is_in_view(track)
        )
        return self._shown

    def repeat(self) -> tuple[TrackedLink, ...]:
        """Return the links of a frame that is like the one before; each is seen once more."""
        tracks = {track.track_id: track for track in self._shown_tracks()}
        for track in tracks.values():
            track.repeat()
        self._shown = tuple(self._show(one.link, tracks[one.track_id]) for one in self._shown)
        return self._shown

    def _shown_tracks(self) -> list[Track]:
        """Return the tracks of the links that were shown last, in their order."""
        tracks = {track.track_id: track for track in self._tracks}
        return [tracks[one.track_id] for one in self._shown]

    def _note_parts(self, result: FrameResult) -> None:
        """Note what is a part of another link: `www.` below `http://`, whose line may go unseen."""
        for prefix, track in self._seen.items():
            others = (link for link in result.links if link.prefix != prefix)
            if prefix.label == "www" and any(goes_on_over(link, prefix) for link in others):
                track.is_part, track.link = True, None

    def _claim_place(self, prefix: Prefix) -> Track | None:
        with self._lock:
            taken = self._seen.values()
            free = [one for one in self._tracks if one.has_place and one not in taken]
            best = max(free, key=lambda track: overlap(track.prefix.box, prefix.box), default=None)
            if best is None or overlap(best.prefix.box, prefix.box) < _SAME_PLACE:
                return None
            self._seen[prefix] = best
            return best

    def _claim_text(self, prefix: Prefix, reading: Link | None) -> Track:
        """Return the track of the link that was read, wherever it was, or else a new one."""
        with self._lock:
            track = next((track for track in self._tracks if self._is_lost(track, reading)), None)
            if track is None:
                track = Track(self._next_id, prefix)
                self._next_id += 1
                self._tracks.append(track)
            self._seen[prefix] = track
            return track

    def _is_lost(self, track: Track, reading: Link | None) -> bool:
        is_same = reading is not None and track.link is not None and track.link.url == reading.url
        return is_same and track not in self._seen.values()

    def _must_read(self, track: Track, prefix: Prefix, detail: float) -> bool:
        if track.link is not None and _is_cut_off(prefix, self._size):
            return False
        return track.has_new_evidence(prefix, detail, is_confirmed=self._is_confirmed(track))

    def _is_confirmed(self, track: Track) -> bool:
        is_sure = track.link is not None and (
            track.link.confidence >= self._settings.confirm_confidence
        )
        return is_sure and track.agreeing >= self._settings.confirm_frames

    def _is_carried(self, track: Track) -> bool:
        return (
            0 < track.missed_frames <= _CARRIED_FRAMES
            and self._is_in_view(track)
            and self._is_confirmed(track)
        )

    def _is_in_view(self, track: Track) -> bool:
        box, (width, height) = track.prefix.box, self._size
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        return track.has_place and 0 <= x < width and 0 <= y < height

    def _show(self, link: Link, track: Track) -> TrackedLink:
        return TrackedLink(link, track.track_id, self._is_confirmed(track))


def _is_cut_off(prefix: Prefix, size: tuple[int, int]) -> bool:
    """Tell whether the frame ends in the prefix: the rest of `http` is taken for `ftp`."""
    box = prefix.box
    is_inside = box.left >= _EDGE_PX and box.top >= _EDGE_PX
    return not (is_inside and box.right <= size[0] - _EDGE_PX and box.bottom <= size[1] - _EDGE_PX)


def _reading_order(shown: TrackedLink) -> tuple[float, float]:
    return shown.link.prefix.box.top, shown.link.box.left


def _place(link: Link, place: Link) -> Link:
    """Return `link` as read, where `place` lies."""
    return replace(
        link, box=place.box, polygon=place.polygon, lines=place.lines, prefix=place.prefix
    )
