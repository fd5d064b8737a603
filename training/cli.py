"""The command line `printlink-train`: data, training, evaluation, export and publication."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.data.cli import run_exploration, run_preparation, run_records
from training.export_options import ExportFormat
from training.ocr.cli import app as ocr_app
from training.reader.cli import app as reader_app
from training.refiner.cli import run_refiner
from training.twins.cli import app as twins_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from model_store import StoredModel
    from training.trained import TrainedDetector

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.add_typer(reader_app, name="reader")
app.add_typer(ocr_app, name="ocr")
app.add_typer(twins_app, name="twins")


@app.callback()
def describe() -> None:
    """Make the data for a prefix detector, train it, measure it and put it into the store."""


@app.command("fonts")
def get_fonts(
    folder: Annotated[Path, typer.Argument(help="The folder to fill; 140 MB.")],
    families: Annotated[
        Path | None, typer.Option(help="A list like training/font-families.txt, in its place.")
    ] = None,
    registry: Annotated[
        str | None, typer.Option(help="A mirror of the npm registry, in its place.")
    ] = None,
) -> None:
    """Fetch free typefaces from the npm registry, to train a reader with."""
    from training.synth.fetch_fonts import FAMILIES, REGISTRY, fetch_families, read_families

    wanted = read_families(families or FAMILIES)
    failed = fetch_families(wanted, folder, registry=registry or REGISTRY)
    typer.echo(f"{len(wanted) - len(failed)} of {len(wanted)} families in {folder}")
    if failed:
        raise typer.Exit(1)


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


app.command("prepare")(run_preparation)
app.command("records")(run_records)
app.command("explore")(run_exploration)


@app.command("train")
def run_training(
    places: Annotated[
        list[Path],
        typer.Argument(
            metavar="[CONFIG] [DATA] RUN",
            help="A file like training/configs/links.py, what its source reads, the run's folder.",
        ),
    ],
    config: Annotated[
        Path | None, typer.Option(help="The config, in place of the first argument.")
    ] = None,
    pipeline_config: Annotated[
        Path | None, typer.Option(help="A config of the Object Detection API, in its place.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of each operator.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that make examples.")] = 1,
    crops: Annotated[int | None, typer.Option(min=1, help="In place of the config's.")] = None,
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
    validation: Annotated[
        Path | None, typer.Option(help="Pictures to measure on, as `evaluate` takes; DATA/val.")
    ] = None,
    devices: Annotated[int, typer.Option(min=1, help="Devices that share each batch.")] = 1,
) -> None:
    """Train a detector, or go on with a run that was interrupted."""
    from dataclasses import replace

    from training.config_file import load_config
    from training.start_weights import choose_start
    from training.threads import limit_threads
    from training.train import TrainLimits, train
    from training.validation import find_validation

    config, data, run = _sort_places(places, pipeline_config or config)
    settings = load_config(config)
    data = data or settings.data
    if data is None:
        raise typer.BadParameter(f"expected DATA, for {config} names none")
    if crops is not None:
        settings = replace(settings, crops=crops)
    limit_threads(threads)
    weights = train(
        settings,
        data_dir=data,
        run_dir=run,
        limits=TrainLimits(workers=workers, max_minutes=max_minutes, devices=devices),
        start=choose_start(start_weights or settings.start_weights, start_model, store),
        validation_dir=validation or find_validation(data),
    )
    typer.echo(weights)


def _sort_places(places: list[Path], config: Path | None) -> tuple[Path, Path | None, Path]:
    """Return config, data and run: the config comes first unless an option named it."""
    known = [] if config is None else [config]
    found = [*known, *places]
    if len(found) not in {2, 3}:
        raise typer.BadParameter(
            "expected CONFIG, DATA and RUN, or RUN and a config that names DATA"
        )
    return found[0], found[1] if len(found) == 3 else None, found[-1]


app.command("refiner")(run_refiner)


@app.command("digest")
def show_digest(
    data: Annotated[Path, typer.Argument(help="A folder, a file or a pattern of file names.")],
) -> None:
    """Print the SHA-256 of training data, as a model's manifest names it."""
    from training.data_digest import digest_data

    typer.echo(digest_data(data))


