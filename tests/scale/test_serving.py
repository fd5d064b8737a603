"""The service in parts keeps the contract of the whole, on a cluster of two nodes."""

import httpx
import pytest

pytest.importorskip("ray", reason="needs the extra scale; make test-scale has it")

from bench.cluster import open_cluster
from bench.scale import bind_real, bind_simulated, draw_blank, kill_reader
from tests.service.test_contract import test_every_answer_is_one_that_the_document_promises
from tests.test_end_to_end import (
    test_a_stream_keeps_the_tracks_of_the_sample_page_and_confirms_them,
    test_boxes_lie_inside_the_frame_and_prefixes_inside_their_links,
    test_the_links_of_the_sample_page_are_found_exactly,
    test_the_picture_answer_is_the_frame_with_something_drawn,
)

pytestmark = pytest.mark.slow

__all__ = [
    "test_a_stream_keeps_the_tracks_of_the_sample_page_and_confirms_them",
    "test_boxes_lie_inside_the_frame_and_prefixes_inside_their_links",
    "test_every_answer_is_one_that_the_document_promises",
    "test_the_links_of_the_sample_page_are_found_exactly",
    "test_the_picture_answer_is_the_frame_with_something_drawn",
]


@pytest.fixture(scope="module")
def cluster():
    with open_cluster(nodes=1, cpus_per_node=8) as cluster:
        cluster.deploy(bind_real(2))
        yield cluster


@pytest.fixture(scope="module")
def url(cluster):
    return cluster.url


@pytest.fixture(scope="module")
def client(url):
    with httpx.Client(base_url=url, timeout=120) as client:
        yield client


def test_a_killed_replica_loses_no_frame(cluster, client):
    cluster.deploy(bind_simulated(2))
    for _ in range(3):
        kill_reader()
        response = client.post(
            "/v1/detect", content=draw_blank(), headers={"Content-Type": "image/jpeg"}
        )
        assert response.status_code == 200, response.text
        assert response.json()["links"]
