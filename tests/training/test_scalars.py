import logging

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
    assert read_scalars(events, "loss") == [(2, 2.0), (3, 7.0)]
    assert all(value > 0 for _, value in read_scalars(events, "crops_per_s"))
    assert "step 2  50.0%  loss 2" in caplog.text
