#!/bin/sh
# Makes sure that Tesseract and its English model are here, or says which command brings them.
set -eu

has_english() {
    [ -f "${TESSDATA_PREFIX:-/nowhere}/eng.traineddata" ] ||
        tesseract --list-langs 2>/dev/null | grep -qx eng
}

! has_english || exit 0

if [ "$(uname)" != Darwin ]; then
    "$(dirname "$0")/packages.sh" tesseract-ocr tesseract-ocr-eng
elif command -v brew >/dev/null; then
    brew install tesseract
else
    echo "Tesseract is missing. Please install Homebrew (https://brew.sh), run" >&2
    echo "    brew install tesseract" >&2
    echo "and then make again." >&2
    exit 1
fi

has_english || {
    echo "Tesseract is installed, but not its English model: set TESSDATA_PREFIX to the" >&2
    echo "folder that holds eng.traineddata." >&2
    exit 1
}
