"""The label map file of the Object Detection API, `label_map.pbtxt`: a number for each class."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

from model_store.errors import LabelMapError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# The API's StringIntLabelMap, as far as we read it.
_PROTO = """
name: "label_map.proto" package: "label_map"
message_type { name: "Item"
  field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "id" number: 2 type: TYPE_INT32 label: LABEL_OPTIONAL }
  field { name: "display_name" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL } }
message_type { name: "LabelMap"
  field { name: "item" number: 1 type: TYPE_MESSAGE label: LABEL_REPEATED type_name: "Item" } }
"""


def read_label_map(path: Path) -> dict[int, str]:
    """Return the classes of a `.pbtxt` file by their number, in the order of the numbers.

    A class is called by its `display_name` where it has one, else by its `name`; other fields are
    left alone. Raises LabelMapError where the file cannot be understood or two classes collide.
    """
    items = _parse_items(path)
    labels = {item.id: item.display_name or item.name for item in items}
    if not items:
        raise LabelMapError(f"{path}: expected at least one `item`, found none")
    if min(labels) < 1 or not all(labels.values()):
        raise LabelMapError(f"{path}: expected a `name` and an `id` from 1 in every item")
    if len({*labels.values()}) < len(items):
        raise LabelMapError(f"{path}: expected each id and each name once, found one twice")
    return dict(sorted(labels.items()))


def write_label_map(path: Path, labels: Mapping[int, str]) -> None:
    """Write the classes to a `.pbtxt` file that the Object Detection API reads, too."""
    items = [{"id": number, "name": label} for number, label in sorted(labels.items())]
    text = text_format.MessageToString(_label_map_type()(item=items), as_utf8=True)
    path.write_text(text, encoding="utf-8")


def _parse_items(path: Path) -> list[Any]:
    message = _label_map_type()()
    try:
        text_format.Parse(path.read_text(encoding="utf-8"), message, allow_unknown_field=True)
    except (OSError, UnicodeDecodeError) as error:
        raise LabelMapError(f"{path}: cannot be read: {error}") from error
    except text_format.ParseError as error:
        place = str(path) if error.GetLine() is None else f"{path}:{error.GetLine()}"
        raise LabelMapError(f"{place}: not a label map: {error}") from error
    return list(message.item)


@cache
def _label_map_type() -> Any:  # noqa: ANN401 - protobuf makes the class while running
    """Return the message class, from a pool of its own beside that of the API, if it is loaded."""
    pool = descriptor_pool.DescriptorPool()
    pool.Add(text_format.Parse(_PROTO, descriptor_pb2.FileDescriptorProto()))
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("label_map.LabelMap"))
