#!/bin/sh
# Builds the P-256 kernel and runs every check of this folder: vectors, constant time, leaks, residues, allocation
# failures.
# Usage: check.sh VECTORS      CC may name the compiler (default clang). Needs libssl-dev, python3, valgrind.
set -eu
vectors=${1:?usage: check.sh VECTORS}
here=$(cd "$(dirname "$0")" && pwd)
sources=$(cd "$here/../../Sources/COpenSSL" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
# valgrind reads DWARF 4 for certain; newer formats depend on its version.
compile() { "${CC:-clang}" -O3 -gdwarf-4 -Wall -Wextra -Werror -I"$sources/include" "$sources"/*.c "$@" -lcrypto; }
memcheck() { valgrind -q --error-exitcode=1 --leak-check=full "$@"; }

compile -shared -fPIC -o "$build/kernel.so"
python3 "$here/verify.py" "$build/kernel.so" "$vectors"
compile -DSIDOS_CONSTANT_TIME_TEST "$here/constant_time.c" -o "$build/constant_time"
memcheck "$build/constant_time" own
memcheck --suppressions="$here/libcrypto.supp" "$build/constant_time" libcrypto
echo "constant time: no report"
compile "$here/residue.c" -o "$build/residue"
"$build/residue"
compile "$here/allocation_failure.c" -o "$build/allocation_failure"
memcheck "$build/allocation_failure"
# Slow on purpose, so not under valgrind.
compile -fsanitize=address,undefined "$here/allocation_failure.c" -o "$build/allocation_failure_checked"
"$build/allocation_failure_checked" key_file
compile "$here/benchmark.c" -o "$build/benchmark"
"$build/benchmark"
