"""The ingress: the service's own application, whose detector and readers are elsewhere."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import TYPE_CHECKING, Final

from scale.readers import NETWORK, TESSERACT, list_engines
from scale.remote import RemoteDetector, RemoteRecognizer
from service.app import create_app
from service.logs import configure_logs
from service.metrics import MeteredRecognizer
from service.pipeline import Pipeline
from service.quota import count_cpus
from service.reader import JointReader, NetworkReader, VotingReader
from service.runner import Crew
from service.turns import LendingRecognizer
from service.versions import Served

if TYPE_CHECKING:
    from fastapi import FastAPI
    from ray.serve.handle import DeploymentHandle

    from service.engine import Engine
    from service.metrics import Metrics
    from service.reader import Reader
    from service.settings import Settings
    from service.turns import Turns

_LOOKED_AT_EVERY_S: Final = 0.1


class Ingress:
    """Builds the application in its replica; Serve lets it answer, streams too."""

    _engine: Engine

    def __init__(
        self, settings: Settings, detector: DeploymentHandle, readers: DeploymentHandle
    ) -> None:
        """Take the handles of the other two; the application waits until they are ready."""
        self._settings = settings
        self._build = partial(build_remote, detector=detector, readers=readers)

    def __serve_build_asgi_app__(self) -> FastAPI:
        """Return the application."""
        configure_logs(self._settings.log, sys.stderr)
        app = create_app(self._settings, build=self._build)
        self._engine = app.state.engine
        return app

    async def check_health(self) -> None:
        """Return once frames are answered, as Serve sends none before; raises why they never are.

        Serve asks before it takes a replica into use, and a few times a minute from then on.
        """
        while not self._engine.is_ready:
            if self._engine.failure:
                raise self._engine.failure
            await asyncio.sleep(_LOOKED_AT_EVERY_S)


def build_remote(
    settings: Settings, metrics: Metrics, *, detector: DeploymentHandle, readers: DeploymentHandle
) -> Served:
    """Put the stages together round replicas that detect and read; waits until these are there."""
    remote = RemoteDetector(detector, timeout_s=settings.runner.deadline_s)
    reader_name, reader_version = readers.describe.remote().result()
    # Threads that only wait for replicas cost no processor.
    crew = Crew(4 * (settings.runner.workers or count_cpus()))
    pipeline = Pipeline(
        remote,
        build_reader(settings, metrics, readers, turns=crew.turns),
        expand=settings.expand,
        url=settings.url,
        on_stage=metrics.time_stage,
        share_out=crew.map,
        turns=crew.turns,
    )
    name, version = remote.describe()
    return Served(pipeline, name, version, reader_name=reader_name, reader_version=reader_version)


def build_reader(
    settings: Settings, metrics: Metrics, readers: DeploymentHandle, *, turns: Turns
) -> Reader:
    """Return the reader that the settings name, with replicas for engines.

    Whoever waits for a replica lends its turn meanwhile.
    """

    def open_engine(engine: str) -> MeteredRecognizer:
        remote = RemoteRecognizer(readers, engine, timeout_s=settings.runner.deadline_s)
        return MeteredRecognizer(LendingRecognizer(remote, turns), metrics, engine=engine)

    engines = list_engines(settings)
    sure = settings.url.sure_confidence
    voting = VotingReader(
        open_engine(TESSERACT), max_readings=settings.url.max_readings, sure_confidence=sure
    )
    if NETWORK not in engines:
        return voting
    alone = NetworkReader(open_engine(NETWORK))
    return JointReader(alone, voting, sure_confidence=sure) if TESSERACT in engines else alone
