"""The HTTP interface: every answer whole, every fault with its status and code."""

import json
import threading

import pytest
from PIL import Image

from service.errors import DetectError
from service.keys import Key, digest_secret, write_keys
from service.settings import AccessSettings, DecodeSettings, ModelSettings, Settings
from tests.service.clients import open_client
from tests.service.fakes import FakeBuilder, FakePipeline
from tests.service.pictures import break_png_sum, encode, make_noise, make_picture, make_png
from tests.service.stores import publish_tiny

pytestmark = pytest.mark.anyio

PAGE = encode(make_picture())
JPEG = {"Content-Type": "image/jpeg"}


async def test_detect_answers_the_whole_document():
    async with open_client() as client:
        response = await client.post("/v1/detect", content=PAGE, headers=JPEG)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    spent = answer.pop("timings_ms")
    assert (spent["detect"], spent["recognize"]) == (29.0, 21.4)
    assert spent["total"] >= spent["decode"] > 0
    polygon = [[10.0, 20.0], [200.0, 20.0], [200.0, 40.0], [10.0, 40.0]]
    assert answer == {
        "frame": {"width": 96, "height": 64},
        "links": [
            {
                "url": "https://tensorflow.org/",
                "raw": "htlps://tensorflow.org/",
                "scheme": "https",
                "confidence": 0.9667,
                "box": [10.0, 20.0, 200.0, 40.0],
                "polygon": polygon,
                "lines": [{"polygon": polygon, "text": "htlps://tensorflow.org/"}],
                "prefix": {"label": "https", "score": 0.98, "box": [10.0, 20.0, 60.0, 40.0]},
                "repairs": [{"before": "htlps://", "after": "https://", "reason": "scheme"}],
                "alternatives": [
                    {
                        "url": "https://tensorflow.org/i",
                        "confidence": 0.02,
                        "reason": "other reading",
                    }
                ],
                "host": {
                    "registrable": "tensorflow.org",
                    "punycode": None,
                    "mixed_script": False,
                    "is_ip": False,
                    "has_credentials": False,
                },
            }
        ],
        "model": {"name": "fake", "version": 7},
    }


async def test_a_page_without_links_is_an_answer():
    async with open_client(build=FakeBuilder(FakePipeline(links=()))) as client:
        response = await client.post("/v1/detect", content=PAGE, headers=JPEG)
    assert (response.status_code, response.json()["links"]) == (200, [])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("declared", ["image/{kind}", "application/octet-stream", None])
async def test_the_body_decides_what_it_is(kind, declared):
    headers = {"Content-Type": declared.format(kind=kind.lower())} if declared else {}
    async with open_client() as client:
        response = await client.post(
            "/v1/detect", content=encode(make_picture(), kind), headers=headers
        )
    assert response.status_code == 200


async def test_a_form_carries_the_picture_in_its_field():
    async with open_client() as client:
        response = await client.post(
            "/v1/detect", files={"frame": ("page.jpg", PAGE)}, data={"note": "x"}
        )
    assert (response.status_code, len(response.json()["links"])) == (200, 1)


async def test_an_annotated_jpeg_is_given_in_colour_to_who_asks_for_it():
    builder = FakeBuilder()
    red = encode(Image.new("RGB", (96, 64), "red"))
    async with open_client(build=builder) as client:
        response = await client.post(
            "/v1/detect", content=red, headers={**JPEG, "Accept": "image/jpeg"}
        )
    assert response.headers["content-type"] == "image/jpeg"
    with Image.open(response) as picture:
        assert (picture.format, picture.size) == ("JPEG", (96, 64))
        assert picture.getpixel((90, 60))[1] < 40 < picture.getpixel((90, 60))[0]


@pytest.mark.parametrize("sees_colour", [False, True])
async def test_a_frame_is_decoded_as_the_detector_sees_it(sees_colour):
    pipeline = FakePipeline(sees_colour=sees_colour)
    async with open_client(build=FakeBuilder(pipeline)) as client:
        await client.post("/v1/detect", content=PAGE, headers=JPEG)
    assert pipeline.frames[0].pixels.shape == ((64, 96, 3) if sees_colour else (64, 96))


