"""The number of threads that the Keras backend may use; set before the backend does any work."""

from __future__ import annotations

from importlib import import_module

import keras


def limit_threads(threads: int) -> None:
    """Let the backend's operators use `threads` threads each.

    A trainer with two threads collapses when anything else uses one of its cores. JAX has no such
    setting and is left alone.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        threading = import_module("tensorflow").config.threading
        threading.set_intra_op_parallelism_threads(threads)
        threading.set_inter_op_parallelism_threads(1)
    elif backend == "torch":
        import_module("torch").set_num_threads(threads)
