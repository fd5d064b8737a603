"""The command `printlink models`: what is in the store, and which versions are to serve."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model_store import ModelStore, ModelStoreError, Rollout, RolloutError, read_rollout
from model_store.rollout import label_canary, label_stable, roll_back
from service.errors import PrintlinkError
from service.models import open_store
from service.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model_store import StoredModel

models_cli = typer.Typer(no_args_is_help=True, help="Look after the models in the store.")

Name = Annotated[str, typer.Argument(help="Name of the model in the store.")]
StoreDir = Annotated[
    Path | None, typer.Option("--store", help="In place of the store that the settings name.")
]


@models_cli.command("list")
def list_models(store: StoreDir = None) -> None:
    """List every version of every model in the store, with its label."""
    found = _open(store)
    for model in found.list():
        made = f"{model.manifest.created_at:%Y-%m-%d}" if model.manifest else "no manifest"
        label = _name_label(found, model)
        typer.echo("\t".join((model.name, str(model.version), made, str(model.path), label)))


@models_cli.command("add")
def add_model(
    path: Annotated[Path, typer.Argument(help="A SavedModel of the Object Detection API.")],
    label_map: Annotated[Path, typer.Option(help="Its label_map.pbtxt.")],
    name: Annotated[str, typer.Option(help="What to call it in the store.")],
    store: StoreDir = None,
    licence: Annotated[str, typer.Option(help="For the manifest.")] = "unknown",
) -> None:
    """Take a detector that was exported elsewhere into the store, as the next version."""
    from service.adopt import adopt_detector

    with _tell_errors():
        model = adopt_detector(path, _open(store), label_map=label_map, name=name, licence=licence)
        typer.echo(f"{model.name}\t{model.version}\t{model.path}")


@models_cli.command("verify")
def verify_models(store: StoreDir = None) -> None:
    """Compare every file in the store with its manifest; exit status 1 if one differs."""
    found = _open(store)
    has_failed = False
    for model in found.list():
        try:
            found.verify(model)
            typer.echo(f"{model.name}\t{model.version}\tok")
        except ModelStoreError as error:
            has_failed = True
            typer.echo(f"{model.name}\t{model.version}\t{error}")
    raise typer.Exit(has_failed)


@models_cli.command("stable")
def settle_model(
    name: Name,
    version: Annotated[str, typer.Argument(help="Its number, or `latest`: whichever is highest.")],
    store: StoreDir = None,
) -> None:
    """Let a version serve; running services take it up at their next look at the store."""
    if version != "latest" and not version.isdecimal():
        raise typer.BadParameter(f"expected a number or `latest`, got {version!r}")
    with _tell_errors():
        number = None if version == "latest" else int(version)
        _report(name, label_stable(_open(store), name, number))


@models_cli.command("canary")
def try_model(
    name: Name,
    version: Annotated[int, typer.Argument(min=1, help="Its number.")],
    percent: Annotated[
        float, typer.Option(min=0, max=100, help="How many of a hundred frames it answers.")
    ] = 10.0,
    store: StoreDir = None,
) -> None:
    """Try a version out on some of the frames, beside the stable one."""
    with _tell_errors():
        _report(name, label_canary(_open(store), name, version, percent=percent))


@models_cli.command("rollback")
def roll_back_model(name: Name, store: StoreDir = None) -> None:
    """End the canary or, if there is none, let serve what was stable before."""
    with _tell_errors():
        _report(name, roll_back(_open(store), name))


def _open(store: Path | None) -> ModelStore:
    return ModelStore(store) if store else open_store(load_settings().model)


@contextmanager
def _tell_errors() -> Iterator[None]:
    """Turn what goes wrong into one line and exit status 1."""
    try:
        yield
    except (PrintlinkError, ModelStoreError) as error:
        typer.echo(f"printlink: {error}", err=True)
        raise typer.Exit(1) from error


def _report(name: str, rollout: Rollout) -> None:
    stable = rollout.stable or "the highest version"
    canary = f", canary: {rollout.canary} for {rollout.canary_percent:g} %"
    typer.echo(f"{name}\tstable: {stable}{canary if rollout.canary else ''}")


def _name_label(store: ModelStore, model: StoredModel) -> str:
    """Return how a version is labelled, nothing where it is not or that cannot be read."""
    rollout = Rollout()
    with suppress(RolloutError):
        rollout = read_rollout(store, model.name)
    labels = {rollout.stable: "stable", rollout.canary: f"canary {rollout.canary_percent:g} %"}
    return labels.get(model.version, "")
