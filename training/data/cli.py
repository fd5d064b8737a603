"""The commands that make labelled pictures ready to train on: records, prepare, explore."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from training.data.dataset import DataSet, Problem

OnProblem = Annotated[
    Literal["skip", "refuse"],
    typer.Option(help="Leave out what cannot be used, or write nothing at all."),
]
Images = Annotated[Path | None, typer.Option(help="Where the pictures are, if not with the rest.")]
Source = Annotated[Path, typer.Argument(help="A COCO file, or a folder of COCO's or VOC's form.")]
NewFolder = Annotated[Path, typer.Argument(help="A folder that is not there yet, or empty.")]


def run_preparation(
    source: Source,
    out: NewFolder,
    square: Annotated[
        bool, typer.Option("--square", help="Cut to the square in the middle.")
    ] = False,
    width: Annotated[int | None, typer.Option(min=16, help="Resize to so many pixels.")] = None,
    grey: Annotated[bool, typer.Option("--grey", help="Take the colours away.")] = False,
    brightness: Annotated[float, typer.Option(min=0.0, help="1 changes nothing.")] = 1.0,
    contrast: Annotated[float, typer.Option(min=0.0, help="1 changes nothing.")] = 1.0,
    sharpness: Annotated[float, typer.Option(min=0.0, help="1 changes nothing.")] = 1.0,
    images: Images = None,
    on_problem: OnProblem = "skip",
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; one a core.")] = None,
) -> None:
    """Turn upright, crop, resize and filter labelled pictures, into a copy with their boxes."""
    from training.data.prepare import Preparation, prepare_data_set

    plan = Preparation(
        square=square,
        width=width,
        grey=grey,
        brightness=brightness,
        contrast=contrast,
        sharpness=sharpness,
    )
    with _plain_errors():
        data = _load(source, images, None, on_problem)
        made = prepare_data_set(data, out, plan, source=source, workers=workers)
    typer.echo(
        f"{out}: {made.pictures} pictures with {made.boxes} boxes; {made.truncated} of them are"
        f" truncated, {made.lost} were cut off"
    )


def run_records(
    source: Source,
    out: NewFolder,
    split: Annotated[
        str, typer.Option(help="Shares of train/test, or of train/val/test.")
    ] = ".8/.2",
    seed: Annotated[int, typer.Option(help="The same seed makes the same split.")] = 1,
    shards: Annotated[int, typer.Option(min=1, help="Files for each split.")] = 1,
    label_map: Annotated[
        Path | None, typer.Option(help="A label_map.pbtxt; any other class is a problem.")
    ] = None,
    images: Images = None,
    on_problem: OnProblem = "skip",
) -> None:
    """Check labelled pictures, split them, and write TFRecords, tables and a label map."""
    from model_store.label_map import read_label_map
    from training.data.record_writer import RecordPlan, format_summary, write_record_set
    from training.data.split import parse_shares

    with _plain_errors():
        plan = RecordPlan(parse_shares(split), seed=seed, shards=shards)
        labels = None if label_map is None else read_label_map(label_map)
        data = _load(source, images, labels, on_problem)
        typer.echo(format_summary(write_record_set(data, out, plan, source=source)))


def run_exploration(
    where: Annotated[
        Path, typer.Argument(help="Records, or what `records` takes: a COCO file or a folder.")
    ],
    picture: Annotated[
        Path | None, typer.Option(help="Draw some pictures with their boxes to this file.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="How many pictures to draw.")] = 12,
    long_side: Annotated[
        int, typer.Option(min=32, help="What the exported detector shrinks larger pictures to.")
    ] = 1280,
    seed: Annotated[int, typer.Option(help="Another seed draws other pictures.")] = 1,
) -> None:
    """Count the boxes, measure them, say whether the anchors fit, and draw some."""
    from training.data.explore import Quest, explore
    from training.data.sheet import save_sheet
    from training.data.statistics import format_statistics

    with _plain_errors():
        found = explore(where, Quest(long_side, count if picture else 0, seed))
        _report(found.problems)
        typer.echo(format_statistics(found.splits, long_side))
        if picture is not None:
            save_sheet(picture, found.pictures, found.labels)
            typer.echo(picture)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Tell what is wrong with the data in one line; a trace would hide it."""
    from model_store.errors import LabelMapError
    from training.data.dataset import DataSetError

    try:
        yield
    except (DataSetError, LabelMapError) as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None


def _load(
    source: Path, images: Path | None, labels: Mapping[int, str] | None, on_problem: str
) -> DataSet:
    from training.data.dataset import DataSetError
    from training.data.load import load_data_set

    data = load_data_set(source, images=images, labels=labels)
    _report(data.problems)
    if data.problems and on_problem == "refuse":
        raise DataSetError("nothing was written because of these problems")
    return data


def _report(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        typer.echo(f"problems: {len(problems)}; what they are about is left out", err=True)
