"""`POST /v1/read` and `/models`: cutouts in, links out, and the detector for browsers."""

import hashlib
import json

import pytest

from model_store import WEB_FOLDER, ModelStore, add_web
from service.errors import ModelLoadError
from service.keys import Key, digest_secret, write_keys
from service.records import Box, Prefix
from service.settings import AccessSettings, DecodeSettings, DetectSettings, Settings
from service.sketch import sketch_of
from service.web_model import WebFile, WebModel, read_web_model
from tests.model_store.models import FACTS, write_saved_model
from tests.service.clients import open_client
from tests.service.fakes import FakeBuilder
from tests.service.pictures import encode, make_picture

pytestmark = pytest.mark.anyio

PICTURE = encode(make_picture())
LAYOUT = {
    "frame": {"width": 640, "height": 480},
    "cutouts": [{"box": [0, 0, 96, 64], "to": [16, 32]}],
    "prefixes": [{"label": "https", "score": 0.9, "box": [20, 40, 60, 52]}],
}
WEB_FILE = WebFile(b"export const a = 1;", "0" * 64, "text/javascript; charset=utf-8")
WEB = WebModel("models/fake/7/web/", {"detector.js": WEB_FILE})


def fill(layout=LAYOUT, picture=PICTURE, **more):
    files = {name: (name, data) for name, data in {"cutouts": picture, **more}.items()}
    return {"data": {"layout": json.dumps(layout)}, "files": files}


async def test_links_are_read_where_the_client_says_that_they_begin():
    builder = FakeBuilder()
    async with open_client(build=builder) as client:
        response = await client.post("/v1/read", **fill())
    answer = response.json()
    assert response.status_code == 200
    assert answer["frame"] == {"width": 640, "height": 480}
    assert [link["url"] for link in answer["links"]] == ["https://tensorflow.org/"]
    assert answer["model"] == {"name": "fake", "version": 7}
    assert builder.pipeline.prefixes == (Prefix("https", 0.9, Box(20, 40, 60, 52)),)


async def test_a_sketch_may_come_along():
    builder = FakeBuilder()
    async with open_client(build=builder) as client:
        response = await client.post("/v1/read", **fill(sketch=PICTURE))
        schema = (await client.get("/openapi.json")).json()
    assert response.status_code == 200
    assert sketch_of(builder.pipeline.frames[-1].pixels) is not None
    form = schema["paths"]["/v1/read"]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert "sketch" in form["schema"]["properties"]
    assert "sketch" not in form["schema"]["required"]


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"content": PICTURE, "headers": {"Content-Type": "image/jpeg"}}, 415, None),
        ({"files": {"cutouts": ("a.jpg", PICTURE)}}, 400, "field_missing"),
        ({"data": {"layout": "{}"}, "files": {"other": ("a", b"")}}, 422, "validation_failed"),
        ({"data": {"layout": json.dumps(LAYOUT)}, "files": {"x": ("a", b"")}}, 400, None),
        (fill(picture=b""), 400, "frame_empty"),
        (fill(sketch=b""), 400, "frame_empty"),
        (fill(sketch=b"GIF89a"), 415, "unsupported_media_type"),
        (fill(sketch=encode(make_picture(800, 600))), 422, "validation_failed"),
        (fill(sketch=PICTURE, other=PICTURE), 400, None),
        (
            {**fill(), "data": {"layout": json.dumps(LAYOUT), "sketch": "text"}},
            400,
            "field_missing",
        ),
        (fill(picture=b"GIF89a"), 415, "unsupported_media_type"),
        (fill(picture=PICTURE[:-300]), 422, None),
        (fill({**LAYOUT, "prefixes": LAYOUT["prefixes"] * 65}), 422, "validation_failed"),
        (fill({**LAYOUT, "frame": {"width": 90_000, "height": 90_000}}), 413, "frame_too_large"),
        (fill(picture=bytes(300_000)), 413, "body_too_large"),
    ],
)
async def test_what_cannot_be_read_is_refused_as_a_problem(request_, status, code):
    settings = Settings(decode=DecodeSettings(max_bytes=100_000))
    async with open_client(settings) as client:
        refused = await client.post("/v1/read", **request_)
        after = await client.post("/v1/read", **fill())
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert code in {None, refused.json()["code"]}
    assert after.status_code == 200


