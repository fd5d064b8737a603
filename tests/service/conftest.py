"""Fixtures for the service: anyio's plugin runs the async tests, on asyncio only."""

import logging

import pytest
import structlog


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(autouse=True)
def plain_log():
    """Keep structlog from drawing traces with every local variable, which takes minutes."""
    structlog.configure(processors=[structlog.processors.JSONRenderer(default=repr)])
    yield
    structlog.reset_defaults()


@pytest.fixture
def restored_logging():
    """Undo what configuring the log did to the process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ("printlink", "uvicorn"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.captureWarnings(capture=False)
