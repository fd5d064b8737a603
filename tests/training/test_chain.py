import pytest

from tests.training.warned import KERAS_ARRAY
from training.chain import run_chain

pytestmark = KERAS_ARRAY


@pytest.mark.slow
def test_the_whole_chain_ends_with_a_model_in_the_store(tmp_path):
    stored = run_chain(tmp_path)
    assert (stored.name, stored.version) == ("smoke", 1)
    assert stored.manifest.training.crops_seen == 160
    assert set(stored.manifest.metrics["all"]) == {"prefixes", "ap50", "ap", "ar"}
