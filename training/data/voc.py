"""Pascal VOC: one XML file a picture, as LabelImg writes them."""

from __future__ import annotations

import math
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from training.data.dataset import LabelledBox, Problem
from training.data.draft import Draft, Reading
from training.data.lined_xml import BrokenXmlError, line_of, parse_xml
from training.data.pictures import SUFFIXES

if TYPE_CHECKING:
    from training.data.dataset import LabelledImage

# Where the pictures of a data set are, seen from the XML's folder, from it upward, or from the top.
_FOLDERS = (".", "images", "JPEGImages", "../images", "../JPEGImages")


def read_voc(folder: Path, images: Path | None = None) -> Reading:
    """Read every XML file under a folder; pictures may be beside them or in the usual places.

    `images` is looked into first. A picture that no XML file names is a problem, too.
    """
    drafts, problems = [], []
    folder = Path(os.path.normpath(folder))
    for path in sorted(folder.rglob("*.xml")):
        try:
            draft, faults = _read_file(path, folder, images)
        except BrokenXmlError as error:
            problems.append(Problem(path, error.line, str(error)))
        else:
            drafts.append(draft)
            problems += faults
    named = {draft.file for draft in drafts}
    problems += [
        Problem(path, None, "no annotation names this picture")
        for path in sorted((images or folder).rglob("*"))
        if path.suffix.lower() in SUFFIXES and path not in named
    ]
    return Reading(drafts, problems, [])


def write_voc(image: LabelledImage, path: Path) -> None:
    """Write the boxes of one picture, in whole pixels as LabelImg does."""
    root = Element("annotation")
    SubElement(root, "filename").text = PurePosixPath(image.name).name
    _add_numbers(SubElement(root, "size"), width=image.width, height=image.height, depth=3)
    SubElement(root, "segmented").text = "0"
    for box in image.boxes:
        ymin, xmin, ymax, xmax = (round(side) for side in box.box)
        ymax, xmax = max(ymax, ymin + 1), max(xmax, xmin + 1)
        thing = SubElement(root, "object")
        SubElement(thing, "name").text = box.label
        _add_numbers(thing, truncated=box.is_truncated, difficult=box.is_ignored)
        sides = SubElement(thing, "bndbox")
        _add_numbers(sides, xmin=xmin, ymin=ymin, xmax=xmax, ymax=ymax)
    indent(root)
    path.write_bytes(tostring(root, encoding="utf-8") + b"\n")


def _add_numbers(parent: Element, **numbers: int) -> None:
    for name, number in numbers.items():
        SubElement(parent, name).text = str(int(number))


def _read_file(path: Path, top: Path, images: Path | None) -> tuple[Draft, list[Problem]]:
    root = parse_xml(path)
    if root.tag != "annotation":
        raise BrokenXmlError(f"expected <annotation>, found <{root.tag}>", line_of(root))
    named, written = root.find("filename"), _text(root, "filename")
    if named is None or not written:
        raise BrokenXmlError("expected a <filename> with a name", line_of(root))
    boxes, problems = [], []
    for thing in root.iterfind("object"):
        try:
            boxes.append(_read_object(thing))
        except BrokenXmlError as error:
            problems.append(Problem(path, error.line, str(error)))
    file = _find_picture(written, path.parent, top, images)
    is_inside = file is not None and file.is_relative_to(top)
    name = file.relative_to(top).as_posix() if file and is_inside else written
    draft = Draft(name, file, _read_size(root), tuple(boxes), path, line_of(named))
    return draft, problems


def _read_size(root: Element) -> tuple[int, int] | None:
    """Return width and height; None where there are none, or zeros as LabelImg writes at times."""
    written = [_text(root, f"size/{side}") for side in ("width", "height")]
    numbers = [int(text) for text in written if text.isdecimal() and int(text)]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None


def _read_object(thing: Element) -> LabelledBox:
    sides = [_read_side(thing, name) for name in ("ymin", "xmin", "ymax", "xmax")]
    label = _text(thing, "name")
    if not label:
        raise BrokenXmlError("expected a <name> of the object's class", line_of(thing))
    return LabelledBox(
        label,
        (sides[0], sides[1], sides[2], sides[3]),
        line_of(thing),
        is_difficult=_text(thing, "difficult") == "1",
        is_truncated=_text(thing, "truncated") == "1",
    )


def _read_side(thing: Element, name: str) -> float:
    text = _text(thing, f"bndbox/{name}")
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        place = thing.find(f"bndbox/{name}")
        line = line_of(thing if place is None else place)
        raise BrokenXmlError(f"expected a number in <bndbox><{name}>, found {text!r}", line)
    return number


def _text(parent: Element, path: str) -> str:
    return (parent.findtext(path) or "").strip()


def _find_picture(written: str, beside: Path, top: Path, images: Path | None) -> Path | None:
    """Return the picture that `<filename>` means; LabelImg has left out the suffix at times."""
    name = PurePosixPath(written.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts:
        name = PurePosixPath(name.name)
    endings = [""] if name.suffix.lower() in SUFFIXES else ["", *sorted(SUFFIXES)]
    folders = [base / inner for base in (beside, top) for inner in _FOLDERS]
    candidates = (
        Path(os.path.normpath(folder / f"{name}{ending}"))
        for folder in ([images] if images else []) + folders
        for ending in endings
    )
    return next((path for path in candidates if path.is_file()), None)
