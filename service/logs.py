"""The log: one JSON object a line, without links, pictures, paths or query strings."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TYPE_CHECKING, Any, Final, TextIO

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

    from service.settings import LogSettings, Settings

# Whose lines below a warning are wanted; other libraries keep theirs to themselves.
_CHATTY: Final = ("printlink", "uvicorn")


def configure_logs(settings: LogSettings, stream: TextIO) -> None:
    """Send our log and that of the libraries to `stream`, in one form.

    TensorFlow writes to standard error before anybody can stop it, so a log that machines read is
    better sent elsewhere.
    """
    shared = (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        reduce_trace,
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _choose_renderer(settings, stream),
            ],
        )
    )
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(level)
    logging.getLogger("uvicorn.error").addFilter(_drop_handshakes)
    logging.captureWarnings(capture=True)


def log_settings(settings: Settings) -> None:
    """Write the effective settings; pydantic masks secrets by their type."""
    log = structlog.get_logger("printlink")
    log.info("starting", settings=settings.model_dump(mode="json"))


def reduce_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace an exception by its types and places: a message may quote what was read."""
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["error"] = _name_types(error)
        event["trace"] = [
            f"{place.filename}:{place.lineno} {place.name}"
            for place in traceback.extract_tb(error.__traceback__)
        ]
    return event


def _drop_handshakes(record: logging.LogRecord) -> bool:
    """Refuse uvicorn's line about each WebSocket, which has the path and the query string."""
    return '"WebSocket' not in str(record.msg)


def _name_types(error: BaseException) -> list[str]:
    """Return the type of `error` and of what led to it."""
    names = []
    cause: BaseException | None = error
    while cause is not None:
        names.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    return names


def _choose_renderer(settings: LogSettings, stream: TextIO) -> Any:  # noqa: ANN401 - structlog's own type is Any
    if settings.format == "console":
        return structlog.dev.ConsoleRenderer(colors=stream.isatty())
    return structlog.processors.JSONRenderer()
