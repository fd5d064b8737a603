"""Whole stand-ins for the protocols of the service, scripted by their constructors."""

import errno
import io
import os
import threading
import time
from dataclasses import dataclass, field
from functools import partial

from service.errors import GoldenMissedError
from service.metrics import Metrics
from service.records import (
    Box,
    FrameResult,
    Host,
    Link,
    LinkLine,
    OtherUrl,
    Point,
    Prefix,
    Repair,
    TextLine,
    Timings,
)
from service.versions import Served, Versions

PREFIX = Prefix("https", 0.98, Box(10, 20, 60, 40))
POLYGON = (Point(10, 20), Point(200, 20), Point(200, 40), Point(10, 40))
LINK = Link(
    url="https://tensorflow.org/",
    raw="htlps://tensorflow.org/",
    scheme="https",
    confidence=0.96666,
    box=Box(10, 20, 200, 40),
    polygon=POLYGON,
    lines=(LinkLine(POLYGON, "htlps://tensorflow.org/"),),
    prefix=PREFIX,
    host=Host("tensorflow.org", None, mixed_script=False),
    repairs=(Repair("htlps://", "https://", "scheme"),),
    alternatives=(OtherUrl("https://tensorflow.org/i", 0.02, "other reading"),),
)


@dataclass
class FakeDetector:
    """Finds the same prefixes in every frame, and remembers the frames."""

    prefixes: tuple = (PREFIX,)
    model_name: str = "fake"
    model_version: int = 7
    sees_colour: bool = False
    frames: list = field(default_factory=list)

    def detect(self, frame):
        self.frames.append(frame)
        return self.prefixes


@dataclass
class FakeRecognizer:
    """Reads the same line in every strip, or raises; remembers the strips."""

    text: str = "https://tensorflow.org/"
    error: Exception | None = None
    strips: list = field(default_factory=list)

    def read(self, strip):
        self.strips.append(strip)
        if self.error is not None:
            raise self.error
        return TextLine(self.text, 0.97)


@dataclass
class FakePipeline:
    """Finds the same links in every frame, after `delay_s`, or raises."""

    links: tuple = (LINK,)
    delay_s: float = 0.0
    error: Exception | None = None
    frames: list = field(default_factory=list)
    reads: int = 0
    version: int = 7
    prefixes: tuple | None = None
    sees_colour: bool = False

    def run(self, frame, decode_ms, follow=None, *, prefixes=None):
        self.frames.append(frame)
        self.prefixes = prefixes
        time.sleep(self.delay_s)
        if self.error is not None:
            raise self.error
        timings = Timings(decode_ms, 29.04, 21.4, decode_ms + 50.44)
        found = (
            follow(link.prefix, partial(self._read, link)) if follow else link
            for link in self.links
        )
        links = tuple(link for link in found if link is not None)
        return FrameResult(frame.width, frame.height, links, timings, "fake", self.version)

    def _read(self, link):
        self.reads += 1
        return link


@dataclass
class FakeBuilder:
    """Loads a pipeline at once, when `gate` opens, or never."""

    pipeline: FakePipeline = field(default_factory=FakePipeline)
    error: Exception | None = None
    gate: threading.Event | None = None
    calls: int = 0
    web: object = None

    def __call__(self, settings, metrics):
        self.calls += 1
        if self.gate is not None:
            self.gate.wait(timeout=10)
        if self.error is not None:
            raise self.error
        return Served(self.pipeline, "fake", 7, reader_name="reads", reader_version=3, web=self.web)


@dataclass
class FakeLoader:
    """Loads any version at once, but those in `bad`; those that miss the golden frame do run.

    `calls` has what was asked for.
    """

    bad: dict = field(default_factory=dict)
    delay_s: float = 0.0
    calls: list = field(default_factory=list)

    def __call__(self, version, *, is_checked):
        self.calls.append((version, is_checked))
        time.sleep(self.delay_s)
        error = self.bad.get(version)
        if error is not None and (is_checked or not isinstance(error, GoldenMissedError)):
            raise error
        return Served(FakePipeline(version=version), "fake", version)


def make_folders(store, *versions):
    """Put folders into the store that look like versions of the model `fake`."""
    for version in versions:
        folder = store.folder_of("fake") / str(version)
        folder.mkdir(parents=True)
        (folder / "saved_model.pb").write_bytes(b"graph")
    return store


def open_versions(store, load, metrics=None):
    return Versions(store, "fake", load=load, metrics=metrics or Metrics())


@dataclass
class HangingPipeline(FakePipeline):
    """Hangs on the first frame until `let_go` is set; the others are answered."""

    let_go: threading.Event = field(default_factory=threading.Event)

    def run(self, frame, decode_ms, follow=None, *, prefixes=None):
        is_first = not self.frames
        result = super().run(frame, decode_ms, follow, prefixes=prefixes)
        if is_first:
            self.let_go.wait(timeout=20)
        return result


class CrashingPipeline(FakePipeline):
    """Raises on every so many frames; the others are answered."""

    def __init__(self, crash, *, every):
        super().__init__()
        self.crash, self.every = crash, every

    def run(self, frame, decode_ms, follow=None, *, prefixes=None):
        result = super().run(frame, decode_ms, follow, prefixes=prefixes)
        if len(self.frames) % self.every == 0:
            raise self.crash
        return result


class FullDisk(io.StringIO):
    """A file on a disk that has no room; counts what it refused."""

    refusals = 0

    def write(self, text):
        self.refusals += 1
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
