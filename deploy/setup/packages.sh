#!/bin/sh
# Installs the Debian packages named as arguments, or says which command would.
set -eu

missing=""
for package in "$@"; do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "Please install what Debian calls$missing, then run make again." >&2
    exit 1
fi

if [ "$(id -u)" -eq 0 ]; then
    as_root="env"
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo -n env"
else
    echo "Administrator rights are needed once. Please run:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y$missing" >&2
    echo "and then make again." >&2
    exit 1
fi

echo "Installing$missing"
quietly="-qq -o DPkg::Lock::Timeout=120"
# Word splitting is wanted: each of these holds several words.
# shellcheck disable=SC2086
{
    $as_root apt-get $quietly update
    $as_root DEBIAN_FRONTEND=noninteractive \
        apt-get $quietly install -y --no-install-recommends $missing </dev/null >/dev/null
}
