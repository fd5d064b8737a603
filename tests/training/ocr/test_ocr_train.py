"""A run goes through its stages, goes on where it stopped, and ends with its best checkpoint."""

import pytest

from training.ocr.train import (
    OcrLimits,
    best_checkpoint,
    count_strips_seen,
    read_progress,
    train_ocr,
)

LIMITS = OcrLimits(strips=300, easy_strips=200)


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("url.traineddata", "easy-000.lstmf", "mixed-000.lstmf"):
        (folder / name).write_text(name)
    return folder


def test_a_run_learns_easy_strips_first_and_then_all(data, tmp_path, trainer_calls):
    run = tmp_path / "run"
    model = train_ocr(data, run, net="tiny", limits=LIMITS)
    easy, whole, finish = trainer_calls.read_text().splitlines()
    assert "--net_spec [1,30,0,1 " in easy
    assert f"--model_output {run}/easy --max_iterations 200" in easy
    assert f"--continue_from {run}/easy_checkpoint" in whole
    assert f"--model_output {run}/url --max_iterations 300" in whole
    assert f"--convert_to_int --continue_from {run}/url_87.5_99_300.checkpoint" in finish
    assert (run / "easy.list").read_text() == f"{data}/easy-000.lstmf\n"
    assert (run / "url.list").read_text() == f"{data}/easy-000.lstmf\n{data}/mixed-000.lstmf\n"
    assert model == run / "url.traineddata"
    assert model.read_text() == "model\n"


def test_the_log_holds_both_stages(data, tmp_path, trainer_calls):
    run = tmp_path / "run"
    train_ocr(data, run, net="tiny", limits=LIMITS)
    assert read_progress(run) == [
        *(("easy", 100, 0.895), ("easy", 200, 0.885)),
        *(("url", 100, 0.895), ("url", 200, 0.885), ("url", 300, 0.875)),
    ]
    assert count_strips_seen(run, best_checkpoint(run)) == 500
    assert count_strips_seen(run, run / "url_88.5_99_200.checkpoint") == 400


def test_a_run_in_its_second_stage_goes_on_there(data, tmp_path, trainer_calls):
    run = tmp_path / "run"
    train_ocr(data, run, net="tiny", limits=LIMITS)
    trainer_calls.unlink()
    train_ocr(data, run, net="tiny", limits=OcrLimits(strips=400, easy_strips=200))
    whole, _ = trainer_calls.read_text().splitlines()
    assert f"--model_output {run}/url --max_iterations 400" in whole


def test_the_time_ends_a_stage_and_the_run(data, tmp_path, trainer_calls, monkeypatch):
    monkeypatch.setenv("FAKE_STEP_S", "0.3")
    limits = OcrLimits(easy_strips=10**6, max_minutes=0.2 / 60)
    train_ocr(data, tmp_path / "run", net="tiny", limits=limits)
    assert read_progress(tmp_path / "run") == [("easy", 100, 0.895)]


def test_a_run_keeps_its_network_and_its_data(data, tmp_path, trainer_calls):
    train_ocr(data, tmp_path / "run", net="tiny", limits=LIMITS)
    with pytest.raises(ValueError, match="another network or on other data"):
        train_ocr(data, tmp_path / "run", net="small", limits=LIMITS)
    (data / "mixed-000.lstmf").write_text("other strips")
    with pytest.raises(ValueError, match="another network or on other data"):
        train_ocr(data, tmp_path / "run", net="tiny", limits=LIMITS)


def test_data_without_strips_is_refused(data, tmp_path, trainer_calls):
    (data / "easy-000.lstmf").unlink()
    with pytest.raises(FileNotFoundError, match="make `printlink-train ocr data`"):
        train_ocr(data, tmp_path / "run", net="tiny", limits=LIMITS)


def test_the_checkpoint_with_the_fewest_errors_counts(tmp_path):
    for name in ("easy_checkpoint", "url_checkpoint"):
        (tmp_path / name).touch()
    assert best_checkpoint(tmp_path) == tmp_path / "url_checkpoint"
    for name in ("url_12.5_700_900.checkpoint", "url_9.25_800_1000.checkpoint"):
        (tmp_path / name).touch()
    # Easy strips are read with fewer errors than any other.
    (tmp_path / "easy_1.5_300_400.checkpoint").touch()
    assert best_checkpoint(tmp_path) == tmp_path / "url_9.25_800_1000.checkpoint"
