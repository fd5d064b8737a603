"""What a stream gains over single frames: how many links, how surely, and at what cost.

    python -m bench.stream --videos 8 --seconds 8 --seed 1

It follows simulated hand-held videos (`bench.handheld`) frame by frame, at the video's own pace, so
that a slow machine changes no figure. Every frame is read in full, once; single frames and the
stream are compared on those same readings (`bench.recording`). Of single frames those links count
that can be read in the frame, of the stream those that could be read for a second since they came
into view. It needs the `training` extra, for the pages. A third of them are set in typefaces that
are rare in print, display faces, scripts and handwriting among them; `--common` leaves those out.
`--pause-s 1` is how it goes beside other streams, which leave the detector to this one once a
second. What a server does under so many streams is told by `bench.load`.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from bench.handheld import compose_pages, film_page, unseen_fonts
from bench.recording import record_frame
from service.assembly import build_pipeline
from service.decode import decode_frame
from service.leisure import Leisure
from service.metrics import Metrics
from service.moved import overlap
from service.settings import load_settings
from service.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.handheld import Film, Shot
    from service.pipeline import FramePipeline
    from service.settings import Settings
    from service.watcher import Sight

LOOKED, FOLLOWED = "looked at or unchanged", "followed"
KINDS = (LOOKED, FOLLOWED)


class Crowd(Leisure):
    """The time that is left by other streams, which need so many seconds for their looks."""

    def __init__(self, pause_s: float) -> None:
        super().__init__(1)
        self._pause_s = pause_s

    def share(self, who: object, *, weight: float = 1.0) -> float:
        del who, weight
        return self._pause_s


@dataclass
class Tally:
    """Right, wrong and missed links over many frames, and the strips that were read for them."""

    right: int = 0
    expected: int = 0
    frames: int = 0
    reads: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, given: Iterable[str], *, expected: Iterable[str], printed: Iterable[str]) -> None:
        """Count one frame; whatever is printed anywhere on the page is not wrong."""
        found, wanted = set(given), set(expected)
        self.expected += len(wanted)
        self.right += len(found & wanted)
        self.missed.update(wanted - found)
        self.wrong.update(found - set(printed))
        self.frames += 1

    def render(self, name: str) -> str:
        """Return a row of the table."""
        given = self.right + self.wrong.total()
        recall = self.right / self.expected if self.expected else float("nan")
        precision = self.right / given if given else float("nan")
        reads = self.reads / self.frames if self.frames else float("nan")
        return f"{name:26}{recall:>10.3f}{precision:>11.3f}{reads:>14.2f}{self.frames:>9}"


@dataclass
class Gain:
    """Single frames beside the stream that they make up."""

    single: Tally = field(default_factory=Tally)
    confirmed: Tally = field(default_factory=Tally)
    follow_ms: list[float] = field(default_factory=list)
    frames: Counter[str] = field(default_factory=Counter)
    overlaps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def note_sight(self, sight: Sight, shot: Shot) -> None:
        """Count a frame by what was done with it, and how well its links' boxes lie."""
        kind = FOLLOWED if sight.is_followed else LOOKED
        self.frames[kind] += 1
        self.follow_ms.append(sight.follow_ms)
        self.overlaps[kind] += [
            overlap(one.link.box, shot.boxes[one.link.url])
            for one in sight.links
            if one.link.url in shot.boxes
        ]

    def render(self) -> str:
        """Return the table, and which links went wrong."""
        share = self.confirmed.reads / self.single.reads if self.single.reads else float("nan")
        spent_ms = statistics.median(self.follow_ms or [float("nan")])
        return "\n".join(
            [
                f"{'':26}{'recall':>10}{'precision':>11}{'reads/frame':>14}{'frames':>9}",
                self.single.render("single frames"),
                self.confirmed.render("confirmed, after 1 s"),
                f"the stream needs {share:.1%} of the reads; "
                f"following the motion: {spent_ms:.1f} ms a frame",
                *(_render_kind(kind, self.frames, self.overlaps[kind]) for kind in KINDS),
                *_render_links("confirmed, but not printed", self.confirmed.wrong),
                *_render_links("printed, but not confirmed", self.confirmed.missed),
            ]
        )


def _render_kind(kind: str, frames: Counter[str], overlaps: list[float]) -> str:
    share = frames[kind] / frames.total() if frames else float("nan")
    if not overlaps:
        return f"{kind}: {share:.1%} of the frames"
    low = statistics.quantiles(overlaps, n=20)[0] if len(overlaps) > 1 else overlaps[0]
    return (
        f"{kind}: {share:.1%} of the frames; boxes overlap the print by "
        f"{statistics.median(overlaps):.2f} (median), {low:.2f} (the worst twentieth)"
    )


def _render_links(title: str, frames: Counter[str]) -> list[str]:
    return [f"{title}, in {count} frames: {url}" for url, count in frames.most_common()]


def main(  # noqa: PLR0917 - a command's parameters are its options
    videos: Annotated[int, typer.Option(min=1, help="Pages that are filmed.")] = 8,
    seconds: Annotated[float, typer.Option(min=2, help="Length of each video.")] = 8.0,
    fps: Annotated[float, typer.Option(min=1, max=30, help="Frames a second.")] = 5.0,
    seed: Annotated[int, typer.Option(help="Of pages and cameras.")] = 1,
    common: Annotated[
        bool, typer.Option("--common", help="Only typefaces that books and manuals are set in.")
    ] = False,
    pause_s: Annotated[
        float, typer.Option(min=0, help="Seconds that other streams need for their looks.")
    ] = 0.0,
) -> None:
    """Compare streams with single frames."""
    settings, metrics, gain = load_settings(), Metrics(), Gain()
    leisure = Crowd(pause_s)
    pipeline = build_pipeline(settings, metrics).pipeline
    pages = compose_pages(videos, seed, fonts=unseen_fonts(common_only=common))
    for number, page in enumerate(pages):
        film = film_page(page, seconds=seconds, fps=fps, seed=seed + number)
        follow_film(film, pipeline, settings, metrics=metrics, gain=gain, leisure=leisure)
        typer.echo(f"{number + 1} of {videos} videos: a {page.kind}", err=True)
    typer.echo(gain.render())


def follow_film(
    film: Film,
    pipeline: FramePipeline,
    settings: Settings,
    *,
    metrics: Metrics,
    gain: Gain,
    leisure: Leisure,
) -> None:
    """Watch a film, and look at each of its frames by itself."""
    watcher = Watcher(settings.decode, settings.stream, leisure)
    for shot in film.shots:
        frame = decode_frame(shot.data, settings.decode)
        recording = record_frame(
            pipeline, frame, metrics, min_confidence=settings.url.min_confidence
        )
        sight = watcher.look(recording, shot.data, now_s=shot.time_s)
        gain.note_sight(sight, shot)
        gain.single.reads += recording.all_calls
        gain.confirmed.reads += recording.calls
        urls = {link.url for link in recording.result.links}
        # What is right but not readable, or not yet for a second, counts neither way.
        gain.single.add(urls - (film.urls - shot.urls), expected=shot.urls, printed=film.urls)
        confirmed = {one.link.url for one in sight.links if one.is_confirmed}
        early = film.urls - shot.due
        gain.confirmed.add(confirmed - early, expected=shot.due, printed=film.urls)


if __name__ == "__main__":
    typer.run(main)
