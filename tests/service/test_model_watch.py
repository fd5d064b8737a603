"""What is published and labelled while the service runs is taken up, and nobody notices."""

import asyncio
import gc
import shutil
import threading
import weakref

import pytest

from model_store import ModelStore
from model_store.rollout import ROLLOUT_NAME, label_canary, label_stable, roll_back
from service.engine import Engine
from service.errors import GoldenMissedError, ModelLoadError
from service.lineup import Lineup
from service.metrics import Metrics
from service.model_watch import ModelWatch
from service.runner import Lane
from service.settings import ModelSettings, RunnerSettings, Settings
from service.versions import Served
from tests.service.clients import open_client, wait_until
from tests.service.fakes import FakeLoader, FakePipeline, make_folders, open_versions
from tests.service.pictures import encode, make_picture

PAGE = encode(make_picture())
JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture
def store(tmp_path):
    """Versions 1 and 2 of `fake`."""
    return make_folders(ModelStore(tmp_path), 1, 2)


def watch_store(store, loader=None, metrics=None):
    return ModelWatch(open_versions(store, loader or FakeLoader(), metrics))


def serve(version):
    return Lineup(Served(FakePipeline(version=version), "fake", version))


def versions_of(lineup):
    canary = lineup.canary
    return lineup.stable.model_version, canary and canary.model_version, lineup.canary_percent


def test_nothing_new_changes_nothing(store):
    loader, lineup = FakeLoader(), serve(2)
    assert watch_store(store, loader).revise(lineup) is lineup
    assert loader.calls == []


def test_a_higher_version_takes_over(store):
    make_folders(store, 3, 10)
    assert versions_of(watch_store(store).revise(serve(2))) == (10, None, 0)


def test_a_bad_version_never_replaces_a_good_one(store):
    make_folders(store, 3)
    loader, lineup = FakeLoader(bad={3: GoldenMissedError("missed https")}), serve(2)
    watch = watch_store(store, loader)
    assert [watch.revise(lineup) for _ in range(3)] == [lineup] * 3
    assert loader.calls == [(3, True)]


def test_the_good_one_below_a_bad_one_takes_over(store):
    make_folders(store, 3, 4)
    watch = watch_store(store, FakeLoader(bad={4: ModelLoadError("torn")}))
    assert versions_of(watch.revise(serve(2))) == (3, None, 0)


def test_what_is_taken_out_of_the_store_stops_to_serve(store):
    shutil.rmtree(store.folder_of("fake") / "2")
    assert versions_of(watch_store(store).revise(serve(2))) == (1, None, 0)


def test_a_store_that_is_gone_changes_nothing(store):
    lineup = serve(2)
    shutil.rmtree(store.root)
    assert watch_store(store).revise(lineup) is lineup


def test_labels_decide_and_a_rollback_takes_them_back(store):
    make_folders(store, 3)
    watch, lineup = watch_store(store), serve(3)
    label_stable(store, "fake", 1)
    lineup = watch.revise(lineup)
    assert versions_of(lineup) == (1, None, 0)
    roll_back(store, "fake")
    lineup = watch.revise(lineup)
    assert versions_of(lineup) == (3, None, 0)
    roll_back(store, "fake")
    assert versions_of(watch.revise(lineup)) == (2, None, 0)


def test_a_labelled_version_holds_though_a_higher_one_is_published(store):
    label_stable(store, "fake", 2)
    make_folders(store, 3)
    lineup = serve(2)
    assert watch_store(store).revise(lineup) is lineup


@pytest.mark.parametrize("label", [9, 1])
def test_a_label_on_what_cannot_serve_changes_nothing(store, label):
    make_folders(store, 9)
    label_stable(store, "fake", label)
    shutil.rmtree(store.folder_of("fake") / "9")
    lineup = serve(2)
    watch = watch_store(store, FakeLoader(bad={1: ModelLoadError("torn"), 9: ModelLoadError("")}))
    assert watch.revise(lineup) is lineup


def test_a_canary_joins_grows_is_promoted_and_is_loaded_once(store):
    make_folders(store, 3)
    loader, lineup = FakeLoader(), serve(2)
    watch = watch_store(store, loader)
    label_canary(store, "fake", 3, percent=10)
    lineup = watch.revise(lineup)
    assert versions_of(lineup) == (2, 3, 10)
    label_canary(store, "fake", 3, percent=50)
    lineup = watch.revise(lineup)
    assert versions_of(lineup) == (2, 3, 50)
    label_stable(store, "fake", 3)
    assert versions_of(watch.revise(lineup)) == (3, None, 0)
    assert loader.calls == [(3, True)]


def test_a_rollback_ends_the_canary(store):
    label_canary(store, "fake", 2, percent=10)
    watch = watch_store(store)
    lineup = watch.revise(serve(1))
    assert versions_of(lineup) == (1, 2, 10)
    roll_back(store, "fake")
    assert versions_of(watch.revise(lineup)) == (1, None, 0)


def test_a_bad_canary_gets_no_frames(store):
    make_folders(store, 3)
    label_canary(store, "fake", 3, percent=10)
    lineup = serve(2)
    watch = watch_store(store, FakeLoader(bad={3: GoldenMissedError("missed https")}))
    assert watch.revise(lineup) is lineup


def test_labels_that_cannot_be_read_change_nothing_and_are_told_once(store, capsys):
    path = store.folder_of("fake") / ROLLOUT_NAME
    path.write_text("{")
    make_folders(store, 3)
    watch, lineup = watch_store(store), serve(2)
    assert [watch.revise(lineup) for _ in range(3)] == [lineup] * 3
    assert capsys.readouterr().out.count("rollout_not_read") == 1
    path.unlink()
    assert versions_of(watch.revise(lineup)) == (3, None, 0)


