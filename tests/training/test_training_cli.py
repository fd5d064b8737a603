import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from training.cli import _load_trained, _sort_places, app
from training.data_digest import digest_data


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


def test_the_config_of_a_training_comes_first_unless_an_option_names_it():
    config, data, run = Path("c.py"), Path("data"), Path("run")
    assert _sort_places([config, data, run], None) == (config, data, run)
    assert _sort_places([data, run], config) == (config, data, run)
    assert _sort_places([run], config) == (config, None, run)
    for places in ([run], [config, data, run, run]):
        with pytest.raises(typer.BadParameter, match="expected CONFIG, DATA and RUN"):
            _sort_places(places, None)


def test_an_export_is_of_a_run_or_of_a_published_model():
    config, run = Path("c.py"), Path("run")
    for source, model in (([], None), ([config], None), ([config, run], "links")):
        with pytest.raises(typer.BadParameter, match="expected CONFIG, RUN and OUT, or --model"):
            _load_trained(source, model, None)


def test_the_digest_of_data_is_printed(tmp_path):
    (tmp_path / "page").write_text("one")
    result = CliRunner().invoke(app, ["digest", str(tmp_path)])
    assert result.output.strip() == digest_data(tmp_path)
