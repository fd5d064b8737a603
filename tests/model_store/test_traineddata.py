"""A model of Tesseract's is a version like any other, only that it has no graph and no tensors."""

import pytest

from model_store.card import CARD_NAME
from model_store.errors import ModelTornError
from model_store.manifest import holds_model
from tests.model_store.models import FACTS

NO_TENSORS = FACTS.model_copy(update={"signature": None, "preprocessing": {"padding_px": 4}})


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "made"
    made.mkdir()
    (made / "url.traineddata").write_bytes(b"network")
    return made


def test_it_is_published_resolved_and_verified(store, folder):
    published = store.publish(folder, name="url-ocr", facts=NO_TENSORS)
    found = store.resolve("url-ocr")
    assert found == published
    assert found.manifest.signature is None
    assert set(found.manifest.files) == {CARD_NAME, "url.traineddata"}
    store.verify(found)


def test_its_card_names_no_tensors(store, folder):
    path = store.publish(folder, name="url-ocr", facts=NO_TENSORS).path
    card = (path / CARD_NAME).read_text()
    assert "A model of Tesseract's, to be loaded by the name of its `.traineddata` file." in card
    assert "It expects:\n\n- `padding_px`: 4\n" in card
    assert "serving_default" not in card


def test_a_version_that_lost_it_is_torn(store, folder):
    (store.publish(folder, name="url-ocr", facts=NO_TENSORS).path / "url.traineddata").unlink()
    with pytest.raises(ModelTornError, match="publish the model again"):
        store.resolve("url-ocr")


def test_only_the_version_s_own_folder_counts():
    assert holds_model(["a.txt", "url.traineddata"])
    assert holds_model(["saved_model.pb"])
    assert not holds_model(["assets/url.traineddata", "traineddata", "variables/saved_model.pb"])
