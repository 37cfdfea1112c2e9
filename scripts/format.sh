#!/usr/bin/env bash
# Formats Sidos's own Swift and C, as .swift-format and .clang-format say.
#
#   format.sh [--check]
#
# --check   changes nothing; fails, and says where, if a file is not formatted or `swift format lint` dislikes something
set -euo pipefail
cd "$(dirname "$0")/.."

check=false
case ${1-} in
'') ;;
--check) check=true ;;
*) echo "usage: format.sh [--check]" >&2; exit 64 ;;
esac

# Other versions of clang-format lay some lines out in another way.
scripts/install.sh format clang-format-14
own() { find Package.swift Sources Tests Benchmarks -name .build -prune -o -type f -name "$1" -print | sort; }
mapfile -t swift < <(own '*.swift')
mapfile -t c < <(own '*.[ch]')

if $check; then
    status=0
    swift format lint --strict --parallel "${swift[@]}" || status=1
    clang-format-14 --dry-run -Werror "${c[@]}" || status=1
    exit $status
fi
swift format format --in-place --parallel "${swift[@]}"
clang-format-14 -i "${c[@]}"
