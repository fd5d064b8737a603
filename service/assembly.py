"""How the stages are put together from the settings; slow, since it loads the models."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from service.engine import Served
from service.metrics import MeteredRecognizer
from service.models import find_model
from service.pipeline import Pipeline
from service.quota import count_cpus
from service.recognize import create_recognizer
from service.records import Strip
from service.runner import Crew

if TYPE_CHECKING:
    from service.detect import SavedModelDetector
    from service.metrics import Metrics
    from service.settings import Settings


def build_pipeline(settings: Settings, metrics: Metrics) -> Served:
    """Load the models, warm them up and put the stages together; raises a `StartupError`."""
    recognizer = create_recognizer(settings.recognize)
    threads = settings.runner.workers or count_cpus()
    crew = Crew(threads)
    # Each thread opens an engine of its own when it first reads.
    blank = Strip(np.full((settings.expand.strip_height_px, 200), 255, np.uint8), ())
    crew.map(recognizer.read, [blank] * threads)
    detector = load_detector(settings)
    detector.warm_up()
    pipeline = Pipeline(
        detector,
        MeteredRecognizer(recognizer, metrics),
        expand=settings.expand,
        url=settings.url,
        on_stage=metrics.time_stage,
        share_out=crew.map,
    )
    return Served(pipeline, detector.model_name, detector.model_version)


def load_detector(settings: Settings) -> SavedModelDetector:
    """Load the detector that the settings name; raises `ModelLoadError`."""
    model = find_model(settings.model)
    # TensorFlow takes seconds to import, chatters, and would take all of a GPU's memory.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    from service.detect import SavedModelDetector  # noqa: PLC0415

    return SavedModelDetector(
        model.path,
        settings.detect,
        label_map=model.label_map,
        name=model.name,
        version=model.version,
    )
