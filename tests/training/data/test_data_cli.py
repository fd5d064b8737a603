import json

import pytest
from typer.testing import CliRunner

from model_store.label_map import write_label_map
from tests.training.data.samples import make_coco, make_voc
from training.cli import app


def run(*arguments) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def test_from_labelled_pictures_to_records_and_a_look_at_them(tmp_path):
    make_voc(tmp_path / "in", 10)
    code, out, _ = run("prepare", tmp_path / "in", tmp_path / "small", "--width", 32, "--grey")
    assert (code, out.splitlines()[-1]) == (
        0,
        f"{tmp_path / 'small'}: 10 pictures with 15 boxes; 0 of them are truncated, 0 were cut off",
    )
    code, out, _ = run("records", tmp_path / "small", tmp_path / "records", "--split", "6/2/2")
    assert (code, out.splitlines()) == (
        0,
        [
            "train: 6 pictures, 3 mark, 6 stamp, 0 ignored",
            "val: 2 pictures, 1 mark, 2 stamp, 0 ignored",
            "test: 2 pictures, 1 mark, 2 stamp, 0 ignored",
            "left out because of problems: 0",
        ],
    )
    sheet = tmp_path / "sheet.png"
    code, out, _ = run("explore", tmp_path / "records", "--picture", sheet, "--count", 4)
    assert code == 0
    assert ["pictures", "2", "6", "2"] in [line.split() for line in out.splitlines()]
    assert sheet.is_file()


@pytest.mark.parametrize("where", ["in", "records/train.record-00000-of-00001"])
def test_a_folder_or_a_file_can_be_explored(tmp_path, where):
    make_voc(tmp_path / "in", 5)
    run("records", tmp_path / "in", tmp_path / "records")
    code, out, _ = run("explore", tmp_path / where, "--long-side", 64)
    assert code == 0
    assert "stamp" in out


def test_a_problem_is_told_and_skipped(tmp_path):
    make_voc(tmp_path / "in", 5)
    (tmp_path / "in" / "0.jpg").unlink()
    code, out, err = run("records", tmp_path / "in", tmp_path / "out")
    assert code == 0
    assert f"{tmp_path / 'in' / '0.xml'}:3: the picture '0.jpg' is missing\n" in err
    assert "problems: 1; what they are about is left out" in err
    assert out.splitlines()[-1] == "left out because of problems: 1"


@pytest.mark.parametrize("command", ["records", "prepare"])
def test_a_problem_is_refused_where_that_is_asked_for(tmp_path, command):
    make_voc(tmp_path / "in", 5)
    (tmp_path / "in" / "0.xml").write_text("<annotation>\n")
    code, out, err = run(command, tmp_path / "in", tmp_path / "out", "--on-problem", "refuse")
    assert (code, out) == (1, "")
    assert "0.xml:2: broken XML" in err
    assert "nothing was written because of these problems" in err
    assert not (tmp_path / "out").exists()


def test_a_label_map_decides_which_classes_there_are(tmp_path):
    make_voc(tmp_path / "in", 5)
    write_label_map(tmp_path / "map.pbtxt", {7: "stamp"})
    arguments = (
        "records",
        tmp_path / "in",
        tmp_path / "out",
        "--label-map",
        tmp_path / "map.pbtxt",
    )
    code, _, err = run(*arguments)
    assert code == 0
    assert "1.xml:11: unknown class 'mark'" in err
    summary = json.loads((tmp_path / "out" / "records.json").read_text())
    assert summary["splits"]["train"]["boxes"] == {"stamp": 4}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["records", "IN", "OUT", "--split", "2"], "expected a split like"),
        (["records", "IN", "OUT", "--label-map", "gone.pbtxt"], "gone.pbtxt: cannot be read"),
        (["records", "gone", "OUT"], "expected a folder or a COCO file"),
        (["prepare", "gone", "OUT"], "expected a folder or a COCO file"),
        (["explore", "gone"], "expected a folder or a COCO file"),
        (["explore", "IN/annotations.json", "--picture", "a.xyz"], "expected a name like"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(tmp_path, arguments, message):
    make_coco(tmp_path / "in")
    places = {"IN": str(tmp_path / "in"), "OUT": str(tmp_path / "out")}
    for short, place in places.items():
        arguments = [argument.replace(short, place) for argument in arguments]
    code, _, err = run(*arguments)
    assert code == 1
    assert message in err
    assert "Traceback" not in err
