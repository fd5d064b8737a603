"""The exploration: figures and pictures of records, or of a data set that is not split yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.data.load import load_data_set
from training.data.od_example import unpack_image
from training.data.pictures import open_upright
from training.data.records import find_label_map, list_places, list_splits, read_records
from training.data.statistics import gather
from training.data.tfrecord import read_record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.data.dataset import Problem
    from training.data.sheet import Picture
    from training.data.statistics import Statistics


@dataclass(frozen=True, slots=True)
class Exploration:
    """The figures of each split, some pictures to draw, the classes, and what cannot be used."""

    splits: dict[str, Statistics]
    pictures: list[Picture]
    labels: list[str]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Quest:
    """What to explore for: sizes at this long side, and so many pictures, random by the seed."""

    long_side: int = 1280
    pictures: int = 12
    seed: int = 1


def explore(where: Path, quest: Quest) -> Exploration:
    """Look through a folder of records, a record file, a COCO file, or a folder of COCO or VOC.

    Raises DataSetError where there is nothing of the kind.
    """
    if where.is_dir() and (splits := list_splits(where)):
        return explore_records(where, list(splits), quest)
    if where.is_file() and where.suffix != ".json":
        return explore_records(where, [where.name], quest)
    return explore_data_set(where, quest)


def explore_records(records: Path, splits: Sequence[str], quest: Quest) -> Exploration:
    """Look through the records of these splits."""
    labels = find_label_map(records)
    places = [place for split in splits for place in list_places(records, split)]
    chosen = [places[k] for k in _choose(len(places), quest)]
    shown = [unpack_image(read_record(path, offset), labels) for path, offset in chosen]
    figures = {split: gather(read_records(records, split), quest.long_side) for split in splits}
    found = {label for part in figures.values() for label in part.classes}
    return Exploration(
        figures,
        [(picture.read_pixels(), picture.boxes) for picture in shown],
        list(labels.values()) or sorted(found),
    )


def explore_data_set(source: Path, quest: Quest) -> Exploration:
    """Look through labelled pictures that are not records yet."""
    data = load_data_set(source)
    shown = [data.images[k] for k in _choose(len(data.images), quest)]
    return Exploration(
        {"all": gather(data.images, quest.long_side)},
        [(np.asarray(open_upright(image.file).convert("RGB")), image.boxes) for image in shown],
        list(data.labels.values()),
        data.problems,
    )


def _choose(count: int, quest: Quest) -> list[int]:
    order = np.random.default_rng(quest.seed).permutation(count)
    return [int(number) for number in order[: quest.pictures]]
