#!/usr/bin/env bash
# Installs those of the Debian packages named that are missing.
#
#   install.sh CALLER PACKAGE...
#
# CALLER   who needs them, for the messages
set -euo pipefail

[ $# -ge 2 ] || { echo "usage: install.sh CALLER PACKAGE..." >&2; exit 64; }
caller=$1
shift
missing=()
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

sudo=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "$caller: run as root once, or install: ${missing[*]}" >&2
        exit 1
    fi
    sudo=(sudo)
fi
echo "$caller: installing ${missing[*]}"
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
