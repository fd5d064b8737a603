"""The whole chain at toy size: render, train, export, evaluate and publish, in a few minutes.

    python -m training.smoke [FOLDER]

It trains far too little to find anything; it shows that every step takes what the last one made.
Without FOLDER everything is thrown away at the end.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Run the chain in the folder that the command line names, or in a temporary one."""
    # Worker processes import this file again; they get along without TensorFlow.
    from training.chain import run_chain  # noqa: PLC0415
    from training.threads import limit_threads  # noqa: PLC0415

    limit_threads(1)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    with tempfile.TemporaryDirectory() as temporary:
        stored = run_chain(Path(sys.argv[1] if len(sys.argv) > 1 else temporary))
        logging.info("published %s version %d", stored.name, stored.version)


if __name__ == "__main__":
    main()
