"""The command `printlink keys`: make, list and revoke the keys of callers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.errors import KeysFileError
from service.keys import Key, digest_secret, make_secret, read_keys, write_keys
from service.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

keys_cli = typer.Typer(no_args_is_help=True, help="Make, list and revoke the keys of callers.")

Name = Annotated[str, typer.Argument(help="Whose key it is; stands in the log.")]


@keys_cli.command("add")
def add_key(
    name: Name,
    frames_per_minute: Annotated[
        int | None, typer.Option(min=0, help="A limit of its own; 0: none.")
    ] = None,
) -> None:
    """Make a key and print it, this once: only its hash is kept."""
    path = _find_file()
    keys = read_keys(path) if path.exists() else []
    secret = make_secret()
    write_keys(path, [*keys, Key(name, digest_secret(secret), frames_per_minute)])
    typer.echo(secret)


@keys_cli.command("list")
def list_keys() -> None:
    """List the names, and the limits of those that have their own."""
    for key in read_keys(_find_file()):
        limit = "" if key.frames_per_minute is None else f"\t{key.frames_per_minute}"
        typer.echo(f"{key.name}{limit}")


@keys_cli.command("revoke")
def revoke_key(name: Name) -> None:
    """Take a key out of the file; running services refuse it from their next look on."""
    path = _find_file()
    keys = read_keys(path)
    kept = [key for key in keys if key.name != name]
    if len(kept) == len(keys):
        raise KeysFileError(f"{path} has no key of the name {name}")
    write_keys(path, kept)


def _find_file() -> Path:
    path = load_settings().access.keys_file
    if path is None:
        raise KeysFileError("set PRINTLINK_ACCESS__KEYS_FILE to where the keys are to be kept")
    return path
