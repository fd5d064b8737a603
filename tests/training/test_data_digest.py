import hashlib
from pathlib import Path

import pytest

from training.data_digest import digest_data


def fill(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_digest_is_that_of_the_sorted_list_of_digests(tmp_path):
    fill(tmp_path, b="two", a__c="one")
    listed = f"{sha256('one')}  a/c\n{sha256('two')}  b\n"
    assert digest_data(tmp_path) == sha256(listed)


def test_the_folder_s_place_does_not_matter_but_names_and_contents_do(tmp_path, monkeypatch):
    first = digest_data(fill(tmp_path / "first", a="one"))
    monkeypatch.chdir(tmp_path)
    assert digest_data(Path("first")) == first
    assert digest_data(fill(tmp_path / "second", a="one")) == first
    assert digest_data(fill(tmp_path / "third", b="one")) != first
    assert digest_data(fill(tmp_path / "fourth", a="two")) != first


def test_a_pattern_takes_the_files_that_match(tmp_path):
    fill(tmp_path, **{"train.record-00000-of-00002": "a", "train.record-00001-of-00002": "b"})
    fill(tmp_path, other="c")
    alone = sha256(
        "".join(f"{sha256(text)}  train.record-0000{k}-of-00002\n" for k, text in enumerate("ab"))
    )
    assert digest_data(tmp_path / "train.record-?????-of-00002") == alone


def test_no_data_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="found none"):
        digest_data(tmp_path / "nothing")
