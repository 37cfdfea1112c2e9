#!/usr/bin/env bash
# Builds the Debian packages from the sources: into .build-deb, or the folder that is named.
#
#   build.sh [BUILD]
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:-.build-deb}
scripts/setup.sh
scripts/install.sh deb debhelper lintian
packaging/compile.sh "$build/programs"
packaging/pack.sh "$build/programs" "$build/packages"
lintian --allow-root --fail-on error,warning "$build"/packages/*.deb
