"""The guard: who calls, whether their key is good, and whether they have frames left."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from service.errors import OriginError, RateLimitedError, UnauthorizedError
from service.keys import KeyRing, digest_secret
from service.rate import Bucket

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.datastructures import Headers

    from service.keys import Key
    from service.metrics import Metrics
    from service.settings import AccessSettings

PROTOCOL: Final = "printlink.v1"
"""The sub-protocol of a stream, which a browser that sends its key as another one must offer."""

KEY_HEADER: Final = "X-API-Key"
_KEY_PROTOCOL: Final = "printlink.key."
_ANYONE: Final = "anyone"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever is let in; `name` may stand in the log. No digest: nobody was asked for a key."""

    name: str
    digest: str | None = None


class Guard:
    """Knows the keys and counts the frames of each, whichever way they come."""

    def __init__(self, settings: AccessSettings, metrics: Metrics) -> None:
        """Read the keys; raises `KeysFileError`."""
        self._settings = settings
        self._metrics = metrics
        self._ring = KeyRing(settings.keys_file) if settings.keys_file else None
        self._buckets: dict[str, Bucket] = {}

    @property
    def asks_for_keys(self) -> bool:
        """Whether a caller needs a key."""
        return self._ring is not None

    def admit(self, secret: str | None) -> Caller:
        """Return the caller whose key this is; raises `UnauthorizedError`."""
        if self._ring is None:
            return Caller(_ANYONE)
        if not secret:
            self._metrics.count_auth_failure()
            raise UnauthorizedError("expected an API key, received none")
        key = self._find(digest_secret(secret))
        return Caller(key.name, key.digest)

    def spend_frame(self, caller: Caller) -> float:
        """Count a frame and return 0, or return the seconds until the caller has one.

        Raises `UnauthorizedError` where the key was revoked meanwhile.
        """
        if caller.digest is None or self._ring is None:
            return 0.0
        wait_s = self._bucket_of(self._find(caller.digest)).spend()
        if wait_s:
            self._metrics.count_rate_limited()
        return wait_s

    def charge_request(self, caller: Caller) -> None:
        """Count the frame of a request; raises `RateLimitedError`."""
        wait_s = self.spend_frame(caller)
        if wait_s:
            raise RateLimitedError(
                "the key has sent all the frames that it may for now",
                retry_after_s=math.ceil(wait_s),
            )

    def check_origin(self, headers: Headers) -> None:
        """Let in a web page of this site or of an allowed one; raises `OriginError`.

        Browsers ask nobody before they open a WebSocket to another site.
        """
        origin, allowed = headers.get("origin"), self._settings.allowed_origins
        if origin is None or origin in allowed or "*" in allowed:
            return
        if urlsplit(origin).netloc != headers.get("host"):
            raise OriginError("pages of this origin may not open streams")

    def _find(self, digest: str) -> Key:
        key = self._ring.find(digest) if self._ring else None
        if key is None:
            self._buckets.pop(digest, None)
            self._metrics.count_auth_failure()
            raise UnauthorizedError("the API key is not known here, or was revoked")
        return key

    def _bucket_of(self, key: Key) -> Bucket:
        """Return the key's bucket; a new limit in the file starts a new one."""
        own = key.frames_per_minute
        limit = self._settings.frames_per_minute if own is None else own
        bucket = self._buckets.get(key.digest)
        if bucket is None or bucket.per_minute != limit:
            bucket = self._buckets[key.digest] = Bucket(limit, self._settings.burst_frames)
        return bucket


def secret_in(headers: Headers) -> str | None:
    """Return the key in `Authorization: Bearer` or `X-API-Key`."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return headers.get(KEY_HEADER)


def secret_offered(protocols: Iterable[str]) -> str | None:
    """Return the key among the sub-protocols that a stream offers, as browsers can send it."""
    for protocol in protocols:
        if protocol.startswith(_KEY_PROTOCOL):
            return protocol.removeprefix(_KEY_PROTOCOL)
    return None
