"""The publication: a trained model of Tesseract's goes into the model store."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model_store.manifest import ManifestFacts, TrainingFacts
from model_store.store import ModelStore
from training.ocr.data import PADDING_PX, read_facts
from training.ocr.language import FILE
from training.ocr.train import best_checkpoint, count_strips_seen, read_run
from training.publish import LICENCE
from training.reader.alphabet import LABEL_MAP

if TYPE_CHECKING:
    from model_store.store import StoredModel

NAME = "url-ocr"
SUMMARY = (
    "Tesseract's own network, trained from scratch on generated strips: it reads one printed line "
    "of URL characters, and knows no words."
)
LIMITS = (
    "Printable ASCII only; a letter with an accent is read as the one that looks most like it.",
    "One line a picture, dark on light, some 44 pixels high, read as a raw line (psm 13).",
    "Trained on generated print; handwriting and display type were never seen.",
)


def publish_ocr(
    data_dir: Path, run_dir: Path, *, metrics: dict[str, Any], commit: str, store: Path
) -> StoredModel:
    """Copy the run's finished model into the store as the next version of `url-ocr`.

    Raises what `ModelStore.publish` raises.
    """
    facts = ManifestFacts(
        label_map=LABEL_MAP,
        preprocessing={"page_segmentation_mode": 13, "padding_px": PADDING_PX},
        training=describe_ocr_run(data_dir, run_dir, commit=commit),
        metrics=metrics,
        licence=LICENCE,
        summary=SUMMARY,
        limits=LIMITS,
    )
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(run_dir / FILE, Path(folder) / FILE)
        return ModelStore(store).publish(Path(folder), name=NAME, facts=facts)


def describe_ocr_run(data_dir: Path, run_dir: Path, *, commit: str) -> TrainingFacts:
    """Return where the weights come from; its `crops_seen` are strips, each as often as shown."""
    run, data = read_run(run_dir), read_facts(data_dir)
    settings = json.loads(json.dumps(asdict(run))) | {"data": asdict(data)}
    return TrainingFacts(
        config=settings,
        commit=commit,
        seed=data.seed,
        crops_seen=count_strips_seen(run_dir, best_checkpoint(run_dir)),
    )
