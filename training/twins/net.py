"""The judge's network: what each glyph is, seen beside the other glyphs of its line.

A nought is told from an `O` by what else the typeface has: how wide its digits and its capitals
are, whether its noughts have dots. No other character of the line tells by its meaning: the
network knows neither what the others are nor in which order they stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import layers, ops

from training.blocks import conv_bn_relu
from training.twins.glyphs import (
    CLASSES,
    GLYPH_HEIGHT,
    GLYPH_WIDTH,
    GLYPHS,
    PAPER,
    TWINS,
    number_of,
)

if TYPE_CHECKING:
    from training.twins.config import TwinsModelConfig

# A tensor of whichever backend Keras runs on.
Tensor = Any

# Paper is this light at least: what has no darker pixel is no glyph.
_LEAST_PAPER = 160.0
_FAR = 1e4


def build_judge(config: TwinsModelConfig) -> keras.Model:
    """Return an untrained judge: glyphs [N, 40, 44, 36] in 0..255 -> logits [N, 40, 95].

    Glyphs without ink are none. Class 0 is no glyph, the others are printable ASCII in order.
    """
    glyphs = keras.Input((GLYPHS, GLYPH_HEIGHT, GLYPH_WIDTH), name="glyphs")
    is_glyph = ops.cast(ops.min(glyphs, axis=(2, 3)) < _LEAST_PAPER, "float32")
    pictures = ops.reshape(glyphs, (-1, GLYPH_HEIGHT, GLYPH_WIDTH, 1))
    ink = layers.Rescaling(-1 / 128, offset=PAPER / 128)(pictures)
    first, second, third = config.stages
    features = conv_bn_relu(ink, first, stride=2, kernel=5)
    features = conv_bn_relu(features, second, stride=2)
    features = conv_bn_relu(features, second)
    features = conv_bn_relu(features, third, stride=2)
    features = layers.Dense(config.embedding)(layers.Flatten()(features))
    features = ops.reshape(features, (-1, GLYPHS, config.embedding))
    seen = layers.Dense(config.embedding, activation="relu")(features)
    alike = _attend(features, seen, is_glyph, config)
    others = _average_others(seen, is_glyph, config)
    joined = layers.Concatenate()([features, alike, others])
    hidden = layers.Dense(config.hidden, activation="relu")(joined)
    hidden = layers.LayerNormalization()(hidden)
    hidden = layers.Dense(config.embedding, activation="relu")(hidden)
    logits = layers.Dense(CLASSES, name="logits")(hidden)
    return keras.Model(glyphs, logits, name="twins")


def add_answer(judge: keras.Model) -> keras.Model:
    """Return a judge that answers with log-probabilities [N, 40, 5]: of 0, O, and of 1, l, I.

    Those of each group add up to 1.
    """
    shares = [_tell_apart(judge.output, group) for group in TWINS]
    return keras.Model(judge.input, layers.Concatenate()(shares), name="twins_answer")


def _tell_apart(logits: Tensor, group: str) -> Tensor:
    numbers = [number_of(character) for character in group]
    return ops.log_softmax(ops.take(logits, numbers, axis=-1), axis=-1)


def _attend(features: Tensor, seen: Tensor, is_glyph: Tensor, config: TwinsModelConfig) -> Tensor:
    """Return for each glyph what those others have that resemble it most (Vaswani et al. 2017)."""
    size = config.heads * config.head_size
    query = _split(layers.Dense(size)(features), config)
    key = _split(layers.Dense(size)(seen), config)
    value = _split(layers.Dense(size)(seen), config)
    is_seen = ops.reshape(is_glyph, (-1, 1, 1, GLYPHS)) * (1.0 - ops.eye(GLYPHS))
    scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / config.head_size**0.5
    shares = ops.softmax(scores + (is_seen - 1.0) * _FAR, axis=-1) * is_seen
    found = ops.transpose(ops.matmul(shares, value), (0, 2, 1, 3))
    return ops.reshape(found, (-1, GLYPHS, size))


def _split(features: Tensor, config: TwinsModelConfig) -> Tensor:
    heads = ops.reshape(features, (-1, GLYPHS, config.heads, config.head_size))
    return ops.transpose(heads, (0, 2, 1, 3))


def _average_others(seen: Tensor, is_glyph: Tensor, config: TwinsModelConfig) -> Tensor:
    """Return for each glyph what the others have on average."""
    weights = ops.expand_dims(is_glyph, -1)
    told = layers.Dense(config.embedding, activation="relu")(seen) * weights
    others = ops.sum(weights, axis=1, keepdims=True) - weights
    return (ops.sum(told, axis=1, keepdims=True) - told) / ops.maximum(others, 1.0)
