"""XML whose elements know their line, from files that nobody vouches for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

if TYPE_CHECKING:
    from pathlib import Path

# A name that no document can have: an attribute's name has no space.
_LINE = "line number"


class BrokenXmlError(ValueError):
    """The file is not well-formed, or declares entities; `line` is where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def parse_xml(path: Path) -> Element:
    """Return the root of an XML file; raises BrokenXmlError.

    Entities are refused where they are declared: a few lines of them can ask for gigabytes. Expat
    fetches no external ones by itself.
    """
    builder, parser = TreeBuilder(), expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        builder.start(tag, {**attributes, _LINE: str(parser.CurrentLineNumber)})

    def refuse(*_: object) -> NoReturn:
        raise BrokenXmlError("entities are not accepted", parser.CurrentLineNumber)

    parser.StartElementHandler, parser.EndElementHandler = start, builder.end
    parser.CharacterDataHandler, parser.EntityDeclHandler = builder.data, refuse
    try:
        parser.Parse(path.read_bytes(), True)
    except expat.ExpatError as error:
        raise BrokenXmlError(f"broken XML: {expat.ErrorString(error.code)}", error.lineno) from None
    return builder.close()


def line_of(element: Element) -> int:
    """Return the line on which an element of `parse_xml` starts."""
    return int(element.attrib[_LINE])
