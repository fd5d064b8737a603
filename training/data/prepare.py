"""The preparation of labelled pictures: the same changes to all of them, and to their boxes."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from PIL import Image, ImageEnhance
from tqdm.contrib.concurrent import thread_map

from model_store.label_map import write_label_map
from training.data.coco import ANNOTATIONS_NAME, IMAGES_NAME, write_coco
from training.data.fresh import fill_folder
from training.data.pictures import encode, open_upright
from training.data.records import LABEL_MAP_NAME
from training.data.voc import write_voc

if TYPE_CHECKING:
    from pathlib import Path

    from training.data.dataset import DataSet, LabelledBox, LabelledImage, PixelBox

# A box of which less than this share is left by the crop is a difficult one.
LEAST_LEFT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What to do, in this order; a picture is turned upright first, as its boxes are.

    `square` cuts the longer side down around the middle. `width` in pixels is what a picture comes
    to, with its aspect kept. The factors are Pillow's: 1 changes nothing, 0 takes it all away.
    """

    square: bool = False
    width: int | None = None
    grey: bool = False
    brightness: float = 1.0
    contrast: float = 1.0
    sharpness: float = 1.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """What came of a data set: `lost` boxes were all in what a crop has cut off."""

    pictures: int
    boxes: int
    truncated: int
    lost: int


def prepare_data_set(
    data: DataSet, out: Path, plan: Preparation, *, source: Path, workers: int | None = None
) -> Prepared:
    """Write a prepared copy of a data set to a new folder, in the form (COCO or VOC) of `source`.

    Raises DataSetError where `out` holds something or is in `source`.
    """
    is_coco = source.is_file() or (source / ANNOTATIONS_NAME).is_file()
    with fill_folder(out, source=source) as folder:
        pictures = folder / IMAGES_NAME if is_coco else folder
        images = thread_map(
            partial(_prepare_file, plan=plan, folder=pictures),
            _rename(data.images),
            data.images,
            max_workers=workers or os.cpu_count(),
            desc="preparing",
            unit="picture",
            disable=None,
        )
        if is_coco:
            write_coco(images, data.labels, folder / ANNOTATIONS_NAME)
        else:
            _write_all_voc(images, folder)
        write_label_map(folder / LABEL_MAP_NAME, data.labels)
    boxes = [box for image in images for box in image.boxes]
    truncated = sum(box.is_truncated for box in boxes)
    lost = sum(len(image.boxes) for image in data.images) - len(boxes)
    return Prepared(len(images), len(boxes), truncated, lost)


def prepare_picture(picture: Image.Image, plan: Preparation) -> Image.Image:
    """Return a changed copy of an upright picture, grey or RGB."""
    if plan.square:
        picture = picture.crop(square_window(*picture.size))
    if plan.width is not None:
        height = max(1, round(picture.height * plan.width / picture.width))
        picture = picture.resize((plan.width, height), Image.Resampling.LANCZOS)
    if plan.grey:
        picture = picture.convert("L")
    for enhance, factor in (
        (ImageEnhance.Brightness, plan.brightness),
        (ImageEnhance.Contrast, plan.contrast),
        (ImageEnhance.Sharpness, plan.sharpness),
    ):
        picture = picture if factor == 1.0 else enhance(picture).enhance(factor)
    return picture


def square_window(width: int, height: int) -> tuple[int, int, int, int]:
    """Return the square in the middle of a picture: left, top, right, bottom in pixels."""
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side


def prepare_boxes(image: LabelledImage, plan: Preparation) -> LabelledImage:
    """Return what `prepare_picture` makes of a picture's size and boxes.

    A box that the crop cuts is marked truncated, one that loses more than half difficult, too; one
    that is not seen any more is left out.
    """
    whole = (0, 0, image.width, image.height)
    window = square_window(image.width, image.height) if plan.square else whole
    width, height = window[2] - window[0], window[3] - window[1]
    scaled = plan.width or width
    scale = scaled / width
    size = (scaled, max(1, round(height * scale)))
    cut = [kept for box in image.boxes if (kept := _cut_box(box, window))]
    boxes = tuple(_scale_box(box, size[1] / height, scale) for box in cut)
    return replace(image, width=size[0], height=size[1], boxes=boxes)


def _cut_box(box: LabelledBox, window: tuple[int, int, int, int]) -> LabelledBox | None:
    left, top, right, bottom = window
    sides: PixelBox = (
        max(box.box[0], top) - top,
        max(box.box[1], left) - left,
        min(box.box[2], bottom) - top,
        min(box.box[3], right) - left,
    )
    kept = replace(box, box=sides)
    if not kept.has_area:
        return None
    share = kept.width * kept.height / (box.width * box.height)
    # Boxes may stick out of the picture by a rounding error: that cuts nothing.
    is_cut = share < 0.99
    return replace(
        kept,
        is_truncated=box.is_truncated or is_cut,
        is_difficult=box.is_difficult or share < LEAST_LEFT,
    )


def _scale_box(box: LabelledBox, down: float, across: float) -> LabelledBox:
    ymin, xmin, ymax, xmax = box.box
    x_height = None if box.x_height is None else box.x_height * down
    sides = (ymin * down, xmin * across, ymax * down, xmax * across)
    return replace(box, box=sides, x_height=x_height)


def _rename(images: tuple[LabelledImage, ...]) -> list[str]:
    """Return the names of the copies: JPEG stays JPEG, anything else becomes PNG."""
    kept = {".jpg", ".jpeg", ".png"}
    return [
        image.name if PurePosixPath(image.name).suffix.lower() in kept else f"{image.name}.png"
        for image in images
    ]


def _prepare_file(
    name: str, image: LabelledImage, *, plan: Preparation, folder: Path
) -> LabelledImage:
    prepared = prepare_picture(open_upright(image.file), plan)
    kind = "PNG" if name.lower().endswith(".png") else "JPEG"
    copy = folder / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(encode(prepared, kind))
    return replace(prepare_boxes(image, plan), name=name, file=copy)


def _write_all_voc(images: list[LabelledImage], folder: Path) -> None:
    """Write each picture's XML beside it, under its whole name where two share a stem."""
    paths = [folder / PurePosixPath(image.name).with_suffix(".xml") for image in images]
    shared = {path for path, count in Counter(paths).items() if count > 1}
    for image, path in zip(images, paths, strict=True):
        write_voc(image, folder / f"{image.name}.xml" if path in shared else path)
