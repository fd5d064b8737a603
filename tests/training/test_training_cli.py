import subprocess
import sys

import pytest
from typer.testing import CliRunner

from training.cli import app


@pytest.mark.parametrize("command", ["train", "evaluate", "export", "publish"])
def test_every_step_is_a_command_with_help(command):
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert command in result.output


def test_the_command_line_and_the_feed_load_no_learning_library():
    code = (
        "import sys, training.cli, training.feed, training.config;"
        "print({'tensorflow', 'keras', 'torch'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "set()"
