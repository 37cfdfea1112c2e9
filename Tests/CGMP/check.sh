#!/bin/sh
# Builds the ffdhe3072 group and runs every check of this folder: arithmetic by both backends, constant time, leaks,
# wiping, allocation failures. Where the processor has no AVX-512 IFMA, the second backend is the first again.
# Usage: check.sh VECTORS      CC may name the compiler (default clang). Needs libgmp-dev, python3, valgrind.
set -eu
vectors=${1:?usage: check.sh VECTORS}
here=$(cd "$(dirname "$0")" && pwd)
sources=$(cd "$here/../../Sources/CGMP" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
# valgrind reads DWARF 4 for certain; newer formats depend on its version.
compile() { "${CC:-clang}" -O3 -gdwarf-4 -Wall -Wextra -Werror -I"$sources/include" "$sources"/*.c "$@" -lgmp; }
# The linker is the one that knows what to do with the symbols of the sanitizers.
sanitized() { "$@" -fsanitize=address,undefined -fno-sanitize-recover=all -fuse-ld=bfd; }
memcheck() { valgrind -q --error-exitcode=1 --leak-check=full "$@"; }

compile -shared -fPIC -o "$build/kernel.so"
compile -I"$sources" "$here/compare.c" -o "$build/compare"
compile -Wl,--wrap=malloc,--wrap=free "$here/allocation_failure.c" -o "$build/allocation_failure"
compile "$here/benchmark.c" -o "$build/benchmark"
compile "$here/timing.c" -o "$build/timing" -lm
# valgrind knows no AVX-512 and says so to the program: what runs under it is the backend "gmp".
compile -DSIDOS_CONSTANT_TIME_TEST "$here/constant_time.c" -o "$build/constant_time"
memcheck "$build/constant_time"
echo "constant time: no report"
memcheck "$build/allocation_failure"
compile -I"$sources" "$here/montgomery.c" -o "$build/montgomery"
"$build/montgomery"
sanitized compile -I"$sources" "$here/montgomery.c" -o "$build/sanitized"
"$build/sanitized"
sanitized compile -I"$sources" "$here/compare.c" -o "$build/sanitized"
"$build/sanitized"
for backend in gmp ifma; do
    export SIDOS_FFDHE3072_BACKEND=$backend
    python3 "$here/verify.py" "$build/kernel.so" "$vectors"
    "$build/compare"
    "$build/allocation_failure"
    "$build/benchmark"
done
"$build/timing" 2000