async def test_a_key_and_its_limit_hold_here_too(tmp_path):
    write_keys(tmp_path / "keys", [Key("phone", digest_secret("plk_good"), frames_per_minute=1)])
    settings = Settings(access=AccessSettings(keys_file=tmp_path / "keys", burst_frames=1))
    headers = {"Authorization": "Bearer plk_good"}
    async with open_client(settings) as client:
        stranger = await client.post("/v1/read", **fill())
        first, second = [await client.post("/v1/read", **fill(), headers=headers) for _ in "ab"]
    assert [stranger.status_code, first.status_code, second.status_code] == [401, 200, 429]
    assert "retry-after" in second.headers


async def test_it_answers_in_json_only():
    async with open_client() as client:
        response = await client.post("/v1/read", **fill(), headers={"Accept": "image/jpeg"})
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")


async def test_browsers_are_told_where_their_detector_is():
    settings = Settings(detect=DetectSettings(min_score=0.4, max_prefixes=9))
    async with open_client(settings, FakeBuilder(web=WEB)) as client:
        response = await client.get("/models/current")
    assert response.json() == {"path": WEB.path, "min_score": 0.4, "max_prefixes": 9}
    assert response.headers["cache-control"] == "no-cache"


async def test_a_detector_without_an_export_for_browsers_says_so():
    async with open_client() as client:
        assert (await client.get("/models/current")).json()["path"] is None


async def test_a_file_of_the_detector_is_kept_forever():
    async with open_client(build=FakeBuilder(web=WEB)) as client:
        first = await client.get("/models/fake/7/web/detector.js")
        again = await client.get(
            "/models/fake/7/web/detector.js", headers={"If-None-Match": first.headers["etag"]}
        )
    assert (first.status_code, first.content) == (200, WEB_FILE.data)
    assert first.headers["content-type"] == WEB_FILE.media_type
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "fake/7/web/saved_model.pb",
        "fake/8/web/detector.js",
        "other/7/web/detector.js",
        "fake/7/web/..%2fmanifest.json",
        "fake/7/web/%2e%2e/manifest.json",
        "fake/7/manifest.json",
    ],
)
async def test_nothing_else_of_a_model_is_served(path):
    async with open_client(build=FakeBuilder(web=WEB)) as client:
        response = await client.get(f"/models/{path}")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    for name in ("model.json", "detector.json", "detector.js", "group1-shard1of1.bin", "notes.md"):
        (folder / name).write_text(name)
    return folder


@pytest.fixture
def store(tmp_path):
    store = ModelStore(tmp_path / "store")
    store.publish(write_saved_model(tmp_path / "model"), name="links", facts=FACTS)
    return store


def test_a_version_without_an_export_has_no_detector_for_browsers(store):
    assert read_web_model(store.resolve("links")) is None


def test_a_version_has_the_files_that_its_manifest_knows(store, export):
    add_web(store.resolve("links"), export)
    web = read_web_model(store.resolve("links"))
    assert web.path == "models/links/1/web/"
    assert sorted(web.files) == [
        "detector.js",
        "detector.json",
        "group1-shard1of1.bin",
        "model.json",
    ]
    file = web.files["detector.js"]
    assert file.sha256 == hashlib.sha256(file.data).hexdigest()


def test_a_file_that_was_changed_is_not_served(store, export):
    add_web(store.resolve("links"), export)
    (store.resolve("links").path / WEB_FOLDER / "detector.js").write_text("other")
    with pytest.raises(ModelLoadError, match="was changed"):
        read_web_model(store.resolve("links"))
