#!/usr/bin/env bash
# Checks the packages: packed twice they are the same, and a study can be linked with them on fresh Debian systems.
# Needs root, and a machine that can start containers.
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:-.build-deb}
[ -d "$build/packages" ] || { echo "check-deb: run \`make deb\` first" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || { echo "check-deb: run as root: it starts containers" >&2; exit 1; }
scripts/install.sh check-deb mmdebstrap systemd-container debhelper
again=$(mktemp -d)
trap 'rm -rf "$again"' EXIT
packaging/pack.sh "$build/programs" "$again/packages"
diff "$build/packages/SHA256SUMS" "$again/packages/SHA256SUMS"
(cd "$build/packages" && sha256sum --quiet --check SHA256SUMS)
echo "check-deb: packed twice, the packages are the same"
python3 -B packaging/check_deb.py "$build/packages"
