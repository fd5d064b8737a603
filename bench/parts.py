"""Applications in parts: simulated, with the shipped models, or with the detectors of a store."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from ray import serve

from bench.resending import CALLERS
from bench.simulated import SimulatedDetector, SimulatedReader
from scale.detector import DetectorReplica
from scale.readers import ReaderReplica
from scale.serving import ROLLING, bind_parts
from service.settings import Settings

if TYPE_CHECKING:
    from ray.serve import Application

# Strips that wait at a reader, so that it need not idle until the next one is sent.
IN_LINE = 16


def bind_simulated(count: int, *, version: int = 1) -> Application:
    """Return the application with simulated parts and so many readers, each one strip at a time."""
    settings = _choose_settings(model={"version": version}, recognize={"engine": "ctc"})
    detector = serve.deployment(
        SimulatedDetector, name="detector", num_replicas=2, max_ongoing_requests=IN_LINE, **ROLLING
    )
    return bind_parts(
        settings,
        detector=detector.bind(version),
        readers=_simulate_readers(count, version),
        num_replicas=2,
        max_ongoing_requests=2 * CALLERS,
    )


def bind_real(count: int) -> Application:
    """Return the application with the shipped models and so many readers of one thread each."""
    settings = _choose_settings(detect={"threads": 1})
    detector = serve.deployment(DetectorReplica, name="detector", max_ongoing_requests=IN_LINE)
    reader = serve.deployment(
        ReaderReplica, name="readers", num_replicas=count, max_ongoing_requests=IN_LINE
    )
    return bind_parts(
        settings,
        detector=detector.bind(settings),
        readers=reader.bind(settings),
        max_ongoing_requests=2 * CALLERS,
    )


def bind_detectors(root: str, *, version: int) -> Application:
    """Return the application with one version of a store's detector and simulated readers."""
    model = {"store_dir": root, "version": version}
    settings = _choose_settings(model=model, detect={"threads": 1}, recognize={"engine": "ctc"})
    detector = serve.deployment(
        DetectorReplica,
        name="detector",
        num_replicas=2,
        max_ongoing_requests=IN_LINE,
        # It would be bad the next time, too.
        max_constructor_retry_count=1,
        **ROLLING,
    )
    return bind_parts(
        settings,
        detector=detector.bind(settings),
        readers=_simulate_readers(2, 1),
        max_ongoing_requests=2 * CALLERS,
    )


def _simulate_readers(count: int, version: int) -> Application:
    readers = serve.deployment(
        SimulatedReader, name="readers", num_replicas=count, max_ongoing_requests=IN_LINE, **ROLLING
    )
    return readers.bind(version)


def _choose_settings(**groups: dict[str, Any]) -> Settings:
    """Return settings with which all callers are let in and nobody hurries them."""
    runner = {"workers": CALLERS, "max_queued": CALLERS, "deadline_s": 60}
    return Settings.model_validate({"runner": runner, **groups})


def draw_blank() -> bytes:
    """Return an empty page."""
    encoded = io.BytesIO()
    Image.fromarray(np.full((480, 640, 3), 240, np.uint8)).save(encoded, "JPEG")
    return encoded.getvalue()
