"""The commands `printlink-train reader`: preview, train, evaluate, export, publish."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Train the second reader of strips, a CTC network.")


@app.command("preview")
def show_strips(
    out: Annotated[Path, typer.Argument(help="The PNG to write.")],
    count: Annotated[int, typer.Option(min=1, help="Strips.")] = 24,
    split: Annotated[str, typer.Option(help="The typefaces: train or test.")] = "train",
    seed: Annotated[int, typer.Option(help="The same seed makes the same strips.")] = 1,
    hardness: Annotated[float, typer.Option(min=0.0, max=1.0, help="0 easy, 1 as in print.")] = 1.0,
) -> None:
    """Draw a contact sheet of generated strips."""
    from training.reader.preview import save_preview
    from training.reader.strips import StripSource

    save_preview(out, StripSource.scan(split), count=count, seed=seed, hardness=hardness)
    typer.echo(out)


@app.command("train")
def run_training(
    config: Annotated[Path, typer.Argument(help="A file like training/configs/reader.py.")],
    run: Annotated[Path, typer.Argument(help="The run's folder; an unfinished run goes on.")],
    threads: Annotated[int, typer.Option(min=1, help="Threads of each operator.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that make strips.")] = 1,
    max_minutes: Annotated[
        float | None, typer.Option(min=0.1, help="End the schedule after so much time.")
    ] = None,
    start_weights: Annotated[
        Path | None, typer.Option(help="The .weights.h5 of a run to start a new run from.")
    ] = None,
    start_model: Annotated[
        str | None, typer.Option(help="NAME or NAME:VERSION of the store to start a new run from.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="The model store, in place of the one that ships.")
    ] = None,
    fonts: Annotated[
        list[Path] | None, typer.Option(help="A folder of typefaces beside the machine's own.")
    ] = None,
) -> None:
    """Train a reader, or go on with a run that was interrupted."""
    from training.reader.config import load_reader_config
    from training.reader.strips import StripSource
    from training.reader.train import ReaderLimits, ReaderSources, train_reader
    from training.start_weights import choose_start
    from training.threads import limit_threads

    settings = load_reader_config(config)
    limit_threads(threads)
    limits = ReaderLimits(workers=workers, max_minutes=max_minutes)
    seen = StripSource.scan("train", more_fonts=fonts or ())
    sources = ReaderSources(seen, StripSource.scan("test"))
    start = choose_start(start_weights, start_model, store)
    weights = train_reader(
        settings,
        sources,
        run_dir=run,
        limits=limits,
        start_weights=None if start is None else start.weights,
    )
    typer.echo(weights)


@app.command("export")
def run_export(
    config: Annotated[Path, typer.Argument(help="The config that the run was trained with.")],
    run: Annotated[Path, typer.Argument(help="The run's folder; it may be unfinished.")],
    out: Annotated[Path, typer.Argument(help="A folder for the SavedModel, or a `.tflite` file.")],
) -> None:
    """Turn a run's weights into a SavedModel that takes strips of any size, or a LiteRT file."""
    from training.reader.config import load_reader_config
    from training.reader.export import export_reader_run
    from training.reader.litert import write_reader_litert

    write = write_reader_litert if out.suffix == ".tflite" else export_reader_run
    write(load_reader_config(config).model, run, out)
    typer.echo(out)


@app.command("evaluate")
def run_evaluation(
    export: Annotated[Path, typer.Argument(help="An exported reader: a folder or a file.")],
    count: Annotated[int, typer.Option(min=1, help="Strips.")] = 1000,
    split: Annotated[str, typer.Option(help="The typefaces: train or test.")] = "test",
    seed: Annotated[int, typer.Option(help="The same seed makes the same strips.")] = 1,
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Write the scores to this file, too.")
    ] = None,
) -> None:
    """Measure an exported reader on generated strips, by x-height."""
    import json
    from dataclasses import asdict

    import numpy as np

    from training.reader.evaluate import evaluate_reader, format_table
    from training.reader.litert import LiteRtReader
    from training.reader.saved_reader import SavedReader
    from training.reader.scores import collect_strips
    from training.reader.strips import StripSource

    rng = np.random.default_rng(seed)
    strips = collect_strips(StripSource.scan(split), count=count, rng=rng)
    reader = LiteRtReader(export) if export.suffix == ".tflite" else SavedReader(export)
    table = evaluate_reader(reader, strips)
    if json_out is not None:
        metrics = {"split": split, "strips": [asdict(row) for row in table]}
        json_out.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    typer.echo(format_table(table))


@app.command("publish")
def run_publication(
    config: Annotated[Path, typer.Argument(help="The config that the run was trained with.")],
    run: Annotated[Path, typer.Argument(help="The run's folder.")],
    export: Annotated[Path, typer.Argument(help="The run's exported reader.")],
    metrics: Annotated[Path, typer.Option(help="What `evaluate --json` wrote.")],
    store: Annotated[
        Path | None, typer.Option(help="The model store, in place of the one that ships.")
    ] = None,
) -> None:
    """Put an exported reader into the model store, as the next version of its name."""
    import json

    from model_store.store import default_root
    from training.commit import read_commit
    from training.reader.config import load_reader_config
    from training.reader.publish import publish_reader

    stored = publish_reader(
        load_reader_config(config),
        run_dir=run,
        export_dir=export,
        metrics=json.loads(metrics.read_text(encoding="utf-8")),
        commit=read_commit(),
        store=store or default_root(),
    )
    typer.echo(stored.path)
