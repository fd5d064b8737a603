import pytest
from typer.testing import CliRunner

from training.cli import app


@pytest.mark.parametrize("command", ["preview", "train", "evaluate", "export", "publish"])
def test_every_step_of_the_reader_is_a_command_with_help(command):
    result = CliRunner().invoke(app, ["reader", command, "--help"])
    assert result.exit_code == 0
    assert command in result.output
