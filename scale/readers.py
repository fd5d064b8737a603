"""The readers' replicas: each has the engines that the settings name, and reads strips."""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from service.loading import load_network
from service.logs import configure_logs
from service.models import find_traineddata
from service.recognize import create_recognizer

if TYPE_CHECKING:
    from service.recognize import Recognizer
    from service.records import Strip, TextLine
    from service.settings import Settings

NETWORK: Final = "ctc"
TESSERACT: Final = "tesseract"


class ReaderReplica:
    """Reads strips by the engine that it is asked for, one at a time, as it has one processor."""

    def __init__(self, settings: Settings) -> None:
        """Open the engines; raises a `StartupError`."""
        configure_logs(settings.log, sys.stderr)
        self._network_name = ("", 0)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="read")
        self._engines = {name: self._open(name, settings) for name in list_engines(settings)}

    def describe(self) -> tuple[str, int]:
        """Return name and version of the network that reads; none: an empty name."""
        return self._network_name

    async def read(self, engine: str, strip: Strip) -> TextLine:
        """Return what stands in `strip`, spaces included; raises `RecognizeError`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._engines[engine].read, strip)

    def _open(self, engine: str, settings: Settings) -> Recognizer:
        if engine == TESSERACT:
            traineddata = find_traineddata(settings.tesseract)
            return create_recognizer(settings.recognize, traineddata=traineddata)
        network = load_network(settings)
        network.warm_up(
            height_px=settings.expand.strip_height_px,
            longest_px=round(settings.expand.max_length_ratio * settings.expand.strip_height_px),
        )
        self._network_name = network.model_name, network.model_version
        return network


def list_engines(settings: Settings) -> tuple[str, ...]:
    """Return the engines that `settings` name, the first to be asked first."""
    engine = settings.recognize.engine
    if engine == "both":
        return NETWORK, TESSERACT
    return (NETWORK,) if engine == "ctc" else (TESSERACT,)
