"""The manifest: what a published model is, how it was made, and the digest of each of its files."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations while running
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    field_validator,
)

from model_store.errors import ManifestError, ManifestMissingError

if TYPE_CHECKING:
    from collections.abc import Iterable

MANIFEST_NAME: Final = "manifest.json"
GRAPH_NAME: Final = "saved_model.pb"
TRAINEDDATA: Final = ".traineddata"


def _check_inside(name: str) -> str:
    """Refuse a path that could leave the model's folder, or that has a second spelling."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or str(path) != name:
        raise ValueError(f"expected a plain path inside the model's folder, got {name!r}")
    if name == MANIFEST_NAME:
        raise ValueError("the manifest cannot hold its own digest")
    return name


FileName = Annotated[str, AfterValidator(_check_inside)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
ClassId = Annotated[int, Field(ge=1)]
Label = Annotated[str, Field(min_length=1)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def holds_model(names: Iterable[str]) -> bool:
    """Tell whether a version's files hold a SavedModel's graph, or a model of Tesseract's."""
    return any(name == GRAPH_NAME or _is_traineddata(name) for name in names)


def _is_traineddata(name: str) -> bool:
    return name.endswith(TRAINEDDATA) and "/" not in name


class TensorSpec(_Record):
    """One tensor of a signature; an axis of any length is None."""

    dtype: str
    shape: tuple[int | None, ...]


class Signature(_Record):
    """The tensors that `serving_default` takes and gives, by name."""

    inputs: dict[str, TensorSpec]
    outputs: dict[str, TensorSpec]


class TrainingFacts(_Record):
    """Where the weights come from."""

    config: dict[str, JsonValue]
    commit: str
    seed: int
    crops_seen: int = Field(ge=0)


class ManifestFacts(_Record):
    """The part of a manifest that only the publisher knows.

    `signature` is None for a model of Tesseract's, which has no tensors to name. `training` is None
    for a model that was trained elsewhere, of which nothing is known. `summary` says what the model
    is for, `limits` where it fails; the model card shows both.
    """

    signature: Signature | None = None
    label_map: dict[ClassId, Label] = Field(min_length=1)
    preprocessing: dict[str, JsonValue]
    training: TrainingFacts | None = None
    metrics: dict[str, JsonValue]
    licence: str = Field(min_length=1)
    summary: str = ""
    limits: tuple[str, ...] = ()


class Manifest(ManifestFacts):
    """Everything that is known of one published version.

    `files` has the SHA-256 of each file in the version's folder except the manifest itself, under
    its path relative to that folder, with forward slashes.
    """

    format: Literal[1] = 1
    name: str
    version: int = Field(ge=1)
    created_at: AwareDatetime
    files: dict[FileName, Digest]

    @field_validator("files")
    @classmethod
    def _check_graph(cls, files: dict[str, str]) -> dict[str, str]:
        if not holds_model(files):
            raise ValueError(f"expected {GRAPH_NAME} among the files, or a {TRAINEDDATA}")
        return files

    @classmethod
    def describe(
        cls,
        facts: ManifestFacts,
        *,
        name: str,
        version: int,
        created_at: datetime,
        files: dict[str, str],
    ) -> Manifest:
        """Return the manifest of `facts` for one version."""
        known = {field: getattr(facts, field) for field in ManifestFacts.model_fields}
        return cls(name=name, version=version, created_at=created_at, files=files, **known)


def read_manifest(version_dir: Path) -> Manifest:
    """Read the manifest in `version_dir`.

    Raises:
        ManifestMissingError: there is none.
        ManifestError: it cannot be read or does not have the form that is expected.

    """
    path = version_dir / MANIFEST_NAME
    if not path.is_file() or path.is_symlink():
        raise ManifestMissingError(
            f"{version_dir} has no {MANIFEST_NAME}: publish the model with `printlink-train "
            "publish`, or give a label map to use it as it is"
        )
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ManifestError(
            f"{path} cannot be understood ({_shorten(error)}): publish the model again"
        ) from error


def _shorten(error: OSError | ValidationError) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
