"""The training half of a `pipeline.config`: optimizer, rates, steps, loss and augmentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from training.augment import OPTIONS, list_fields
from training.config import LossConfig, OptimizerConfig

if TYPE_CHECKING:
    from training.pipeline_fields import PipelineFields

TRAIN = "train_config"
LOSS = "model.ssd.loss"
REGULARIZERS = (
    "model.ssd.feature_extractor.conv_hyperparams",
    "model.ssd.box_predictor.weight_shared_convolutional_box_predictor.conv_hyperparams",
    "model.ssd.box_predictor.convolutional_box_predictor.conv_hyperparams",
)


def take_training(fields: PipelineFields) -> dict[str, Any]:
    """Return what `TrainConfig` is told of the training."""
    batch = fields.take(f"{TRAIN}.batch_size", 32)
    steps = fields.take(f"{TRAIN}.num_steps", 25_000)
    _note_checkpoint(fields)
    optimizer, path = take_optimizer(fields)
    return {
        "batch": batch,
        "crops": batch * steps,
        "optimizer": optimizer,
        "weight_decay": 0.0,
        "max_gradient_norm": fields.take(f"{TRAIN}.gradient_clipping_by_norm", 10.0),
        "augment": take_augmentation(fields),
        **take_rates(fields, f"{path}.learning_rate", batch=batch, steps=steps),
        **take_average(fields),
    }


def _note_checkpoint(fields: PipelineFields) -> None:
    field = f"{TRAIN}.fine_tune_checkpoint"
    if fields.take(field, ""):
        fields.note(field, "is another network's; give --start-model or --start-weights instead")


def take_optimizer(fields: PipelineFields) -> tuple[OptimizerConfig, str]:
    """Return the optimizer and the path of its message."""
    path = f"{TRAIN}.optimizer"
    momentum, rms, adam = (f"{path}.{kind}_optimizer" for kind in ("momentum", "rms_prop", "adam"))
    if fields.has(rms):
        chosen = OptimizerConfig(
            kind="rmsprop",
            momentum=fields.take(f"{rms}.momentum_optimizer_value", 0.9),
            decay=fields.take(f"{rms}.decay", 0.9),
            epsilon=fields.take(f"{rms}.epsilon", 1.0),
        )
        return chosen, rms
    if fields.has(adam):
        return OptimizerConfig(epsilon=fields.take(f"{adam}.epsilon", 1e-8)), adam
    value = fields.take(f"{momentum}.momentum_optimizer_value", 0.9)
    return OptimizerConfig(kind="momentum", momentum=value), momentum


def take_rates(
    fields: PipelineFields, path: str, *, batch: int, steps: int
) -> dict[str, float | int]:
    """Return the learning rates; whatever falls in another way falls along a cosine here."""
    cosine, constant = f"{path}.cosine_decay_learning_rate", f"{path}.constant_learning_rate"
    if fields.has(constant):
        rate = fields.take(f"{constant}.learning_rate", 0.002)
        return _rates(rate, rate)
    for kind in ("exponential_decay", "manual_step"):
        if fields.has(f"{path}.{kind}_learning_rate"):
            return _take_other_rates(fields, f"{path}.{kind}_learning_rate", steps=steps)
    peak = fields.take(f"{cosine}.learning_rate_base", 0.002)
    total = fields.take(f"{cosine}.total_steps", steps)
    if total != steps:
        fields.note(f"{cosine}.total_steps", f"the cosine ends with the run, after {steps}")
    warmup = fields.take(f"{cosine}.warmup_steps", 0)
    return {
        **_rates(peak, 0.0),
        "warmup_learning_rate": fields.take(f"{cosine}.warmup_learning_rate", 0.0002),
        "warmup_crops": warmup * batch,
    }


def _take_other_rates(fields: PipelineFields, path: str, *, steps: int) -> dict[str, float | int]:
    """Return rates with the same first and last value as a schedule of another shape."""
    first = fields.take(f"{path}.initial_learning_rate", 0.002)
    if path.endswith("manual_step_learning_rate"):
        fields.take_all(f"{path}.schedule.step")
        last = [first, *map(float, fields.take_all(f"{path}.schedule.learning_rate"))][-1]
    else:
        factor = fields.take(f"{path}.decay_factor", 0.95)
        last = first * factor ** (steps / fields.take(f"{path}.decay_steps", 4_000_000))
    fields.note(path, f"falls along a cosine, from {first:g} to {last:g}")
    return _rates(first, last)


def _rates(first: float, last: float) -> dict[str, float | int]:
    return {"learning_rate": first, "final_learning_rate": last, "warmup_crops": 0}


def take_average(fields: PipelineFields) -> dict[str, float]:
    """Return the average over the weights, which is always taken here."""
    field = f"{TRAIN}.optimizer.use_moving_average"
    if not fields.take(field, default=True):
        fields.note(field, "the average over the weights is taken all the same")
    decay = fields.take(f"{TRAIN}.optimizer.moving_average_decay", 0.9995)
    return {"ema_momentum": decay}


def take_augmentation(fields: PipelineFields) -> dict[str, dict[str, Any]]:
    """Return the augmentation options that exist here, with the fields that they have here."""
    path = f"{TRAIN}.data_augmentation_options"
    known = [name for name in fields.list_messages(path) if name in OPTIONS]
    taken = {}
    for name in known:
        fields.take_all(f"{path}.{name}")
        names = [one for one in fields.list_messages(f"{path}.{name}") if one in list_fields(name)]
        taken[name] = {one: fields.take_all(f"{path}.{name}.{one}")[-1] for one in names}
    return taken


def take_loss(fields: PipelineFields) -> LossConfig:
    """Return the loss; without one that is focal it is the plain cross-entropy."""
    focal = f"{LOSS}.classification_loss.weighted_sigmoid_focal"
    weights = [
        fields.take(f"{LOSS}.{part}_weight", 1.0) for part in ("classification", "localization")
    ]
    if fields.has(focal):
        alpha, gamma = fields.take(f"{focal}.alpha", 0.25), fields.take(f"{focal}.gamma", 2.0)
        fields.take_all(focal)
    else:
        # Half of each class, twice: neither is favoured.
        alpha, gamma, weights[0] = 0.5, 0.0, 2.0 * weights[0]
        fields.take_all(f"{LOSS}.classification_loss.weighted_sigmoid")
    return LossConfig(
        focal_alpha=alpha,
        focal_gamma=gamma,
        class_weight=weights[0],
        box_weight=weights[1],
        l2=_take_l2(fields),
        hard_negatives=_take_hard_negatives(fields),
    )


def _take_l2(fields: PipelineFields) -> float:
    """Return the weight of the squares, the greatest where parts of the network have their own."""
    paths = [f"{one}.regularizer.l2_regularizer.weight" for one in REGULARIZERS]
    found = {path: fields.take(path, 0.0) for path in paths if fields.has(path)}
    if len({*found.values()}) > 1:
        fields.note(paths[0], f"one weight holds for all kernels: {max(found.values())}")
    return max(found.values(), default=0.0)


def _take_hard_negatives(fields: PipelineFields) -> float:
    miner = f"{LOSS}.hard_example_miner"
    if not fields.has(miner):
        return 0.0
    return fields.take(f"{miner}.max_negatives_per_positive", 3.0)
