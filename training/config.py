"""The settings of a training run; each file in `training/configs` makes one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from training.anchors import LEVELS, AnchorLevel
from training.label_map import LABEL_MAP
from training.matcher import DEFAULT_RULE, MatchRule
from training.postprocess import PostprocessRule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from training.example import ExampleSource


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """The network: `alpha` scales MobileNetV2's channels and means nothing to the dense one.

    `stem_blocks` residual blocks work at the dense one's stride 4, where they cost most; the head's
    tower has `tower_depth` convolutions.
    `labels` names the classes by their number from 1; None takes them from the source of the
    examples, which then has a `label_map`. `levels` are the anchors; None fits them to the boxes
    that the source gives. `channels` is 1 for a network that sees grey, 3 for one that sees RGB.
    """

    backbone: Literal["dense", "mobilenet"] = "dense"
    alpha: float = 0.35
    stem_blocks: int = 1
    pyramid_filters: int = 64
    tower_depth: int = 2
    channels: Literal[1, 3] = 1
    labels: dict[int, str] | None = field(default_factory=lambda: dict(LABEL_MAP))
    levels: tuple[AnchorLevel, ...] | None = LEVELS


@dataclass(frozen=True, slots=True, kw_only=True)
class LossConfig:
    """The loss: focal loss for the classes plus `box_weight` times smooth L1 for the boxes.

    `l2` is the weight of half the squares of all kernels. With `hard_negatives` above 0 only so
    many background anchors for each positive count, those that the network gets most wrong.
    """

    focal_alpha: float = 0.35
    focal_gamma: float = 2.0
    class_weight: float = 1.0
    box_weight: float = 0.3
    l2: float = 0.0
    hard_negatives: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerConfig:
    """How gradients become steps; `weight_decay` is AdamW's, `momentum` that of the other two."""

    kind: Literal["adamw", "momentum", "rmsprop"] = "adamw"
    momentum: float = 0.9
    # Of the squared gradients, as RMSprop remembers them.
    decay: float = 0.9
    epsilon: float = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """One training run.

    `make_source` is called with the folder of the data and the side of an example in pixels. The
    learning rate rises from `warmup_learning_rate` for `warmup_crops`, then falls along a cosine
    that ends at `final_learning_rate` after `crops`. `augment` has options by the names and with
    the fields that they have in a `pipeline.config`, in the order in which they apply.
    `ema_momentum` caps the momentum of the average over the weights. `precision` is a Keras
    dtype policy: `mixed_bfloat16` pays on hardware that multiplies in it. `long_side`,
    `coarse_factor` and `postprocess` are fixed at the export. `data` is used where the command line
    names none, `start_weights` where a new run is given none. `summary` and `limits` go into the
    model card.
    """

    name: str
    make_source: Callable[[Path, int], ExampleSource]
    model: ModelConfig = field(default_factory=ModelConfig)
    size: int = 320
    batch: int = 32
    crops: int = 700_000
    warmup_crops: int = 10_000
    learning_rate: float = 2e-3
    warmup_learning_rate: float = 0.0
    final_learning_rate: float = 0.0
    weight_decay: float = 0.02
    max_gradient_norm: float = 10.0
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    match: MatchRule = DEFAULT_RULE
    augment: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ema_momentum: float = 0.9995
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    log_steps: int = 100
    checkpoint_steps: int = 200
    validation_steps: int = 1000
    validation_images: int = 100
    seed: int = 1
    long_side: int = 1280
    coarse_factor: int = 3
    postprocess: PostprocessRule = field(default_factory=PostprocessRule)
    data: Path | None = None
    start_weights: Path | None = None
    summary: str = ""
    limits: tuple[str, ...] = ()
