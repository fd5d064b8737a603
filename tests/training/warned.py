"""Warnings of other people's code that a test has to let pass, with the reason."""

from __future__ import annotations

import pytest

# Keras 3.15 turns its variables into arrays in a way that NumPy 2 deprecates.
KERAS_ARRAY = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
