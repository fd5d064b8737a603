"""The service in parts keeps the contract of the whole, on a cluster of two nodes."""

import asyncio

import httpx
import pytest

pytest.importorskip("ray", reason="needs the extra scale; make test-scale has it")

from ray import serve

from bench.cluster import NAME, open_cluster
from bench.parts import bind_detectors, bind_real, bind_simulated, draw_blank
from bench.scale import kill_reader, publish_three, send_through
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
    with open_cluster() as cluster:
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
        assert post_blank(client)["links"]


def test_a_new_version_takes_over_and_a_bad_one_never_does(cluster, client, tmp_path):
    publish_three(tmp_path)
    for version in (1, 2):
        cluster.deploy(bind_detectors(str(tmp_path), version=version))
        assert post_blank(client)["model"]["version"] == version
    with pytest.raises(RuntimeError, match="detector"):
        cluster.deploy(bind_detectors(str(tmp_path), version=3))
    assert "golden frame" in serve.status().applications[NAME].deployments["detector"].message
    assert post_blank(client)["model"]["version"] == 2


# The last one, as its node does not come back.
def test_a_lost_node_loses_no_frame(cluster):
    cluster.deploy(bind_simulated(4))
    lost = []
    calls = asyncio.run(
        send_through(cluster.url, lambda: lost.append(cluster.lose_node()), seconds=12)
    )
    assert lost[0].total()
    assert calls.done.ms
    assert not calls.lost


def post_blank(client):
    response = client.post(
        "/v1/detect", content=draw_blank(), headers={"Content-Type": "image/jpeg"}
    )
    assert response.status_code == 200, response.text
    return response.json()
