"""`printlink models`: labels go into the store, where running services find them."""

import pytest
from typer.testing import CliRunner

from model_store import ModelStore, Rollout, read_rollout
from service.models_cli import models_cli
from tests.model_store.models import FACTS, write_saved_model


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Versions 1 to 3 of `links`, in the store that the settings name."""
    store = ModelStore(tmp_path / "store")
    exported = write_saved_model(tmp_path / "exported")
    for _ in range(3):
        store.publish(exported, name="links", facts=FACTS)
    monkeypatch.setenv("PRINTLINK_MODEL__STORE_DIR", str(store.root))
    return store


def run(line):
    return CliRunner().invoke(models_cli, line.split())


def test_a_canary_is_tried_promoted_and_rolled_back(store):
    assert run("canary links 3 --percent 12.5").stdout == (
        "links\tstable: 2, canary: 3 for 12.5 %\n"
    )
    assert run("stable links 3").stdout == "links\tstable: 3\n"
    assert run("rollback links").stdout == "links\tstable: 2\n"
    assert run("stable links latest").stdout == "links\tstable: the highest version\n"
    assert read_rollout(store, "links") == Rollout(earlier=(2,))


def test_list_shows_the_labels(store):
    run("canary links 3")
    labels = [line.split("\t")[4] for line in run("list").stdout.splitlines()]
    assert labels == ["", "stable", "canary 10 %"]


def test_list_goes_on_where_the_labels_are_garbled(store):
    (store.folder_of("links") / "rollout.json").write_text("{")
    assert [line[:7] for line in run("list").stdout.splitlines()] == [
        "links\t1",
        "links\t2",
        "links\t3",
    ]


def test_another_store_can_be_named(store, tmp_path):
    elsewhere = ModelStore(tmp_path / "elsewhere")
    elsewhere.publish(tmp_path / "exported", name="marks", facts=FACTS)
    assert run(f"stable marks 1 --store {elsewhere.root}").exit_code == 0
    assert read_rollout(elsewhere, "marks").stable == 1
    assert run(f"verify --store {elsewhere.root}").stdout == "marks\t1\tok\n"


@pytest.mark.parametrize(
    ("line", "status", "told"),
    [
        ("stable links 9", 1, "no version 9 of 'links', choose one of 1, 2, 3"),
        ("stable marks 1", 1, "no model 'marks'"),
        ("stable links newest", 2, "expected a number or `latest`"),
        ("stable links", 2, "Missing argument"),
        ("canary links 1", 1, "has no version below 1"),
        ("canary links 3 --percent 101", 2, "Invalid value"),
        ("canary links 0", 2, "Invalid value"),
        ("rollback marks", 1, "no model 'marks'"),
    ],
)
def test_what_makes_no_sense_is_told(store, line, status, told):
    done = run(line)
    assert (done.exit_code, told in done.output, "Traceback" in done.output) == (
        status,
        True,
        False,
    )
    assert read_rollout(store, "links") == Rollout()
