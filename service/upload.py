"""The picture in a request: its body as it is, or the field `frame` of a form."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from service.decode import MEDIA_TYPES
from service.errors import (
    BodyTimeoutError,
    BodyTooLargeError,
    FieldMissingError,
    FrameTypeError,
    RequestError,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

FIELD: Final = "frame"
FORM: Final = "multipart/form-data"
# What a form may add around the picture: boundaries, headers, small fields.
_FORM_EXTRA_BYTES: Final = 65_536
# Without a type, or with one that says nothing, the first bytes decide.
_RAW_TYPES: Final = frozenset({*MEDIA_TYPES, "image/jpg", "application/octet-stream", ""})


async def read_frame_bytes(request: Request, *, max_bytes: int, timeout_s: float) -> bytes:
    """Return the encoded picture that `request` carries.

    Raises `FrameTypeError`, `FieldMissingError`, `RequestError`, `BodyTooLargeError` before more
    than `max_bytes` have been kept, and `BodyTimeoutError`.
    """
    try:
        async with asyncio.timeout(timeout_s):
            return await _read_picture(request, max_bytes=max_bytes)
    except TimeoutError:
        raise BodyTimeoutError(f"expected the whole body within {timeout_s:g} s") from None


async def _read_picture(request: Request, *, max_bytes: int) -> bytes:
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type == FORM:
        return await _read_field(request, max_bytes=max_bytes + _FORM_EXTRA_BYTES)
    if media_type not in _RAW_TYPES:
        raise FrameTypeError(
            f"expected the content type {', '.join(MEDIA_TYPES)} or {FORM}, received another"
        )
    return b"".join([chunk async for chunk in _stream_body(request, max_bytes=max_bytes)])


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
    body = _stream_body(request, max_bytes=max_bytes)
    parser = MultiPartParser(request.headers, body, max_files=1, max_fields=16)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise RequestError("the multipart body is malformed or has more than one file") from error
    try:
        field = form.get(FIELD)
        if not isinstance(field, UploadFile):
            raise FieldMissingError(f"expected a file in the field {FIELD}, the form has none")
        return await field.read()
    finally:
        await form.close()
