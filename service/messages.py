"""The messages of a stream: what a client may say, and what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from service.answers import (
    Answer,
    DetectAnswer,
    LinkAnswer,
    Milliseconds,
    Problem,
    TimingsAnswer,
    answer_frame,
)
from service.errors import BodyTooLargeError, ValidationFailedError

if TYPE_CHECKING:
    from service.watcher import Sight

MAX_TEXT_CHARS = 4096


class Demand(BaseModel):
    """Anything that a client says in text."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Configure(Demand):
    """What the client wants from here on; what it does not name stays as it is."""

    type: Literal["configure"]
    max_fps: float | None = Field(default=None, gt=0, le=120)
    min_confidence: float | None = Field(default=None, ge=0, le=1)


class Auth(Demand):
    """The client's key, where it could not be sent as a header."""

    type: Literal["auth"]
    api_key: str = Field(min_length=1, max_length=1024)


_DEMANDS: TypeAdapter[Configure | Auth] = TypeAdapter(
    Annotated[Configure | Auth, Field(discriminator="type")]
)


class TrackedLinkAnswer(LinkAnswer):
    """One printed link, followed from frame to frame."""

    track_id: int = Field(description="The same as long as the link stays in view.")
    confirmed: bool = Field(description="Whether several frames agree.")


class StreamTimingsAnswer(TimingsAnswer):
    """Milliseconds spent in each stage; `total` leaves out `wait`."""

    wait: Milliseconds = Field(description="From the frame's arrival until work on it began.")
    follow: Milliseconds = Field(description="Finding out how the picture moved.")


class StreamAnswer(DetectAnswer):
    """The printed links of one frame of a stream."""

    type: Literal["result"] = "result"
    frame_id: int = Field(description="The frame's number, counted from 0 in order of arrival.")
    dropped: int = Field(description="Frames dropped so far, for newer ones.")
    links: list[TrackedLinkAnswer]  # type: ignore[assignment]  # a list of more, never written to
    timings_ms: StreamTimingsAnswer
    age_ms: Milliseconds = Field(description="From the frame's arrival to this answer.")
    unchanged: bool = Field(description="Whether the frame shows what the one before showed.")
    followed: bool = Field(
        description="Whether the links were carried along, and nobody looked for others."
    )
    advised_fps: float = Field(description="What can be answered now; more would be dropped.")


class ErrorAnswer(Answer):
    """What is wrong with one frame or with what the client said; the stream stays open."""

    type: Literal["error"] = "error"
    frame_id: int | None = Field(description="None where no frame is to blame.")
    error: Problem


def parse_demand(text: str) -> Configure | Auth:
    """Return what the client says; raises `ValidationFailedError` or `BodyTooLargeError`."""
    if len(text) > MAX_TEXT_CHARS:
        raise BodyTooLargeError(f"expected a text of at most {MAX_TEXT_CHARS} characters")
    try:
        return _DEMANDS.validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        where = ".".join(str(part) for part in found[0]["loc"])
        raise ValidationFailedError(f"{where or 'message'}: {found[0]['msg']}") from None


def answer_sight(
    sight: Sight,
    *,
    frame_id: int,
    dropped: int,
    wait_ms: float,
    age_ms: float,
    advised_fps: float,
    min_confidence: float,
) -> StreamAnswer:
    """Put what became of a frame into the form that clients see."""
    answer = answer_frame(sight.result)
    links = [
        TrackedLinkAnswer(**dict(link), track_id=shown.track_id, confirmed=shown.is_confirmed)
        for link, shown in zip(answer.links, sight.links, strict=True)
        if shown.link.confidence >= min_confidence
    ]
    return StreamAnswer(
        frame=answer.frame,
        links=links,
        model=answer.model,
        timings_ms=StreamTimingsAnswer(
            **dict(answer.timings_ms), wait=wait_ms, follow=sight.follow_ms
        ),
        frame_id=frame_id,
        dropped=dropped,
        age_ms=age_ms,
        unchanged=sight.is_unchanged,
        followed=sight.is_followed,
        advised_fps=round(advised_fps, 1),
    )
