"""From a folder or a file to a data set: find its form, read it, and check every picture."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from tqdm.contrib.concurrent import thread_map

from training.data.coco import ANNOTATIONS_NAME, read_coco
from training.data.dataset import DataSet, DataSetError
from training.data.draft import check_draft, find_repeats
from training.data.voc import read_voc

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from training.data.dataset import Problem
    from training.data.draft import Reading


def load_data_set(
    source: Path, *, images: Path | None = None, labels: Mapping[int, str] | None = None
) -> DataSet:
    """Read and check the labelled pictures of a COCO file, or a folder of COCO's or VOC's form.

    Without `labels` the classes are numbered from 1: COCO's in the order of their ids, VOC's in
    that of the alphabet. Raises DataSetError where nothing of the kind is there.
    """
    reading = _read(source, images)
    found = reading.labels or sorted({b.label for d in reading.drafts for b in d.boxes})
    known = dict(labels) if labels else dict(enumerate(dict.fromkeys(found), start=1))
    names = {*known.values()}
    checked = thread_map(
        partial(check_draft, labels=names),
        reading.drafts,
        max_workers=os.cpu_count(),
        desc="checking",
        unit="picture",
        disable=None,
    )
    problems = [*reading.problems, *(fault for result in checked for fault in result.problems)]
    repeats = dict(find_repeats(checked, reading.drafts))
    kept = [
        result.image
        for number, result in enumerate(checked)
        if result.image and number not in repeats
    ]
    problems += repeats.values()
    return DataSet(tuple(kept), known, tuple(sorted(problems, key=_place)))


def _read(source: Path, images: Path | None) -> Reading:
    if source.is_file():
        return read_coco(source, images)
    if (source / ANNOTATIONS_NAME).is_file():
        return read_coco(source / ANNOTATIONS_NAME, images)
    if not source.is_dir():
        raise DataSetError(f"expected a folder or a COCO file, found no {source}")
    reading = read_voc(source, images)
    if not reading.drafts and not any(p.file.suffix == ".xml" for p in reading.problems):
        raise DataSetError(f"{source}: expected {ANNOTATIONS_NAME} or VOC's XML files, found none")
    return reading


def _place(problem: Problem) -> tuple[str, int]:
    return str(problem.file), problem.line or 0