@app.command("export")
def run_export(
    places: Annotated[
        list[Path],
        typer.Argument(
            metavar="[CONFIG RUN] OUT",
            help="The run's config and its folder, which may be unfinished; what to write.",
        ),
    ],
    to: Annotated[
        ExportFormat, typer.Option("--to", help="OUT is a file for LiteRT, else a folder.")
    ] = ExportFormat.SAVED_MODEL,
    model: Annotated[
        str | None, typer.Option(help="NAME or NAME:VERSION of the store, in place of a run.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="The model store, in place of the one that ships.")
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option(help="A folder of pictures that int8 takes its ranges from, not each frame."),
    ] = None,
    long_side: Annotated[
        int | None, typer.Option(min=32, help="Larger frames come down to this many pixels.")
    ] = None,
    coarse_factor: Annotated[
        int | None,
        typer.Option(min=1, help="Look again at a picture this much smaller; 1 does not."),
    ] = None,
    refiner: Annotated[
        Path | None, typer.Option(help="The run of a second stage: see `refiner`.")
    ] = None,
) -> None:
    """Turn trained weights into a SavedModel, a LiteRT file or a TF.js model."""
    from dataclasses import replace

    *source, out = places
    detector = _load_trained(source, model, store)
    from training.export import ExportError
    from training.export_formats import write_export
    from training.trained import add_refiner

    if refiner is not None:
        detector = add_refiner(detector, refiner)
    options = replace(
        detector.options,
        long_side=long_side or detector.options.long_side,
        coarse_factor=coarse_factor or detector.options.coarse_factor,
    )
    try:
        write_export(replace(detector, options=options), out, to=to, pictures=pictures)
    except ExportError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(out)


def _load_trained(source: list[Path], model: str | None, store: Path | None) -> TrainedDetector:
    """Return the detector of a run (config and folder), or of the published `model`."""
    if len(source) != (2 if model is None else 0):
        raise typer.BadParameter("expected CONFIG, RUN and OUT, or --model and OUT")
    from model_store.store import ModelStore, default_root
    from training.config_file import load_config
    from training.export_options import choose_options
    from training.trained import load_model, load_run

    if model is not None:
        return load_model(ModelStore(store or default_root()), model)
    config = load_config(source[0])
    return load_run(config.model, source[1], choose_options(config))


@app.command("web")
def add_web_export(
    model: Annotated[str, typer.Argument(help="NAME or NAME:VERSION of the store.")],
    export: Annotated[Path, typer.Argument(help="What `export --to web` wrote.")],
    store: Annotated[
        Path | None, typer.Option(help="The model store, in place of the one that ships.")
    ] = None,
) -> None:
    """Give a published detector the export that browsers run, and its manifest the digests."""
    from model_store import WEB_FOLDER, add_web

    def add(stored: StoredModel) -> None:
        add_web(stored, export)

    typer.echo(_add_companion(model, store, add) / WEB_FOLDER)


@app.command("litert")
def add_litert_export(
    model: Annotated[str, typer.Argument(help="NAME or NAME:VERSION of the store.")],
    network: Annotated[Path, typer.Argument(help="What `export --to litert-int8` wrote.")],
    store: Annotated[
        Path | None, typer.Option(help="The model store, in place of the one that ships.")
    ] = None,
) -> None:
    """Give a published detector its copy for LiteRT, and its manifest the digest."""
    from model_store import LITERT_FOLDER, add_litert

    def add(stored: StoredModel) -> None:
        add_litert(stored, network)

    typer.echo(_add_companion(model, store, add) / LITERT_FOLDER)


def _add_companion(model: str, store: Path | None, add: Callable[[StoredModel], object]) -> Path:
    """Apply `add` to the model of the store; return its folder."""
    from model_store import ModelStore, ModelStoreError, default_root

    name, _, version = model.partition(":")
    try:
        stored = ModelStore(store or default_root()).resolve(
            name, int(version) if version else None
        )
        add(stored)
    except ModelStoreError as error:
        raise typer.BadParameter(str(error)) from error
    return stored.path


@app.command("evaluate")
def run_evaluation(
    export: Annotated[Path, typer.Argument(help="A SavedModel or a .tflite file.")],
    data: Annotated[Path, typer.Argument(help="A folder with images/ and annotations.json.")],
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Write the scores to this file, too.")
    ] = None,
) -> None:
    """Measure an exported detector on labelled images, by x-height and by kind of page."""
    import json

    from training.evaluate import evaluate, format_table, to_metrics
    from training.export_formats import load_export

    scores = evaluate(load_export(export), data)
    if json_out is not None:
        json_out.write_text(json.dumps(to_metrics(scores), indent=2) + "\n", encoding="utf-8")
    typer.echo(format_table(scores))


@app.command("sweep")
def run_sweep(
    config: Annotated[Path, typer.Argument(help="The config that the run was trained with.")],
    run: Annotated[Path, typer.Argument(help="The run's folder; it may be unfinished.")],
    data: Annotated[Path, typer.Argument(help="A folder with images/ and annotations.json.")],
    long_sides: Annotated[
        str, typer.Option(help="Input sizes in pixels.")
    ] = "640,768,896,1024,1152,1280,1408,1536",
    tile: Annotated[
        int | None, typer.Option(min=256, help="Try overlapping tiles of so many pixels, too.")
    ] = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the trials.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the trials to this PNG.")] = None,
) -> None:
    """Plot what a detector finds against the time it takes, by the size of its input."""
    from training.config_file import load_config
    from training.sweep import format_trials, plot_trials, save_trials, sweep

    settings = load_config(config)
    sizes = [int(size) for size in long_sides.split(",")]
    trials = sweep(settings, run, data, long_sides=sizes, tile=tile)
    typer.echo(format_trials(trials))
    if json_out is not None:
        save_trials(json_out, trials)
    if plot is not None:
        plot_trials(plot, trials, default=settings.long_side)


@app.command("publish")
def run_publication(
    config: Annotated[Path, typer.Argument(help="The config that the run was trained with.")],
    run: Annotated[Path, typer.Argument(help="The run's folder.")],
    export: Annotated[Path, typer.Argument(help="The run's exported detector.")],
    metrics: Annotated[Path, typer.Option(help="What `evaluate --json` wrote.")],
    store: Annotated[
        Path | None, typer.Option(help="The model store, in place of the one that ships.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="In place of the config's.")] = None,
) -> None:
    """Put an exported detector into the model store, as the next version of its name."""
    import json

    from model_store.store import default_root
    from training.commit import read_commit
    from training.config_file import load_config
    from training.publish import publish_export

    stored = publish_export(
        load_config(config),
        run_dir=run,
        export_dir=export,
        metrics=json.loads(metrics.read_text(encoding="utf-8")),
        commit=read_commit(),
        store=store or default_root(),
        name=name,
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
