#!/bin/sh
# Puts uv into the folder named as argument, for machines that have no uv of their own.
set -eu
target="$1"

if ! command -v python3 >/dev/null; then
    echo "python3 is missing. Please install Python 3.11 or newer, then run make again." >&2
    exit 1
fi

by_venv() {
    python3 -m venv --clear "$target"
    "$target/bin/python" -m pip install --quiet "uv>=0.8"
}

# Debian keeps ensurepip, without which venv does not work, in a package of its own.
if python3 -c "import ensurepip" 2>/dev/null; then
    by_venv
elif python3 -m pip --version >/dev/null 2>&1; then
    python3 -m pip install --quiet --upgrade --target "$target" "uv>=0.8"
else
    "$(dirname "$0")/packages.sh" python3-venv
    by_venv
fi
