"""Every knob of the service, read once from `PRINTLINK_<GROUP>__<FIELD>` variables."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - pydantic reads the annotations while running
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from service.errors import SettingsInvalidError

_PREFIX = "PRINTLINK_"

Side = Annotated[int, Field(ge=16, le=20_000)]
RuntimeName = Literal["auto", "litert", "tensorflow"]


class SettingsGroup(BaseModel):
    """A frozen group of settings that refuses names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerSettings(SettingsGroup):
    """Where the server listens and how it stops."""

    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(
        default=8000, ge=0, le=65_535, description="Port to listen on; 0 takes a free one."
    )
    drain_s: float = Field(
        default=0.0,
        ge=0,
        le=300,
        description="Seconds to answer as not ready before closing the port.",
    )
    stop_timeout_s: int = Field(
        default=15,
        ge=1,
        le=600,
        description="Seconds that streams and requests under way may take while stopping.",
    )
    receive_timeout_s: float = Field(
        default=20.0,
        gt=0,
        le=600,
        description="Seconds that a caller may take to send the headers of a request, and as many "
        "again for its body.",
    )
    send_timeout_s: int = Field(
        default=20,
        ge=1,
        le=600,
        description="Seconds that a caller may take to receive what was sent, until it is cut off.",
    )


class AccessSettings(SettingsGroup):
    """Who may call, and how often."""

    keys_file: Path | None = Field(
        default=None,
        description="File of hashed keys, made by `printlink keys`; empty asks for no key.",
    )
    allow_anyone: bool = Field(
        default=False,
        description="Whether to listen beyond this machine without asking for keys.",
    )
    frames_per_minute: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="Frames a minute for each key that has no limit of its own; 0 is no limit.",
    )
    burst_frames: int = Field(
        default=30, ge=1, le=100_000, description="Frames of a limited key that may come at once."
    )
    allowed_origins: tuple[str, ...] = Field(
        default=(),
        description='Web sites whose pages may call: `["https://example.org"]`; `["*"]`: all.',
    )


class StreamSettings(SettingsGroup):
    """What a stream may be, and when a link in it is confirmed."""

    max_streams: int = Field(
        default=64, ge=1, le=10_000, description="Streams open at once; more are turned away."
    )
    max_fps: float = Field(
        default=10.0, gt=0, le=120, description="Frames a second that are answered in one stream."
    )
    auth_timeout_s: float = Field(
        default=5.0, gt=0, le=60, description="Seconds that a stream may take to bring its key."
    )
    idle_timeout_s: float = Field(
        default=60.0, gt=0, le=3600, description="Seconds without a message that end a stream."
    )
    confirm_frames: int = Field(
        default=3, ge=1, le=100, description="Frames that must agree before a link is confirmed."
    )
    confirm_confidence: float = Field(
        default=0.8, ge=0, le=1, description="Confidence that a link needs to be confirmed."
    )
    look_every_s: float = Field(
        default=0.5,
        ge=0,
        le=60,
        description="Seconds after which the detector looks at a frame though nothing new came "
        "into view; until then the links are carried along with the picture.",
    )
    look_by_s: float = Field(
        default=5.0,
        ge=0,
        le=60,
        description="Seconds after which it looks even where the service is busy; 0: at each "
        "frame.",
    )
    look_new_ratio: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Share of the picture that must have come into view for a look before that.",
    )


class DecodeSettings(SettingsGroup):
    """What a picture may be before a single pixel of it is decoded."""

    max_bytes: int = Field(
        default=16 * 2**20, ge=1024, le=2**30, description="Largest encoded picture, in bytes."
    )
    max_pixels: int = Field(
        default=50_000_000, ge=10_000, le=89_000_000, description="Most pixels, width times height."
    )
    min_side_px: int = Field(default=16, ge=1, le=1000, description="Shortest side, in pixels.")


class DetectSettings(SettingsGroup):
    """How the prefix detector runs."""

    min_score: float = Field(
        default=0.5, ge=0, le=1, description="Prefixes that score below this are dropped."
    )
    max_prefixes: int = Field(
        default=64, ge=1, le=1000, description="Most prefixes followed in one frame, the best ones."
    )
    threads: int = Field(
        default=0,
        ge=0,
        le=256,
        description="Threads inside TensorFlow or LiteRT; 0 takes the container's CPU quota.",
    )
    runtime: RuntimeName = Field(
        default="auto",
        description="What runs the detector: TensorFlow its SavedModel, LiteRT its 8-bit copy; "
        "`auto` takes LiteRT where it is installed and the version has a copy for it.",
    )
    warmup_sizes_px: tuple[tuple[Side, Side], ...] = Field(
        default=((1080, 1440), (1440, 1080), (1280, 720), (720, 1280), (640, 480)),
        description="Frame sizes (width, height) run once before the service says it is ready.",
    )


