"""Records on disk: which files make up a split, and what is in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from model_store.label_map import read_label_map
from training.data.dataset import DataSetError
from training.data.od_example import unpack_image
from training.data.tfrecord import list_offsets, read_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from training.data.od_example import RecordedImage

LABEL_MAP_NAME = "label_map.pbtxt"
# `train.record-00000-of-00004`, and how others call theirs: `train.tfrecord`, `coco_val.record`.
_SHARD = re.compile(r"(?P<split>.+?)\.(tf)?records?(-(?P<number>\d{5})-of-(?P<count>\d{5}))?")


def shard_name(split: str, number: int, count: int) -> str:
    """Return the name of one file of a split, as the Object Detection API's tools make it."""
    return f"{split}.record-{number:05d}-of-{count:05d}"


def list_splits(folder: Path) -> dict[str, list[Path]]:
    """Return the record files of a folder by their split.

    Raises DataSetError where files of a split are missing.
    """
    splits: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if match := _SHARD.fullmatch(path.name):
            splits.setdefault(match["split"], []).append(path)
    for files in splits.values():
        _check_complete(files)
    return splits


def find_shards(records: Path, split: str) -> list[Path]:
    """Return the record files of a split.

    `records` is a folder; or one file or a pattern like `train.record-?????-of-00004`, as in a
    `pipeline.config`, which says all by itself. Raises DataSetError where there are none.
    """
    if not records.is_dir():
        files = sorted(records.parent.glob(records.name)) if records.parent.is_dir() else []
        if not files:
            raise DataSetError(f"expected a record file, a folder or a pattern, found no {records}")
        return files
    splits = list_splits(records)
    if split not in splits:
        raise DataSetError(f"{records}: expected records of {split}, found {sorted(splits)}")
    return splits[split]


def list_places(records: Path, split: str) -> list[tuple[Path, int]]:
    """Return the file and the offset of each record of a split, `records` as in `find_shards`.

    Raises DataSetError where there is none, TornRecordError where a file is damaged.
    """
    files = find_shards(records, split)
    places = [(path, offset) for path in files for offset in list_offsets(path)]
    if not places:
        raise DataSetError(f"{files[0]}: expected records, found an empty file")
    return places


def read_records(records: Path, split: str) -> Iterator[RecordedImage]:
    """Yield the pictures of a split; `records` is as in `find_shards`.

    Raises DataSetError where one is damaged, or not that of a picture with boxes.
    """
    labels = find_label_map(records)
    for path, offset in list_places(records, split):
        yield unpack_image(read_record(path, offset), labels)


def find_label_map(records: Path) -> dict[int, str]:
    """Return the classes by the label map beside the records, or none where there is no such file.

    Raises LabelMapError where it cannot be understood.
    """
    path = (records if records.is_dir() else records.parent) / LABEL_MAP_NAME
    return read_label_map(path) if path.is_file() else {}


def _check_complete(files: list[Path]) -> None:
    matches = [match for path in files if (match := _SHARD.fullmatch(path.name))]
    counts = {match["count"] for match in matches}
    expected = [match["count"] for match in matches[:1] if match["count"]]
    if len(counts) > 1 or (expected and len(files) != int(expected[0])):
        names = ", ".join(path.name for path in files)
        raise DataSetError(f"{files[0].parent}: expected all shards of one set, found {names}")
