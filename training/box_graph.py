"""The part of the exported graph after the network: from its rows to detections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tensorflow as tf

from training.anchors import LEVELS, AnchorLevel
from training.boxes import CENTRE_SCALE, MAX_LOG_SIZE, SIZE_SCALE

if TYPE_CHECKING:
    from training.postprocess import PostprocessRule

# A TensorFlow tensor; the library ships no types.
Tensor = Any


def tile_anchors(size: Tensor, levels: tuple[AnchorLevel, ...] = LEVELS) -> Tensor:
    """Return the anchors of an input of `size` (height, width): float32 [A, 4] in pixels."""
    return tf.concat([_tile_level(level, size) for level in levels], axis=0)


def _tile_level(level: AnchorLevel, size: Tensor) -> Tensor:
    cells = tf.cast(-(-size // level.stride), tf.float32)
    ys = (tf.range(cells[0]) + 0.5) * level.stride
    xs = (tf.range(cells[1]) + 0.5) * level.stride
    centres = tf.reshape(tf.stack(tf.meshgrid(ys, xs, indexing="ij"), axis=-1), [-1, 1, 2])
    halves = tf.constant(level.shapes() / 2)[None]
    return tf.reshape(tf.concat([centres - halves, centres + halves], axis=-1), [-1, 4])


def select_boxes(rows: Tensor, anchors: Tensor, rule: PostprocessRule) -> tuple[Tensor, ...]:
    """Return boxes [N, K, 4] in pixels, scores [N, K], classes [N, K] and their number [N].

    The same as `training.postprocess.decode_rows`, padded with zeros to K = `rule.max_boxes`.
    """
    best = tf.reduce_max(rows[..., :-4], axis=-1)
    count = tf.minimum(rule.candidates, tf.shape(best)[1])
    logits, chosen = tf.math.top_k(best, count)
    rows = tf.gather(rows, chosen, batch_dims=1)
    boxes = decode_offsets(rows[..., -4:], tf.gather(anchors, chosen))
    classes = tf.cast(tf.argmax(rows[..., :-4], axis=-1) + 1, tf.float32)
    found = (boxes, tf.sigmoid(logits), classes)
    shapes = [(rule.max_boxes, 4), (rule.max_boxes,), (rule.max_boxes,), ()]
    return tuple(
        tf.map_fn(
            lambda one: _suppress(one[0], one[1], one[2], rule),
            found,
            fn_output_signature=[tf.TensorSpec(shape, tf.float32) for shape in shapes],
        )
    )


def decode_offsets(offsets: Tensor, anchors: Tensor) -> Tensor:
    """Return the boxes of `offsets` [..., 4], as `training.boxes.decode_boxes` does."""
    sides = anchors[..., 2:] - anchors[..., :2]
    centres = anchors[..., :2] + sides / 2 + offsets[..., :2] / CENTRE_SCALE * sides
    halves = tf.exp(tf.minimum(offsets[..., 2:] / SIZE_SCALE, MAX_LOG_SIZE)) * sides / 2
    return tf.concat([centres - halves, centres + halves], axis=-1)


def _suppress(
    boxes: Tensor, scores: Tensor, classes: Tensor, rule: PostprocessRule
) -> list[Tensor]:
    kept = tf.image.non_max_suppression(
        boxes,
        scores,
        rule.max_boxes,
        iou_threshold=rule.max_iou,
        score_threshold=rule.min_score,
    )
    number = tf.shape(kept)[0]
    padding = [[0, rule.max_boxes - number]]
    columns = [tf.pad(tf.gather(column, kept), padding) for column in (scores, classes)]
    padded = tf.pad(tf.gather(boxes, kept), [*padding, [0, 0]])
    return [
        tf.ensure_shape(padded, [rule.max_boxes, 4]),
        *(tf.ensure_shape(column, [rule.max_boxes]) for column in columns),
        tf.cast(number, tf.float32),
    ]
