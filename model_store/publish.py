"""Publishing: a version's folder appears in the store complete, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from model_store.card import CARD_NAME, format_card
from model_store.digest import digest_files, list_files
from model_store.errors import ModelExistsError, ModelTornError
from model_store.manifest import (
    GRAPH_NAME,
    MANIFEST_NAME,
    TRAINEDDATA,
    Manifest,
    ManifestFacts,
    holds_model,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def publish_files(
    saved_model_dir: Path, version_dir: Path, *, name: str, version: int, facts: ManifestFacts
) -> Manifest:
    """Copy a model's files to `version_dir` and write its model card and its manifest beside it.

    The copy is made in a hidden folder next to `version_dir`, forced to the disk and renamed:
    whoever looks, even after a power cut, sees the whole version or none.

    Raises:
        ModelTornError: `saved_model_dir` holds neither a SavedModel nor a model of Tesseract's.
        ModelTamperedError: it holds links.
        ModelExistsError: `version_dir` is there already.

    """
    names = list_files(saved_model_dir)
    if not holds_model(names):
        raise ModelTornError(
            f"{saved_model_dir} has no {GRAPH_NAME} and no {TRAINEDDATA}: export the model first"
        )
    version_dir.parent.mkdir(parents=True, exist_ok=True)
    with _staging_dir(version_dir.parent) as staging:
        _copy_files(names, saved_model_dir, staging)
        card = format_card(facts, name=name, version=version)
        (staging / CARD_NAME).write_text(card, encoding="utf-8")
        manifest = Manifest.describe(
            facts,
            name=name,
            version=version,
            created_at=datetime.now(UTC).replace(microsecond=0),
            files=digest_files(staging),
        )
        text = manifest.model_dump_json(indent=2)
        (staging / MANIFEST_NAME).write_text(text + "\n", encoding="utf-8")
        force_to_disk(staging)
        _rename(staging, version_dir)
    _sync(version_dir.parent)
    return manifest


@contextmanager
def _staging_dir(parent: Path) -> Iterator[Path]:
    staging = Path(tempfile.mkdtemp(prefix=".publishing-", dir=parent))
    # mkdtemp lets only its owner in, but the service may run as somebody else.
    staging.chmod(0o755)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _copy_files(names: list[str], source: Path, target: Path) -> None:
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target / name)


def _rename(staging: Path, version_dir: Path) -> None:
    try:
        staging.rename(version_dir)
    except OSError as error:
        if not version_dir.exists():
            raise
        raise ModelExistsError(
            f"{version_dir} is published already: choose another version or leave it out"
        ) from error


def force_to_disk(folder: Path) -> None:
    """Wait until all in `folder` would outlast a power cut."""
    for place, _, files in os.walk(folder, topdown=False):
        for name in files:
            _sync(Path(place, name))
        _sync(Path(place))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
