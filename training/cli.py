"""The command line `printlink-train`: synth, train, evaluate, export, publish."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def describe() -> None:
    """Make the data for a prefix detector, train it, measure it and put it into the store."""


@app.command("synth")
def make_data(
    out: Annotated[Path, typer.Argument(help="The folder to fill.")],
    pages: Annotated[int, typer.Option(min=0, help="Flat pages, for training.")] = 0,
    frames: Annotated[int, typer.Option(min=0, help="Photographs in COCO form, to measure.")] = 0,
    preview: Annotated[Path | None, typer.Option(help="A contact sheet to look at.")] = None,
    samples: Annotated[bool, typer.Option("--samples", help="The frames in bench/frames.")] = False,
    split: Annotated[str, typer.Option(help="The typefaces: train or test.")] = "train",
    seed: Annotated[int, typer.Option(help="The same seed makes the same pictures.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    link_rate: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Links per word; .07 pages, .02 frames.")
    ] = None,
) -> None:
    """Compose pages with printed links and photograph them."""
    from training.synth.preview import save_preview
    from training.synth.render import RenderJob, render_frames, render_pages
    from training.synth.samples import render_samples

    for count, render, usual_rate in ((pages, render_pages, 0.07), (frames, render_frames, 0.02)):
        if count:
            rate = usual_rate if link_rate is None else link_rate
            typer.echo(render(RenderJob(out, count, seed, split, workers, rate)))
    if samples:
        render_samples(out)
        typer.echo(out)
    if preview is not None:
        save_preview(preview, seed=seed, split=split, link_rate=link_rate or 0.02)
        typer.echo(preview)


@app.command("train")
def run_training(
    config: Annotated[Path, typer.Argument(help="A file like training/configs/links.py.")],
    data: Annotated[Path, typer.Argument(help="The folder that the config's source reads.")],
    run: Annotated[Path, typer.Argument(help="The run's folder; an unfinished run goes on.")],
    threads: Annotated[int, typer.Option(min=1, help="Threads of each operator.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that make examples.")] = 1,
    crops: Annotated[int | None, typer.Option(min=1, help="In place of the config's.")] = None,
    max_minutes: Annotated[
        float | None, typer.Option(min=0.1, help="End the schedule after so much time.")
    ] = None,
    start_weights: Annotated[
        Path | None, typer.Option(help="The .weights.h5 of a run to start a new run from.")
    ] = None,
) -> None:
    """Train a detector, or go on with a run that was interrupted."""
    from dataclasses import replace

    from training.config import load_config
    from training.threads import limit_threads
    from training.train import TrainLimits, train

    settings = load_config(config)
    if crops is not None:
        settings = replace(settings, crops=crops)
    limits = TrainLimits(workers=workers, max_minutes=max_minutes)
    limit_threads(threads)
    weights = train(
        settings, data_dir=data, run_dir=run, limits=limits, start_weights=start_weights
    )
    typer.echo(weights)


@app.command("export")
def run_export(
    config: Annotated[Path, typer.Argument(help="The config that the run was trained with.")],
    run: Annotated[Path, typer.Argument(help="The run's folder; it may be unfinished.")],
    out: Annotated[Path, typer.Argument(help="The folder for the SavedModel.")],
    long_side: Annotated[
        int, typer.Option(min=32, help="Larger frames come down to this many pixels.")
    ] = 1280,
    coarse_factor: Annotated[
        int, typer.Option(min=1, help="Look again at a picture this much smaller; 1 does not.")
    ] = 3,
) -> None:
    """Turn a run's weights into a SavedModel that takes frames of any size."""
    from training.config import load_config
    from training.export import ExportOptions, export_run

    options = ExportOptions(long_side=long_side, coarse_factor=coarse_factor)
    export_run(load_config(config).model, run, out, options)
    typer.echo(out)


@app.command("evaluate")
def run_evaluation(
    export: Annotated[Path, typer.Argument(help="An exported detector.")],
    data: Annotated[Path, typer.Argument(help="A folder with images/ and annotations.json.")],
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Write the scores to this file, too.")
    ] = None,
) -> None:
    """Measure an exported detector on labelled images, by x-height and by kind of page."""
    import json

    from training.evaluate import evaluate, format_table, to_metrics
    from training.saved_detector import SavedDetector

    scores = evaluate(SavedDetector(export), data)
    if json_out is not None:
        json_out.write_text(json.dumps(to_metrics(scores), indent=2) + "\n", encoding="utf-8")
    typer.echo(format_table(scores))


@app.command("publish")
def run_publication(
    config: Annotated[Path, typer.Argument(help="The config that the run was trained with.")],
    run: Annotated[Path, typer.Argument(help="The run's folder.")],
    export: Annotated[Path, typer.Argument(help="The run's exported detector.")],
    metrics: Annotated[Path, typer.Option(help="What `evaluate --json` wrote.")],
    store: Annotated[
        Path | None, typer.Option(help="The model store, in place of the one that ships.")
    ] = None,
) -> None:
    """Put an exported detector into the model store, as the next version of its name."""
    import json

    from model_store.store import default_root
    from training.commit import read_commit
    from training.config import load_config
    from training.publish import publish_export

    stored = publish_export(
        load_config(config),
        run_dir=run,
        export_dir=export,
        metrics=json.loads(metrics.read_text(encoding="utf-8")),
        commit=read_commit(),
        store=store or default_root(),
    )
    typer.echo(stored.path)


def main() -> None:
    """Run the command line."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    # It warns of every oddity in every font file it opens.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    app()


if __name__ == "__main__":
    main()
