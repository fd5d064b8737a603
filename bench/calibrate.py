"""Measures how often readings of each kind are right, and prints the curves of the confidence.

    python -m bench.calibrate --frames DIR

Every link on one line in the frames is read the way the service reads it, up to the first wide gap,
by Tesseract alone and by the network with Tesseract. The frames must be generated ones in typefaces
that no model was trained on: photographs that the product is measured on would make it look better
than it is. The curves stand in `service/confidence.py`.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from bench.read import generate_frames, understand_as
from bench.strips import cut_strips
from service.confidence import Evidence
from service.errors import StartupError
from service.loading import load_network
from service.models import find_traineddata
from service.reader import NetworkReader, VotingReader, compare_readings
from service.recognize import create_recognizer
from service.settings import load_settings
from service.url import UrlParser

if TYPE_CHECKING:
    from bench.read import Understand
    from bench.strips import TrueStrip
    from service.settings import Settings
    from service.url import Reading

    # For each kind of evidence: how sure the reader was, and whether it was right.
    Cases = dict[Evidence, list[tuple[float, bool]]]

STEPS = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.995, 1.0)
# Cases that pull each share towards what is usual, so that few cases do not make it 0 or 1.
PRIOR = 2.0
LEAST_CASES = 8
NEVER_SURE = 2.0


def main(
    frames: Annotated[
        Path | None, typer.Option(help="Folder in COCO form; empty generates some frames.")
    ] = None,
) -> None:
    """Print the curves of `service/confidence.py`."""
    settings = load_settings()
    with tempfile.TemporaryDirectory() as scratch:
        folder = frames or generate_frames(Path(scratch) / "frames")
        strips = list(cut_strips(folder, settings.expand))
    typer.echo(render_curves(collect_cases(strips, settings)))


def collect_cases(strips: list[TrueStrip], settings: Settings) -> Cases:
    """Read each strip in every way and note how sure the reader was, and whether it was right."""
    told: list[Evidence] = []
    network = NetworkReader(load_network(settings))
    traineddata = find_traineddata(settings.tesseract)
    tesseract = VotingReader(
        create_recognizer(settings.recognize, traineddata=traineddata),
        max_readings=settings.url.max_readings,
        sure_confidence=NEVER_SURE,
        rate=lambda evidence, sureness: (told.append(evidence), sureness)[1],
    )
    cases: Cases = defaultdict(list)
    parser = UrlParser()
    for strip in strips:
        understand = understand_as(parser, strip)
        found = read_both(strip, network, tesseract, understand)
        elected = tesseract.read(strip.tail, understand)
        for evidence, reading in [*found, (told[-1], elected)]:
            # A host that nobody knows costs a link its confidence whatever the reader says.
            if reading is not None and reading.host_trust == 1.0:
                cases[evidence].append((reading.confidence, reading.text == strip.url))
    return cases


def read_both(
    strip: TrueStrip, network: NetworkReader, tesseract: VotingReader, understand: Understand
) -> list[tuple[Evidence, Reading | None]]:
    """Return what each reader makes of the strip, and what one is to the other."""
    ours = network.read_once(strip.tail, understand)
    theirs = tesseract.read_once(strip.tail, understand)
    alone = [(Evidence.NETWORK, ours), (Evidence.ONE_READING, theirs)]
    if ours is None or theirs is None:
        return [*alone, (Evidence.NETWORK_OPPOSED, ours), (Evidence.TESSERACT_OPPOSED, theirs)]
    first, second = compare_readings(ours, theirs)
    return [*alone, (first, ours), *([(second, theirs)] if second else [])]


def fit_curve(cases: list[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Return points of a curve from nothing up that never falls, by pooling adjacent violators.

    The share of right cases is taken between neighbouring steps and drawn at their mean.
    """
    known = np.array(sorted(cases), dtype=float)
    usual = float(known[:, 1].mean())
    pools: list[list[float]] = []
    for low, high in zip(STEPS, (*STEPS[1:], 1.01), strict=True):
        part = known[(known[:, 0] >= low) & (known[:, 0] < high)]
        if len(part):
            pools.append([float(part[:, 0].mean()), float(part[:, 1].sum()), float(len(part))])
    while (place := _find_fall(pools, usual)) is not None:
        pools[place : place + 2] = [_merge(pools[place], pools[place + 1])]
    return [(0.0, 0.0), *((pool[0], _share(pool, usual)) for pool in pools)]


def _share(pool: list[float], usual: float) -> float:
    return (pool[1] + PRIOR * usual) / (pool[2] + PRIOR)


def _find_fall(pools: list[list[float]], usual: float) -> int | None:
    """Return the first pool that is too small or not below the next one."""
    for place, (pool, following) in enumerate(pairwise(pools)):
        is_small = min(pool[2], following[2]) < LEAST_CASES
        if is_small or _share(pool, usual) >= _share(following, usual):
            return place
    return None


def _merge(pool: list[float], other: list[float]) -> list[float]:
    count = pool[2] + other[2]
    return [(pool[0] * pool[2] + other[0] * other[2]) / count, pool[1] + other[1], count]


def render_curves(cases: Cases) -> str:
    """Return the curves as they stand in the code, and what they were made of."""
    rows = []
    for evidence in Evidence:
        found = cases.get(evidence, [])
        right = sum(is_right for _, is_right in found)
        rows.append(f"# {evidence.name}: {len(found)} links, {right} right")
        if len(found) >= LEAST_CASES:
            points = ", ".join(f"({sure:.3f}, {share:.3f})" for sure, share in fit_curve(found))
            rows.append(f"Evidence.{evidence.name}: ({points}),")
    return "\n".join(rows)


if __name__ == "__main__":
    try:
        typer.run(main)
    except StartupError as error:
        sys.exit(f"bench: {error}")
