#!/usr/bin/env bash
# Checks what can be checked without a build: layout and columns of Swift and C, shell scripts, the syntax of Python.
set -euo pipefail
cd "$(dirname "$0")/.."

columns=120
status=0
amiss() { echo "lint: $1" >&2; status=1; }
own() { find Package.swift Sources Tests Benchmarks Examples scripts spark packaging .ci -name .build -prune -o -type f "$@" -print | sort; }

scripts/install.sh lint shellcheck

scripts/format.sh --check ||
    amiss "the lines above are not as \`make format\` lays them out. Run it, and change by hand what it leaves."

mapfile -t lines < <(own '(' -name '*.swift' -o -name '*.[ch]' ')')
if LC_ALL=C.UTF-8 grep -nE "^.{$((columns + 1))}" "${lines[@]}"; then
    amiss "the lines above have more than $columns columns. Fold comments and split long strings by hand."
fi

mapfile -t scripts < <(own '(' -name '*.sh' -o -path .ci/run ')')
shellcheck "${scripts[@]}" || amiss "shellcheck dislikes the lines above. Change them by hand; its wiki says why."

# A warning is an error, and what is compiled stays out of the tree.
mapfile -t python < <(own -name '*.py')
PYTHONPYCACHEPREFIX=.build/python python3 -W error -m compileall -q "${python[@]}" ||
    amiss "the Python files above do not compile. Change them by hand."

[ $status -eq 0 ] || exit $status
echo "lint: ${#lines[@]} files of Swift and C, ${#scripts[@]} of shell and ${#python[@]} of Python are as they should be."