class ExpandSettings(SettingsGroup):
    """How a prefix is followed along its printed line; ratios are of the line's height."""

    doubtful_score: float = Field(
        default=0.65,
        ge=0,
        le=1,
        description="A prefix that scores less is read by itself first, and followed if it is one.",
    )
    max_tilt_deg: float = Field(
        default=22.0, ge=0, le=40, description="Steepest line that is followed, in degrees."
    )
    max_length_ratio: float = Field(
        default=70.0, gt=1, le=500, description="Longest line that is followed, in line heights."
    )
    stop_gap_ratio: float = Field(
        default=1.2, gt=0.2, le=10, description="A gap this wide ends the line: gutter or margin."
    )
    word_gap_ratio: float = Field(
        default=0.6, gt=0.1, le=10, description="A gap this wide ends the strip: a word space."
    )
    strip_height_px: int = Field(
        default=44, ge=16, le=200, description="Height of the strip that is read, in pixels."
    )
    margin_ratio: float = Field(
        default=0.04, ge=0, le=0.5, description="Paper kept above and below the line."
    )
    side_margin_ratio: float = Field(
        default=0.12, ge=0, le=2, description="Paper kept left and right of the strip's ink."
    )


class RecognizeSettings(SettingsGroup):
    """How a strip is read."""

    engine: Literal["both", "ctc", "tesserocr", "pytesseract"] = Field(
        default="both",
        description="Our network, Tesseract inside the process or as a program of its own for each "
        "strip; `both` asks the network, and Tesseract (tesserocr) where that is in doubt.",
    )
    language: str = Field(
        default="eng", pattern=r"^[\w+]+$", description="Tesseract's name of the language model."
    )
    tessdata_dir: Path | None = Field(
        default=None,
        description="Folder of the language models; empty looks in TESSDATA_PREFIX and where "
        "systems keep them.",
    )
    timeout_s: float = Field(
        default=3.0, gt=0, le=60, description="Seconds that reading one strip may take."
    )


class ReaderSettings(SettingsGroup):
    """Which network reads strips, where the engine is `both` or `ctc`."""

    store_dir: Path | None = Field(
        default=None, description="Folder of the model store; empty takes the one that ships."
    )
    name: str = Field(default="reader", min_length=1, description="Name of the model in the store.")
    version: int | None = Field(
        default=None, ge=1, description="Version to read with; empty takes the highest one."
    )
    runtime: RuntimeName = Field(
        default="auto", description="What runs the network, as for the detector."
    )


class TwinsSettings(SettingsGroup):
    """Which network tells `0` from `O` and `1`, `l` and `I` apart for the network that reads."""

    store_dir: Path | None = Field(
        default=None, description="Folder of the model store; empty takes the one that ships."
    )
    name: str = Field(
        default="twins",
        description="Name of the model in the store; empty leaves it to the reader.",
    )
    version: int | None = Field(
        default=None, ge=1, description="Version to judge with; empty takes the highest one."
    )
    runtime: RuntimeName = Field(
        default="auto", description="What runs the network, as for the detector."
    )


class TesseractSettings(SettingsGroup):
    """Which of Tesseract's models reads strips; the group Recognize says with which engine."""

    store_dir: Path | None = Field(
        default=None, description="Folder of the model store; empty takes the one that ships."
    )
    name: str = Field(
        default="url-ocr",
        description="Name of a model that `printlink-train ocr` put into the store; empty reads "
        "with the language that the system has.",
    )
    version: int | None = Field(
        default=None, ge=1, description="Version to read with; empty takes the highest one."
    )


class UrlSettings(SettingsGroup):
    """When a reading counts as a URL."""

    min_confidence: float = Field(
        default=0.5, ge=0, le=1, description="Links that are less sure than this are not given."
    )
    max_readings: int = Field(
        default=4, ge=1, le=4, description="Most treatments of a strip that are read when in doubt."
    )
    sure_confidence: float = Field(
        default=0.9, ge=0, le=1, description="A first reading this sure is given without a second."
    )
    join_wrapped: bool = Field(
        default=True, description="Whether a link that wraps is joined with the line below."
    )


