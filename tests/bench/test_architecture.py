"""The picture of the house is drawn from the code as it is, and its rule holds."""

from xml.etree import ElementTree

import pytest

from bench.architecture import FLOW, PICTURE, ROOT, draw_house
from bench.imports import Module, read_modules
from bench.rooms import ROWS, Place, find_upward, place_modules
from service import records

EVERYWHERE = Place(len(ROWS) - 1, 0)
STAGES = next(row for row, rooms in enumerate(ROWS) if rooms[0].title == "decode")


@pytest.fixture(scope="module")
def modules():
    return read_modules(ROOT / "service")


def make_module(*imports: str) -> Module:
    return Module("", frozenset(imports), frozenset())


def test_the_picture_is_that_of_the_code():
    assert PICTURE.read_text() == draw_house(), "run: python -m bench.architecture"


def test_the_picture_has_every_module_once(modules):
    root = ElementTree.fromstring(PICTURE.read_text())
    labels = [text.text for text in root.iterfind(".//{*}g/{*}text")]
    assert sorted(labels) == sorted(modules)


def test_no_import_points_upwards(modules):
    assert list(find_upward(modules, place_modules(modules))) == []


def test_an_import_that_points_upwards_is_found(modules):
    changed = modules | {"url": make_module("pipeline"), "decode": make_module("detect")}
    found = set(find_upward(changed, place_modules(modules)))
    assert found == {("url", "pipeline"), ("decode", "detect")}


def test_a_new_module_follows_whoever_imports_it(modules):
    importers = {"url": {"glyphs", "slant"}, "expand": {"slant"}}
    importers |= {"detect": {"clockwork"}, "cli": {"clockwork"}}
    grown = modules | {name: make_module() for name in ("glyphs", "slant", "clockwork")}
    for name, new in importers.items():
        grown[name] = modules[name]._replace(imports=modules[name].imports | new)
    places = place_modules(grown)
    assert places["glyphs"] == places["url"]
    assert places["slant"] == Place(STAGES + 1, 0)
    assert places["clockwork"] == EVERYWHERE


def test_a_module_that_nobody_imports_needs_a_room(modules):
    with pytest.raises(ValueError, match=r"no room for \['stray'\]"):
        place_modules(modules | {"stray": make_module()})


def test_imports_for_the_type_checker_do_not_count(tmp_path):
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "a.py").write_text(
        '"""First.\n\nMore."""\nimport cv2\nfrom typing import TYPE_CHECKING\n'
        "if TYPE_CHECKING:\n    from house.c import x\n"
        "def late():\n    from house import b\n"
    )
    (folder / "b.py").write_text("import house.a\n")
    (folder / "c.py").write_text("")
    read = read_modules(folder)
    assert read["a"] == Module("First.", frozenset({"b"}), frozenset({"cv2", "typing"}))
    assert read["b"].imports == {"a"}


def test_what_the_stages_hand_on_are_records():
    assert all(hasattr(records, name) for name in FLOW)
    assert len(ROWS[STAGES]) == len(FLOW) + 1
