import numpy as np

from training.reader.alphabet import decode_path, encode_text
from training.reader.batches import (
    MAX_CHARACTERS,
    STEP_BUCKETS,
    StripBatches,
    choose_bucket,
    count_steps,
    encode_truth,
    fit_strip,
    make_batch,
)
from training.reader.strips import Strip


def plain_strip(width, text="ab", centres=(11.0, 33.0)):
    pixels = np.full((44, width), 255, np.uint8)
    return Strip(pixels, text, np.array(centres, np.float32), 10.0)


def test_a_square_strip_has_ten_steps():
    assert count_steps(44, 44) == 10
    assert count_steps(44, 45) == 11
    assert count_steps(88, 44) == 5


def test_a_strip_goes_into_the_least_bucket_that_holds_it():
    assert choose_bucket(plain_strip(44)) == STEP_BUCKETS[0]
    assert choose_bucket(plain_strip(1500)) == STEP_BUCKETS[-1]
    assert choose_bucket(plain_strip(1600)) is None


def test_a_text_that_has_no_room_is_refused():
    crowded = plain_strip(44, "aaaaaa", [4, 11, 18, 25, 32, 39])
    assert choose_bucket(crowded) is None
    assert choose_bucket(plain_strip(44, "ababab", crowded.centres)) == STEP_BUCKETS[0]


def test_a_fitted_strip_is_padded_with_paper():
    image = fit_strip(np.zeros((44, 44), np.uint8), 48)
    assert image.shape == (32, 192)
    assert (image[:, :40] == 0).all()
    assert (image[:, 40:] == 255).all()


def test_truth_marks_the_step_of_each_middle():
    row = encode_truth(plain_strip(44), 48)
    assert row[:2].tolist() == [10, 2]
    np.testing.assert_array_equal(row[2:4], encode_text("ab"))
    marks = row[2 + MAX_CHARACTERS :]
    assert np.flatnonzero(marks).tolist() == [2, 7]
    assert decode_path(marks) == "ab"


def test_a_batch_holds_strips_and_their_truth():
    batch = make_batch([plain_strip(44), plain_strip(60)], 48)
    assert batch.images.shape == (2, 32, 192, 1)
    assert batch.truth.shape == (2, 2 + MAX_CHARACTERS + 48)


class RecordingSource:
    """Strips of one width; it notes how hard they were asked for."""

    def __init__(self):
        self.asked = []

    def sample(self, _rng, *, hardness):
        self.asked.append(hardness)
        return [plain_strip(44), plain_strip(1600)]


def test_strips_get_harder_and_unfit_ones_are_left_out():
    source = RecordingSource()
    batches = StripBatches(source, number=2, warmup_strips=4)(np.random.default_rng(0))
    shapes = [next(batches).images.shape for _ in range(3)]
    assert shapes == [(2, 32, 4 * STEP_BUCKETS[0], 1)] * 3
    assert source.asked == [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]


def test_a_resumed_run_goes_on_at_full_hardness():
    source = RecordingSource()
    next(StripBatches(source, number=1, warmup_strips=4, seen_strips=9)(np.random.default_rng(0)))
    assert source.asked == [1.0]
