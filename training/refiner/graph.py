"""The second stage as a part of the exported graph: boxes in, better boxes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tensorflow as tf

from training.frame_graph import PADDING
from training.refiner.patch import OVERSAMPLING

if TYPE_CHECKING:
    import keras

    from training.refiner.rule import RefineRule

# A TensorFlow tensor; the library ships no types.
Tensor = Any
Found = tuple[Tensor, Tensor, Tensor, Tensor]


def refine_boxes(refiner: keras.Model, images: Tensor, found: Found, rule: RefineRule) -> Found:
    """Return boxes, scores, classes and their number anew, as `select_boxes` gave them.

    `images` is what the detector saw, float32 [N, H, W, C]; boxes are in its pixels. The same as
    `training.refiner.rows.refine`.
    """
    boxes, scores, classes, number = found
    places = tf.where(scores[:, : rule.most] >= rule.min_score)
    chosen = tf.gather_nd(boxes, places)
    patches = cut_patches(images, chosen, tf.cast(places[:, 0], tf.int32), rule)
    # TensorFlow's convolutions for this CPU do not bear an empty batch.
    rows = tf.cond(
        tf.shape(patches)[0] > 0,
        lambda: refiner(patches, training=False),
        lambda: tf.zeros((0, refiner.output_shape[-1])),
    )
    logits = rows[:, :-4]
    height, width = (chosen[:, side + 2] - chosen[:, side] for side in (0, 1))
    moved = chosen + rows[:, -4:] * tf.stack([height, width, height, width], axis=1)
    first = tf.gather_nd(scores, places)
    log_odds = rule.weight * tf.reduce_logsumexp(logits, axis=1) + (1 - rule.weight) * (
        tf.math.log(first) - tf.math.log1p(-first)
    )
    kinds = tf.cast(tf.argmax(logits, axis=1) + 1, tf.float32)
    boxes = tf.tensor_scatter_nd_update(boxes, places, moved)
    classes = tf.tensor_scatter_nd_update(classes, places, kinds)
    scores = tf.tensor_scatter_nd_update(scores, places, tf.sigmoid(log_odds))
    return (*_sort(boxes, scores, classes), number)


def _sort(boxes: Tensor, scores: Tensor, classes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    order = tf.argsort(scores, axis=1, direction="DESCENDING", stable=True)
    return tuple(tf.gather(column, order, batch_dims=1) for column in (boxes, scores, classes))


def cut_patches(images: Tensor, boxes: Tensor, frames: Tensor, rule: RefineRule) -> Tensor:
    """Return float32 [n, height, width, C] of `boxes` [n, 4]; `frames` [n] says of which image."""
    height, width = OVERSAMPLING * rule.height, OVERSAMPLING * rule.width
    rims = rule.margin * (boxes[:, 2:3] - boxes[:, :1])
    regions = boxes + tf.concat([-rims, -rims, rims, rims], axis=1)
    # The kernel wants the centres of the outer samples, in parts of the way between the outer
    # pixels' centres.
    steps = (regions[:, 2:] - regions[:, :2]) / tf.constant([height, width], tf.float32)
    starts, ends = regions[:, :2] + steps / 2 - 0.5, regions[:, 2:] - steps / 2 - 0.5
    spans = tf.cast(tf.shape(images)[1:3] - 1, tf.float32)
    sampled = tf.image.crop_and_resize(
        images,
        tf.concat([starts / spans, ends / spans], axis=1),
        frames,
        [height, width],
        extrapolation_value=PADDING,
    )
    return tf.nn.avg_pool2d(sampled, OVERSAMPLING, OVERSAMPLING, "VALID")
