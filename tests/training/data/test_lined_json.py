import json

import pytest

from training.data.lined_json import parse_lists

TEXT = """
{ "info": {"x": [1, 2]},
  "images" : [ {"id": 1},
    {"id": 2,
     "name": "[a, b]"}   , 3
  ], "empty":[ ]
}
"""


def test_each_item_of_each_list_has_its_line():
    assert parse_lists(TEXT) == {
        "images": [(3, {"id": 1}), (4, {"id": 2, "name": "[a, b]"}), (5, 3)],
        "empty": [],
    }


@pytest.mark.parametrize("indent", [None, 0, 3])
def test_it_reads_whatever_json_writes(indent):
    whole = {"a": [1, "x", None, {"b": [2]}], "c": 3, "d": [[4]], "é": []}
    lists = parse_lists(json.dumps(whole, indent=indent))
    assert {key: [value for _, value in items] for key, items in lists.items()} == {
        "a": whole["a"],
        "d": [[4]],
        "é": [],
    }


def test_broken_json_says_the_line():
    with pytest.raises(json.JSONDecodeError) as caught:
        parse_lists('{"a": [1,\n 2,\n }')
    assert caught.value.lineno == 3


def test_what_is_no_object_is_refused():
    with pytest.raises(ValueError, match="expected a JSON object"):
        parse_lists("[1]")
