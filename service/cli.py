"""The command `printlink`: serve, detect, models."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model_store import ModelStoreError
from service.errors import PrintlinkError, StartupError
from service.logs import configure_logs, log_settings
from service.models import open_store
from service.settings import ServerSettings, load_settings

if TYPE_CHECKING:
    from service.records import Frame, FrameResult

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="Makes printed links clickable.")
models_cli = typer.Typer(no_args_is_help=True, help="Look at the models in the store.")
cli.add_typer(models_cli, name="models")


def main() -> None:
    """Run the command line; what keeps it from starting is one line and exit status 2."""
    try:
        cli()
    except StartupError as error:
        typer.echo(f"printlink: {error}", err=True)
        sys.exit(2)


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Port; 0: any.")] = None,
) -> None:
    """Serve over HTTP until a signal comes."""
    from service.server import run_server

    settings = load_settings()
    server = ServerSettings.model_validate(
        settings.server.model_dump()
        | {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    )
    settings = settings.model_copy(update={"server": server})
    configure_logs(settings.log, sys.stdout)
    log_settings(settings)
    run_server(settings)


@cli.command()
def detect(
    images: Annotated[list[Path], typer.Argument(help="JPEG, PNG or WebP pictures.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per picture.")] = False,
    annotate: Annotated[
        Path | None,
        typer.Option(help="Draw the links into this JPEG, or in this folder for many pictures."),
    ] = None,
) -> None:
    """Print the links in pictures; exit status 1 if one of them could not be read."""
    from service.assembly import build_pipeline
    from service.engine import run_frame
    from service.metrics import Metrics

    settings = load_settings()
    configure_logs(settings.log, sys.stderr)
    pipeline = build_pipeline(settings, Metrics()).pipeline
    has_failed = False
    for path in images:
        try:
            frame, result = run_frame(pipeline, path.read_bytes(), settings.decode)
            _report(path, result, as_json=as_json)
            if annotate is not None:
                _write_annotated(frame, result, _choose_output(annotate, path, images))
        except (PrintlinkError, OSError) as error:
            has_failed = True
            reason = error.strerror if isinstance(error, OSError) else error
            typer.echo(f"printlink: {path}: {reason}", err=True)
    raise typer.Exit(has_failed)


@models_cli.command("list")
def list_models() -> None:
    """List every version of every model in the store."""
    for model in open_store(load_settings().model).list():
        made = f"{model.manifest.created_at:%Y-%m-%d}" if model.manifest else "no manifest"
        typer.echo(f"{model.name}\t{model.version}\t{made}\t{model.path}")


@models_cli.command("verify")
def verify_models() -> None:
    """Compare every file in the store with its manifest; exit status 1 if one differs."""
    store = open_store(load_settings().model)
    has_failed = False
    for model in store.list():
        try:
            store.verify(model)
            typer.echo(f"{model.name}\t{model.version}\tok")
        except ModelStoreError as error:
            has_failed = True
            typer.echo(f"{model.name}\t{model.version}\t{error}")
    raise typer.Exit(has_failed)


def _report(path: Path, result: FrameResult, *, as_json: bool) -> None:
    from service.answers import answer_frame

    if as_json:
        typer.echo(json.dumps({"file": str(path), **answer_frame(result).model_dump(mode="json")}))
        return
    for link in result.links:
        typer.echo(f"{path}: {link.url}")


def _write_annotated(frame: Frame, result: FrameResult, output: Path) -> None:
    from service.draw import encode_annotated

    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(encode_annotated(frame, result))


def _choose_output(annotate: Path, image: Path, images: list[Path]) -> Path:
    """Return where to draw: `annotate` itself for one picture, a file in it for many."""
    if len(images) == 1 and not annotate.is_dir():
        return annotate
    return annotate / f"{image.stem}.links.jpg"
