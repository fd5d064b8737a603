"""COCO's JSON: one file with all pictures, boxes and classes of a data set."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, Field, FiniteFloat, ValidationError

from training.data.dataset import DataSetError, LabelledBox, Problem
from training.data.draft import Draft, Reading
from training.data.lined_json import parse_lists

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from training.data.dataset import LabelledImage
    from training.data.lined_json import Lined

ANNOTATIONS_NAME = "annotations.json"
IMAGES_NAME = "images"


class _Item(BaseModel):
    id: int


class _Category(_Item):
    name: str = Field(min_length=1)


class _Image(_Item):
    file_name: str = Field(min_length=1)
    width: int | None = None
    height: int | None = None
    kind: str | None = None


class _Note(_Item):
    """An annotation; `bbox` is x, y, width, height in pixels."""

    image_id: int
    category_id: int
    bbox: tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]
    iscrowd: bool = False
    x_height: FiniteFloat | None = None


_Form = TypeVar("_Form", bound=_Item)


def read_coco(path: Path, images: Path | None = None) -> Reading:
    """Read a COCO file; its pictures are in `images`, or in `images/` beside it, or beside it.

    Raises DataSetError where it is no JSON object with the lists that COCO has.
    """
    lists = _read_lists(path)
    problems: list[Problem] = []
    categories = _parse(lists["categories"], _Category, path, problems)
    pictures = _parse(lists["images"], _Image, path, problems)
    notes = _parse(lists["annotations"], _Note, path, problems)
    names = {number: category.name for number, (_, category) in sorted(categories.items())}
    boxes: dict[int, list[LabelledBox]] = {number: [] for number in pictures}
    for line, note in notes.values():
        if note.image_id in boxes:
            name = names.get(note.category_id, f"category {note.category_id}")
            boxes[note.image_id].append(_to_box(note, name, line))
        else:
            problems.append(Problem(path, line, f"there is no image with the id {note.image_id}"))
    folders = [images] if images else [path.parent / IMAGES_NAME, path.parent]
    drafts = [
        Draft(
            picture.file_name,
            _find_picture(picture.file_name, folders),
            (picture.width, picture.height) if picture.width and picture.height else None,
            tuple(boxes[number]),
            path,
            line,
            picture.kind,
        )
        for number, (line, picture) in pictures.items()
    ]
    return Reading(drafts, problems, list(names.values()))


def write_coco(images: Iterable[LabelledImage], labels: Mapping[int, str], path: Path) -> None:
    """Write the boxes of all pictures; a difficult one is a crowd, which is how COCO ignores."""
    class_ids = {label: number for number, label in labels.items()}
    pictures, notes = [], []
    for number, image in enumerate(images, start=1):
        pictures.append(
            {"id": number, "file_name": image.name, "width": image.width, "height": image.height}
            | ({"kind": image.kind} if image.kind else {})
        )
        notes += [
            {"id": 0, "image_id": number, "category_id": class_ids[box.label]} | _to_note(box)
            for box in image.boxes
        ]
    whole = {
        "images": pictures,
        "annotations": [note | {"id": number} for number, note in enumerate(notes, start=1)],
        "categories": [{"id": number, "name": label} for number, label in labels.items()],
    }
    path.write_text(json.dumps(whole, indent=1), encoding="utf-8")


def _to_note(box: LabelledBox) -> dict[str, Any]:
    ymin, xmin, _, _ = box.box
    sides = [round(side, 3) for side in (xmin, ymin, box.width, box.height)]
    note = {"bbox": sides, "area": round(box.width * box.height, 3), "iscrowd": int(box.is_ignored)}
    return note | ({} if box.x_height is None else {"x_height": round(box.x_height, 2)})


def _to_box(note: _Note, label: str, line: int) -> LabelledBox:
    x, y, width, height = note.bbox
    return LabelledBox(
        label, (y, x, y + height, x + width), line, is_crowd=note.iscrowd, x_height=note.x_height
    )


def _read_lists(path: Path) -> dict[str, list[Lined]]:
    try:
        lists = parse_lists(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise DataSetError(f"{path}:{error.lineno}: broken JSON: {error.msg}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise DataSetError(f"{path}: not a COCO file: {error}") from None
    if missing := {"images", "annotations", "categories"} - lists.keys():
        raise DataSetError(f"{path}: expected the lists of COCO, found no {sorted(missing)}")
    return lists


def _parse(
    items: list[Lined], form: type[_Form], path: Path, problems: list[Problem]
) -> dict[int, tuple[int, _Form]]:
    """Return the items of this form with their lines, by their id; the others become problems."""
    parsed: dict[int, tuple[int, _Form]] = {}
    for line, item in items:
        try:
            made = form.model_validate(item)
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(str(step) for step in fault["loc"]) or "the item"
            problems.append(Problem(path, line, f"{place}: {fault['msg']}"))
            continue
        if made.id in parsed:
            message = f"the id {made.id} is taken, since line {parsed[made.id][0]}"
            problems.append(Problem(path, line, message))
        else:
            parsed[made.id] = line, made
    return parsed


def _find_picture(written: str, folders: list[Path]) -> Path | None:
    name = PurePosixPath(written.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts:
        return None
    return next((folder / name for folder in folders if (folder / name).is_file()), None)
