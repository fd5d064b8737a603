"""The camera page as a browser is given it: files, headers and how long they may be kept."""

import asyncio
import hashlib
import json
import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from service.page import FOLDER, MEDIA_TYPES, Site, create_page_router
from service.problems import install_problem_handlers

ASSETS = sorted(path.name for path in (FOLDER / "assets").iterdir())
# Not ours, and loaded only where the detector runs on the device.
FOREIGN = {"tfjs.js"}
MODULES = [name for name in ASSETS if name.endswith(".js") and name not in FOREIGN]
LATE = {"worker.js"}
SUMS = Path(__file__).parents[2] / "deploy" / "tfjs" / "SHA256SUMS"
PAGES = ["/", "/manifest.webmanifest", "/sw.js"]


class PageClient:
    """Asks for the files of the page in a folder, and for nothing that takes a loop to itself."""

    def __init__(self, folder=FOLDER):
        self.app = FastAPI()
        self.app.include_router(create_page_router(folder))
        install_problem_handlers(self.app)

    def ask(self, method, path, headers=None):
        async def send():
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(send())

    def get(self, path, headers=None):
        return self.ask("GET", path, headers)


@pytest.fixture(scope="module")
def client():
    return PageClient()


@pytest.fixture(scope="module")
def assets(client):
    """The path of the folder that the page names today."""
    (path,) = set(re.findall(r"assets/[0-9a-f]{16}/", client.get("/").text))
    return f"/{path}"


def read_policy(response):
    parts = response.headers["content-security-policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


def test_the_policy_lets_in_nothing_but_our_own(client):
    policy = read_policy(client.get("/"))
    assert policy.pop("default-src") == "'none'"
    assert policy.pop("script-src") == "'self' 'wasm-unsafe-eval'"
    assert set(policy.values()) == {"'self'", "'none'"}
    assert policy["style-src"] == policy["connect-src"] == policy["worker-src"] == "'self'"
    assert policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"


def test_the_page_has_no_script_or_style_that_the_policy_would_stop():
    text = (FOLDER / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", text) == []


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_is_guarded(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=(self)" in headers["permissions-policy"]


@pytest.mark.parametrize("path", PAGES)
def test_what_keeps_its_name_is_asked_for_again(client, path):
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    other = client.get(path, headers={"If-None-Match": '"of-yesterday"'})
    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize("name", ASSETS)
def test_every_asset_is_kept_forever_under_its_type(client, assets, name):
    response = client.get(assets + name)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"] == MEDIA_TYPES[Path(name).suffix]
    assert "content-security-policy" in response.headers


def test_a_head_request_has_the_headers_and_no_body(client, assets):
    for path in [*PAGES, f"{assets}main.js"]:
        response = client.ask("HEAD", path)
        assert (response.status_code, response.content) == (200, b"")
        assert int(response.headers["content-length"]) > 0


@pytest.mark.parametrize(
    "path",
    [
        "/assets/0123456789abcdef/main.js",
        "{assets}nothing.js",
        "{assets}../../page.py",
        "{assets}%2e%2e%2findex.html",
        "/index.html",
    ],
)
def test_nothing_else_is_served(client, assets, path):
    response = client.get(path.format(assets=assets))
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_change_of_one_file_moves_all_assets(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("@digest@")
    style = tmp_path / "assets" / "style.css"
    style.write_text("a")
    before = Site(tmp_path).digest
    style.write_text("b")
    after = Site(tmp_path)
    client = PageClient(tmp_path)
    assert before != after.digest == Site(tmp_path).digest
    assert client.get("/").text == after.digest
    assert client.get(f"/assets/{before}/style.css").status_code == 404
    assert client.get(f"/assets/{after.digest}/style.css").text == "b"


def test_no_mark_is_left_in_what_is_sent(client, assets):
    for path in [*PAGES, *(assets + name for name in ASSETS)]:
        assert b"@digest@" not in client.get(path).content


def test_the_page_names_every_module_so_that_it_is_loaded_and_kept_at_once(client, assets):
    named = re.findall(r'(?:href|src)="/?assets/\w+/([\w.-]+\.js)"', client.get("/").text)
    assert sorted(named) == [name for name in MODULES if name not in LATE]


def test_what_is_not_ours_is_what_its_build_made():
    digests = dict(reversed(line.split()) for line in SUMS.read_text().splitlines())
    assert set(digests) == {*FOREIGN, "tfjs-backend-wasm-simd.wasm"}
    for name, digest in digests.items():
        assert hashlib.sha256((FOLDER / "assets" / name).read_bytes()).hexdigest() == digest


def test_every_import_leads_to_a_module():
    for name in MODULES:
        source = (FOLDER / "assets" / name).read_text()
        imported = re.findall(r'from "\./([\w.-]+)"', source)
        assert set(imported) <= set(MODULES), name
        assert re.findall(r'from "(?!\./)', source) == []


def test_every_element_that_a_module_asks_for_is_on_the_page():
    text = (FOLDER / "index.html").read_text()
    there = set(re.findall(r'\bid="([\w-]+)"', text))
    asked = {
        name
        for module in MODULES
        for name in re.findall(
            r'(?:getElementById|find)\("([\w-]+)"\)', (FOLDER / "assets" / module).read_text()
        )
    }
    assert len(asked) > 20
    assert asked - there == set()


def test_the_page_can_be_installed(client):
    response = client.get("/manifest.webmanifest")
    manifest = json.loads(response.text)
    assert response.headers["content-type"] == "application/manifest+json"
    assert (manifest["start_url"], manifest["display"]) == ("./", "standalone")
    assert {icon.get("purpose", "any") for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        assert client.get(f"/{icon['src']}").headers["content-type"] == icon["type"]


def test_the_icons_have_the_size_that_they_are_said_to_have(client):
    for icon in json.loads(client.get("/manifest.webmanifest").text)["icons"]:
        if icon["type"] == "image/png":
            path = FOLDER / "assets" / Path(icon["src"]).name
            with Image.open(path) as picture:
                assert icon["sizes"] == f"{picture.width}x{picture.height}"


def test_nothing_on_the_page_comes_from_elsewhere(client, assets):
    for path in [*PAGES, *(assets + name for name in [*MODULES, "style.css", "icon.svg"])]:
        found = set(re.findall(r"https?://[^\s\"'<>)]+", client.get(path).text))
        assert found <= {"http://www.w3.org/2000/svg"}, path
