"""The maker writes a line for every page, whatever is wrong with it."""

import json

import pytest

pytest.importorskip("pyarrow", reason="needs the extra scale; make test-scale has it")

from scale.folder import Folder
from scale.plan import Shard
from scale.shard_maker import ShardMaker
from scale.trouble import TroubleNote
from service.settings import Settings
from tests.service.fakes import FakeBuilder, FakePipeline
from tests.service.pictures import encode, make_picture

PAGE = encode(make_picture())


class Killed(BaseException):
    """Stands for the end of the process."""


class DeadlyPipeline(FakePipeline):
    """Ends the process on small pages."""

    def run(self, frame, decode_ms, follow=None):
        if frame.width < 50:
            raise Killed
        return super().run(frame, decode_ms, follow)


@pytest.fixture
def folders(tmp_path):
    source, out = Folder(str(tmp_path / "in")), Folder(str(tmp_path / "out"))
    source.create()
    out.create()
    return source, out


def make(folders, *pages, pipeline=None):
    source, out = folders
    build = FakeBuilder(pipeline or FakePipeline())
    maker = ShardMaker(Settings(), pages=source, out=out, build=build)
    return maker({"shard": Shard("part-0", pages).to_json()})


def read_lines(folders):
    return [json.loads(line) for line in folders[1].read("part-0").splitlines()]


def test_each_page_gets_a_line_in_order(folders):
    for name in "cab":
        folders[0].write(name, PAGE)
    assert make(folders, "a", "b", "c") == {"pages": 3, "failed": 0, "links": 3}
    lines = read_lines(folders)
    assert [line["page"] for line in lines] == ["a", "b", "c"]
    assert lines[0]["links"][0]["url"] == "https://tensorflow.org/"
    assert lines[0]["frame"] == {"width": 96, "height": 64}


def test_broken_and_missing_pages_get_lines_that_say_why(folders):
    folders[0].write("broken", PAGE[:200])
    folders[0].write("empty", b"")
    folders[0].write("text", b"no picture at all")
    assert make(folders, "broken", "empty", "gone", "text")["failed"] == 4
    codes = [line["error"]["code"] for line in read_lines(folders)]
    assert codes == ["frame_unreadable", "frame_empty", "page_missing", "unsupported_media_type"]


def test_a_page_that_the_stages_stumble_over_gets_a_line(folders):
    folders[0].write("a", PAGE)
    make(folders, "a", pipeline=FakePipeline(error=ZeroDivisionError("bug")))
    (line,) = read_lines(folders)
    assert line == {"page": "a", "error": {"code": "internal", "detail": "ZeroDivisionError"}}


def test_a_page_that_kills_is_left_out_after_a_while_and_the_others_are_read(folders):
    folders[0].write("a", PAGE)
    folders[0].write("deadly", encode(make_picture(width=40)))
    for _ in range(3):
        with pytest.raises(Killed):
            make(folders, "a", "deadly", pipeline=DeadlyPipeline())
        assert folders[1].list_files() == []
    make(folders, "a", "deadly", pipeline=DeadlyPipeline())
    sound, deadly = read_lines(folders)
    assert sound["links"]
    assert deadly["error"]["code"] == "page_deadly"


def test_no_note_stays_beside_a_finished_shard(folders):
    folders[0].write("a", PAGE)
    make(folders, "a")
    assert folders[1].list_beside("") == ["part-0"]


def test_a_page_that_was_looked_at_and_survived_is_not_blamed(folders):
    out, shard = folders[1], Shard("part-0", ("a", "b"))
    TroubleNote(out, shard)
    for _ in range(5):
        note = TroubleNote(out, shard)
        note.begin("a")
        note.end("a")
        note.begin("b")
    last = TroubleNote(out, shard)
    assert not last.is_deadly("a")
    assert last.is_deadly("b")
