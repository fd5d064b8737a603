"""How the stages are put together from the settings; slow, since it loads the models."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from service.confidence import rate_reading
from service.golden import check_detector
from service.loading import load_detector, load_network
from service.metrics import MeteredRecognizer
from service.models import find_model, find_traineddata, list_wanted, open_store
from service.pipeline import Pipeline
from service.quota import count_cpus
from service.reader import JointReader, NetworkReader, VotingReader
from service.recognize import create_recognizer
from service.records import Strip
from service.runner import Crew
from service.turns import LendingRecognizer
from service.versions import Served, Versions
from service.web_model import read_web_model

if TYPE_CHECKING:
    from model_store import StoredModel
    from service.ctc import CtcRecognizer
    from service.metrics import Metrics
    from service.reader import RateReading, Reader
    from service.settings import Settings


def build_pipeline(settings: Settings, metrics: Metrics) -> Served:
    """Load the models, warm them up and put the stages together; raises a `StartupError`."""
    wanted = list_wanted(settings.model)
    kit = Kit(settings, metrics)
    store = open_store(settings.model)
    versions = Versions(store, settings.model.name, load=kit.assemble, metrics=metrics)
    return replace(versions.load_first(wanted), versions=versions)


class Kit:
    """All that the versions of the detector share: the reader, the threads and the settings."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        """Load the reader and warm it up; raises a `StartupError`."""
        self._settings = settings
        self._metrics = metrics
        self._crew = Crew(settings.runner.workers or count_cpus())
        self._reader, self._network = build_reader(settings, metrics, self._crew)

    def assemble(self, version: int, *, is_checked: bool) -> Served:
        """Put the stages together round a version of the detector, which is loaded and warmed up.

        Raises:
            ModelLoadError: it cannot be loaded or, where `is_checked`, misses the golden frame.
            DetectError: it fails on frames.

        """
        settings = self._settings
        model = find_model(settings.model, version)
        detector = load_detector(settings, model)
        detector.warm_up()
        labels = model.label_map.values() if is_checked and _is_ours(model) else ()
        check_detector(detector, labels=labels, min_iou=settings.model.golden_iou)
        pipeline = Pipeline(
            detector,
            self._reader,
            expand=settings.expand,
            url=settings.url,
            on_stage=self._metrics.time_stage,
            share_out=self._crew.map,
            turns=self._crew.turns,
        )
        return Served(
            pipeline,
            detector.model_name,
            detector.model_version,
            reader_name=self._network.model_name if self._network else "",
            reader_version=self._network.model_version if self._network else 0,
            web=read_web_model(model),
        )


def _is_ours(model: StoredModel) -> bool:
    """Tell a model of our training from one that was exported elsewhere, whose boxes may differ."""
    return model.manifest is not None and model.manifest.training is not None


def build_reader(
    settings: Settings, metrics: Metrics, crew: Crew
) -> tuple[Reader, CtcRecognizer | None]:
    """Return the reader that the settings name, warm, and its network if it has one.

    Raises a `StartupError`.
    """
    engine = settings.recognize.engine
    if engine not in {"both", "ctc"}:
        return open_tesseract(settings, metrics, crew), None
    network = load_network(settings, runs=crew.threads, turns=crew.turns)
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
    """Open Tesseract in every thread of `crew`.

    Raises `TessdataMissingError`, or `ModelLoadError` for a model of the store.
    """
    traineddata = find_traineddata(settings.tesseract)
    recognizer = create_recognizer(settings.recognize, traineddata=traineddata)
    # Each thread opens an engine of its own when it first reads.
    blank = Strip(np.full((settings.expand.strip_height_px, 200), 255, np.uint8), ())
    crew.map(recognizer.read, [blank] * crew.threads)
    engine = "pytesseract" if settings.recognize.engine == "pytesseract" else "tesserocr"
    return VotingReader(
        LendingRecognizer(MeteredRecognizer(recognizer, metrics, engine=engine), crew.turns),
        max_readings=settings.url.max_readings,
        sure_confidence=settings.url.sure_confidence,
        rate=rate,
    )
