"""What reading costs by the number of links: how long a frame waits for it, and the processor.

    python -m bench.reading --frames DIR --repeats 3

The wait is what an answer says as `timings_ms.recognize`; the processor time is that of all threads
from the prefixes to the links. Each frame is read once before it is timed.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bench.stages import list_pictures
from service.assembly import build_pipeline
from service.decode import decode_frame
from service.errors import StartupError
from service.metrics import Metrics
from service.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service.pipeline import FramePipeline
    from service.records import Frame


class Cost(NamedTuple):
    """The milliseconds that one reading of one frame took."""

    waited: float
    worked: float


def main(
    frames: Annotated[Path, typer.Option(help="Folder of pictures.")] = Path("bench/frames"),
    repeats: Annotated[int, typer.Option(min=1, help="Rounds over all frames.")] = 3,
) -> None:
    """Tell what reading costs on the frames of a folder, by their number of links."""
    settings = load_settings()
    pipeline = build_pipeline(settings, Metrics()).pipeline
    pictures = [path.read_bytes() for path in list_pictures(frames)]
    decoded = [
        decode_frame(picture, settings.decode, in_colour=pipeline.sees_colour)
        for picture in pictures
    ]
    typer.echo(render_table(measure(pipeline, decoded, repeats=repeats)))


def measure(
    pipeline: FramePipeline, frames: Sequence[Frame], *, repeats: int
) -> dict[int, list[Cost]]:
    """Return what each reading cost, by the number of links that it gave."""
    costs = defaultdict(list)
    for frame in frames:
        prefixes = pipeline.run(frame, 0.0).prefixes
        for _ in range(repeats):
            started = time.process_time()
            result = pipeline.run(frame, 0.0, prefixes=prefixes)
            worked = (time.process_time() - started) * 1000
            costs[len(result.links)].append(Cost(result.timings.recognize_ms, worked))
    return costs


def render_table(costs: Mapping[int, Sequence[Cost]]) -> str:
    """Return the medians for each number of links."""
    rows = [f"{'links':>6}{'readings':>10}{'waited ms':>12}{'processor ms':>14}"]
    for links, found in sorted(costs.items()):
        waited = statistics.median(cost.waited for cost in found)
        worked = statistics.median(cost.worked for cost in found)
        rows.append(f"{links:>6}{len(found):>10}{waited:>12.1f}{worked:>14.1f}")
    return "\n".join(rows)


if __name__ == "__main__":
    try:
        typer.run(main)
    except StartupError as error:
        sys.exit(f"bench: {error}")
