"""A SavedModel is called by the names of its signature; its boxes come back in pixels."""

import numpy as np
import pytest

from service.detect import INPUT, OUTPUTS, SavedModelDetector
from service.errors import DetectError
from service.records import Box, Frame
from service.saved_model import SavedModel
from service.settings import DetectSettings
from service.shrink import View
from tests.service.saved_models import save_model

LABEL_MAP = {1: "https", 2: "http", 5: "www"}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return SavedModel(save_model(tmp_path_factory.mktemp("tiny")), inputs=(INPUT,), outputs=OUTPUTS)


def load(model, label_map=None, view=None, **settings):
    return SavedModelDetector(
        model,
        DetectSettings(warmup_sizes_px=((32, 24),), **settings),
        label_map=label_map or LABEL_MAP,
        name="tiny",
        version=3,
        view=view,
    )


def make_frame(red, width=200, height=100):
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = red
    return Frame(pixels)


def test_prefixes_come_best_first_in_pixels(model):
    prefixes = load(model).detect(make_frame(red=51 * 4))
    assert [prefix.label for prefix in prefixes] == ["www", "https", "http"]
    assert [prefix.score for prefix in prefixes] == pytest.approx([0.9, 0.8, 0.6])
    assert prefixes[0].box == pytest.approx(Box(100, 50, 180, 75), abs=1e-3)
    assert prefixes[1].box == pytest.approx(Box(20, 25, 80, 50), abs=1e-3)


def test_boxes_are_cut_at_the_edge_of_the_frame_and_empty_ones_dropped(model):
    prefixes = load(model).detect(make_frame(red=0))
    assert prefixes[-1].box == pytest.approx(Box(180, 0, 200, 10), abs=1e-3)
    assert len(prefixes) == 2


def test_the_score_threshold_and_the_most_prefixes_hold(model):
    assert len(load(model, min_score=0.7).detect(make_frame(red=255))) == 2
    assert [p.score for p in load(model, max_prefixes=1).detect(make_frame(red=255))] == [1.0]


def test_model_name_and_version_are_kept(model):
    detector = load(model)
    assert (detector.model_name, detector.model_version) == ("tiny", 3)


def test_warm_up_runs_the_sizes_of_the_settings(model):
    load(model).warm_up()
    detector = load(model)
    detector._settings = DetectSettings(warmup_sizes_px=((16, 24),))
    with pytest.raises(DetectError):
        detector.warm_up()


def test_a_model_that_fails_is_our_fault(model):
    with pytest.raises(DetectError, match="the model failed on 16 x 40 pixels"):
        load(model).detect(make_frame(red=0, width=16, height=40))


class Malformed:
    """Answers as a sound model does, but for one output."""

    def __init__(self, name, value):
        self.outputs = {
            "detection_boxes": np.zeros((1, 3, 4), np.float32),
            "detection_scores": np.zeros((1, 3), np.float32),
            "detection_classes": np.ones((1, 3), np.float32),
            "num_detections": np.zeros(1, np.float32),
        } | {name: value}

    def run(self, inputs):
        self.seen = inputs[INPUT]
        return self.outputs


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("detection_boxes", np.zeros((1, 3, 5), np.float32)),
        ("detection_boxes", np.float32(0)),
        ("detection_boxes", np.full((1, 3, 4), np.nan, np.float32)),
        ("detection_scores", np.zeros((1, 2), np.float32)),
        ("detection_scores", np.full((1, 3), np.inf, np.float32)),
        ("detection_classes", np.ones(3, np.float32)),
        ("num_detections", np.float32(3)),
        ("num_detections", np.full(1, np.nan, np.float32)),
    ],
)
def test_an_answer_in_another_form_is_our_fault(name, value):
    with pytest.raises(DetectError, match=f"expected finite numbers.*{name}"):
        load(Malformed(name, value)).detect(make_frame(red=0))
    assert load(Malformed("num_detections", np.zeros(1))).detect(make_frame(red=0)) == ()


def test_a_class_without_label_is_our_fault(model):
    with pytest.raises(DetectError, match=r"expected a class of \[1, 2\], the model said 5"):
        load(model, label_map={1: "https", 2: "http"}).detect(make_frame(red=0))


@pytest.mark.parametrize(
    ("view", "sees_colour"),
    [(None, True), (View(320, is_grey=False), True), (View(320, is_grey=True), False)],
)
def test_a_grey_frame_is_shown_in_three_channels(view, sees_colour):
    model = Malformed("num_detections", np.zeros(1))
    detector = load(model, view=view)
    assert detector.detect(Frame(np.full((200, 100), 90, np.uint8))) == ()
    np.testing.assert_array_equal(model.seen, np.full((1, 200, 100, 3), 90))
    assert detector.sees_colour is sees_colour


class AnyNumber:
    """A model that finds one prefix more in each frame of a batch than in the one before."""

    def run(self, inputs):
        pictures = len(inputs[INPUT])
        return {
            "detection_boxes": np.full((pictures, 3, 4), (0.25, 0.25, 0.75, 0.5), np.float32),
            "detection_scores": np.full((pictures, 3), 0.9, np.float32),
            "detection_classes": np.ones((pictures, 3), np.float32),
            "num_detections": np.arange(pictures, dtype=np.float32),
        }


def test_each_frame_of_a_batch_gets_its_own_prefixes():
    found = load(AnyNumber()).detect_batch([make_frame(red=0)] * 3)
    assert [len(prefixes) for prefixes in found] == [0, 1, 2]
    assert found[1][0].box == Box(50, 25, 100, 75)
