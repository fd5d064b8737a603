#!/bin/sh
# Makes sure that a Chromium is here for the tests of the camera page, or says what brings one.
set -eu

for program in chromium chromium-browser google-chrome; do
    ! command -v "$program" >/dev/null || exit 0
done

if [ "$(uname)" != Darwin ]; then
    exec "$(dirname "$0")/packages.sh" chromium
fi

if [ ! -d "${APPLICATIONS:-/Applications}/Google Chrome.app" ]; then
    echo "The tests of the camera page need Google Chrome (https://www.google.com/chrome)." >&2
    echo "Please install it, then run make again." >&2
    exit 1
fi
