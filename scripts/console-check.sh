#!/usr/bin/env bash
# Has axe-core look at every page of the consoles, in every look and language. It comes from PyPI into .build.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=.build/axe
if [ ! -d $environment ]; then
    python3 -c 'import ensurepip' 2>/dev/null || scripts/install.sh console-check python3-venv
    if ! python3 -m venv $environment || ! $environment/bin/python3 -m pip install --quiet --no-deps axe-core-python; then
        rm -rf $environment
        echo "console-check: axe-core-python could not be installed from PyPI; connect to it, or to a mirror (PIP_INDEX_URL)" >&2
        exit 69
    fi
fi
script=$($environment/bin/python3 -c 'import axe_core_python, pathlib; print(pathlib.Path(axe_core_python.__file__).parent / "axe.min.js")')
SIDOS_AXE=$script exec swift test -c release -Xswiftc -enable-testing --skip-build --filter ConsoleTests/pages
