"""The camera page: its files, under headers that let in nothing but what is served here."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from service.errors import RouteMissingError

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = Path(__file__).parent / "web"
ASSETS: Final = "assets"
# Stands in the files for the name of the folder that the assets are served from.
DIGEST_MARK: Final = b"@digest@"

MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
POLICY: Final = {
    "default-src": "'none'",
    # A detector on the device computes in WebAssembly; scripts may evaluate nothing all the same.
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS: Final = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
FOREVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"


class Site:
    """The page's files, read once; `digest` changes with any byte of them."""

    def __init__(self, folder: Path) -> None:
        """Read every file under `folder`."""
        paths = sorted(path for path in folder.rglob("*") if path.suffix in MEDIA_TYPES)
        raw = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        self.digest = _digest(raw)
        mark = self.digest.encode()
        self._files = {name: data.replace(DIGEST_MARK, mark) for name, data in raw.items()}

    def answer_page(self, name: str, request: Request) -> Response:
        """Return the file under a lasting name; the browser asks each time whether it changed."""
        headers = {**HEADERS, "Cache-Control": _ASK_AGAIN, "ETag": f'"{self.digest}"'}
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return Response(status_code=304, headers=headers)
        return self._render(name, headers)

    def answer_asset(self, digest: str, name: str) -> Response:
        """Return the asset, to be kept forever; raises `RouteMissingError`."""
        path = f"{ASSETS}/{name}"
        if digest != self.digest or path not in self._files:
            raise RouteMissingError("the page has no such file, or it has changed: load it again")
        return self._render(path, {**HEADERS, "Cache-Control": FOREVER})

    def _render(self, name: str, headers: Mapping[str, str]) -> Response:
        media_type = MEDIA_TYPES[Path(name).suffix]
        return Response(self._files[name], headers=headers, media_type=media_type)


def create_page_router(folder: Path = FOLDER) -> APIRouter:
    """Return the routes of the page in `folder`."""
    site = Site(folder)
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=["GET", "HEAD"])
    async def home(request: Request) -> Response:
        return site.answer_page("index.html", request)

    @router.api_route("/manifest.webmanifest", methods=["GET", "HEAD"])
    async def manifest(request: Request) -> Response:
        return site.answer_page("manifest.webmanifest", request)

    # Its path is its reach: from the root it may answer for the whole page.
    @router.api_route("/sw.js", methods=["GET", "HEAD"])
    async def service_worker(request: Request) -> Response:
        return site.answer_page("sw.js", request)

    @router.api_route("/assets/{digest}/{name}", methods=["GET", "HEAD"])
    async def asset(digest: str, name: str) -> Response:
        return site.answer_asset(digest, name)

    return router


def _digest(files: Mapping[str, bytes]) -> str:
    hasher = hashlib.sha256()
    for name, data in files.items():
        hasher.update(f"{name}\0{len(data)}\0".encode())
        hasher.update(data)
    return hasher.hexdigest()[:16]
