"""An Object Detection API `pipeline.config`, taken over as far as it has a counterpart here."""

from __future__ import annotations

import logging
import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model_store.label_map import read_label_map
from training.anchors import BACKBONE_STRIDE, AnchorLevel
from training.config import ModelConfig, TrainConfig
from training.data.source import RecordSource
from training.matcher import MatchRule
from training.pipeline_fields import PipelineFields
from training.pipeline_training import take_loss, take_training
from training.postprocess import PostprocessRule
from training.prototext import PrototextError, read_leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

SSD = "model.ssd"
FINEST_LEVEL = 3
# Fields that ask for what happens here anyway, and the values for which that is so.
AGREED: dict[str, tuple[object, ...]] = {
    f"{SSD}.box_coder.faster_rcnn_box_coder.y_scale": (10.0,),
    f"{SSD}.box_coder.faster_rcnn_box_coder.x_scale": (10.0,),
    f"{SSD}.box_coder.faster_rcnn_box_coder.height_scale": (5.0,),
    f"{SSD}.box_coder.faster_rcnn_box_coder.width_scale": (5.0,),
    f"{SSD}.similarity_calculator.iou_similarity": (None,),
    f"{SSD}.matcher.argmax_matcher.ignore_thresholds": (False,),
    f"{SSD}.matcher.argmax_matcher.negatives_lower_than_unmatched": (True,),
    f"{SSD}.matcher.argmax_matcher.force_match_for_each_row": (True,),
    f"{SSD}.normalize_loss_by_num_matches": (True,),
    f"{SSD}.encode_background_as_zeros": (True,),
    f"{SSD}.inplace_batchnorm_update": (True,),
    f"{SSD}.post_processing.score_converter": ("SIGMOID",),
    f"{SSD}.image_resizer.fixed_shape_resizer.convert_to_grayscale": (False,),
    f"{SSD}.loss.localization_loss.weighted_smooth_l1": (None,),
    "train_config.fine_tune_checkpoint_version": ("V2",),
}


def read_pipeline_config(path: Path) -> TrainConfig:
    """Return the run that a `pipeline.config` describes, and log what it asks for in vain.

    Raises ValueError where the file is no message in text format, or one of another model than SSD.
    """
    try:
        fields = PipelineFields(read_leaves(path.read_text(encoding="utf-8")))
    except PrototextError as error:
        raise ValueError(f"{path}: {error}") from error
    if not fields.has(SSD):
        raise ValueError(f"{path}: expected the config of an SSD model, `model {{ ssd {{ ...`")
    config = convert_fields(fields, folder=path.parent, name=path.stem)
    for note in fields.list_notes():
        logger.warning("%s: %s", path, note)
    return config


def convert_fields(fields: PipelineFields, *, folder: Path, name: str) -> TrainConfig:
    """Return the run; paths in `fields` are taken from `folder` where they lead somewhere there."""
    size = take_size(fields)
    _pass_agreed(fields)
    return TrainConfig(
        name=name,
        # Whole pictures, as the API trains on them.
        make_source=partial(RecordSource, whole_share=1.0),
        model=take_network(fields, size=size, folder=folder),
        size=size,
        long_side=size,
        coarse_factor=1,
        match=take_match(fields),
        postprocess=take_postprocess(fields),
        loss=take_loss(fields),
        data=take_data(fields, folder),
        validation_images=fields.take("eval_config.num_examples", 100),
        **take_training(fields),
    )


def _pass_agreed(fields: PipelineFields) -> None:
    """Tick off what needs no message; a field with another value than the agreed one stays."""
    for path, values in AGREED.items():
        fields.take_if(path, values)


def take_size(fields: PipelineFields) -> int:
    """Return the side of the square that pictures are brought to, aspect ratio kept."""
    resizer = f"{SSD}.image_resizer"
    kind = "keep_aspect_ratio_resizer"
    if fields.has(f"{resizer}.{kind}"):
        wanted = fields.take(f"{resizer}.{kind}.max_dimension", 1024)
    else:
        kind = "fixed_shape_resizer"
        sides = [fields.take(f"{resizer}.{kind}.{side}", 300) for side in ("height", "width")]
        wanted = max(sides)
        fields.note(f"{resizer}.{kind}", "the aspect ratio is kept, the rest is padding")
    size = BACKBONE_STRIDE * math.ceil(wanted / BACKBONE_STRIDE)
    if size != wanted:
        fields.note(f"{resizer}.{kind}", f"a multiple of {BACKBONE_STRIDE} is needed: {size}")
    return size


def take_network(fields: PipelineFields, *, size: int, folder: Path) -> ModelConfig:
    """Return the network; where there is no label map to read its classes come from the data."""
    extractor = f"{SSD}.feature_extractor"
    kind = fields.take(f"{extractor}.type", "")
    is_mobile = "mobilenet" in kind
    if kind and "mobilenet_v2" not in kind:
        chosen = "MobileNetV2" if is_mobile else "the dense backbone"
        fields.note(f"{extractor}.type", f"{kind} has no counterpart, {chosen} takes its place")
    grey = [
        fields.take(f"{SSD}.image_resizer.{resizer}.convert_to_grayscale", default=False)
        for resizer in ("fixed_shape_resizer", "keep_aspect_ratio_resizer")
        if fields.has(f"{SSD}.image_resizer.{resizer}.convert_to_grayscale")
    ]
    options: dict[str, Any] = {"alpha": fields.take(f"{extractor}.depth_multiplier", 1.0)}
    return ModelConfig(
        backbone="mobilenet" if is_mobile else "dense",
        pyramid_filters=fields.take(f"{extractor}.fpn.additional_layer_depth", 128),
        channels=1 if any(grey) else 3,
        labels=take_labels(fields, folder),
        levels=take_levels(fields, size),
        **options,
    )


