"""One picture with its boxes as the Object Detection API stores it: features with fixed names."""

from __future__ import annotations

import io
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image

from training.data.dataset import DataSetError, LabelledBox
from training.data.example_proto import pack_example, unpack_example
from training.example import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from training.data.dataset import LabelledImage
    from training.data.example_proto import Features

OBJECT = "image/object"
SIDES = ("ymin", "xmin", "ymax", "xmax")
FLAGS = ("difficult", "truncated", "is_crowd", "group_of")


@dataclass(frozen=True, slots=True, eq=False)
class RecordedImage:
    """One record: the picture's file in bytes and its boxes, whose classes `class_ids` number."""

    name: str
    encoded: bytes
    width: int
    height: int
    boxes: tuple[LabelledBox, ...]
    class_ids: tuple[int, ...]

    def read_pixels(self) -> NDArray[np.uint8]:
        """Return uint8 RGB [H, W, 3]; raises DataSetError where the picture cannot be decoded.

        An EXIF orientation is not applied: TensorFlow, which reads these records, does not either.
        """
        flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
        pixels: NDArray[np.uint8] | None = cv2.imdecode(
            np.frombuffer(self.encoded, np.uint8), flags
        )
        if pixels is None:
            raise DataSetError(f"record {self.name}: its picture cannot be decoded")
        return pixels

    def to_example(self) -> Example:
        """Return the whole picture with its boxes; one without an area is an ignore region."""
        sides = np.array([box.box for box in self.boxes], np.float32).reshape(-1, 4)
        scale = np.array([self.height, self.width] * 2, np.float32)
        return Example(
            self.read_pixels(),
            sides / scale,
            np.array(self.class_ids, np.int32),
            np.array([box.is_ignored or not box.has_area for box in self.boxes], bool),
        )


def pack_image(
    image: LabelledImage, encoded: bytes, *, picture_format: str, class_ids: Mapping[str, int]
) -> bytes:
    """Return a picture as a serialised Example; `picture_format` is `jpeg` or `png`."""
    boxes, name = image.boxes, image.name.encode()
    lengths = {"y": image.height, "x": image.width}
    return pack_example(
        {
            "image/encoded": [encoded],
            "image/format": [picture_format.encode()],
            "image/filename": [name],
            "image/source_id": [name],
            "image/key/sha256": [sha256(encoded).hexdigest().encode()],
            "image/height": [image.height],
            "image/width": [image.width],
            **{
                f"{OBJECT}/bbox/{side}": [_clip(box.box[place] / lengths[side[0]]) for box in boxes]
                for place, side in enumerate(SIDES)
            },
            f"{OBJECT}/class/text": [box.label.encode() for box in boxes],
            f"{OBJECT}/class/label": [class_ids[box.label] for box in boxes],
            f"{OBJECT}/difficult": [int(box.is_difficult) for box in boxes],
            f"{OBJECT}/truncated": [int(box.is_truncated) for box in boxes],
            f"{OBJECT}/is_crowd": [int(box.is_crowd) for box in boxes],
        }
    )


def _clip(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def unpack_image(record: bytes, labels: Mapping[int, str]) -> RecordedImage:
    """Return the picture of a serialised Example, also of one that somebody else wrote.

    A class is known by its number, or by its text where `labels` can number that. Raises
    DataSetError where a record has no picture, or its boxes lack a class, a side or a flag.
    """
    features = unpack_example(record)
    name = b"".join(_take(features, "image/filename", bytes)).decode("utf-8", "replace")
    encoded = b"".join(_take(features, "image/encoded", bytes))
    if not encoded:
        raise DataSetError(f"record {name!r}: expected `image/encoded`, found none")
    texts = [
        text.decode("utf-8", "replace") for text in _take(features, f"{OBJECT}/class/text", bytes)
    ]
    class_ids = _take(features, f"{OBJECT}/class/label", int) or _number_classes(texts, labels)
    names = texts or [labels.get(number, f"class {number}") for number in class_ids]
    width, height = _read_size(features, encoded)
    sides = _read_sides(features, len(class_ids))
    flags = _read_flags(features, len(class_ids))
    if len(names) != len(class_ids):
        raise DataSetError(
            f"record {name!r}: {len(names)} classes by text, {len(class_ids)} by number"
        )
    boxes = tuple(
        LabelledBox(
            label,
            (ymin * height, xmin * width, ymax * height, xmax * width),
            is_difficult=is_difficult,
            is_truncated=is_truncated,
            is_crowd=is_crowd or is_group,
        )
        for label, (ymin, xmin, ymax, xmax), (
            is_difficult,
            is_truncated,
            is_crowd,
            is_group,
        ) in zip(names, sides, flags, strict=True)
    )
    return RecordedImage(name, encoded, width, height, boxes, tuple(class_ids))


def _take(features: Features, name: str, kind: type) -> list[Any]:
    values = features.get(name, [])
    if values and not isinstance(values[0], kind):
        received = type(values[0]).__name__
        raise DataSetError(f"expected `{name}` to be of {kind.__name__}, received {received}")
    return values


def _read_size(features: Features, encoded: bytes) -> tuple[int, int]:
    stated = [*_take(features, "image/width", int), *_take(features, "image/height", int)]
    if len(stated) == 2 and min(stated) > 0:
        return stated[0], stated[1]
    try:
        with Image.open(io.BytesIO(encoded)) as picture:
            return picture.size
    except OSError as error:
        raise DataSetError(f"a record's picture cannot be decoded: {error}") from None


def _number_classes(texts: list[str], labels: Mapping[int, str]) -> list[int]:
    known = {label: number for number, label in labels.items()}
    if strangers := {*texts} - known.keys():
        raise DataSetError(f"expected classes of {sorted(known)}, received {sorted(strangers)}")
    return [known[text] for text in texts]


def _read_sides(features: Features, count: int) -> list[tuple[float, ...]]:
    sides = [_take(features, f"{OBJECT}/bbox/{side}", float) for side in SIDES]
    if {len(values) for values in sides} != {count}:
        found = [len(values) for values in sides]
        raise DataSetError(f"expected four sides for each of {count} classes, received {found}")
    return list(zip(*sides, strict=True))


def _read_flags(features: Features, count: int) -> list[tuple[bool, ...]]:
    """Return a row of flags for each box; a record need not have them."""
    columns = [_take(features, f"{OBJECT}/{flag}", int) or [0] * count for flag in FLAGS]
    if {len(column) for column in columns} != {count}:
        found = [len(column) for column in columns]
        raise DataSetError(f"expected {count} of each of {FLAGS}, received {found}")
    return [tuple(bool(flag) for flag in row) for row in zip(*columns, strict=True)]
