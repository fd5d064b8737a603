"""Small labelled data sets, drawn and written by hand for the tests."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from training.data.dataset import LabelledBox, LabelledImage

VOC = """<annotation>
  <folder>pictures</folder>
  <filename>{name}</filename>
  <size><width>{width}</width><height>{height}</height><depth>3</depth></size>
{objects}
</annotation>
"""
OBJECT = """  <object>
    <name>{label}</name>
    <truncated>{truncated}</truncated>
    <difficult>{difficult}</difficult>
    <bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox>
  </object>"""


def draw_picture(
    path: Path, size: tuple[int, int] = (40, 30), *, shade: int = 200, exif: int | None = None
) -> Path:
    """Write a picture of (width, height) whose left upper corner is dark."""
    pixels = np.full((size[1], size[0], 3), shade, np.uint8)
    pixels[: size[1] // 3, : size[0] // 3] = (10, 20, 30)
    path.parent.mkdir(parents=True, exist_ok=True)
    tags = Image.Exif()
    if exif is not None:
        tags[0x0112] = exif
    Image.fromarray(pixels).save(path, exif=tags)
    return path


def voc_object(label: str, box: tuple, *, difficult: int = 0, truncated: int = 0) -> str:
    """Return an <object>; `box` is xmin, ymin, xmax, ymax."""
    sides = dict(zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))
    return OBJECT.format(label=label, difficult=difficult, truncated=truncated, **sides)


def write_voc_xml(path: Path, name: str, *objects: str, size: tuple[int, int] = (40, 30)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = VOC.format(name=name, width=size[0], height=size[1], objects="\n".join(objects))
    path.write_text(text)
    return path


def make_voc(folder: Path, count: int = 10) -> Path:
    """Write pictures with a stamp each and a mark in every second, LabelImg's way."""
    for k in range(count):
        draw_picture(folder / f"{k}.jpg", shade=100 + k)
        objects = [voc_object("stamp", (2, 3, 12, 9))]
        objects += [voc_object("mark", (20, 10, 30, 20))] * (k % 2)
        write_voc_xml(folder / f"{k}.xml", f"{k}.jpg", *objects)
    return folder


def make_coco(folder: Path, **changes: list) -> Path:
    """Write a picture of 40x30 with two boxes; `changes` replace lists of the JSON file."""
    draw_picture(folder / "images" / "a.png")
    whole = {
        "images": [{"id": 7, "file_name": "a.png", "width": 40, "height": 30, "kind": "book"}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 9, "bbox": [2, 3, 10.5, 6], "x_height": 4.5},
            {"id": 2, "image_id": 7, "category_id": 4, "bbox": [20, 10, 10, 10], "iscrowd": 1},
        ],
        "categories": [{"id": 9, "name": "stamp"}, {"id": 4, "name": "mark"}],
    }
    path = folder / "annotations.json"
    path.write_text(json.dumps(whole | changes, indent=1))
    return path


def make_image(
    name: str, labels: str = "", *, file: Path = Path("none"), difficult: bool = False
) -> LabelledImage:
    """Return a picture of 40x30 with a box for each letter of `labels`."""
    boxes = tuple(LabelledBox(k, (3, 2, 9, 12), is_difficult=difficult) for k in labels)
    return LabelledImage(name, file, 40, 30, boxes)