BAD_FRAMES = {
    "empty body": (b"", "image/jpeg", 400, "frame_empty"),
    "text": (b"https://tensorflow.org/", "image/jpeg", 415, "unsupported_media_type"),
    "truncated JPEG": (encode(make_noise())[:-900], "image/jpeg", 422, "frame_unreadable"),
    "wrong CRC": (break_png_sum(encode(make_noise(), "PNG")), "image/png", 422, "frame_unreadable"),
    "one pixel": (encode(make_picture(1, 1)), "image/jpeg", 422, "frame_too_small"),
    "header bomb": (make_png(60_000, 60_000), "image/png", 413, "frame_too_large"),
    "wrong type": (PAGE, "application/json", 415, "unsupported_media_type"),
    "form encoding": (PAGE, "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    "declared GIF": (encode(make_picture(), "GIF"), "image/gif", 415, "unsupported_media_type"),
    "hidden GIF": (encode(make_picture(), "GIF"), "image/png", 415, "unsupported_media_type"),
    "no boundary": (PAGE, "multipart/form-data", 400, "bad_request"),
    "broken form": (PAGE, "multipart/form-data; boundary=x", 400, "bad_request"),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
async def test_bad_frames_are_refused_and_good_ones_still_answered(name):
    content, media_type, status, code = BAD_FRAMES[name]
    async with open_client() as client:
        refused = await client.post(
            "/v1/detect", content=content, headers={"Content-Type": media_type}
        )
        after = await client.post("/v1/detect", content=PAGE, headers=JPEG)
    assert_problem(refused, status, code)
    assert after.status_code == 200


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"files": {"picture": ("page.jpg", PAGE)}}, "field_missing"),
        ({"files": {"other": ("a", b"")}, "data": {"frame": "text"}}, "field_missing"),
        ({"files": {"frame": ("page.jpg", b"")}}, "frame_empty"),
        ({"files": [("frame", ("a", PAGE)), ("frame", ("b", PAGE))]}, "bad_request"),
    ],
)
async def test_bad_forms_are_refused(form, code):
    async with open_client() as client:
        assert_problem(await client.post("/v1/detect", **form), 400, code)


@pytest.mark.parametrize("form", [False, True])
@pytest.mark.parametrize("is_chunked", [False, True])
async def test_a_body_beyond_the_limit_is_refused(form, is_chunked):
    settings = Settings(decode=DecodeSettings(max_bytes=2000))
    body = bytes(80_000)
    media_type = "multipart/form-data; boundary=x" if form else "image/jpeg"
    if form:
        body = b'--x\r\nContent-Disposition: form-data; name="frame"; filename="a"\r\n\r\n' + body

    async def stream():
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    async with open_client(settings) as client:
        refused = await client.post(
            "/v1/detect",
            content=stream() if is_chunked else body,
            headers={"Content-Type": media_type},
        )
    assert_problem(refused, 413, "body_too_large")


async def test_a_form_may_be_a_little_larger_than_its_picture():
    settings = Settings(decode=DecodeSettings(max_bytes=len(PAGE) if len(PAGE) > 1024 else 1024))
    padded = PAGE + bytes(max(0, 1024 - len(PAGE)))
    async with open_client(settings) as client:
        response = await client.post("/v1/detect", files={"frame": ("page.jpg", padded)})
    assert response.status_code == 200


async def test_an_accept_header_that_cannot_be_served_is_told_so():
    async with open_client() as client:
        response = await client.post(
            "/v1/detect", content=PAGE, headers={**JPEG, "Accept": "text/html"}
        )
    assert_problem(response, 406, "not_acceptable")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("POST", "/v1/nowhere", 404, "not_found"),
        ("GET", "/v1/detect", 405, "method_not_allowed"),
        ("DELETE", "/healthz", 405, "method_not_allowed"),
    ],
)
async def test_unknown_paths_and_methods_are_problems_too(method, path, status, code):
    async with open_client() as client:
        response = await client.request(method, path)
    assert_problem(response, status, code)
    assert ("allow" in response.headers) == (status == 405)


@pytest.mark.parametrize("error", [DetectError("secret"), RuntimeError("secret")])
async def test_our_own_faults_tell_an_id_and_no_more(error):
    async with open_client(build=FakeBuilder(FakePipeline(error=error))) as client:
        response = await client.post("/v1/detect", content=PAGE, headers=JPEG)
    assert_problem(response, 500, "internal")
    assert "secret" not in response.text
    assert response.json()["request_id"] in response.json()["detail"]


