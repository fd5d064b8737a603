"""Everything that can go wrong, as one tree.

PrintlinkError
├── CallerError                 the caller's fault: 4xx, a stream stays open
│   ├── RequestError            400  the request cannot be understood
│   │   ├── FrameEmptyError     400  the body or the field holds no bytes
│   │   └── FieldMissingError   400  a multipart body without a field that it needs
│   ├── UnauthorizedError       401  no key, or one that is not known
│   ├── OriginError             403  a web page that may not call
│   ├── RouteMissingError       404
│   ├── MethodError             405
│   ├── AcceptError             406  no answer in a type that the caller accepts
│   ├── BodyTimeoutError        408  a body that does not arrive
│   ├── BodyTooLargeError       413  too many bytes
│   ├── FrameTooLargeError      413  too many pixels
│   ├── FrameTypeError          415  not a JPEG, PNG or WebP picture
│   ├── FrameUnreadableError    422  truncated or damaged
│   ├── FrameTooSmallError      422  a side too short to hold a line of print
│   └── ValidationFailedError   422  a parameter is out of range
├── CapacityError               come back later: `Retry-After`
│   ├── QueueFullError          429
│   ├── RateLimitedError        429  the key's frames are used up
│   ├── StreamLimitError        503  as many streams are open as may be
│   ├── NotReadyError           503  loading, warming up or draining
│   └── DeadlineError           504
├── InternalError               500  ours; logged with its trace, told as an id
│   ├── ModelRunError           500  a model's graph failed on what it was given
│   ├── DetectError             500
│   └── RecognizeError          500
│       └── RecognizeTimeoutError   a strip took too long
└── StartupError                the process exits with a message that says what to do next
    ├── SettingsInvalidError
    ├── ModelLoadError
    │   └── GoldenMissedError   it does not find what any version should
    ├── ListenError
    ├── KeysFileError            the file of keys is missing or cannot be understood
    ├── OpenAccessError          anybody on the network could use the service
    ├── TessdataMissingError    Tesseract's language model is not installed
    └── TracesMissingError      traces are asked for, OpenTelemetry is not installed

The message of an error is written for the person who caused it and is sent to them, save for the
internal ones, whose message goes to the log only.
"""

from __future__ import annotations

from typing import ClassVar


class PrintlinkError(Exception):
    """Root of the tree: `code` is stable, `status` is HTTP's, `title` does not vary by case."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str) -> None:
        """Carry `detail`: what was expected and what was received."""
        super().__init__(detail)
        self.detail = detail


class CallerError(PrintlinkError):
    """The caller can put this right."""

    code = "bad_request"
    status = 400
    title = "The request cannot be answered"


class RequestError(CallerError):
    """The request cannot be understood."""


class FrameEmptyError(RequestError):
    """There are no bytes to decode."""

    code = "frame_empty"
    title = "The frame is empty"


class FieldMissingError(RequestError):
    """A multipart body lacks a field that it has to have."""

    code = "field_missing"
    title = "The form lacks a field"


class UnauthorizedError(CallerError):
    """The caller brought no key, or one that opens nothing."""

    code = "unauthorized"
    status = 401
    title = "A valid API key is needed"


class OriginError(CallerError):
    """A web page of another site may not call."""

    code = "origin_refused"
    status = 403
    title = "This origin may not call"


class BodyTimeoutError(CallerError):
    """The body does not arrive, or one byte at a time."""

    code = "body_timeout"
    status = 408
    title = "The body takes too long"


class RouteMissingError(CallerError):
    """Nothing is served under this path."""

    code = "not_found"
    status = 404
    title = "There is nothing here"


class MethodError(CallerError):
    """The path exists, but not for this method."""

    code = "method_not_allowed"
    status = 405
    title = "This method is not served here"


class AcceptError(CallerError):
    """The caller accepts none of the types that can be answered."""

    code = "not_acceptable"
    status = 406
    title = "No answer in an accepted type"


class BodyTooLargeError(CallerError):
    """The request or the picture in it has too many bytes."""

    code = "body_too_large"
    status = 413
    title = "The body has too many bytes"


class FrameTooLargeError(CallerError):
    """The picture has too many pixels."""

    code = "frame_too_large"
    status = 413
    title = "The frame has too many pixels"


class FrameTypeError(CallerError):
    """The bytes are not a picture in a supported format."""

    code = "unsupported_media_type"
    status = 415
    title = "The frame is not a JPEG, PNG or WebP picture"


class FrameUnreadableError(CallerError):
    """The picture is truncated or damaged."""

    code = "frame_unreadable"
    status = 422
    title = "The frame cannot be decoded"


class FrameTooSmallError(CallerError):
    """The picture is too small to hold print."""

    code = "frame_too_small"
    status = 422
    title = "The frame is too small"


class ValidationFailedError(CallerError):
    """A parameter does not have the form that its documentation asks for."""

    code = "validation_failed"
    status = 422
    title = "A parameter is not valid"


class CapacityError(PrintlinkError):
    """The service cannot do this now; `retry_after_s` says when to try again."""

    code = "unavailable"
    status = 503
    title = "The service cannot take this now"

    def __init__(self, detail: str, *, retry_after_s: int = 1) -> None:
        """Carry `detail` and the whole seconds that the caller should wait."""
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class QueueFullError(CapacityError):
    """As many frames wait as may wait."""

    code = "queue_full"
    status = 429
    title = "Too many frames are waiting"


class RateLimitedError(CapacityError):
    """The caller has sent more frames than its key allows."""

    code = "rate_limited"
    status = 429
    title = "The key's frames are used up"


class StreamLimitError(CapacityError):
    """As many streams are open as may be."""

    code = "too_many_streams"
    title = "Too many streams are open"


class NotReadyError(CapacityError):
    """The model is loading or warming up, or the service is about to stop."""

    code = "not_ready"
    title = "The service is not ready"


class DeadlineError(CapacityError):
    """The frame was not answered in time."""

    code = "deadline_exceeded"
    status = 504
    title = "The frame took too long"


class InternalError(PrintlinkError):
    """Our fault; the message is for the log."""


class ModelRunError(InternalError):
    """A model's graph failed on what it was given."""


class DetectError(InternalError):
    """The model failed on a frame, or answered in a form that its signature rules out."""


class RecognizeError(InternalError):
    """The reader failed on a strip."""


class RecognizeTimeoutError(RecognizeError):
    """The reader took longer over a strip than it may."""


class StartupError(PrintlinkError):
    """The process cannot start; the message says what to do next."""

    code = "startup_failed"
    title = "printlink cannot start"


class SettingsInvalidError(StartupError):
    """A setting is unknown or out of range."""


class ModelLoadError(StartupError):
    """A model cannot be loaded."""


class GoldenMissedError(ModelLoadError):
    """The model runs, but misses prefixes that any version of it should find."""


class TessdataMissingError(StartupError):
    """Tesseract's language model is not installed."""


class TracesMissingError(StartupError):
    """Traces are asked for, but OpenTelemetry is not installed."""


class KeysFileError(StartupError):
    """The file of keys is missing or cannot be understood."""


class OpenAccessError(StartupError):
    """Anybody on the network could use the service, and nobody said that they may."""


class ListenError(StartupError):
    """The port is taken or the address is not ours."""
