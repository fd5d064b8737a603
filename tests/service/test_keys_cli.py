"""`printlink keys`: a key is shown once, works at once, and is gone at once."""

import pytest
from typer.testing import CliRunner

from service.errors import KeysFileError
from service.keys import digest_secret, read_keys
from service.keys_cli import keys_cli


@pytest.fixture
def keys_file(monkeypatch, tmp_path):
    path = tmp_path / "keys"
    monkeypatch.setenv("PRINTLINK_ACCESS__KEYS_FILE", str(path))
    return path


def run(*args):
    return CliRunner().invoke(keys_cli, args)


def test_a_new_key_is_printed_and_its_hash_is_kept(keys_file):
    first, second = run("add", "phone"), run("add", "kiosk", "--frames-per-minute", "60")
    names = {key.name: key for key in read_keys(keys_file)}
    assert names["phone"].digest == digest_secret(first.stdout.strip())
    assert names["kiosk"].frames_per_minute == 60
    assert second.stdout.startswith("plk_")
    assert run("list").stdout == "phone\nkiosk\t60\n"


def test_a_revoked_key_is_gone(keys_file):
    run("add", "phone")
    run("add", "kiosk")
    assert run("revoke", "phone").exit_code == 0
    assert [key.name for key in read_keys(keys_file)] == ["kiosk"]


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["add", "phone"], "twice"),
        (["add", "a b"], "expected a name"),
        (["revoke", "nobody"], "no key of the name nobody"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(keys_file, args, why):
    run("add", "phone")
    before = keys_file.read_bytes()
    error = run(*args).exception
    assert isinstance(error, KeysFileError)
    assert why in str(error)
    assert keys_file.read_bytes() == before


def test_without_a_file_the_setting_is_named():
    assert "PRINTLINK_ACCESS__KEYS_FILE" in str(run("list").exception)
