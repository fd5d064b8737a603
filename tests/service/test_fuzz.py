"""Whatever is sent, the service answers, and never with a fault of its own."""

import pytest

from bench.fuzz import fuzz
from bench.mutations import iterate_mutations
from service.settings import DecodeSettings, Settings, StreamSettings
from tests.service.clients import open_server, wait_until_ready
from tests.service.fakes import FakeBuilder, FakePipeline

SETTINGS = Settings(decode=DecodeSettings(max_pixels=200_000), stream=StreamSettings(max_fps=120))


@pytest.fixture(scope="module")
def client():
    with open_server(SETTINGS) as client:
        wait_until_ready(client)
        yield client


@pytest.mark.slow
# Pillow mentions notes that it cannot read; here that would be an error, and a fault of ours.
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_three_hundred_broken_pictures_and_messages_do_no_harm(client):
    findings = fuzz(str(client.base_url), inputs=300, seed=7)
    assert findings.faults == []
    assert sum(findings.outcomes.values()) == 300
    # Broken enough to be refused, but not so broken that nothing gets past the first check.
    assert findings.outcomes["detect 200 answered"] > 10
    assert findings.outcomes["stream answered"] > 10
    assert findings.outcomes["detect 422 frame_unreadable"] > 10


def test_a_fault_of_the_service_is_found():
    with open_server(SETTINGS, FakeBuilder(FakePipeline(error=ValueError("boom")))) as client:
        wait_until_ready(client)
        findings = fuzz(str(client.base_url), inputs=12, seed=7)
    assert {what for _, what in findings.faults} == {
        "fault: detect 500 internal",
        "fault: stream internal",
    }


def test_inputs_are_the_same_each_time():
    assert list(iterate_mutations(20, 3)) == list(iterate_mutations(30, 3))[:20]
    assert list(iterate_mutations(20, 3)) != list(iterate_mutations(20, 4))
