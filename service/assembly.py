"""How the stages are put together from the settings; slow, since it loads the models."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from service import ctc, detect
from service.confidence import rate_reading
from service.ctc import CtcRecognizer
from service.detect import SavedModelDetector
from service.engine import Served
from service.metrics import MeteredRecognizer
from service.models import find_model, find_reader
from service.pipeline import Pipeline
from service.quota import count_cpus
from service.reader import JointReader, NetworkReader, VotingReader
from service.recognize import create_recognizer
from service.records import Strip
from service.runner import Crew

if TYPE_CHECKING:
    from collections.abc import Collection

    from model_store import StoredModel
    from service.metrics import Metrics
    from service.reader import RateReading, Reader
    from service.saved_model import SavedModel
    from service.settings import Settings


def build_pipeline(settings: Settings, metrics: Metrics) -> Served:
    """Load the models, warm them up and put the stages together; raises a `StartupError`."""
    crew = Crew(settings.runner.workers or count_cpus())
    reader, network = build_reader(settings, metrics, crew)
    detector = load_detector(settings)
    detector.warm_up()
    pipeline = Pipeline(
        detector,
        reader,
        expand=settings.expand,
        url=settings.url,
        on_stage=metrics.time_stage,
        share_out=crew.map,
    )
    return Served(
        pipeline,
        detector.model_name,
        detector.model_version,
        reader_name=network.model_name if network else "",
        reader_version=network.model_version if network else 0,
    )


def build_reader(
    settings: Settings, metrics: Metrics, crew: Crew
) -> tuple[Reader, CtcRecognizer | None]:
    """Return the reader that the settings name, warm, and its network if it has one.

    Raises a `StartupError`.
    """
    engine = settings.recognize.engine
    if engine not in {"both", "ctc"}:
        return open_tesseract(settings, metrics, crew), None
    network = load_network(settings)
    network.warm_up(
        height_px=settings.expand.strip_height_px,
        longest_px=round(settings.expand.max_length_ratio * settings.expand.strip_height_px),
    )
    alone = NetworkReader(MeteredRecognizer(network, metrics, engine="ctc"))
    if engine == "ctc":
        return alone, network
    tesseract = open_tesseract(settings, metrics, crew)
    return JointReader(alone, tesseract, sure_confidence=settings.url.sure_confidence), network


def open_tesseract(
    settings: Settings, metrics: Metrics, crew: Crew, *, rate: RateReading = rate_reading
) -> VotingReader:
    """Open Tesseract in every thread of `crew`; raises `TessdataMissingError`."""
    recognizer = create_recognizer(settings.recognize)
    # Each thread opens an engine of its own when it first reads.
    blank = Strip(np.full((settings.expand.strip_height_px, 200), 255, np.uint8), ())
    crew.map(recognizer.read, [blank] * crew.threads)
    is_program = settings.recognize.engine == "pytesseract"
    return VotingReader(
        MeteredRecognizer(recognizer, metrics, engine="pytesseract" if is_program else "tesserocr"),
        max_readings=settings.url.max_readings,
        sure_confidence=settings.url.sure_confidence,
        rate=rate,
    )


def load_network(settings: Settings) -> CtcRecognizer:
    """Load the network that the settings name; raises `ModelLoadError`."""
    model = find_reader(settings.reader)
    loaded = _load(model, settings, inputs=ctc.INPUTS, outputs=ctc.OUTPUTS)
    return CtcRecognizer(loaded, alphabet=model.label_map, name=model.name, version=model.version)


def load_detector(settings: Settings) -> SavedModelDetector:
    """Load the detector that the settings name; raises `ModelLoadError`."""
    model = find_model(settings.model)
    return SavedModelDetector(
        _load(model, settings, inputs=(detect.INPUT,), outputs=detect.OUTPUTS),
        settings.detect,
        label_map=model.label_map,
        name=model.name,
        version=model.version,
    )


def _load(
    model: StoredModel, settings: Settings, *, inputs: Collection[str], outputs: Collection[str]
) -> SavedModel:
    # TensorFlow takes seconds to import, chatters, and would take all of a GPU's memory.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    from service.saved_model import SavedModel  # noqa: PLC0415

    return SavedModel(model.path, inputs=inputs, outputs=outputs, threads=settings.detect.threads)
