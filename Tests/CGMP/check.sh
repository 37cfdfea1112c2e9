#!/bin/sh
# Builds the ffdhe3072 group and runs every check of this folder: arithmetic, constant time, leaks, wiping, allocation
# failures.
# Usage: check.sh VECTORS      CC may name the compiler (default clang). Needs libgmp-dev, python3, valgrind.
set -eu
vectors=${1:?usage: check.sh VECTORS}
here=$(cd "$(dirname "$0")" && pwd)
sources=$(cd "$here/../../Sources/CGMP" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
# valgrind reads DWARF 4 for certain; newer formats depend on its version.
compile() { "${CC:-clang}" -O3 -gdwarf-4 -Wall -Wextra -Werror -I"$sources/include" "$sources"/*.c "$@" -lgmp; }
memcheck() { valgrind -q --error-exitcode=1 --leak-check=full "$@"; }

compile -shared -fPIC -o "$build/kernel.so"
python3 "$here/verify.py" "$build/kernel.so" "$vectors"
compile -DSIDOS_CONSTANT_TIME_TEST "$here/constant_time.c" -o "$build/constant_time"
memcheck "$build/constant_time"
echo "constant time: no report"
compile -Wl,--wrap=malloc,--wrap=free "$here/allocation_failure.c" -o "$build/allocation_failure"
memcheck "$build/allocation_failure"
compile "$here/benchmark.c" -o "$build/benchmark"
"$build/benchmark"
