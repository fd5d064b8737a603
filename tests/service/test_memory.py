"""Memory is given back, whatever the C library is called."""

import ctypes
import weakref
from types import SimpleNamespace

from service.memory import free_memory


class Ring:
    def __init__(self):
        self.me = self


def test_rings_are_broken_and_room_is_handed_back(monkeypatch):
    trimmed = []
    library = SimpleNamespace(malloc_trim=trimmed.append)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library)
    left = weakref.ref(Ring())
    free_memory()
    assert left() is None
    assert trimmed == [0]


def test_a_c_library_that_cannot_do_so_is_no_error(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    free_memory()
