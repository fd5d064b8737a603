"""The feed: worker processes that turn an example source into batches for training.

The workers import neither TensorFlow nor Keras. Each has its own queue, and batches are taken from
the queues in turn: what is trained on depends on the seed alone, not on who was faster.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from training.anchors import LEVELS, AnchorLevel, image_anchors
from training.example import to_channels
from training.matcher import DEFAULT_RULE, MatchRule, match_anchors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from multiprocessing.context import SpawnProcess
    from multiprocessing.process import BaseProcess
    from multiprocessing.queues import Queue

    from numpy.typing import NDArray

    from training.boxes import Boxes
    from training.example import Example, ExampleSource

# What a worker makes: batches of crops, or of strips for the reader.
Made = TypeVar("Made")

QUEUE_BATCHES = 3
POLL_S = 5.0
# Read when NumPy and OpenCV are loaded, hence set before a worker starts.
SINGLE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class FeedError(RuntimeError):
    """A worker of the feed ended although nobody asked it to."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """`images` is uint8 [B, S, S, C]; `targets` float32 [B, A, 5] as `match_anchors` makes them."""

    images: NDArray[np.uint8]
    targets: Boxes


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchForm:
    """What the network takes: `number` examples of `size` by `size` pixels and their targets."""

    size: int
    number: int
    channels: int = 1
    levels: tuple[AnchorLevel, ...] = LEVELS
    match: MatchRule = DEFAULT_RULE


def encode_example(example: Example, anchors: Boxes, rule: MatchRule = DEFAULT_RULE) -> Boxes:
    """Return the targets of one example, float32 [A, 5]; `anchors` are those of its image."""
    height, width = example.image.shape[:2]
    pixels = example.boxes * np.array([height, width, height, width], np.float32)
    return match_anchors(anchors, pixels, example.classes, ignored=example.ignored, rule=rule)


def make_batches(
    source: ExampleSource, form: BatchForm, rng: np.random.Generator
) -> Iterator[Batch]:
    """Yield batches without end."""
    anchors = image_anchors(height=form.size, width=form.size, levels=form.levels)
    while True:
        examples = [source.sample(rng) for _ in range(form.number)]
        images = np.stack([to_channels(example.image, form.channels) for example in examples])
        targets = np.stack([encode_example(one, anchors, form.match) for one in examples])
        yield Batch(images, targets)


def open_feed(
    source: ExampleSource, form: BatchForm, *, workers: int, seed: tuple[int, ...]
) -> AbstractContextManager[Iterator[Batch]]:
    """Run `workers` processes that make batches of `source`; see `open_workers`."""
    return open_workers(partial(make_batches, source, form), workers=workers, seed=seed)


@contextmanager
def open_workers(
    make: Callable[[np.random.Generator], Iterator[Made]], *, workers: int, seed: tuple[int, ...]
) -> Iterator[Iterator[Made]]:
    """Run `workers` processes that call `make`, and yield an iterator over what all of them yield.

    `make` is pickled. The iterator raises FeedError where a worker has died. The processes end with
    the context.
    """
    context = multiprocessing.get_context("spawn")
    queues = [context.Queue(QUEUE_BATCHES) for _ in range(workers)]
    processes = [
        context.Process(target=_fill_queue, args=(into, make, (*seed, number)), daemon=True)
        for number, into in enumerate(queues)
    ]
    with _single_threaded_children():
        for process in processes:
            process.start()
    try:
        with ThreadPoolExecutor(1) as reader:
            yield _read_ahead(_take_in_turn(queues, processes), reader)
    finally:
        for process in processes:
            process.terminate()
            process.join()


@contextmanager
def _single_threaded_children() -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(dict.fromkeys(SINGLE_THREAD, "1"))
    try:
        yield
    finally:
        for name in SINGLE_THREAD:
            os.environ.pop(name)
        os.environ.update(before)


def _take_in_turn(queues: list[Queue[Made]], processes: list[SpawnProcess]) -> Iterator[Made]:
    while True:
        for source, process in zip(queues, processes, strict=True):
            yield _take(source, process)


def _read_ahead(batches: Iterator[Made], reader: ThreadPoolExecutor) -> Iterator[Made]:
    """Fetch the next batch while the trainer works: megabytes through a pipe take their time."""
    coming = reader.submit(next, batches)
    while True:
        batch = coming.result()
        coming = reader.submit(next, batches)
        yield batch


def _take(batches: Queue[Made], process: BaseProcess) -> Made:
    while True:
        try:
            taken = batches.get(timeout=POLL_S)
        except queue.Empty:
            if not process.is_alive():
                message = f"feed worker {process.name} ended with exit code {process.exitcode}"
                raise FeedError(message) from None
        else:
            return taken


def _fill_queue(
    into: Queue[Made],
    make: Callable[[np.random.Generator], Iterator[Made]],
    seed: tuple[int, ...],
) -> None:
    import cv2  # noqa: PLC0415 - reads the environment that its process was given

    # Ctrl-C reaches the whole process group; the trainer decides when the workers end, and ends
    # them by a signal that it may itself have been told to ignore.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    cv2.setNumThreads(1)
    # Where the trainer was killed nobody will ever take what is still in the queue.
    into.cancel_join_thread()
    for made in make(np.random.default_rng(seed)):
        if not _put(into, made):
            return


def _put(into: Queue[Made], made: Made) -> bool:
    """Return whether the batch was taken, False where the trainer is gone (it may be killed)."""
    parent = multiprocessing.parent_process()
    while parent is None or parent.is_alive():
        try:
            into.put(made, timeout=POLL_S)
        except queue.Full:
            continue
        return True
    return False
