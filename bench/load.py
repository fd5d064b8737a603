"""Loads the real server: latency, capacity in streams, overload, and a stream that is too fast.

    python -m bench.load latency --frames DIR --rounds 3
    python -m bench.load capacity --streams 2 --streams 4 --streams 8 --seconds 30
    python -m bench.load overload --times 10 --seconds 120
    python -m bench.load flood --seconds 300

Each command starts a server of its own, and shares the machine with it. Streams show a simulated
hand-held video (`bench.handheld`), for which the `training` extra has to be there. What is printed
is what was seen; nothing is judged.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.clients import open_http, post_at_rate, post_frame, post_in_turn, send_stream
from bench.latency import HEADER, Latencies
from bench.serving import serve
from bench.stages import list_pictures
from service.errors import StartupError
from service.quota import count_cpus

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from bench.clients import StreamLoad
    from bench.serving import Server

STREAM_FPS = 5.0
# Nobody's streams all begin at once.
BETWEEN_STARTS_S = 0.37
# Recovered is who answers within this many times the latency before, so many times in a row.
NORMAL_TIMES = 2.0
NORMAL_ROW = 5
RECOVERY_S = 60.0

Frames = Annotated[Path, typer.Option(help="Folder of pictures.")]
app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def latency(
    frames: Frames = Path("bench/frames"),
    rounds: Annotated[int, typer.Option(min=1, help="Rounds over all frames.")] = 3,
) -> None:
    """Send the frames of a folder in turn, as one client, and tell how long answers take."""
    pictures = read_pictures(frames)
    with serve() as server:
        typer.echo(asyncio.run(measure_latency(server, pictures, rounds=rounds)))


async def measure_latency(server: Server, frames: Sequence[bytes], *, rounds: int) -> str:
    """Return a table: all frames, those with links and those without any."""
    with_links, without = Latencies(), Latencies()
    async with open_http(server.url) as http:
        for frame in frames:
            await post_frame(http, frame, Latencies())
        for frame in [*frames] * rounds:
            done = Latencies()
            answer = await post_frame(http, frame, done)
            kind = with_links if answer.get("links") else without
            kind.ms += done.ms
            kind.others += done.others
    rows = [with_links.merge(without).render("all frames"), with_links.render("with links")]
    return "\n".join([HEADER, *rows, without.render("without links")])


@app.command()
def capacity(
    streams: Annotated[list[int] | None, typer.Option(help="Numbers of streams to try.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="For each number.")] = 30.0,
    seed: Annotated[int, typer.Option(help="Of the pages and cameras.")] = 1,
) -> None:
    """Send so many streams at 5 frames a second, and tell how old answers are."""
    films = film_pages(max(streams or [8]), seconds=min(seconds, 12), seed=seed)
    with serve() as server:
        typer.echo(HEADER)
        for count in streams or [1, 2, 4, 8]:
            row = asyncio.run(measure_capacity(server, films[:count], seconds=seconds))
            typer.echo(row)


async def measure_capacity(
    server: Server, films: Sequence[Sequence[bytes]], *, seconds: float
) -> str:
    """Return the row of as many streams as there are films."""

    async def begin(number: int) -> StreamLoad:
        await asyncio.sleep(number * BETWEEN_STARTS_S)
        return await send_stream(server.stream_url, films[number], fps=STREAM_FPS, seconds=seconds)

    loads = await asyncio.gather(*map(begin, range(len(films))))
    done = Latencies().merge(*(load.latencies() for load in loads))
    done.others["dropped"] = sum(load.dropped for load in loads)
    done.others.update(problem for load in loads for problem in load.problems)
    followed = sum(load.followed for load in loads) / max(1, len(done.ms))
    return (
        f"{done.render(f'{len(films)} streams at {STREAM_FPS:g} fps')}; {followed:.0%} followed, "
        f"{len(done.ms) / seconds / len(films):.1f} answers a second each"
    )


@app.command()
def overload(
    frames: Frames = Path("bench/frames"),
    times: Annotated[float, typer.Option(min=1, help="Times the rate that can be taken.")] = 10.0,
    seconds: Annotated[float, typer.Option(min=1, help="How long it lasts.")] = 120.0,
    calm_seconds: Annotated[
        float, typer.Option(min=1, help="How long it is measured before.")
    ] = 20.0,
) -> None:
    """Send many times what the server can take, and tell what becomes of it, and for how long."""
    pictures = read_pictures(frames)
    with serve() as server:
        report = measure_overload(
            server, pictures, times=times, seconds=seconds, calm_seconds=calm_seconds
        )
        typer.echo(asyncio.run(report))


async def measure_overload(
    server: Server, frames: Sequence[bytes], *, times: float, seconds: float, calm_seconds: float
) -> str:
    """Return a table: the server fully busy, overloaded, and how long until it was normal again."""
    async with open_http(server.url) as http:
        busy = [post_in_turn(http, frames, seconds=calm_seconds) for _ in range(count_cpus())]
        calm = Latencies().merge(*await asyncio.gather(*busy))
        before = server.footprint()
        rate = times * len(calm.ms) / calm_seconds
        over = await post_at_rate(http, frames, rate=rate, seconds=seconds)
        recovery_s = await time_recovery(http, frames, within_ms=NORMAL_TIMES * calm.p95_ms)
        after = server.footprint()
    recovered = "not recovered" if recovery_s is None else f"normal again after {recovery_s:.1f} s"
    return "\n".join(
        [
            HEADER,
            calm.render("fully busy"),
            over.render(f"{rate:.0f} frames a second"),
            f"p95 is {over.p95_ms / calm.p95_ms:.2f} times that of the fully busy server",
            f"of those refused half knew within {over.refused_p50_ms:.0f} ms, and 95 % within "
            f"{over.refused_p95_ms:.0f} ms",
            f"{recovered}; the server {'runs on' if server.is_running else 'is gone'}",
            f"before {before}, after {after}",
        ]
    )


async def time_recovery(
    http: httpx.AsyncClient, frames: Sequence[bytes], *, within_ms: float
) -> float | None:
    """Return the seconds until several answers in a row came in time; None if they never did."""
    started, row, normal_at = time.monotonic(), 0, 0.0
    while time.monotonic() - started < RECOVERY_S:
        done, sent_at = Latencies(), time.monotonic() - started
        await post_frame(http, frames[row % len(frames)], done)
        is_normal = bool(done.ms) and done.ms[0] <= within_ms
        normal_at = sent_at if is_normal and not row else normal_at
        row = row + 1 if is_normal else 0
        if row == NORMAL_ROW:
            return normal_at
    return None


@app.command()
def flood(
    seconds: Annotated[float, typer.Option(min=4, help="How long it lasts.")] = 300.0,
    fps: Annotated[float, typer.Option(min=1, help="Frames a second of the one stream.")] = 30.0,
    parts: Annotated[int, typer.Option(min=2, help="Parts of that time, told one by one.")] = 5,
    seed: Annotated[int, typer.Option(help="Of the page and the camera.")] = 1,
) -> None:
    """Send one stream faster than it can be answered, and tell whether answers grow older."""
    (film,) = film_pages(1, seconds=8, seed=seed, fps=fps)
    with serve() as server:
        load = asyncio.run(send_stream(server.stream_url, film, fps=fps, seconds=seconds))
    part_s = seconds / parts
    spans = [(part * part_s, (part + 1) * part_s) for part in range(parts)]
    told = [load.latencies(*span) for span in spans]
    typer.echo(HEADER)
    for (since_s, until_s), part in zip(spans, told, strict=True):
        typer.echo(part.render(f"from {since_s:.0f} to {until_s:.0f} s"))
    typer.echo(
        f"the last part beside the first: p50 {told[-1].p50_ms / told[0].p50_ms:.2f} times, "
        f"p95 {told[-1].p95_ms / told[0].p95_ms:.2f} times as old"
    )
    typer.echo(f"{load.dropped} of {load.sent} frames dropped; problems: {load.problems or 'none'}")


def read_pictures(folder: Path) -> list[bytes]:
    """Return the encoded pictures of a folder."""
    return [path.read_bytes() for path in list_pictures(folder)]


def film_pages(
    count: int, *, seconds: float, seed: int, fps: float = STREAM_FPS
) -> list[list[bytes]]:
    """Return the frames of so many videos, each of a page of its own."""
    from bench.handheld import compose_pages, film_page  # noqa: PLC0415 - needs the extra

    films = (
        film_page(page, seconds=seconds, fps=fps, seed=seed + number)
        for number, page in enumerate(compose_pages(count, seed))
    )
    return [[shot.data for shot in film.shots] for film in films]


if __name__ == "__main__":
    try:
        app()
    except StartupError as error:
        sys.exit(f"bench: {error}")