class RunnerSettings(SettingsGroup):
    """How many frames are worked on at once, and how long one may take."""

    workers: int = Field(
        default=0,
        ge=0,
        le=256,
        description="Frames worked on at once; 0 takes the container's CPU quota.",
    )
    max_queued: int = Field(
        default=16,
        ge=0,
        le=10_000,
        description="Requests that may wait for a worker at the very most; of more, the oldest is "
        "refused.",
    )
    max_wait_s: float = Field(
        default=0.35,
        gt=0,
        le=600,
        description="Seconds that a request may have to wait for a worker, by what frames took "
        "lately; where more come, the oldest is refused. One for each worker may always wait.",
    )
    deadline_s: float = Field(
        default=10.0, gt=0, le=600, description="Seconds from arrival to answer, waiting included."
    )
    retry_after_s: int = Field(
        default=1, ge=1, le=3600, description="Least seconds that a refused caller is told to wait."
    )


class LogSettings(SettingsGroup):
    """What the log holds."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe level that is written."
    )
    format: Literal["json", "console"] = Field(
        default="json", description="`json` for machines, `console` for people."
    )


class TraceSettings(SettingsGroup):
    """Where traces go."""

    endpoint: str | None = Field(
        default=None,
        pattern="^https?://",
        description="Where spans are sent by OTLP over HTTP, such as "
        "`http://localhost:4318/v1/traces`; empty: there are none.",
    )
    sample_ratio: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="Share of the requests and frames that are traced, where the caller's "
        "`traceparent` does not say.",
    )


class ModelSettings(SettingsGroup):
    """Which detector is served."""

    store_dir: Path | None = Field(
        default=None, description="Folder of the model store; empty takes the one that ships."
    )
    name: str = Field(default="links", min_length=1, description="Name of the model in the store.")
    version: int | None = Field(
        default=None,
        ge=1,
        description="Version to serve, whatever labels and canaries say; empty follows the store.",
    )
    watch_s: float = Field(
        default=5.0,
        ge=0,
        le=3600,
        description="Seconds between looks at the store for other versions and labels; 0: never.",
    )
    golden_iou: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Overlap with each prefix of the golden frame that a version of our training "
        "needs; 0: it need only run.",
    )
    label_map: dict[int, str] = Field(
        default_factory=dict,
        description='Class ids to labels as JSON, for a model without manifest: `{"1": "https"}`.',
    )


class Settings(BaseSettings):
    """All settings of one service, one group per stage."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    server: ServerSettings = ServerSettings()
    access: AccessSettings = AccessSettings()
    stream: StreamSettings = StreamSettings()
    decode: DecodeSettings = DecodeSettings()
    detect: DetectSettings = DetectSettings()
    expand: ExpandSettings = ExpandSettings()
    recognize: RecognizeSettings = RecognizeSettings()
    reader: ReaderSettings = ReaderSettings()
    twins: TwinsSettings = TwinsSettings()
    tesseract: TesseractSettings = TesseractSettings()
    url: UrlSettings = UrlSettings()
    runner: RunnerSettings = RunnerSettings()
    log: LogSettings = LogSettings()
    trace: TraceSettings = TraceSettings()
    model: ModelSettings = ModelSettings()


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises `SettingsInvalidError` naming every variable that is wrong; a variable of an unknown
    group is refused too, which pydantic-settings would pass over.
    """
    unknown = sorted(name for name in os.environ if _is_unknown(name))
    if unknown:
        raise SettingsInvalidError(f"unknown settings {', '.join(unknown)}; see docs/operator.md")
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsInvalidError("; ".join(_describe_errors(error))) from error
    except SettingsError as error:
        raise SettingsInvalidError(f"{error}; lists and maps are written as JSON") from error


def _is_unknown(name: str) -> bool:
    group, _, field = name.upper().removeprefix(_PREFIX).lower().partition("__")
    return name.upper().startswith(_PREFIX) and not (group in Settings.model_fields and field)


def _describe_errors(error: ValidationError) -> list[str]:
    return [
        f"{_PREFIX}{'__'.join(str(part) for part in found['loc']).upper()}: {found['msg']}"
        for found in error.errors(include_url=False, include_input=False)
    ]