class Ring:
    """Refers to itself, as what TensorFlow makes of a model does."""

    def __init__(self):
        self.ring = self


def test_a_replaced_model_is_let_go_once_its_last_frame_is_answered(store):
    lineup = serve(2)
    under_way = lineup.stable.pipeline
    under_way.model = Ring()
    model = weakref.ref(under_way.model)
    watch = watch_store(store)
    make_folders(store, 3)
    gc.disable()
    try:
        lineup = watch.revise(lineup)
        watch.revise(lineup)
        assert model() is not None
        del under_way
        watch.revise(lineup)
        assert model() is None
    finally:
        gc.enable()


class Builder:
    """Builds version 2 as assembly does, with the versions beside it."""

    def __init__(self, store, loader):
        self.store, self.loader = store, loader

    def __call__(self, settings, metrics):
        versions = open_versions(self.store, self.loader, metrics)
        pipeline = FakePipeline(version=2, delay_s=0.01)
        return Served(pipeline, "fake", 2, versions=versions)


def follow(store, **model):
    return Settings(
        model=ModelSettings(store_dir=store.root, name="fake", **({"watch_s": 0.02} | model)),
        runner=RunnerSettings(workers=4, max_queued=1000),
    )


@pytest.mark.anyio
async def test_no_frame_is_lost_while_versions_come_and_go(store):
    versions = []
    loader = FakeLoader(delay_s=0.03)
    async with open_client(follow(store), Builder(store, loader)) as client:
        is_over = False

        async def ask():
            while not is_over:
                answer = await client.post("/v1/detect", content=PAGE, headers=JPEG)
                assert answer.status_code == 200
                versions.append(answer.json()["model"]["version"])

        async with asyncio.TaskGroup() as callers:
            for _ in range(4):
                callers.create_task(ask())
            await wait_until_answered(versions, 2)
            for version in (3, 4, 5):
                make_folders(store, version)
                await wait_until_answered(versions, version)
            roll_back(store, "fake")
            await wait_until_answered(versions, 4)
            is_over = True
    assert set(versions) == {2, 3, 4, 5}


async def wait_until_answered(versions, version):
    await wait_until(lambda: versions and versions[-1] == version, timeout_s=30)


@pytest.mark.anyio
async def test_a_frame_under_way_ends_on_the_version_it_began_with(store):
    settings = follow(store, watch_s=0)
    gate, begun = threading.Event(), threading.Event()
    engine = Engine(settings, Metrics(), build=Builder(store, FakeLoader()))
    engine.start()
    await wait_until(lambda: engine.is_ready)

    def look(pipeline):
        begun.set()
        gate.wait(timeout=5)
        result = pipeline.run(make_frame(), 0.0)
        return result.model_version, result

    old = asyncio.create_task(engine.work(look, Lane.REQUESTS))
    await asyncio.to_thread(begun.wait, 5)
    engine.take_over(serve(3))
    gate.set()
    assert (await old, await engine.work(look, Lane.REQUESTS)) == (2, 3)
    engine.close()


def make_frame():
    class Frame:
        width, height = 9, 9

    return Frame()


@pytest.mark.anyio
@pytest.mark.parametrize("model", [{"version": 2}, {"watch_s": 0}])
async def test_a_pinned_version_and_a_closed_eye_see_nothing_new(store, model):
    loader = FakeLoader()
    async with open_client(follow(store, **model), Builder(store, loader)) as client:
        make_folders(store, 3)
        label_stable(store, "fake", 1)
        await asyncio.sleep(0.1)
        served = (await client.get("/v1/models")).json()["served"]
    assert (served["version"], loader.calls) == (2, [])


@pytest.mark.anyio
async def test_the_canary_answers_its_share_and_is_shown(store):
    make_folders(store, 3)
    label_canary(store, "fake", 3, percent=25)
    async with open_client(follow(store), Builder(store, FakeLoader())) as client:
        engine = client._transport.app.state.engine
        await wait_until(lambda: engine.lineup.canary)
        told = (await client.get("/v1/models")).json()
        answers = [await client.post("/v1/detect", content=PAGE, headers=JPEG) for _ in range(40)]
        lines = (await client.get("/metrics")).text.splitlines()
    assert told["served"] == {"name": "fake", "version": 2}
    assert told["canary"] == {"name": "fake", "version": 3, "percent": 25.0}
    versions = [answer.json()["model"]["version"] for answer in answers]
    assert abs(versions.count(3) - 10) <= 1
    assert versions.count(2) + versions.count(3) == 40
    for line in (
        'printlink_model_info{name="fake",version="2"} 1.0',
        'printlink_model_info{name="fake",version="3"} 1.0',
        'printlink_model_share{version="3"} 0.25',
        f'printlink_model_frames_total{{outcome="links",version="3"}} {versions.count(3)}.0',
        f'printlink_model_links_total{{version="3"}} {versions.count(3)}.0',
        f'printlink_model_frame_seconds_count{{version="3"}} {versions.count(3)}.0',
    ):
        assert line in lines


@pytest.mark.anyio
async def test_the_watch_goes_on_after_a_surprise(store, monkeypatch, capsys):
    surprises = [PermissionError("the store"), PermissionError("the store")]
    real = ModelWatch.revise

    def revise(watch, lineup):
        if surprises:
            raise surprises.pop()
        return real(watch, lineup)

    monkeypatch.setattr(ModelWatch, "revise", revise)
    make_folders(store, 3)
    async with open_client(follow(store), Builder(store, FakeLoader())) as client:
        engine = client._transport.app.state.engine
        await wait_until(lambda: engine.served.model_version == 3)
    assert capsys.readouterr().out.count("watch_failed") == 2
