#!/usr/bin/env bash
# Runs every test on what `make build` has built.
set -euo pipefail
cd "$(dirname "$0")/.."

(cd Examples/espoo-study && python3 -m unittest -q test_example)

transcript=$(mktemp)
trap 'rm -f "$transcript"' EXIT
SIDOS_TRANSCRIPT=$transcript swift test -c release -Xswiftc -enable-testing --skip-build "$@"
if [ -f Tests/Interop/check_transcript.py ]; then
    python3 Tests/Interop/check_transcript.py "$transcript"
fi
