"""The path of somebody who brings two classes of their own, from labelled pictures to a service."""

import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest

from model_store.store import ModelStore
from service.loading import load_detector
from service.records import Frame
from service.settings import Settings
from tests.training.stamped_pages import HEIGHT, WIDTH, write_pages
from training.data_digest import digest_data

CONFIG = '''"""Marks and stamps: small pictures, and objects of about one size."""

from functools import partial

from training.config import ModelConfig, TrainConfig
from training.data.source import RecordSource

CONFIG = TrainConfig(
    name="marks",
    make_source=partial(RecordSource, sides=(28, 80)),
    model=ModelConfig(labels=None, levels=None, pyramid_filters=32),
    size=128,
    batch=16,
    crops=16 * 320,
    warmup_crops=16 * 20,
    learning_rate=3e-3,
    ema_momentum=0.97,
    log_steps=50,
    validation_steps=1000,
    validation_images=6,
    augment={"random_adjust_brightness": {}, "random_adjust_contrast": {}},
    long_side=320,
    coarse_factor=1,
)
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder in which the whole path has been gone, command after command."""
    folder = tmp_path_factory.mktemp("stranger")
    write_pages(folder / "labelled", count=60, seed=3)
    (folder / "marks.py").write_text(CONFIG)
    for line in (
        "prepare labelled prepared --width 256",
        "records prepared records --split .7/.1/.2 --seed 2",
        "explore records --picture sheet.png --long-side 320",
        "train marks.py records run --workers 1",
        "export marks.py run export",
        "export marks.py run marks.tflite --to litert",
        "export marks.py run web --to web",
        "evaluate export records/test --json metrics.json",
        "evaluate marks.tflite records/test --json litert.json",
        "publish marks.py run export --metrics metrics.json --store models",
    ):
        command([*line.split()], folder)
    return folder


def command(words, folder):
    root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    done = subprocess.run(
        [sys.executable, "-m", "training.cli", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
def test_a_model_of_two_foreign_classes_is_good_on_pictures_it_has_not_seen(folder):
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["all"]["prefixes"] == 24
    assert metrics["all"]["ap50"] >= 0.9


@pytest.mark.slow
def test_the_files_for_phones_and_pages_know_the_classes_and_are_as_good(folder):
    scores = {
        name: json.loads((folder / f"{name}.json").read_text())["all"]["ap50"]
        for name in ("metrics", "litert")
    }
    assert scores["litert"] == pytest.approx(scores["metrics"], abs=0.02)
    contract = json.loads((folder / "web" / "detector.json").read_text())
    assert contract["labels"] == {"1": "mark", "2": "stamp"}
    assert (folder / "web" / "model.json").exists()


@pytest.mark.slow
def test_the_manifest_says_what_the_model_is_and_what_it_was_made_of(folder):
    manifest = ModelStore(folder / "models").resolve("marks").manifest
    assert manifest.label_map == {1: "mark", 2: "stamp"}
    assert manifest.training.config["origin"]["data_sha256"] == digest_data(folder / "records")
    assert manifest.training.crops_seen == 16 * 320
    levels = manifest.training.config["model"]["levels"]
    assert [level["aspects"] for level in levels] == [[1.0]] * len(levels)


@pytest.mark.slow
def test_the_service_finds_marks_and_stamps_with_the_published_model(folder):
    model = {"store_dir": folder / "models", "name": "marks"}
    detector = load_detector(Settings(model=model, detect={"min_score": 0.3}))
    index = json.loads((folder / "records/test/annotations.json").read_text())
    labels = {one["id"]: one["name"] for one in index["categories"]}
    hits = total = 0
    for image in index["images"]:
        pixels = cv2.imread(str(folder / "records/test/images" / image["file_name"]))
        assert pixels.shape == (HEIGHT, WIDTH, 3)
        found = detector.detect(Frame(np.ascontiguousarray(pixels[..., ::-1])))
        truth = [note for note in index["annotations"] if note["image_id"] == image["id"]]
        total += len(truth)
        hits += sum(
            any(
                one.label == labels[note["category_id"]] and lies_on(one.box, note["bbox"])
                for one in found
            )
            for note in truth
        )
    assert hits >= 0.9 * total


def lies_on(box, expected):
    """Whether a service's box has its middle near that of x, y, width, height."""
    x, y, width, height = expected
    return (
        abs((box.left + box.right) / 2 - (x + width / 2)) < width / 4
        and abs((box.top + box.bottom) / 2 - (y + height / 2)) < height / 4
    )
