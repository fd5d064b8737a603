"""Bulk work as people run it: killed twice and gone on with, no page is lost or told twice."""

import subprocess
import sys

import pytest

pytest.importorskip("ray", reason="needs the extra scale; make test-scale has it")

import ray
from typer.testing import CliRunner

from bench.bulk import MOST_STARTS, examine, finish, list_names, write_pages
from scale.batch_cli import cli
from scale.folder import Folder


@pytest.mark.slow
def test_a_job_that_is_killed_twice_has_each_page_once():
    command = [sys.executable, "-m", "bench.bulk", "--pages", "60", "--pages-per-shard", "4"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("killed when") == 2
    assert "lines=60, missing=0, twice=0, failed=2" in done.stdout


def test_what_is_missing_or_told_twice_is_noticed(tmp_path):
    out = Folder(str(tmp_path))
    first, second, third = list_names(3)
    out.write("part-0.jsonl", f'{{"page": "{first}"}}\n{{"page": "{second}"}}\n'.encode())
    out.write("part-1.jsonl", f'{{"page": "{second}", "error": {{}}}}\n'.encode())
    outcome = examine(tmp_path, [first, second, third])
    assert (outcome.lines, outcome.missing, outcome.twice, outcome.failed) == (3, 1, 1, 1)
    assert not outcome.is_exact


def test_pages_differ_and_one_of_so_many_is_broken(tmp_path):
    write_pages(tmp_path, 9)
    sizes = [(tmp_path / name).stat().st_size for name in list_names(9)]
    assert len({(tmp_path / name).read_bytes() for name in list_names(9)}) == 9
    assert sizes[7] < min(sizes[:7]) * 0.7


def test_results_may_not_lie_among_the_pages(tmp_path):
    done = CliRunner().invoke(cli, [str(tmp_path), str(tmp_path / "links")])
    assert done.exit_code == 2
    assert "lies inside IN" in done.output


def test_a_cluster_that_does_not_start_is_told_in_a_line(tmp_path, monkeypatch):
    def fail(**_):
        raise Exception("the node timed out")

    monkeypatch.setattr(ray, "init", fail)
    done = CliRunner().invoke(cli, [str(tmp_path / "pages"), str(tmp_path / "links")])
    assert done.exit_code == 1
    assert done.output == "printlink: Ray did not start: the node timed out\n"


def test_a_job_that_could_not_go_on_is_started_again(tmp_path, capsys):
    count = f"open({str(tmp_path / 'starts')!r}, 'a').write('x')"
    with pytest.raises(SystemExit, match="failed"):
        finish([sys.executable, "-c", f"{count}; raise SystemExit(1)"])
    assert (tmp_path / "starts").read_text() == "x" * MOST_STARTS
    assert capsys.readouterr().out.count("started again") == MOST_STARTS
    finish([sys.executable, "-c", count])
    assert (tmp_path / "starts").read_text() == "x" * (MOST_STARTS + 1)
