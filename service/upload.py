"""What a request carries: a picture, as its body or in the field `frame`, or cutouts of a page."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from service.cutouts import CutPage, read_layout
from service.decode import MEDIA_TYPES
from service.errors import (
    BodyTimeoutError,
    BodyTooLargeError,
    FieldMissingError,
    FrameTypeError,
    RequestError,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable
    from typing import TypeVar

    from starlette.datastructures import FormData
    from starlette.requests import Request

    from service.settings import Settings

    T = TypeVar("T")

FIELD: Final = "frame"
CUTOUTS: Final = "cutouts"
LAYOUT: Final = "layout"
SKETCH: Final = "sketch"
FORM: Final = "multipart/form-data"
# What a form may add around the picture: boundaries, headers, small fields.
_FORM_EXTRA_BYTES: Final = 65_536
_MOST_FIELDS: Final = 16
# Without a type, or with one that says nothing, the first bytes decide.
_RAW_TYPES: Final = frozenset({*MEDIA_TYPES, "image/jpg", "application/octet-stream", ""})


async def read_frame_bytes(request: Request, *, max_bytes: int, timeout_s: float) -> bytes:
    """Return the encoded picture that `request` carries.

    Raises `FrameTypeError`, `FieldMissingError`, `RequestError`, `BodyTooLargeError` before more
    than `max_bytes` have been kept, and `BodyTimeoutError`.
    """
    return await _wait_for(_read_picture(request, max_bytes=max_bytes), timeout_s)


async def read_cut_page(request: Request, settings: Settings) -> CutPage:
    """Return the cutouts that `request` carries, still encoded, and where they were.

    Raises as `read_frame_bytes`, and the errors of `read_layout`.
    """
    return await _wait_for(_read_cutouts(request, settings), settings.server.receive_timeout_s)


async def _wait_for(reading: Awaitable[T], timeout_s: float) -> T:
    try:
        async with asyncio.timeout(timeout_s):
            return await reading
    except TimeoutError:
        raise BodyTimeoutError(f"expected the whole body within {timeout_s:g} s") from None


async def _read_picture(request: Request, *, max_bytes: int) -> bytes:
    media_type = _media_type_of(request)
    if media_type == FORM:
        return await _read_field(request, max_bytes=max_bytes + _FORM_EXTRA_BYTES)
    if media_type not in _RAW_TYPES:
        raise FrameTypeError(
            f"expected the content type {', '.join(MEDIA_TYPES)} or {FORM}, received another"
        )
    return b"".join([chunk async for chunk in _stream_body(request, max_bytes=max_bytes)])


def _media_type_of(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


async def _stream_body(request: Request, *, max_bytes: int) -> AsyncGenerator[bytes, None]:
    # Not `max_body_size` of the framework: that answers in plain text, past every handler.
    promised = request.headers.get("content-length", "")
    if promised.isdigit() and int(promised) > max_bytes:
        raise _too_large(max_bytes)
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > max_bytes:
            raise _too_large(max_bytes)
        yield chunk


def _too_large(max_bytes: int) -> BodyTooLargeError:
    return BodyTooLargeError(f"expected at most {max_bytes} bytes, received more")


async def _read_field(request: Request, *, max_bytes: int) -> bytes:
    async with _open_form(request, max_bytes=max_bytes) as form:
        return await _read_file(form, FIELD)


async def _read_file(form: FormData, name: str) -> bytes:
    field = form.get(name)
    if not isinstance(field, UploadFile):
        raise FieldMissingError(f"expected a file in the field {name}, the form has none")
    return await field.read()


async def _read_cutouts(request: Request, settings: Settings) -> CutPage:
    if _media_type_of(request) != FORM:
        raise FrameTypeError(f"expected the content type {FORM}, received another")
    max_bytes = settings.decode.max_bytes + _FORM_EXTRA_BYTES
    async with _open_form(request, max_bytes=max_bytes, max_files=2) as form:
        text = form.get(LAYOUT)
        if not isinstance(text, str):
            raise FieldMissingError(f"expected JSON in the field {LAYOUT}, the form has none")
        layout = read_layout(
            text, decode=settings.decode, max_prefixes=settings.detect.max_prefixes
        )
        sketch = await _read_file(form, SKETCH) if SKETCH in form else None
        return CutPage(layout, await _read_file(form, CUTOUTS), sketch)


@asynccontextmanager
async def _open_form(
    request: Request, *, max_bytes: int, max_files: int = 1
) -> AsyncGenerator[FormData, None]:
    """Parse the body as a form and close its files afterwards; raises as `read_frame_bytes`."""
    body = _stream_body(request, max_bytes=max_bytes)
    parser = MultiPartParser(request.headers, body, max_files=max_files, max_fields=_MOST_FIELDS)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise RequestError(
            f"the multipart body is malformed or has more files than {max_files}"
        ) from error
    try:
        yield form
    finally:
        await form.close()
