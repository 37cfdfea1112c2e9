#!/usr/bin/env bash
# Writes a dataset of hard values as Parquet with pyarrow, and reads it back with pyarrow and DuckDB; loads it into the newest
# pandas. Turns a register in Parquet into CSV with DuckDB, as the manual says. All three come from PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=.build/parquet
if [ ! -x "$environment/bin/python3" ] || ! "$environment/bin/python3" -c 'import pyarrow, duckdb, pandas' 2>/dev/null; then
    python3 -c 'import ensurepip' 2>/dev/null || scripts/install.sh parquet-check python3-venv
    if ! python3 -m venv "$environment" || ! "$environment/bin/python3" -m pip install --quiet pyarrow duckdb pandas; then
        echo "parquet-check: pyarrow, duckdb and pandas could not be installed from PyPI; connect to it, or to a mirror (PIP_INDEX_URL)" >&2
        exit 69
    fi
fi
SIDOS_PARQUET_PYTHON=$PWD/$environment/bin/python3 swift test -c release -Xswiftc -enable-testing --skip-build \
    --filter ParquetTests
