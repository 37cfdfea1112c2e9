#!/bin/sh
# Constant time of the noise kernel by valgrind, at every level of optimisation that compilers are asked for.
# CC may name the compiler (default clang). Needs valgrind.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sources=$(cd "$here/../../Sources/CNoise" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
for level in -O0 -O2 -O3; do
    # valgrind reads DWARF 4 for certain; newer formats depend on its version.
    "${CC:-clang}" $level -gdwarf-4 -Wall -Wextra -Werror -std=c11 -I"$sources/include" "$sources"/*.c \
        "$here/constant_time.c" -o "$build/constant_time"
    valgrind -q --error-exitcode=1 "$build/constant_time"
    echo "noise, $level: constant time: no report"
done