@pytest.mark.parametrize(
    ("inbound", "is_kept"),
    [("phone-17.a_b", True), ("x" * 64, True), ("x" * 65, False), ("a b", False), ("", False)],
)
async def test_a_well_formed_request_id_comes_back(inbound, is_kept):
    async with open_client() as client:
        response = await client.get("/healthz", headers={"X-Request-ID": inbound})
    assert (response.headers["x-request-id"] == inbound) is is_kept
    assert response.headers["x-request-id"]


@pytest.mark.parametrize("is_loaded", [True, False])
async def test_models_lists_the_store_and_what_is_served(tmp_path, is_loaded):
    settings = Settings(model=ModelSettings(store_dir=publish_tiny(tmp_path), name="tiny"))
    gate = threading.Event()
    builder = FakeBuilder(gate=None if is_loaded else gate)
    async with open_client(settings, builder, is_awaited=is_loaded) as client:
        response = await client.get("/v1/models")
        gate.set()
    assert response.json() == {
        "served": {"name": "fake", "version": 7} if is_loaded else None,
        "canary": None,
        "reader": {"name": "reads", "version": 3} if is_loaded else None,
        "models": [{"name": "tiny", "version": 1}, {"name": "tiny", "version": 2}],
    }


async def test_openapi_documents_answers_and_problems():
    async with open_client() as client:
        page = await client.get("/docs")
        schema = (await client.get("/openapi.json")).json()
    detect = schema["paths"]["/v1/detect"]["post"]
    assert page.status_code == 200
    assert set(detect["requestBody"]["content"]) == {
        "image/jpeg",
        "image/png",
        "image/webp",
        "multipart/form-data",
    }
    assert set(detect["responses"]["200"]["content"]) == {"application/json", "image/jpeg"}
    assert list(detect["responses"]["429"]["content"]) == ["application/problem+json"]
    assert set(schema["paths"]["/v1/models"]["get"]["responses"]) == {"200"}


def assert_problem(response, status, code):
    problem = json.loads(response.text)
    assert (response.status_code, problem["code"], problem["status"]) == (status, code, status)
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:printlink:error:{code}"
    assert problem["request_id"] == response.headers["x-request-id"]
    assert problem["title"]
    assert problem["detail"]
    assert set(problem) == {"type", "title", "status", "detail", "code", "request_id"}


@pytest.fixture
def locked(tmp_path):
    path = tmp_path / "keys"
    write_keys(path, [Key("phone", digest_secret("plk_key"))])
    return Settings(access=AccessSettings(keys_file=path))


@pytest.mark.parametrize("path", ["/v1/detect", "/v1/models"])
@pytest.mark.parametrize("key", [None, "plk_other"])
async def test_where_keys_are_asked_for_nothing_under_v1_is_open(locked, path, key):
    headers = {} if key is None else {"X-API-Key": key}
    method = "GET" if path == "/v1/models" else "POST"
    async with open_client(locked) as client:
        refused = await client.request(method, path, headers=headers)
        alive = await client.get("/healthz")
    assert_problem(refused, 401, "unauthorized")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert alive.status_code == 200


@pytest.mark.parametrize("header", [("Authorization", "Bearer plk_key"), ("X-API-Key", "plk_key")])
async def test_a_key_in_either_header_opens(locked, header):
    async with open_client(locked) as client:
        response = await client.post("/v1/detect", content=PAGE, headers=[header])
    assert response.status_code == 200


async def test_pages_of_allowed_origins_only_may_read_the_answers():
    settings = Settings(access=AccessSettings(allowed_origins=("https://a.example",)))
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}
    async with open_client(settings) as client:
        asked = await client.options("/v1/detect", headers={"Origin": "https://a.example", **ask})
        answers = [
            await client.post("/v1/detect", content=PAGE, headers={**JPEG, "Origin": origin})
            for origin in ("https://a.example", "https://b.example")
        ]
    allowed = [answer.headers.get("access-control-allow-origin") for answer in answers]
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == "https://a.example"
    assert allowed == ["https://a.example", None]
