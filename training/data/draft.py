"""What an annotation file says of one picture, and its check against the picture itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from training.data.dataset import LabelledBox, LabelledImage, Problem
from training.data.pictures import PictureError, inspect_picture, turn_box

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from pathlib import Path

    from training.data.pictures import PictureFacts

# Labelling tools round, and some count pixels from one: so much a box may stick out.
TOLERANCE_PX = 1.0


@dataclass(frozen=True, slots=True)
class Draft:
    """One picture as annotated: `file` is None where it was not found under its `name`.

    `source` and `line` say where the annotation stands; `stated_size` is (width, height), None
    where the annotation has no size.
    """

    name: str
    file: Path | None
    stated_size: tuple[int, int] | None
    boxes: tuple[LabelledBox, ...]
    source: Path
    line: int | None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a reader found; `labels` are the classes that the files declare, if they do."""

    drafts: list[Draft]
    problems: list[Problem]
    labels: list[str]


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a draft: `image` is None where the picture cannot be used at all."""

    image: LabelledImage | None
    problems: tuple[Problem, ...]
    digest: str = ""


def check_draft(draft: Draft, labels: Container[str]) -> Checked:
    """Hold a draft against its picture and the known classes; decodes the picture."""
    if draft.file is None:
        return _refuse(draft, f"the picture {draft.name!r} is missing")
    try:
        facts = inspect_picture(draft.file)
    except PictureError as error:
        return _refuse(draft, f"the picture {draft.name!r}: {error}")
    if draft.stated_size not in {None, facts.size, facts.stored_size}:
        stated, actual = _show_size(draft.stated_size), _show_size(facts.size)
        return _refuse(draft, f"the size is said to be {stated}, {draft.name!r} has {actual}")
    width, height = facts.size
    boxes = _turn_boxes(draft, facts)
    faults = [find_fault(box, width=width, height=height, labels=labels) for box in boxes]
    problems = tuple(
        Problem(draft.source, box.line, fault)
        for box, fault in zip(draft.boxes, faults, strict=True)
        if fault
    )
    kept = tuple(box for box, fault in zip(boxes, faults, strict=True) if fault is None)
    image = LabelledImage(draft.name, draft.file, width, height, kept, draft.kind)
    return Checked(image, problems, facts.digest)


def find_fault(box: LabelledBox, *, width: int, height: int, labels: Container[str]) -> str | None:
    """Return what is wrong with a box on a picture of this size in pixels, or None."""
    ymin, xmin, ymax, xmax = box.box
    place = f"xmin {xmin:g}, ymin {ymin:g}, xmax {xmax:g}, ymax {ymax:g}"
    if box.label not in labels:
        return f"unknown class {box.label!r}"
    if xmax < xmin or ymax < ymin:
        return f"the box of {box.label!r} is inverted: {place}"
    if not box.has_area:
        return f"the box of {box.label!r} is empty: {place}"
    if (
        min(xmin, ymin) < -TOLERANCE_PX
        or xmax > width + TOLERANCE_PX
        or ymax > height + TOLERANCE_PX
    ):
        return f"the box of {box.label!r} is outside the picture of {width}x{height}: {place}"
    return None


def find_repeats(checked: list[Checked], drafts: list[Draft]) -> Iterator[tuple[int, Problem]]:
    """Yield the number of each picture that was there before, and the problem.

    The same bytes, which would flatter where one is trained on and the other measured with, or the
    same name for others.
    """
    digests: dict[str, str] = {}
    names: set[str] = set()
    for number, (result, draft) in enumerate(zip(checked, drafts, strict=True)):
        if result.image is None:
            continue
        twin = digests.setdefault(result.digest, draft.name)
        if draft.name in names or twin != draft.name:
            message = f"the picture {draft.name!r} is there already, as {twin!r}"
            yield number, Problem(draft.source, draft.line, message)
        names.add(draft.name)


def _turn_boxes(draft: Draft, facts: PictureFacts) -> tuple[LabelledBox, ...]:
    """Return the boxes on the picture as a person sees it.

    They stand there already, as labelling tools show it, unless the stated size is that of the
    stored pixels.
    """
    if draft.stated_size in {None, facts.size}:
        return draft.boxes
    return tuple(replace(box, box=turn_box(box.box, facts)) for box in draft.boxes)


def _refuse(draft: Draft, message: str) -> Checked:
    return Checked(None, (Problem(draft.source, draft.line, message),))


def _show_size(size: tuple[int, int] | None) -> str:
    return "unknown" if size is None else f"{size[0]}x{size[1]}"
