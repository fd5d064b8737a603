"""The plan puts each page into one shard, for ever."""

import pytest

pytest.importorskip("pyarrow", reason="needs the extra scale; make test-scale has it")

from scale.folder import Folder
from scale.plan import Shard, list_missing, plan_shards


def plan(out, *pages):
    return plan_shards(pages, out=out, pages_per_shard=2)


@pytest.fixture
def out(tmp_path):
    return Folder(str(tmp_path))


def test_pages_are_planned_in_order(out):
    assert plan(out, "c", "a", "b") == [
        Shard("part-000-000000.jsonl", ("a", "b")),
        Shard("part-000-000001.jsonl", ("c",)),
    ]


def test_the_same_pages_keep_their_shards_whatever_size_new_ones_have(out):
    first = plan(out, "a", "b", "c")
    assert plan_shards(["c", "b", "a"], out=out, pages_per_shard=50) == first
    assert out.list_beside("_plan") == ["_plan-000.jsonl"]


def test_new_pages_come_into_new_shards(out):
    first = plan(out, "b", "d")
    assert plan(out, "a", "b", "d") == [*first, Shard("part-001-000000.jsonl", ("a",))]


def test_a_page_that_is_gone_stays_planned(out):
    first = plan(out, "a", "b")
    assert plan(out) == first


def test_missing_is_what_has_no_file(out):
    first, second = plan(out, "a", "b", "c")
    out.write(first.name, b"")
    assert list_missing([first, second], out=out) == [second]


def test_names_of_pages_may_hold_anything():
    shard = Shard("part", ("line\nfeed\u2028 ü.jpg", '"'))
    assert Shard.from_json(shard.to_json()) == shard
    assert len(shard.to_json().splitlines()) == 1
