"""Several devices: each takes its share of every batch, and the steps are those of one device.

What the devices have to tell each other is the number of positives in the whole batch and, in batch
normalisation, the statistics of the whole batch; without either the loss would be another one.
"""

from __future__ import annotations

from contextlib import nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

# A tensor of whichever backend Keras runs on.
Tensor = Any


class DeviceError(RuntimeError):
    """There are not as many devices as were asked for, or they cannot share the work."""


def spread_over(devices: int, *, batch: int) -> AbstractContextManager[Any]:
    """Return the context in which a model is built and trained that `devices` devices share.

    They are GPUs as far as there are any. Raises DeviceError.
    """
    if devices == 1:
        return nullcontext()
    if batch % devices:
        raise DeviceError(f"expected a batch that {devices} devices can share, received {batch}")
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise DeviceError(f"expected KERAS_BACKEND=tensorflow for devices, received {backend}")
    tf = import_module("tensorflow")
    found = [tf.config.list_logical_devices(kind) for kind in ("GPU", "CPU")]
    names = [device.name for device in found[0] or found[1]]
    if len(names) < devices:
        raise DeviceError(f"expected {devices} devices, found {', '.join(names)}")
    scope: AbstractContextManager[Any] = tf.distribute.MirroredStrategy(names[:devices]).scope()
    return scope


def share_batches(model: keras.Model) -> None:
    """Let each device take its share of the batches that `model`, built in the context, is given.

    Keras would train every one of TensorFlow's replicas on the whole batch.
    """
    if count_devices() == 1:
        return
    tf, take_step = import_module("tensorflow"), model.train_step

    def take_share(data: Any) -> Any:  # noqa: ANN401 - Keras's own form of a batch
        replica = tf.distribute.get_replica_context()
        place, number = replica.replica_id_in_sync_group, replica.num_replicas_in_sync
        return take_step(tuple(None if part is None else part[place::number] for part in data))

    model.train_step = take_share


def count_devices() -> int:
    """Return over how many of TensorFlow's replicas a batch is spread; 1 on other backends."""
    if keras.backend.backend() != "tensorflow":
        return 1
    tf = import_module("tensorflow")
    return int(tf.distribute.get_strategy().num_replicas_in_sync)


def sum_over_devices(value: Tensor) -> Tensor:
    """Return the sum of a replica's `value` over all replicas; the value itself on one device."""
    if count_devices() == 1:
        return value
    distribute = import_module("tensorflow").distribute
    replica = distribute.get_replica_context()
    # While Keras builds a model there is no replica, and nothing to add up.
    if replica is None:
        return value
    return replica.all_reduce(distribute.ReduceOp.SUM, value)
