"""The conversion to TF.js says what is missing or went wrong; test_export_parity.py runs it."""

import os
import stat

import keras
import pytest

from training.export import ExportError
from training.litert import convert_network as convert_to_litert
from training.web_model import convert_network, write_rounded


@pytest.fixture
def put_uv(tmp_path, monkeypatch):
    """Make a uv that is the given shell script the only program in PATH."""

    def put(script):
        program = tmp_path / "uv"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IEXEC)

    monkeypatch.setenv("PATH", str(tmp_path))
    return put


def test_without_uv_the_message_says_what_is_missing(tmp_path, put_uv):
    with pytest.raises(ExportError, match="expected uv in PATH"):
        convert_network(tmp_path, tmp_path / "out")


def test_the_converter_is_a_script_that_gets_both_folders(tmp_path, put_uv):
    put_uv(f'echo "$@" > {tmp_path}/called')
    convert_network(tmp_path / "model", tmp_path / "out", halved="kernel")
    *_, script, model, out, halved = (tmp_path / "called").read_text().split()
    assert script.endswith(os.path.join("training", "web", "convert.py"))
    assert [model, out] == [str(tmp_path / "model"), str(tmp_path / "out")]
    assert halved == "kernel"


def test_what_the_converter_said_last_is_passed_on(tmp_path, put_uv):
    put_uv("echo no such wheel >&2; exit 3")
    with pytest.raises(ExportError, match=r"(?s)converter failed:.*no such wheel"):
        convert_network(tmp_path, tmp_path / "out")


def test_a_converter_that_hangs_is_given_up(tmp_path, put_uv, monkeypatch):
    monkeypatch.setattr("training.web_model.TIMEOUT_S", 0.1)
    put_uv("exec /bin/sleep 5")
    with pytest.raises(ExportError, match=r"not done after 0.1 s"):
        convert_network(tmp_path, tmp_path / "out")


def test_a_network_that_is_not_known_in_whole_numbers_is_refused(tmp_path):
    image = keras.Input((None, None, 1))
    network = convert_to_litert(keras.Model(image, keras.layers.ReLU()(image)))
    with pytest.raises(ExportError, match=r"expected a network in int8.*without pictures"):
        write_rounded(network, 1, tmp_path / "out")
    assert not (tmp_path / "out").exists()