def take_labels(fields: PipelineFields, folder: Path) -> dict[int, str] | None:
    """Return the classes of the label map that is named, None where there is none to read."""
    number = fields.take(f"{SSD}.num_classes", 0)
    field = "train_input_reader.label_map_path"
    path = find_path(fields.take(field, ""), folder)
    if path is None:
        if fields.has(field):
            fields.note(field, "not found; the label map beside the data counts")
        return None
    labels = read_label_map(path)
    if number and number != max(labels):
        fields.note(f"{SSD}.num_classes", f"{number}, but {path.name} numbers to {max(labels)}")
    return labels


def take_data(fields: PipelineFields, folder: Path) -> Path | None:
    """Return the records to train on, a file or a pattern, None where there are none."""
    field = "train_input_reader.tf_record_input_reader.input_path"
    named = fields.take_all(field)
    if len(named) > 1:
        fields.note(field, "one path or pattern is read, the first")
    found = find_path(named[0], folder) if named else None
    if named and found is None:
        fields.note(field, "not found; name the data on the command line")
    return found


def find_path(named: str, folder: Path) -> Path | None:
    """Return a path or pattern that matches something, below `folder` or from where we are."""
    for root in (folder, Path()):
        place = root / named
        if named and any(place.parent.glob(place.name)):
            return place
    return None


def take_levels(fields: PipelineFields, size: int) -> tuple[AnchorLevel, ...] | None:
    """Return the anchors; None, which fits them to the data, where none are described."""
    generator = f"{SSD}.anchor_generator"
    if fields.has(f"{generator}.multiscale_anchor_generator"):
        return tuple(_take_octaves(fields, f"{generator}.multiscale_anchor_generator"))
    if fields.has(f"{generator}.ssd_anchor_generator"):
        return tuple(_take_scales(fields, f"{generator}.ssd_anchor_generator", size))
    return None


def _take_octaves(fields: PipelineFields, path: str) -> Iterator[AnchorLevel]:
    """Yield the anchors of RetinaNet (Lin et al. 2017): levels an octave apart, with steps."""
    first, last = fields.take(f"{path}.min_level", 3), fields.take(f"{path}.max_level", 7)
    scale, steps = (
        fields.take(f"{path}.anchor_scale", 4.0),
        fields.take(f"{path}.scales_per_octave", 2),
    )
    aspects = tuple(map(float, fields.take_all(f"{path}.aspect_ratios"))) or (1.0, 2.0, 0.5)
    fields.take(f"{path}.normalize_coordinates", default=True)
    if first < FINEST_LEVEL:
        fields.note(f"{path}.min_level", f"the finest level is {FINEST_LEVEL}")
    for level in range(max(first, FINEST_LEVEL), last + 1):
        sides = tuple(scale * 2 ** (level + step / steps) for step in range(steps))
        yield AnchorLevel(1 << level, sides, aspects, equal_area=True)


def _take_scales(fields: PipelineFields, path: str, size: int) -> Iterator[AnchorLevel]:
    """Yield the anchors of SSD (Liu et al. 2016): sides in even steps, shares of the picture's."""
    number = fields.take(f"{path}.num_layers", 6)
    low, high = fields.take(f"{path}.min_scale", 0.2), fields.take(f"{path}.max_scale", 0.95)
    aspects = tuple(map(float, fields.take_all(f"{path}.aspect_ratios"))) or (1.0, 2.0, 0.5)
    for layer in range(number):
        scale = low + (high - low) * layer / max(number - 1, 1)
        yield AnchorLevel(16 << layer, (scale * size,), aspects, equal_area=True)


def take_match(fields: PipelineFields) -> MatchRule:
    """Return when an anchor counts as a hit and when as background."""
    matcher = f"{SSD}.matcher.argmax_matcher"
    return MatchRule(
        positive_iou=fields.take(f"{matcher}.matched_threshold", 0.5),
        negative_iou=fields.take(f"{matcher}.unmatched_threshold", 0.5),
    )


def take_postprocess(fields: PipelineFields) -> PostprocessRule:
    """Return what becomes of the rows; boxes of all classes suppress one another here."""
    nms = f"{SSD}.post_processing.batch_non_max_suppression"
    if fields.has(f"{nms}.max_detections_per_class"):
        fields.take(f"{nms}.max_detections_per_class", 100)
        fields.note(f"{nms}.max_detections_per_class", "boxes of all classes are counted together")
    return PostprocessRule(
        # A threshold of next to nothing lets every anchor be counted.
        min_score=max(fields.take(f"{nms}.score_threshold", 0.0), 1e-3),
        max_iou=fields.take(f"{nms}.iou_threshold", 0.6),
        max_boxes=fields.take(f"{nms}.max_total_detections", 100),
    )
