"""What the reader's tests share: a source of strips in two families of typefaces."""

from pathlib import Path

import pytest

from training.reader.strips import StripSource
from training.synth.fonts import FONT_FOLDERS, scan_fonts, split_fonts

# Other systems look through all the typefaces that they have.
FEW = [Path("/usr/share/fonts/truetype") / name for name in ("dejavu", "liberation")]


@pytest.fixture(scope="session")
def source():
    faces = scan_fonts(FEW if all(folder.is_dir() for folder in FEW) else FONT_FOLDERS)
    return StripSource("train", tuple(split_fonts(faces, "train")))
