"""A data set written to train on: sharded records, tables, the label map, and COCO to measure."""

from __future__ import annotations

import csv
import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from model_store.label_map import write_label_map
from training.data.coco import ANNOTATIONS_NAME, IMAGES_NAME, write_coco
from training.data.dataset import DataSetError
from training.data.fresh import fill_folder
from training.data.od_example import pack_image
from training.data.pictures import encode_for_record
from training.data.records import LABEL_MAP_NAME, shard_name
from training.data.split import split_images
from training.data.tfrecord import append_record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.data.dataset import DataSet, LabelledImage

SUMMARY_NAME = "records.json"
CSV_COLUMNS = ("filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax")


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """How to split a data set; the same plan and data make the same bytes."""

    shares: dict[str, float]
    seed: int = 1
    shards: int = 1


def write_record_set(data: DataSet, out: Path, plan: RecordPlan, *, source: Path) -> dict[str, Any]:
    """Write the splits of a data set to a new folder; return what `records.json` says of them.

    Raises DataSetError where there are too few pictures, no class, or no room at `out`.
    """
    if not data.labels:
        raise DataSetError(f"{source}: no box, hence no class")
    splits = split_images(data.images, plan.shares, plan.seed)
    with fill_folder(out, source=source) as folder:
        write_label_map(folder / LABEL_MAP_NAME, data.labels)
        summary = {
            "seed": plan.seed,
            "left_out": len(data.problems),
            "splits": {
                name: _write_split(folder, name, images, data.labels, plan.shards)
                for name, images in splits.items()
            },
        }
        text = json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
        (folder / SUMMARY_NAME).write_text(text, encoding="utf-8")
    return summary


def format_summary(summary: dict[str, Any]) -> str:
    """Return what `write_record_set` wrote as plain text: a row for each split."""
    rows = [
        f"{name}: {part['pictures']} pictures, "
        + ", ".join(f"{count} {label}" for label, count in part["boxes"].items())
        + f", {part['ignored']} ignored"
        for name, part in summary["splits"].items()
    ]
    return "\n".join([*rows, f"left out because of problems: {summary['left_out']}"])


def _write_split(
    folder: Path, name: str, images: list[LabelledImage], labels: dict[int, str], shards: int
) -> dict[str, Any]:
    write_table(folder / f"{name}.csv", images)
    if name != "train":
        write_measured(folder / name, images, labels)
    boxes = [box for image in images for box in image.boxes]
    counts = Counter(box.label for box in boxes if not box.is_ignored)
    return {
        "pictures": len(images),
        "boxes": {label: counts[label] for label in labels.values()},
        "ignored": sum(box.is_ignored for box in boxes),
        "sha256": write_shards(folder, name, images, labels=labels, shards=shards),
    }


def write_shards(
    folder: Path,
    split: str,
    images: Sequence[LabelledImage],
    *,
    labels: dict[int, str],
    shards: int,
) -> str:
    """Write pictures in turn to so many files; return the SHA-256 of all records in their order."""
    class_ids = {label: number for number, label in labels.items()}
    count, digest = min(shards, len(images)), sha256()
    with ExitStack() as stack:
        files = [
            stack.enter_context((folder / shard_name(split, number, count)).open("wb"))
            for number in range(count)
        ]
        for number, image in enumerate(tqdm(images, desc=split, unit="picture", disable=None)):
            encoded, kind = encode_for_record(image.file)
            record = pack_image(image, encoded, picture_format=kind, class_ids=class_ids)
            digest.update(record)
            append_record(files[number % count], record)
    return digest.hexdigest()


def write_table(path: Path, images: Sequence[LabelledImage]) -> None:
    """Write a row for each box, in whole pixels, as the notebooks of that API make them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(CSV_COLUMNS)
        for image in images:
            for box in image.boxes:
                ymin, xmin, ymax, xmax = (round(side) for side in box.box)
                size = (image.width, image.height)
                table.writerow((image.name, *size, box.label, xmin, ymin, xmax, ymax))


def write_measured(folder: Path, images: Sequence[LabelledImage], labels: dict[int, str]) -> None:
    """Write the folder that `printlink-train evaluate` measures on."""
    for image in images:
        copy = folder / IMAGES_NAME / image.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(encode_for_record(image.file)[0])
    write_coco(images, labels, folder / ANNOTATIONS_NAME)
