"""A page of grey with dark bars for links, and a detector that is always a little off."""

import numpy as np
import pytest

from training.example import Example
from training.postprocess import Detections
from training.refiner.config import RefinerNetwork
from training.refiner.proposals import gather_proposals, propose
from training.refiner.rule import RefineRule

RULE = RefineRule(height=16, width=32)
NETWORK = RefinerNetwork(labels={1: "bar", 2: "frame"}, filters=(4, 8, 8), squeezed=4, rule=RULE)


class OffDetector:
    """Finds every box of the example that it was shown last, moved by up to `off` of its sides."""

    def __init__(self, example, rng, off=0.1):
        self.example, self.rng, self.off = example, rng, off

    def detect(self, image):
        sides = np.array(image.shape[:2] * 2, np.float32)
        boxes = self.example.boxes * sides
        heights = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
        moved = boxes + self.rng.uniform(-self.off, self.off, boxes.shape) * heights
        number = len(boxes)
        return Detections(
            moved.astype(np.float32), np.linspace(0.9, 0.5, number), np.ones(number, np.int64)
        )


def draw_example(rng, *, bars=3):
    image = np.full((96, 96, 1), 210, np.uint8)
    boxes, classes = [], []
    for bar in range(bars):
        top, left = 6 + 30 * bar + int(rng.integers(6)), int(rng.integers(6, 30))
        bottom, right = top + int(rng.integers(10, 16)), left + int(rng.integers(24, 48))
        image[top:bottom, left:right] = 30
        if is_frame := bool(rng.random() < 0.5):
            image[top + 3 : bottom - 3, left + 3 : right - 3] = 210
        boxes.append([top, left, bottom, right])
        classes.append(2 if is_frame else 1)
    shares = np.array(boxes, np.float32) / 96
    return Example(image, shares, np.array(classes, np.int32), np.zeros(bars, bool))


@pytest.fixture(scope="session")
def proposals():
    rng = np.random.default_rng(3)
    examples = [draw_example(rng) for _ in range(120)]
    return gather_proposals(
        proposal
        for example in examples
        for proposal in propose(example, OffDetector(example, rng), RULE, rng)
    )
