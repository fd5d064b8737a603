# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = [
#     "setuptools<81",
#     "tensorflow-cpu==2.19.1; sys_platform == 'linux' and platform_machine == 'x86_64'",
#     "tensorflowjs==4.22.0",
#     "tf-keras==2.19.0",
# ]
#
# [tool.uv]
# override-dependencies = [
#     "flax; sys_platform == 'never'",
#     "jax; sys_platform == 'never'",
#     "jaxlib; sys_platform == 'never'",
#     "tensorflow-decision-forests; sys_platform == 'never'",
#     "tensorflow-intel; sys_platform == 'never'",
#     "tensorflow==2.19.1; sys_platform == 'darwin' or platform_machine != 'x86_64'",
# ]
# ///
"""The converter to TF.js, a program of its own: it wants an older TensorFlow than everything else.

    uv run --script training/web/convert.py SAVED_MODEL OUT [HALVED]

Of the weights those become float16 whose names match the pattern HALVED, and all without it.

uv makes its environment on the first call and keeps it; the versions are in `convert.py.lock`.
"""

from __future__ import annotations

import sys
from types import ModuleType


def leave_out(name: str, **contents: object) -> None:
    """Let an import of `name` find a module with nothing but `contents`."""
    module = ModuleType(name)
    module.__dict__.update(contents)
    sys.modules[name] = module


# The converter imports them whatever it converts, and half a gigabyte of packages with them.
leave_out("tensorflow_decision_forests")
leave_out("tensorflowjs.converters.jax_conversion", convert_jax=None)

from tensorflowjs.converters.tf_saved_model_conversion_v2 import (  # noqa: E402 - after the above
    convert_tf_saved_model,
)

if __name__ == "__main__":
    convert_tf_saved_model(
        sys.argv[1],
        sys.argv[2],
        signature_def="serving_default",
        # Halves the download; the weights are float32 again once they are loaded.
        quantization_dtype_map={"float16": sys.argv[3] if len(sys.argv) > 3 else "*"},
    )
