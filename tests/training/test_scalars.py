import io
import logging

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

from training.checkpoint import RunState
from training.scalars import ScalarLog


def read_scalars(events, name):
    return [(event.step, float(make_ndarray(event.tensor_proto))) for event in events.Tensors(name)]


def test_a_write_means_the_losses_since_the_last_one(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    with ScalarLog(tmp_path) as log:
        for loss in (1.0, 3.0):
            log.add({"loss": loss})
        log.write(RunState(step=2), crops=8, progress=0.5)
        log.add({"loss": 7.0})
        log.write(RunState(step=3), crops=8, progress=0.75)
    events = EventAccumulator(str(tmp_path)).Reload()
    assert read_scalars(events, "Loss/total_loss") == [(2, 2.0), (3, 7.0)]
    assert all(value > 0 for _, value in read_scalars(events, "crops_per_s"))
    assert "step 2  50.0%  loss 2" in caplog.text


def test_pictures_are_there_to_be_looked_at(tmp_path):
    picture = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    with ScalarLog(tmp_path) as log:
        log.write_pictures([picture], step=4)
    events = EventAccumulator(str(tmp_path)).Reload()
    (event,) = events.Images("truth_and_detections/0")
    assert (event.step, event.width, event.height) == (4, 3, 2)
    shown = np.asarray(Image.open(io.BytesIO(event.encoded_image_string)))
    np.testing.assert_array_equal(shown, picture)
