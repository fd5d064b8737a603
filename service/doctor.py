"""Examines an installation: whether the service would start here, and be any good."""

from __future__ import annotations

import io
import os
import platform
import shutil
import sys
import time
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

import httpx
from PIL import Image

from model_store import ModelStoreError
from service.assembly import build_pipeline
from service.engine import run_frame
from service.errors import ListenError, PrintlinkError
from service.golden import draw_golden_frame
from service.keys import read_keys
from service.loading import needs_tensorflow
from service.metrics import Metrics
from service.models import (
    find_model,
    find_reader,
    find_traineddata,
    find_twins,
    open_store,
)
from service.quota import count_cpus, read_cpu_features, read_memory_limit
from service.server import bind_socket, check_access, is_loopback
from service.tesseract import find_tessdata
from service.traces import open_traces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.settings import ServerSettings, Settings

_TESTED_PYTHONS: Final = ((3, 11), (3, 14))
_ENOUGH_MEMORY: Final = 2 * 2**30
_SLOW_S: Final = 0.5


class Verdict(StrEnum):
    """Whether something is as it should be; `FAIL` keeps the service from starting."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check came to; `detail` says what was found and, unless it is fine, what to do."""

    check: str
    verdict: Verdict
    detail: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what each check comes to, the quick ones first."""
    for name, check in CHECKS.items():
        try:
            verdict, detail = check(settings)
        except (PrintlinkError, ModelStoreError) as error:
            verdict, detail = Verdict.FAIL, str(error)
        except Exception as error:  # noqa: BLE001 - a check that breaks is a finding, too
            verdict, detail = Verdict.FAIL, f"{type(error).__name__}: {error}"
        yield Finding(name, verdict, detail)


def check_python(_: Settings) -> tuple[Verdict, str]:
    """Look at the interpreter."""
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    first, beyond = _TESTED_PYTHONS
    if first <= sys.version_info[:2] < beyond:
        return Verdict.OK, found
    return Verdict.WARN, f"{found} is not tested; use Python 3.11 to 3.13"


def check_processors(_: Settings) -> tuple[Verdict, str]:
    """Look at how many processors there are for this process, and what they can do."""
    usable, present = count_cpus(), os.cpu_count() or 1
    features = read_cpu_features()
    found = ", ".join([f"{usable} of {present} processors", *features.values()])
    if platform.machine() in {"x86_64", "AMD64"} and features and "avx2" not in features:
        return Verdict.WARN, f"{found}; without AVX2 frames take several times as long"
    if usable == 1:
        return Verdict.WARN, f"{found}; frames are answered one after the other, allow two"
    return Verdict.OK, found


def check_memory(_: Settings) -> tuple[Verdict, str]:
    """Look at the container's limit."""
    limit = read_memory_limit()
    if limit is None:
        return Verdict.OK, "no limit"
    found = f"limited to {limit / 2**30:.1f} GiB"
    if limit < _ENOUGH_MEMORY:
        return Verdict.WARN, f"{found}; the service takes about 1 GiB, allow 2"
    return Verdict.OK, found


def check_tensorflow(settings: Settings) -> tuple[Verdict, str]:
    """Load TensorFlow, if a network runs in it."""
    if not needs_tensorflow(settings):
        return Verdict.OK, "not used: LiteRT runs the networks"
    started = time.perf_counter()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        import service.saved_model  # noqa: F401, PLC0415 - takes seconds
    except ImportError as error:
        return Verdict.FAIL, f"cannot be loaded ({error}); install printlink's packages again"
    seconds = time.perf_counter() - started
    return Verdict.OK, f"{_tensorflow_version()}, loaded in {seconds:.1f} s"


def check_tesseract(settings: Settings) -> tuple[Verdict, str]:
    """Look for the language model, and for the program if it is used."""
    wanted = settings.recognize
    if wanted.engine == "ctc":
        return Verdict.OK, "not used"
    found = find_traineddata(settings.tesseract)
    found = found or find_tessdata(wanted.language, wanted.tessdata_dir)
    if wanted.engine == "pytesseract" and shutil.which("tesseract") is None:
        return Verdict.FAIL, "the program tesseract is not in PATH; install it, or use tesserocr"
    return Verdict.OK, str(found)


def check_detector(settings: Settings) -> tuple[Verdict, str]:
    """Verify the detector that is to serve."""
    model = find_model(settings.model)
    found = f"{model.name}/{model.version} in {model.path}"
    if model.manifest is None:
        return Verdict.WARN, f"{found} has no manifest: nothing guards it against being changed"
    return Verdict.OK, found


