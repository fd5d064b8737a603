import pytest

from training.data.lined_xml import BrokenXmlError, line_of, parse_xml

BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [
 <!ENTITY lol "lol">
 <!ENTITY lol2 "&lol;&lol;&lol;">
]>
<lolz>&lol2;</lolz>"""


def test_an_element_knows_its_line(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text("<top>\n  <one>text</one>\n\n  <two line='x'/></top>")
    root = parse_xml(path)
    assert [line_of(element) for element in root.iter()] == [1, 2, 4]
    assert root.findtext("one") == "text"
    assert root.find("two").get("line") == "x"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("<a>\n<b></a>", 2, "mismatched tag"),
        ("<a>\n", 2, "no element found"),
        ("", 1, "no element found"),
        ("<a>&</a>", 1, "not well-formed"),
        (BOMB, 3, "entities are not accepted"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 1, "entities"),
    ],
)
def test_what_is_broken_or_dangerous_is_refused_with_its_line(tmp_path, text, line, message):
    path = tmp_path / "a.xml"
    path.write_text(text)
    with pytest.raises(BrokenXmlError, match=message) as caught:
        parse_xml(path)
    assert caught.value.line == line
