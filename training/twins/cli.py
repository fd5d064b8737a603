"""The commands `printlink-train twins`: train, export, evaluate, publish."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Train the judge that tells 0 from O, and 1, l, I.")


@app.command("train")
def run_training(
    config: Annotated[Path, typer.Argument(help="A file like training/configs/twins.py.")],
    run: Annotated[Path, typer.Argument(help="The run's folder; an unfinished run goes on.")],
    threads: Annotated[int, typer.Option(min=1, help="Threads of each operator.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that make strips.")] = 1,
    max_minutes: Annotated[
        float | None, typer.Option(min=0.1, help="End the schedule after so much time.")
    ] = None,
    fonts: Annotated[
        list[Path] | None, typer.Option(help="A folder of typefaces beside the machine's own.")
    ] = None,
) -> None:
    """Train a judge, or go on with a run that was interrupted."""
    from training.reader.strips import StripSource
    from training.reader.train import ReaderLimits, ReaderSources
    from training.threads import limit_threads
    from training.twins.config import load_twins_config
    from training.twins.texts import NameMaker
    from training.twins.train import train_judge

    settings = load_twins_config(config)
    limit_threads(threads)
    sources = ReaderSources(
        StripSource.scan("train", more_fonts=fonts or (), make_texts=NameMaker),
        StripSource.scan("test", make_texts=NameMaker),
    )
    limits = ReaderLimits(workers=workers, max_minutes=max_minutes)
    typer.echo(train_judge(settings, sources, run_dir=run, limits=limits))


@app.command("export")
def run_export(
    config: Annotated[Path, typer.Argument(help="The config that the run was trained with.")],
    run: Annotated[Path, typer.Argument(help="The run's folder; it may be unfinished.")],
    out: Annotated[Path, typer.Argument(help="A folder for the SavedModel, or a `.tflite` file.")],
) -> None:
    """Turn a run's weights into a SavedModel, or a LiteRT file."""
    from training.twins.config import load_twins_config
    from training.twins.export import export_judge, load_judge, write_judge_litert

    write = write_judge_litert if out.suffix == ".tflite" else export_judge
    write(load_judge(load_twins_config(config).model, run), out)
    typer.echo(out)


@app.command("evaluate")
def run_evaluation(
    config: Annotated[Path, typer.Argument(help="The config that it was trained with.")],
    export: Annotated[Path, typer.Argument(help="An exported judge: a folder or a file.")],
    split: Annotated[str, typer.Option(help="The typefaces: train or test.")] = "test",
    seed: Annotated[int, typer.Option(help="The same seed makes the same strips.")] = 1,
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Write the scores to this file, too.")
    ] = None,
) -> None:
    """Measure an exported judge on generated strips."""
    import json
    from dataclasses import asdict

    import numpy as np

    from training.reader.strips import StripSource
    from training.twins.config import load_twins_config
    from training.twins.evaluate import LiteRtJudge, SavedJudge, evaluate_judge, format_table
    from training.twins.texts import NameMaker
    from training.twins.train import collect_glyphs

    source = StripSource.scan(split, make_texts=NameMaker)
    settings = load_twins_config(config)
    batches = collect_glyphs(source, settings, np.random.default_rng(seed))
    judge = LiteRtJudge(export) if export.suffix == ".tflite" else SavedJudge(export)
    table = evaluate_judge(judge, batches)
    if json_out is not None:
        metrics = {"split": split, "twins": [asdict(row) for row in table]}
        json_out.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    typer.echo(format_table(table))


@app.command("publish")
def run_publication(
    config: Annotated[Path, typer.Argument(help="The config that the run was trained with.")],
    run: Annotated[Path, typer.Argument(help="The run's folder.")],
    export: Annotated[Path, typer.Argument(help="The run's exported judge.")],
    metrics: Annotated[Path, typer.Option(help="What `evaluate --json` wrote.")],
    store: Annotated[
        Path | None, typer.Option(help="The model store, in place of the one that ships.")
    ] = None,
) -> None:
    """Put an exported judge into the model store, as the next version of its name."""
    import json

    from model_store.store import default_root
    from training.commit import read_commit
    from training.twins.config import load_twins_config
    from training.twins.publish import publish_judge

    stored = publish_judge(
        load_twins_config(config),
        run_dir=run,
        export_dir=export,
        metrics=json.loads(metrics.read_text(encoding="utf-8")),
        commit=read_commit(),
        store=store or default_root(),
    )
    typer.echo(stored.path)
