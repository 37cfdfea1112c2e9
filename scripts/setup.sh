#!/usr/bin/env bash
# Installs the Debian packages that Sidos builds and tests with, unless they are there.
set -euo pipefail

packages=(
    libssl-dev libgmp-dev libsqlite3-dev zlib1g-dev libzstd-dev libpq-dev python3 openssl sqlite3
    unixodbc-dev
    # The header of security modules, and one in software for the tests.
    libp11-kit-dev softhsm2 opensc
    # The tests start servers of their own, and read them through ODBC too.
    postgresql mariadb-server odbc-postgresql odbc-mariadb libsqliteodbc
    # The tests compress registers.
    gzip zstd
    # The tests take part in rounds with a participant of their own.
    python3-cryptography python3-yaml
    # The tests run the programs that load a dataset.
    r-base-core python3-pandas
    # The tests open consoles in a browser.
    chromium chromium-driver fonts-dejavu-core
    # The tests look at the units of the packages.
    systemd
    # The tests run stages on Spark, which comes from PyPI (scripts/spark.sh).
    openjdk-17-jre-headless python3-venv
)

if ! command -v swift >/dev/null; then
    echo "setup: no Swift toolchain found: install Swift 6.1 or newer and put it on the PATH" >&2
    exit 1
fi
exec "$(dirname "$0")/install.sh" setup "${packages[@]}"
