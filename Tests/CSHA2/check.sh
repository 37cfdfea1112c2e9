#!/bin/sh
# Builds the SHA-2 kernel and runs every check of this folder, with every backend that this processor supports: vectors,
# libcrypto's answers, sanitizers, constant time as valgrind sees it.
# Usage: check.sh VECTORS      CC may name the compiler (default clang). Needs libssl-dev, python3, valgrind.
set -eu
vectors=${1:?usage: check.sh VECTORS}
here=$(cd "$(dirname "$0")" && pwd)
sources=$(cd "$here/../../Sources/CSHA2" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
# valgrind reads DWARF 4 for certain; newer formats depend on its version.
compile() {
    "${CC:-clang}" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -O3 -gdwarf-4 -I"$sources/include" -I"$sources" \
        "$sources"/*.c "$@" -lcrypto -lpthread
}

compile "$here/compare.c" -o "$build/compare"
# The toolchain's gold linker warns of every symbol of the sanitizers.
compile "$here/compare.c" -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fuse-ld=bfd -o "$build/sanitized"
compile "$here/constant_time.c" -o "$build/constant_time"
compile -shared -fPIC -o "$build/kernel.so"
backends=$(sed -n 's/^ *&sidos_sha2_\([a-z0-9]*\),$/\1/p' "$sources/dispatch.c")
seen=
for backend in $backends; do
    export SIDOS_SHA2_BACKEND="$backend"
    status=0
    "$build/compare" || status=$?
    case $status in
    0) seen="$seen $backend" ;;
    77) echo "backend $backend: this processor lacks it"; continue ;;
    *) exit 1 ;;
    esac
    echo "with address and undefined-behaviour sanitizers:"
    "$build/sanitized"
    python3 -B "$here/check_vectors.py" "$build/kernel.so" "$vectors"
    valgrind -q --error-exitcode=1 "$build/constant_time" || status=$?
    case $status in
    0) ;;
    77) echo "constant time: $(valgrind --version) cannot run $backend (3.19 lacks AVX-512 and SHA)" ;;
    *) exit 1 ;;
    esac
done
case $seen in
*portable*) ;;
*) echo "check.sh: the portable backend was not checked" >&2; exit 1 ;;
esac
