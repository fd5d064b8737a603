"""The benchmark's table is computed as its reader expects, and runs on a folder of pictures."""

import pytest

from bench.stages import FULL_PAGE, FullPage, list_pictures, main, render_table
from service.decode import decode_frame
from service.errors import StartupError
from service.settings import DecodeSettings, RecognizeSettings
from tests.service.pictures import encode, make_page
from tests.service.stores import publish_tiny


def test_the_table_has_medians_percentiles_and_the_ratio_frame_by_frame():
    times = [0.001 * step for step in range(1, 21)]
    table = render_table({"decode": times, "total": [0.1, 0.2, 0.2], FULL_PAGE: [0.5, 1.2, 1.6]})
    rows = {line[:30].strip(): line[30:].split() for line in table.splitlines()[1:9]}
    assert rows["decode"] == ["10.5", "19.0", "20"]
    assert rows["printlink in all"] == ["200.0", "200.0", "3"]
    assert rows["expand"] == ["-", "-", "0"]
    assert "takes 6.0 times as long" in table
    assert "5.0 to 8.0" in table


def test_a_folder_without_pictures_says_what_to_do(tmp_path):
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(StartupError, match="name a folder with --frames"):
        list_pictures(tmp_path)


@pytest.mark.parametrize("in_colour", [True, False])
def test_the_full_page_is_read_whatever_the_frame_was_decoded_to(in_colour):
    data = encode(make_page("https://keras.io/guides"), "PNG")
    frame = decode_frame(data, DecodeSettings(), in_colour=in_colour)
    assert frame.pixels.ndim == (3 if in_colour else 2)
    assert "keras.io/guides" in FullPage(RecognizeSettings()).read(frame).lower()


def test_both_ways_run_on_the_same_frames(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PRINTLINK_MODEL__STORE_DIR", str(publish_tiny(tmp_path)))
    monkeypatch.setenv("PRINTLINK_MODEL__NAME", "tiny")
    monkeypatch.setenv("PRINTLINK_DETECT__WARMUP_SIZES_PX", "[]")
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "2")
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    (tmp_path / "page.png").write_bytes(encode(make_page("https://t.co/abc"), "PNG"))
    main(frames=tmp_path, repeats=2)
    output = capsys.readouterr().out
    assert output.startswith("1 frames, 2 rounds, ")
    (row,) = [line for line in output.splitlines() if line.startswith(FULL_PAGE)]
    assert row.endswith(" 2")
