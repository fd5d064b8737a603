"""The JSON that clients see, as models, so that the OpenAPI page documents every field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

if TYPE_CHECKING:
    from service.records import Box, FrameResult, Link, LinkLine, Polygon, Prefix

Pixel = Annotated[float, PlainSerializer(lambda value: round(value, 1))]
Ratio = Annotated[float, Field(ge=0, le=1), PlainSerializer(lambda value: round(value, 4))]
Milliseconds = Annotated[float, Field(ge=0), PlainSerializer(lambda value: round(value, 1))]

BoxAnswer = tuple[Pixel, Pixel, Pixel, Pixel]
PolygonAnswer = list[tuple[Pixel, Pixel]]


class Answer(BaseModel):
    """Anything that is sent to a client."""

    model_config = ConfigDict(frozen=True)


class FrameAnswer(Answer):
    """The size of the frame as a person sees it, EXIF orientation applied."""

    width: int
    height: int


class LineAnswer(Answer):
    """One printed line of a link."""

    polygon: PolygonAnswer
    text: str = Field(description="What stands on this line.")


class PrefixAnswer(Answer):
    """The start of the link as the detector saw it."""

    label: str
    score: Ratio
    box: BoxAnswer


class RepairAnswer(Answer):
    """One change between `raw` and `url`."""

    before: str
    after: str
    reason: str


class OtherUrlAnswer(Answer):
    """What the link may be instead."""

    url: str
    confidence: Ratio = Field(description="How likely this one is.")
    reason: str = Field(description="`other reading`, or `one line` of a link that was joined.")


class HostAnswer(Answer):
    """Facts that help a person to decide whether to open the link."""

    registrable: str | None = Field(description="The name that someone registered.")
    punycode: str | None = Field(description="The ASCII form of a host beyond ASCII.")
    mixed_script: bool = Field(description="Letters of several scripts in one host.")
    is_ip: bool = Field(description="An address and no name.")
    has_credentials: bool = Field(description="A user name stands before the host.")


class LinkAnswer(Answer):
    """One printed link. Coordinates are pixels of the frame, origin at its top left corner."""

    url: str = Field(description="What to open.")
    raw: str = Field(description="What was read, before any repair.")
    scheme: str
    confidence: Ratio = Field(description="How sure the whole URL is.")
    box: BoxAnswer = Field(description="Left, top, right, bottom, around the whole link.")
    polygon: PolygonAnswer = Field(description="Follows the tilt of the print.")
    lines: list[LineAnswer]
    prefix: PrefixAnswer
    repairs: list[RepairAnswer]
    alternatives: list[OtherUrlAnswer] = Field(description="The likeliest first; may be empty.")
    host: HostAnswer


class ModelAnswer(Answer):
    """The detector that looked at the frame."""

    name: str
    version: int


class TimingsAnswer(Answer):
    """Milliseconds spent in each stage."""

    decode: Milliseconds
    detect: Milliseconds
    recognize: Milliseconds
    total: Milliseconds


class DetectAnswer(Answer):
    """The printed links of one frame, in reading order."""

    frame: FrameAnswer
    links: list[LinkAnswer]
    model: ModelAnswer
    timings_ms: TimingsAnswer


class CanaryAnswer(ModelAnswer):
    """A version that is tried out on some of the frames."""

    percent: float = Field(ge=0, le=100, description="How many of a hundred frames it answers.")


class ModelsAnswer(Answer):
    """The models that the store holds, and those that are in use."""

    served: ModelAnswer | None = Field(description="The detector, once it is loaded.")
    canary: CanaryAnswer | None = Field(description="The one that is tried out, if one is.")
    reader: ModelAnswer | None = Field(description="The network that reads, where one does.")
    models: list[ModelAnswer]


class WebModelAnswer(Answer):
    """The detector that a browser can run, which then sends what it cut out to `/v1/read`."""

    path: str | None = Field(description="Folder of its files; none where the model has none.")
    min_score: Ratio = Field(description="Prefixes that score below this are not worth sending.")
    max_prefixes: int = Field(description="How many of them count, the best ones.")


class HealthAnswer(Answer):
    """Whether the service is alive, or ready."""

    status: str


class Problem(Answer):
    """An error as RFC 9457 has it, with a stable `code` and the id of the request."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str


def answer_frame(result: FrameResult) -> DetectAnswer:
    """Put the result of one frame into the form that clients see."""
    timings = result.timings
    return DetectAnswer(
        frame=FrameAnswer(width=result.width, height=result.height),
        links=[_answer_link(link) for link in result.links],
        model=ModelAnswer(name=result.model_name, version=result.model_version),
        timings_ms=TimingsAnswer(
            decode=timings.decode_ms,
            detect=timings.detect_ms,
            recognize=timings.recognize_ms,
            total=timings.total_ms,
        ),
    )


def _answer_link(link: Link) -> LinkAnswer:
    return LinkAnswer(
        url=link.url,
        raw=link.raw,
        scheme=link.scheme,
        confidence=link.confidence,
        box=_answer_box(link.box),
        polygon=_answer_polygon(link.polygon),
        lines=[_answer_line(line) for line in link.lines],
        prefix=_answer_prefix(link.prefix),
        repairs=[
            RepairAnswer(before=repair.before, after=repair.after, reason=repair.reason)
            for repair in link.repairs
        ],
        alternatives=[
            OtherUrlAnswer(url=other.url, confidence=other.confidence, reason=other.reason)
            for other in link.alternatives
        ],
        host=HostAnswer(
            registrable=link.host.registrable,
            punycode=link.host.punycode,
            mixed_script=link.host.mixed_script,
            is_ip=link.host.is_ip,
            has_credentials=link.host.has_credentials,
        ),
    )


def _answer_line(line: LinkLine) -> LineAnswer:
    return LineAnswer(polygon=_answer_polygon(line.polygon), text=line.text)


def _answer_prefix(prefix: Prefix) -> PrefixAnswer:
    return PrefixAnswer(label=prefix.label, score=prefix.score, box=_answer_box(prefix.box))


def _answer_box(box: Box) -> BoxAnswer:
    return (box.left, box.top, box.right, box.bottom)


def _answer_polygon(polygon: Polygon) -> PolygonAnswer:
    return [(point.x, point.y) for point in polygon]
