"""Folders, on this machine and in a store that fsspec knows."""

from uuid import uuid4

import pytest

pytest.importorskip("pyarrow", reason="needs the extra scale; make test-scale has it")

import pickle

from scale.folder import Folder


@pytest.fixture(params=["local", "memory"])
def folder(request, tmp_path):
    made = Folder(str(tmp_path) if request.param == "local" else f"memory://{uuid4().hex}")
    made.create()
    return made


def test_what_is_written_is_listed_and_read(folder):
    folder.write("b.jsonl", b"second")
    folder.write("a.jsonl", b"first")
    assert folder.list_files() == ["a.jsonl", "b.jsonl"]
    assert folder.read("a.jsonl") == b"first"
    assert folder.read("a.jsonl", max_bytes=2) == b"fi"


def test_a_file_is_replaced_whole_and_nothing_else_stays(folder):
    folder.write("a.jsonl", b"longer than what comes")
    folder.write("a.jsonl", b"new")
    assert folder.read("a.jsonl") == b"new"
    assert folder.list_beside("") == ["a.jsonl"]


def test_deleting_what_is_gone_is_no_error(folder):
    folder.write("a", b"")
    folder.delete("a")
    folder.delete("a")
    assert folder.list_files() == []


def test_a_folder_can_be_sent_to_a_worker(tmp_path):
    folder = pickle.loads(pickle.dumps(Folder(str(tmp_path))))
    folder.write("a", b"1")
    assert (tmp_path / "a").read_bytes() == b"1"


def test_files_below_are_listed_and_hidden_ones_are_not(tmp_path):
    for name in ("z.jpg", "deep/er/a.jpg", ".part/b.jpg", "deep/_plan", ".c"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    assert Folder(str(tmp_path)).list_files() == ["deep/er/a.jpg", "z.jpg"]


def test_a_folder_contains_itself_and_what_is_below(tmp_path):
    folder = Folder(str(tmp_path / "in"))
    assert folder.contains(Folder(str(tmp_path / "in")))
    assert folder.contains(Folder(f"file://{tmp_path}/in/out"))
    assert not folder.contains(Folder(str(tmp_path / "in-links")))
    assert not folder.contains(Folder("memory://in"))


def test_a_folder_that_is_not_there_cannot_be_listed(tmp_path):
    with pytest.raises(FileNotFoundError):
        Folder(str(tmp_path / "missing")).list_files()


def test_an_unknown_kind_of_url_is_refused():
    with pytest.raises(ValueError, match="nowhere"):
        Folder("nowhere://bucket/pages")
