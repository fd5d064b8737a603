"""Fixtures for the client: anyio's plugin runs the async tests, on asyncio only."""

import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"
