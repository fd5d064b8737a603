"""Labels say which versions serve; a rollback goes one step back."""

import pytest

from model_store import ModelMissingError, ModelStore, Rollout, RolloutError, read_rollout
from model_store.rollout import ROLLOUT_NAME, label_canary, label_stable, roll_back
from tests.model_store.models import FACTS, write_saved_model


@pytest.fixture
def store(tmp_path):
    """Versions 1, 2 and 3 of `links`."""
    store = ModelStore(tmp_path / "store")
    exported = write_saved_model(tmp_path / "exported")
    for _ in range(3):
        store.publish(exported, name="links", facts=FACTS)
    return store


def test_without_labels_the_highest_version_is_to_serve(store):
    assert read_rollout(store, "links") == Rollout()
    assert read_rollout(store, "nothing") == Rollout()


def test_a_label_is_read_back_and_the_file_is_no_version(store):
    assert label_stable(store, "links", 2) == read_rollout(store, "links")
    assert read_rollout(store, "links") == Rollout(stable=2, earlier=(3,))
    assert store.versions("links") == (1, 2, 3)
    assert [path.name for path in (store.root / "links").iterdir() if path.is_file()] == [
        ROLLOUT_NAME
    ]


def test_the_highest_version_can_be_followed_again(store):
    label_stable(store, "links", 1)
    assert label_stable(store, "links", None) == Rollout(earlier=(3, 1))


def test_to_label_what_serves_already_is_no_step_to_take_back(store):
    assert label_stable(store, "links", 3) == Rollout(stable=3)
    label_stable(store, "links", 1)
    assert label_stable(store, "links", 1) == Rollout(stable=1, earlier=(3,))
    assert roll_back(store, "links").stable == 3


def test_following_the_highest_version_ends_its_canary(store):
    label_canary(store, "links", 3, percent=10)
    assert label_stable(store, "links", None) == Rollout(earlier=(2,))


def test_a_canary_writes_down_what_stays_stable(store):
    assert label_canary(store, "links", 3, percent=10) == Rollout(
        stable=2, canary=3, canary_percent=10
    )


def test_a_canary_below_a_labelled_stable_is_one_too(store):
    label_stable(store, "links", 3)
    assert label_canary(store, "links", 1, percent=50).stable == 3


def test_a_canary_that_becomes_stable_is_none_any_more(store):
    label_canary(store, "links", 3, percent=10)
    assert label_stable(store, "links", 3) == Rollout(stable=3, earlier=(2,))


def test_another_stable_version_leaves_the_canary(store):
    label_canary(store, "links", 3, percent=10)
    assert label_stable(store, "links", 1).canary == 3


def test_a_rollback_first_ends_the_canary_and_then_goes_back(store):
    label_stable(store, "links", 1)
    label_stable(store, "links", 2)
    label_canary(store, "links", 3, percent=10)
    assert roll_back(store, "links") == Rollout(stable=2, earlier=(3, 1))
    assert roll_back(store, "links") == Rollout(stable=1, earlier=(3,))
    assert roll_back(store, "links") == Rollout(stable=3)


def test_a_rollback_without_labels_goes_to_the_next_lower_version(store):
    assert roll_back(store, "links").stable == 2
    assert roll_back(store, "links").stable == 1
    with pytest.raises(RolloutError, match="'links' has no version below 1"):
        roll_back(store, "links")


def test_what_is_not_there_cannot_be_labelled(store):
    with pytest.raises(ModelMissingError, match="no version 9"):
        label_stable(store, "links", 9)
    with pytest.raises(ModelMissingError, match="no version 9"):
        label_canary(store, "links", 9, percent=5)
    with pytest.raises(ModelMissingError, match="no model 'marks'"):
        roll_back(store, "marks")


def test_the_stable_version_cannot_be_the_canary(store):
    label_stable(store, "links", 2)
    with pytest.raises(RolloutError, match="is the stable one"):
        label_canary(store, "links", 2, percent=5)
    label_stable(store, "links", None)
    with pytest.raises(RolloutError, match="no version below 1"):
        label_canary(store, "links", 1, percent=5)


@pytest.mark.parametrize(
    "text", ["", "{", '{"format": 2}', '{"stable": 0}', '{"canary_percent": 101}']
)
def test_a_garbled_file_is_told(store, text):
    (store.root / "links" / ROLLOUT_NAME).write_text(text)
    with pytest.raises(RolloutError, match=r"rollout\.json cannot be understood: mend it"):
        read_rollout(store, "links")


def test_how_many_steps_back_are_kept_is_bounded(store):
    for number in range(60):
        label_stable(store, "links", 1 + number % 2)
    assert len(read_rollout(store, "links").earlier) == 50


def test_a_store_that_cannot_be_written_says_what_to_do(store, monkeypatch):
    def refuse(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("model_store.rollout.os.fsync", refuse)
    with pytest.raises(
        RolloutError, match=r"\(No space left on device\).*PRINTLINK_MODEL__STORE_DIR"
    ):
        label_stable(store, "links", 2)
    assert sorted(path.name for path in (store.root / "links").iterdir()) == ["1", "2", "3"]
