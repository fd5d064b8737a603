"""Memory given back to the system once a model is no longer used."""

from __future__ import annotations

import ctypes
import gc


def free_memory() -> None:
    """Collect what nobody holds any more, and hand the room it took back to the system.

    TensorFlow's functions and variables refer to one another in rings; Python's own collector comes
    by so rarely that each swap would cost the memory of one more model. LiteRT's buffers are freed
    at once, but glibc would keep their room, in pieces of which the next model fills only some.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    # Other C libraries do without.
    if trim is not None:
        trim(0)
