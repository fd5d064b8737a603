"""The command `printlink`: serve, detect, stream, models, keys, doctor."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.errors import PrintlinkError, StartupError
from service.keys_cli import keys_cli
from service.logs import configure_logs, log_settings
from service.models_cli import models_cli
from service.settings import ServerSettings, load_settings

if TYPE_CHECKING:
    from service.records import Frame, FrameResult

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="Makes printed links clickable.")
cli.add_typer(models_cli, name="models")
cli.add_typer(keys_cli, name="keys")


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
            frame, result = run_frame(
                pipeline, path.read_bytes(), settings.decode, in_colour=annotate is not None
            )
            _report(path, result, as_json=as_json)
            if annotate is not None:
                _write_annotated(frame, result, _choose_output(annotate, path, images))
        except (PrintlinkError, OSError) as error:
            has_failed = True
            reason = error.strerror if isinstance(error, OSError) else error
            typer.echo(f"printlink: {path}: {reason}", err=True)
    raise typer.Exit(has_failed)


@cli.command()
def stream(
    source: Annotated[str, typer.Argument(help="Video file, address, or number of a camera.")],
    url: Annotated[str, typer.Option(help="Where the service is.")] = "http://localhost:8000",
    key_file: Annotated[Path | None, typer.Option(help="File that has the API key.")] = None,
    fps: Annotated[float, typer.Option(min=0.1, max=30, help="Frames a second, at most.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per frame.")] = False,
) -> None:
    """Print each link of a video or a camera once several frames agree about it."""
    from printlink.client import Client
    from printlink.errors import ClientError
    from printlink.video import read_frames

    printed: set[str] = set()
    try:
        # A key on the command line would stand in the list of processes.
        key = key_file.read_text(encoding="utf-8").strip() if key_file else None
        with Client(url, api_key=key) as client:
            for answer in client.stream(read_frames(source, fps=fps)):
                if as_json:
                    typer.echo(json.dumps(answer.fields))
                    continue
                fresh = [link.url for link in answer.confirmed if link.url not in printed]
                printed.update(fresh)
                for found in fresh:
                    typer.echo(found)
    except (ClientError, OSError) as error:
        typer.echo(f"printlink: {error}", err=True)
        raise typer.Exit(1) from error


@cli.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per check.")] = False,
) -> None:
    """Say whether the service would start here, and what to do if not; exit status 1 then."""
    from service.doctor import Verdict, examine

    settings = load_settings()
    configure_logs(settings.log.model_copy(update={"level": "error"}), sys.stderr)
    verdicts = set()
    for finding in examine(settings):
        verdicts.add(finding.verdict)
        plain = f"{finding.verdict:<5} {finding.check:<11} {finding.detail}"
        typer.echo(json.dumps(asdict(finding)) if as_json else plain)
    raise typer.Exit(Verdict.FAIL in verdicts)


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
