"""Whole stand-ins for the protocols of the service, scripted by their constructors."""

import threading
import time
from dataclasses import dataclass, field
from functools import partial

from service.engine import Served
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

    def run(self, frame, decode_ms, follow=None):
        self.frames.append(frame)
        time.sleep(self.delay_s)
        if self.error is not None:
            raise self.error
        timings = Timings(decode_ms, 29.04, 21.4, decode_ms + 50.44)
        found = (
            follow(link.prefix, partial(self._read, link)) if follow else link
            for link in self.links
        )
        links = tuple(link for link in found if link is not None)
        return FrameResult(frame.width, frame.height, links, timings, "fake", 7)

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

    def __call__(self, settings, metrics):
        self.calls += 1
        if self.gate is not None:
            self.gate.wait(timeout=10)
        if self.error is not None:
            raise self.error
        return Served(self.pipeline, "fake", 7, reader_name="reads", reader_version=3)