def check_reader(settings: Settings) -> tuple[Verdict, str]:
    """Verify the network that reads, if one does."""
    if settings.recognize.engine not in {"both", "ctc"}:
        return Verdict.OK, "not used"
    model = find_reader(settings.reader)
    return Verdict.OK, f"{model.name}/{model.version} in {model.path}"


def check_twins(settings: Settings) -> tuple[Verdict, str]:
    """Verify the network that judges twins, if one does."""
    is_used = settings.recognize.engine in {"both", "ctc"}
    model = find_twins(settings.twins) if is_used else None
    if model is None:
        return Verdict.OK, "not used"
    return Verdict.OK, f"{model.name}/{model.version} in {model.path}"


def check_store(settings: Settings) -> tuple[Verdict, str]:
    """Verify all versions in the store, those that do not serve as well."""
    store = open_store(settings.model)
    models = [model for model in store.list() if model.manifest or model.problem]
    for model in models:
        try:
            store.verify(model)
        except ModelStoreError as error:
            return Verdict.WARN, f"{model.problem or error}"
    return Verdict.OK, f"{len(models)} versions are as they were published"


def check_port(settings: Settings) -> tuple[Verdict, str]:
    """Take the port for a moment."""
    place = f"{settings.server.host} port {settings.server.port}"
    try:
        bind_socket(settings.server).close()
    except ListenError as error:
        if _is_printlink(settings.server):
            return Verdict.OK, f"a printlink listens on {place} already"
        return Verdict.FAIL, str(error)
    return Verdict.OK, f"{place} is free"


def check_callers(settings: Settings) -> tuple[Verdict, str]:
    """Look at who may call."""
    check_access(settings)
    access, host = settings.access, settings.server.host
    if access.keys_file is not None:
        keys = len(read_keys(access.keys_file))
        if keys == 0:
            return Verdict.WARN, "no key opens: make one with `printlink keys add NAME`"
        return Verdict.OK, f"whoever has one of {keys} keys"
    if is_loopback(host):
        return Verdict.OK, "anybody on this machine, nobody else"
    return Verdict.WARN, f"anybody who reaches {host}: see that a proxy asks for keys"


def check_traces(settings: Settings) -> tuple[Verdict, str]:
    """Look whether traces can be sent; whoever takes them may come later."""
    open_traces(settings.trace).close()
    return Verdict.OK, f"sent to {settings.trace.endpoint}" if settings.trace.endpoint else "none"


def check_frame(settings: Settings) -> tuple[Verdict, str]:
    """Read a printed page from its bytes to its links."""
    pipeline = build_pipeline(settings, Metrics()).pipeline
    frame, expected = draw_golden_frame()
    encoded = io.BytesIO()
    Image.fromarray(frame.pixels).save(encoded, "PNG")
    # The first one plans for its size, which is not the time that callers see.
    run_frame(pipeline, encoded.getvalue(), settings.decode)
    started = time.perf_counter()
    _, result = run_frame(pipeline, encoded.getvalue(), settings.decode)
    seconds = time.perf_counter() - started
    found = f"{len(result.links)} of {len(expected)} links in {1000 * seconds:.0f} ms"
    if not result.links:
        return Verdict.WARN, f"{found}; fine for a detector of other things than links only"
    if seconds > _SLOW_S:
        return Verdict.WARN, f"{found}; the machine is busy or slow"
    return Verdict.OK, found


CHECKS: Final[dict[str, Callable[[Settings], tuple[Verdict, str]]]] = {
    "python": check_python,
    "processors": check_processors,
    "memory": check_memory,
    "callers": check_callers,
    "port": check_port,
    "traces": check_traces,
    "tesseract": check_tesseract,
    "detector": check_detector,
    "reader": check_reader,
    "twins": check_twins,
    "store": check_store,
    "tensorflow": check_tensorflow,
    "frame": check_frame,
}


def _tensorflow_version() -> str:
    for package in ("tensorflow-cpu", "tensorflow"):
        try:
            return version(package)
        except PackageNotFoundError:
            continue
    return "unknown version"


def _is_printlink(server: ServerSettings) -> bool:
    """Ask whoever has the port."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    try:
        answer = httpx.get(f"http://{host}:{server.port}/healthz", timeout=2)
        return bool(answer.json() == {"status": "alive"})
    except (httpx.HTTPError, ValueError):
        return False
