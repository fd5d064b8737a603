"""TensorFlow's message `tf.train.Example`, a dictionary of lists, without TensorFlow."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from google.protobuf.message import DecodeError

from training.data.dataset import DataSetError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Each list is of bytes, floats or ints.
Features = dict[str, list[Any]]

# tensorflow/core/example/{feature,example}.proto; numbers are packed by default in proto3.
_PROTO = """
name: "example.proto" package: "example" syntax: "proto3"
message_type { name: "BytesList"
  field { name: "value" number: 1 type: TYPE_BYTES label: LABEL_REPEATED } }
message_type { name: "FloatList"
  field { name: "value" number: 1 type: TYPE_FLOAT label: LABEL_REPEATED } }
message_type { name: "Int64List"
  field { name: "value" number: 1 type: TYPE_INT64 label: LABEL_REPEATED } }
message_type { name: "Feature" oneof_decl { name: "kind" }
  field { name: "bytes_list" number: 1 type: TYPE_MESSAGE label: LABEL_OPTIONAL
          type_name: "BytesList" oneof_index: 0 }
  field { name: "float_list" number: 2 type: TYPE_MESSAGE label: LABEL_OPTIONAL
          type_name: "FloatList" oneof_index: 0 }
  field { name: "int64_list" number: 3 type: TYPE_MESSAGE label: LABEL_OPTIONAL
          type_name: "Int64List" oneof_index: 0 } }
message_type { name: "Features"
  field { name: "feature" number: 1 type: TYPE_MESSAGE label: LABEL_REPEATED
          type_name: "FeatureEntry" }
  nested_type { name: "FeatureEntry" options { map_entry: true }
    field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "value" number: 2 type: TYPE_MESSAGE label: LABEL_OPTIONAL
            type_name: "Feature" } } }
message_type { name: "Example"
  field { name: "features" number: 1 type: TYPE_MESSAGE label: LABEL_OPTIONAL
          type_name: "Features" } }
"""


def pack_example(features: Mapping[str, Sequence[Any]]) -> bytes:
    """Return the features as a serialised Example; the same features make the same bytes.

    The type of a list's first element decides; an empty list has no type and is left out, which
    every reader of such records takes for an empty list.
    """
    message = _example_type()()
    for name, values in features.items():
        if values:
            kind = _LIST_OF[type(values[0])]
            getattr(message.features.feature[name], kind).value.extend(values)
    packed: bytes = message.SerializeToString(deterministic=True)
    return packed


def unpack_example(packed: bytes) -> Features:
    """Return the features of a serialised Example; raises DataSetError where it is none."""
    try:
        message = _example_type().FromString(packed)
    except DecodeError as error:
        raise DataSetError("expected a tf.train.Example, received other bytes") from error
    return {
        name: list(getattr(feature, feature.WhichOneof("kind")).value)
        for name, feature in message.features.feature.items()
        if feature.WhichOneof("kind")
    }


_LIST_OF = {bytes: "bytes_list", float: "float_list", int: "int64_list"}


@cache
def _example_type() -> Any:  # noqa: ANN401 - protobuf makes the class while running
    """Return the message class, from a pool of its own beside TensorFlow's, if it is loaded."""
    pool = descriptor_pool.DescriptorPool()
    pool.Add(text_format.Parse(_PROTO, descriptor_pb2.FileDescriptorProto()))
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("example.Example"))
