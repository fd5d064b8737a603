"""A network in int8 as TensorFlow's float32 kernels compute it, for runtimes that have no int8.

What flows between the layers are whole numbers, rounded where XNNPACK, LiteRT's kernels for CPUs,
rounds them. float32 is exact for them: a page so finds the very boxes that the service finds, where
a network in float32 finds some that are tenths of a pixel off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Numbers = NDArray[Any]

# A tensor of TensorFlow, and what the schema has no types for.
Tensor = Any
Operator = Any

LEAST, MOST = -128, 127
# What fused activations of LiteRT let through.
BOUNDS = {
    schema.ActivationFunctionType.NONE: (-np.inf, np.inf),
    schema.ActivationFunctionType.RELU: (0.0, np.inf),
    schema.ActivationFunctionType.RELU_N1_TO_1: (-1.0, 1.0),
    schema.ActivationFunctionType.RELU6: (0.0, 6.0),
}
PADDINGS = {schema.Padding.SAME: "SAME", schema.Padding.VALID: "VALID"}
# What constants are called whose numbers are small enough for float16, too.
KERNEL = "kernel"
# The bits that XNNPACK has for the factors of a sum, the larger of which lies below this power.
SUM_BITS = 21


@dataclass(frozen=True, slots=True)
class Place:
    """A tensor of the network: its numbers if it has any, and what they are worth."""

    numbers: Numbers | None
    scale: Numbers
    zero: int

    @property
    def step(self) -> np.float32:
        """What one more is worth, where that is the same for all."""
        return np.float32(self.scale[0])


class WholeNumbers:
    """The network in a `.tflite` file with int8 from its input to its answer."""

    def __init__(self, network: bytes) -> None:
        """Read the file; raises ValueError where it holds what this cannot compute."""
        model = schema.ModelT.InitFromPackedBuf(network, 0)
        (self._graph,) = model.subgraphs
        self._codes = [
            max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes
        ]
        self._places = [_read_place(tensor, model.buffers) for tensor in self._graph.tensors]
        self._known: dict[int, Callable[..., Tensor]] = {
            schema.BuiltinOperator.CONV_2D: self._convolve,
            schema.BuiltinOperator.ADD: self._add,
            schema.BuiltinOperator.MUL: self._multiply,
            schema.BuiltinOperator.CONCATENATION: self._concatenate,
            schema.BuiltinOperator.RESHAPE: self._reshape,
            schema.BuiltinOperator.SPACE_TO_DEPTH: self._fold,
            schema.BuiltinOperator.DEPTH_TO_SPACE: self._unfold,
        }
        names = {code: name for name, code in vars(schema.BuiltinOperator).items()}
        unknown = {names[code] for code in self._codes} - {names[code] for code in self._known}
        if unknown:
            raise ValueError(
                f"expected layers that can be computed in whole numbers, received {unknown}"
            )

    def __call__(self, pictures: Tensor) -> Tensor:
        """Return the rows for pictures float32 [1, H, W, C] in 0..255."""
        first, last = self._graph.inputs[0], self._graph.outputs[0]
        # Pixels less 128 are int8 as they stand.
        values = {first: tf.floor(pictures + 0.5) + float(LEAST - self._places[first].zero)}
        for operator in self._graph.operators:
            compute = self._known[self._codes[operator.opcodeIndex]]
            taken = [values.get(place) for place in operator.inputs]
            values[operator.outputs[0]] = compute(operator, *taken)
        return values[last] * self._places[last].step

    def _convolve(self, operator: Operator, image: Tensor, *_: Tensor) -> Tensor:
        options = operator.builtinOptions
        taken, kernel, bias = (self._places[place] for place in operator.inputs)
        given = self._places[operator.outputs[0]]
        sums = tf.nn.conv2d(
            image,
            tf.constant(kernel.numbers.transpose(1, 2, 3, 0), tf.float32, name=KERNEL),
            strides=(options.strideH, options.strideW),
            padding=PADDINGS[options.padding],
        )
        factors = taken.step * kernel.scale / given.step
        answer = tf.round(tf.nn.bias_add(sums, tf.constant(bias.numbers, tf.float32)) * factors)
        return _clip(answer, given, options.fusedActivationFunction)

    def _add(self, operator: Operator, one: Tensor, other: Tensor) -> Tensor:
        given = self._places[operator.outputs[0]]
        factors = [self._places[place].step / given.step for place in operator.inputs]
        power = 2.0 ** (SUM_BITS - 1 - np.floor(np.log2(max(factors))))
        left, right = (np.rint(factor * power) / power for factor in factors)
        sums = tf.floor(one * np.float32(left) + other * np.float32(right) + 0.5)
        return _clip(sums, given, operator.builtinOptions.fusedActivationFunction)

    def _multiply(self, operator: Operator, one: Tensor, other: Tensor) -> Tensor:
        if one is None or other is not None:
            raise ValueError("expected a tensor times a constant")
        taken, by = (self._places[place] for place in operator.inputs)
        given = self._places[operator.outputs[0]]
        factor = taken.step * by.step * (by.numbers.astype(np.float32) - by.zero) / given.step
        return _clip(tf.round(one * factor), given, operator.builtinOptions.fusedActivationFunction)

    def _concatenate(self, operator: Operator, *parts: Tensor) -> Tensor:
        return tf.concat(parts, axis=operator.builtinOptions.axis)

    def _reshape(self, operator: Operator, image: Tensor, *_: Tensor) -> Tensor:
        shape = self._places[operator.inputs[1]]
        return tf.reshape(image, shape.numbers)

    def _fold(self, operator: Operator, image: Tensor) -> Tensor:
        """Fold blocks of pixels into channels by a convolution: TF.js has no other way."""
        size = operator.builtinOptions.blockSize
        channels = image.shape[-1]
        folded = size * size * channels
        kernel = np.eye(folded, dtype=np.float32).reshape(size, size, channels, folded)
        return tf.nn.conv2d(image, tf.constant(kernel, name=KERNEL), size, "VALID")

    def _unfold(self, operator: Operator, image: Tensor) -> Tensor:
        return tf.nn.depth_to_space(image, operator.builtinOptions.blockSize)


def _read_place(tensor: Any, buffers: list[Any]) -> Place:  # noqa: ANN401 - the schema has no types
    kinds = {schema.TensorType.INT8: np.int8, schema.TensorType.INT32: np.int32}
    data = buffers[tensor.buffer].data
    if tensor.type not in kinds:
        raise ValueError(f"expected a network in int8, found a tensor of type {tensor.type}")
    numbers = None
    if data is not None and len(data):
        shape = tensor.shape if tensor.shape is not None else ()
        numbers = np.frombuffer(bytes(data), kinds[tensor.type]).reshape(shape)
    known = tensor.quantization
    if known is None or known.scale is None:
        return Place(numbers, np.ones(1, np.float32), 0)
    return Place(numbers, np.asarray(known.scale, np.float32), int(known.zeroPoint[0]))


def _clip(values: Tensor, given: Place, activation: int) -> Tensor:
    """Return what int8 and the fused activation leave of whole numbers, zero being taken off."""
    lower, upper = (bound / given.step for bound in BOUNDS[activation])
    # One layer, where `tf.clip_by_value` makes two.
    return tf.raw_ops.ClipByValue(
        t=values,
        clip_value_min=np.float32(max(LEAST - given.zero, np.rint(lower))),
        clip_value_max=np.float32(min(MOST - given.zero, np.rint(upper))),
    )
