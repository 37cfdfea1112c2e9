#!/bin/sh
# Builds the ristretto255 kernel and runs every check of this folder: vectors, field arithmetic, constant time.
# Usage: check.sh VECTORS      CC may name the compiler (default clang). Needs python3 and valgrind.
set -eu
vectors=${1:?usage: check.sh VECTORS}
here=$(cd "$(dirname "$0")" && pwd)
sources=$(cd "$here/../../Sources/CRistretto" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
compile() { "${CC:-clang}" -O3 -gdwarf-4 -I"$sources/include" -I"$sources" "$@" -lpthread; }

compile -shared -fPIC "$sources"/*.c -o "$build/kernel.so"
python3 "$here/check_vectors.py" "$build/kernel.so" "$vectors"
compile "$here/field_test.c" -o "$build/field_test"
"$build/field_test"
compile -DSIDOS_R255_MEMCHECK "$sources"/*.c "$here/constant_time.c" -o "$build/constant_time"
valgrind -q --error-exitcode=1 --leak-check=full "$build/constant_time"
echo "constant time: no report"
