"""The commands `printlink-train ocr`: data, train, evaluate, publish."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.ocr.networks import NETWORKS

app = typer.Typer(no_args_is_help=True, help="Train Tesseract's own network on URLs.")


def _check_net(name: str) -> str:
    if name not in NETWORKS:
        raise typer.BadParameter(f"expected one of {', '.join(NETWORKS)}")
    return name


@app.command("data")
def run_data(
    out: Annotated[Path, typer.Argument(help="The folder to fill.")],
    strips: Annotated[int, typer.Option(min=20, help="Strips, a tenth of them easy.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same strips.")] = 1,
) -> None:
    """Make strips with their texts in the form that Tesseract's trainer reads."""
    from training.ocr.data import make_ocr_data
    from training.reader.strips import StripSource

    make_ocr_data(StripSource.scan("train"), out, strips=strips, seed=seed)
    typer.echo(out)


@app.command("train")
def run_training(
    data: Annotated[Path, typer.Argument(help="What `ocr data` filled.")],
    run: Annotated[Path, typer.Argument(help="The run's folder; an unfinished run goes on.")],
    net: Annotated[
        str, typer.Option(callback=_check_net, help=f"The network: {', '.join(NETWORKS)}.")
    ] = "small",
    max_minutes: Annotated[
        float | None, typer.Option(min=0.1, help="End after so much time; else at --strips.")
    ] = None,
    strips: Annotated[
        int, typer.Option(min=100, help="End once the trainer saw so many, repeats included.")
    ] = 200_000,
) -> None:
    """Train Tesseract's network, or go on with a run that was interrupted."""
    from training.ocr.train import OcrLimits, train_ocr

    limits = OcrLimits(strips=strips, max_minutes=max_minutes)
    typer.echo(train_ocr(data, run, net=net, limits=limits))


@app.command("evaluate")
def run_evaluation(
    models: Annotated[
        list[Path], typer.Argument(help="Files like RUN/url.traineddata; all read the same strips.")
    ],
    count: Annotated[int, typer.Option(min=1, help="Strips.")] = 1000,
    split: Annotated[str, typer.Option(help="The typefaces: train or test.")] = "test",
    seed: Annotated[int, typer.Option(help="The same seed makes the same strips.")] = 1,
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Write the scores to this file, too.")
    ] = None,
) -> None:
    """Measure models of Tesseract's on generated strips, by x-height."""
    import json

    import numpy as np

    from training.ocr.evaluate import evaluate_ocr, to_metrics
    from training.reader.evaluate import format_table
    from training.reader.scores import collect_strips
    from training.reader.strips import StripSource

    rng = np.random.default_rng(seed)
    strips = collect_strips(StripSource.scan(split), count=count, rng=rng)
    metrics: dict[str, object] = {}
    for path in models:
        table = evaluate_ocr(path, strips)
        metrics |= to_metrics(path.stem, table)
        typer.echo(f"{path}\n{format_table(table)}\n")
    if json_out is not None:
        json_out.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")


@app.command("publish")
def run_publication(
    data: Annotated[Path, typer.Argument(help="What the run was trained on.")],
    run: Annotated[Path, typer.Argument(help="The run's folder.")],
    metrics: Annotated[Path, typer.Option(help="What `evaluate --json` wrote.")],
    store: Annotated[
        Path | None, typer.Option(help="The model store, in place of the one that ships.")
    ] = None,
) -> None:
    """Put a trained model into the model store, as the next version of `url-ocr`."""
    import json

    from model_store.store import default_root
    from training.commit import read_commit
    from training.ocr.publish import publish_ocr

    stored = publish_ocr(
        data,
        run,
        metrics=json.loads(metrics.read_text(encoding="utf-8")),
        commit=read_commit(),
        store=store or default_root(),
    )
    typer.echo(stored.path)
