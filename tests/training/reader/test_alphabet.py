import numpy as np
import pytest

from training.reader.alphabet import (
    CHARACTERS,
    CLASSES,
    LABEL_MAP,
    decode_path,
    encode_text,
    steps_needed,
)


def test_every_printable_character_has_a_class_after_the_blank_and_the_space_the_last():
    assert (len(CHARACTERS), CLASSES) == (95, 96)
    assert (LABEL_MAP[1], LABEL_MAP[94], LABEL_MAP[95]) == ("!", "~", " ")


def test_a_path_says_repeats_once_and_twins_with_a_blank_between():
    a, b = encode_text("ab")
    assert decode_path([0, a, a, 0, a, b, b, 0]) == "aab"
    assert decode_path([]) == ""


def test_twins_need_a_step_more():
    assert steps_needed(encode_text("aab")) == 4
    assert steps_needed(np.zeros(0, np.int32)) == 0


def test_what_is_not_printed_has_no_class():
    with pytest.raises(KeyError):
        encode_text("a\tb")
