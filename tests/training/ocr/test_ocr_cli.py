import pytest
from typer.testing import CliRunner

from training.cli import app


@pytest.mark.parametrize("command", ["data", "train", "evaluate", "publish"])
def test_every_step_of_tesseract_s_training_is_a_command_with_help(command):
    result = CliRunner().invoke(app, ["ocr", command, "--help"])
    assert result.exit_code == 0
    assert command in result.output


def test_an_unknown_network_is_refused(tmp_path):
    asked = ["ocr", "train", str(tmp_path), str(tmp_path / "run"), "--net", "huge"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 2
    assert "full, small, tiny" in result.output
