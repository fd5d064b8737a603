"""The free typefaces of Fontsource, fetched from the npm registry: some 1,600 families with Latin.

Which families and versions these are stands in `training/font-families.txt`. All are under the Open
Font License, the Apache License, the MIT License or the Ubuntu Font Licence.
"""

from __future__ import annotations

import io
import logging
import re
import tarfile
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fontTools.ttLib import TTFont, TTLibError

if TYPE_CHECKING:
    from collections.abc import Iterable

logger = logging.getLogger(__name__)

REGISTRY = "https://registry.npmjs.org"
FAMILIES = Path(__file__).parents[1] / "font-families.txt"
REGULAR, BOLD, LEAST_BOLD = 400, 700, 600
_FILE = re.compile(r"package/files/.+-latin-(?P<weight>\d+)-(?P<style>normal|italic)\.woff")
_AT_ONCE = 8
_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class FamilyPackage:
    """A family of Fontsource, by the name of its package, and the package's version."""

    name: str
    version: str

    @property
    def path(self) -> str:
        """The path of the package's archive below a registry."""
        return f"@fontsource/{self.name}/-/{self.name}-{self.version}.tgz"


def read_families(path: Path = FAMILIES) -> list[FamilyPackage]:
    """Return the families that a file names, a package and its version to the line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [FamilyPackage(*line.split()) for line in lines if line.strip()]


def fetch_families(
    families: Iterable[FamilyPackage], folder: Path, *, registry: str = REGISTRY
) -> list[FamilyPackage]:
    """Put the regular, italic and bold face of each family into `folder`; return those that failed.

    Families that are there are left as they are, so that the same call goes on with what failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [one for one in families if not any(folder.glob(f"{one.name}-latin-*.ttf"))]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        arrived = list(pool.map(partial(_fetch_family, folder=folder, registry=registry), missing))
    return [one for one, has_arrived in zip(missing, arrived, strict=True) if not has_arrived]


def choose_faces(names: Iterable[str]) -> list[str]:
    """Return which of an archive's files are the regular, the italic and the bold Latin face.

    Where a family lacks the usual weights, the regular face is the one nearest to them, the bold
    one the first that is bold at all.
    """
    known = [(match, name) for name in names if (match := _FILE.fullmatch(name))]
    faces = {(int(match["weight"]), match["style"]): name for match, name in known}
    weights = sorted({weight for weight, style in faces if style == "normal"})
    if not weights:
        return []
    regular = min(weights, key=lambda weight: abs(weight - REGULAR))
    bold = [weight for weight in weights if weight >= LEAST_BOLD and weight != regular]
    wanted = [(regular, "normal"), (regular, "italic")]
    if bold:
        wanted.append((BOLD if BOLD in bold else bold[0], "normal"))
    return [faces[face] for face in wanted if face in faces]


def _fetch_family(family: FamilyPackage, *, folder: Path, registry: str) -> bool:
    try:
        url = f"{registry}/{family.path}"
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as response:  # noqa: S310 - npm's
            packed = io.BytesIO(response.read())
        with tarfile.open(fileobj=packed) as archive:
            for name in choose_faces(archive.getnames()):
                _save_face(archive, name, folder)
    except (OSError, tarfile.TarError, TTLibError) as error:
        logger.warning("%s: %s", family.path, error)
        return False
    return True


def _save_face(archive: tarfile.TarFile, name: str, folder: Path) -> None:
    """Write a face as TrueType or OpenType, which loads faster than what the web is given."""
    file = archive.extractfile(name)
    if file is None:
        raise tarfile.TarError(f"{name} is no file")
    target = folder / Path(name).with_suffix(".ttf").name
    partial_file = target.with_suffix(".partial")
    with TTFont(io.BytesIO(file.read())) as font:
        font.flavor = None
        font.save(partial_file)
    partial_file.replace(target)
