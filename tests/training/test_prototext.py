import pytest

from training.prototext import Leaf, PrototextError, read_leaves


def values(text):
    return [(leaf.path, leaf.value) for leaf in read_leaves(text)]


def test_values_have_the_types_that_they_are_written_as():
    text = "a: 1 b: -2.5e-3, c: true; d: RELU_6 e: 'one' f: .5f g: -inf"
    assert values(text) == [
        ("a", 1),
        ("b", -0.0025),
        ("c", True),
        ("d", "RELU_6"),
        ("e", "one"),
        ("f", 0.5),
        ("g", "-inf"),
    ]


def test_messages_nest_in_braces_and_brackets_with_and_without_a_colon():
    assert values("a { b: < c: 1 > d { } }") == [("a.b.c", 1), ("a.d", None)]


def test_lists_are_repeated_values():
    assert values("a: [1, 2] b [{ c: 3 }, { c: 4 }] d: []") == [
        ("a", 1),
        ("a", 2),
        ("b.c", 3),
        ("b.c", 4),
    ]


def test_strings_are_unquoted_joined_and_may_hold_what_looks_like_a_sign():
    assert values(r'a: "C:\\x { # \"" ' + "'y'") == [("a", 'C:\\x { # "y')]


def test_extensions_are_names():
    assert values("[pkg.ext] { a: 1 }") == [("[pkg.ext].a", 1)]


def test_leaves_know_their_line_and_comments_are_passed_over():
    assert read_leaves("# one\na {\n  b: 1 # two\n}\n")[0] == Leaf("a.b", 1, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a {\n b: 1\n", "line 3: expected a name, received the end"),
        ("a: 1 }", "line 1: expected a name, received }"),
        ("a\n: }", "line 2: expected a number, received }"),
        ("a: %", "line 1: cannot read '%'"),
        ('a: "}\n', "line 1: cannot read"),
    ],
)
def test_what_is_no_message_is_refused_with_its_line(text, message):
    with pytest.raises(PrototextError, match=message):
        read_leaves(text)
