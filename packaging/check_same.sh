#!/usr/bin/env bash
# Builds the packages twice from nothing, from two clones in folders of different names, and compares them byte for byte.
# Takes half an hour.
set -euo pipefail
cd "$(dirname "$0")/.."

two=$(mktemp -d)
trap 'rm -rf "$two"' EXIT
resolved=Package.resolved
for folder in one another-folder; do
    rm -rf /var/tmp/sidos-build
    git clone --quiet . "$two/$folder"
    [ ! -e "$resolved" ] || cp "$resolved" "$two/$folder"
    (cd "$two/$folder" && packaging/build.sh)
    # The second takes the versions that the first has chosen.
    resolved=$two/$folder/Package.resolved
done
diff "$two/one/.build-deb/packages/SHA256SUMS" "$two/another-folder/.build-deb/packages/SHA256SUMS"
echo "check-same: the packages of both clones are the same"
