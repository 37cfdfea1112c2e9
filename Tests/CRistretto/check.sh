#!/bin/sh
# Builds the ristretto255 kernel and runs every check of this folder, with every backend that this processor supports:
# vectors, libsodium's answers, the contract of batches, field arithmetic, sanitizers, fuzzing, and constant time as valgrind
# and as the clock see it. About twelve minutes for three backends.
#
# Usage: check.sh VECTORS
# Environment: CC          compiler (default clang)
#              COUNT       random inputs compared with libsodium (default 1000000)
#              FUZZ        seconds of fuzzing for each backend (default 20)
#              MEASUREMENTS  of run time for each secret (default 80000; 0 leaves them out, on a machine too busy for them)
set -eu
vectors=${1:?usage: check.sh VECTORS}
cc=${CC:-clang}
here=$(cd "$(dirname "$0")" && pwd)
sources=$(cd "$here/../../Sources/CRistretto" && pwd)

for header in sodium.h gmp.h valgrind/memcheck.h; do
    if ! echo "#include <$header>" | "$cc" -E -x c - >/dev/null 2>&1; then
        echo "check.sh: no <$header>: install libsodium-dev, libgmp-dev and valgrind" >&2
        exit 1
    fi
done
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

msm=
if grep -q sidos_r255_msm_vartime "$sources/include/CRistretto.h"; then msm=-DSIDOS_R255_HAS_MSM; fi
# valgrind reads DWARF 4 for certain; newer formats depend on its version. gcc dislikes a command that goes on in a comment.
compile() {
    "$cc" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-comment -O3 -gdwarf-4 $msm -I"$sources/include" -I"$sources" "$@" \
        -lsodium -lgmp -lm -lpthread
}
with_kernel() { compile "$sources"/*.c "$@"; }
# The toolchain's gold linker warns of every symbol of the sanitizers.
sanitized() { "$@" -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fuse-ld=bfd; }
# with_field BACKEND ARGUMENTS: a program over that backend's field alone.
with_field() {
    field=$1
    shift
    case $field in
    ifma) set -- -DFIELD_IFMA -mavx512f -mavx512dq -mavx512vl -mavx512ifma "$@" ;;
    avx2) set -- -DFIELD_AVX2 -mavx2 "$@" ;;
    esac
    # An inline function of the formulas may be of no use to the test.
    compile -Wno-unused-function "$@"
}

# The backends built in, and those of them that run here. One that fails where the processor supports it ends everything.
with_kernel "$here/backend.c" -o "$build/backend"
backends=$(sed -n 's/^ *&sidos_r255_\([a-z0-9]*\),$/\1/p' "$sources/dispatch.c")
supported=
for backend in $backends; do
    status=0
    SIDOS_R255_BACKEND=$backend "$build/backend" || status=$?
    case $status in
    0) supported="$supported $backend" ;;
    77) ;;
    *) exit 1 ;;
    esac
done
if [ -z "$supported" ]; then
    echo "check.sh: no backend found in dispatch.c" >&2
    exit 1
fi
# Another processor, where its compiler and an emulator happen to be installed: only the portable backend is for it.
if command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null; then
    aarch64-linux-gnu-gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-comment -O2 -static \
        -I"$sources/include" -I"$sources" "$sources"/*.c "$here/backend.c" -o "$build/backend_aarch64" -lpthread
    echo "aarch64, emulated: $(SIDOS_R255_BACKEND=portable qemu-aarch64 "$build/backend_aarch64")"
else
    echo "aarch64: skipped, for want of aarch64-linux-gnu-gcc or qemu-aarch64 (gcc-aarch64-linux-gnu, qemu-user)"
fi
on_each() { for backend in $supported; do SIDOS_R255_BACKEND=$backend "$@"; done; }

with_kernel -shared -fPIC -o "$build/kernel.so"
on_each python3 "$here/check_vectors.py" "$build/kernel.so" "$vectors"

for backend in $supported; do
    for program in field_test field_powers; do
        with_field "$backend" "$here/$program.c" -o "$build/$program"
        "$build/$program"
        sanitized with_field "$backend" "$here/$program.c" -o "$build/${program}_sanitized"
    done
    "$build/field_test_sanitized" 1000
    "$build/field_powers_sanitized" 20
done

for program in batches msm sums affine scalars compare; do
    with_kernel "$here/$program.c" -o "$build/$program"
    sanitized with_kernel "$here/$program.c" -o "$build/${program}_sanitized"
done
on_each "$build/batches"
on_each "$build/msm"
on_each "$build/sums"
on_each "$build/affine"
"$build/scalars"
on_each "$build/compare" "${COUNT:-1000000}" "$build/answers"
echo "with address and undefined-behaviour sanitizers:"
on_each "$build/batches_sanitized"
on_each "$build/msm_sanitized"
on_each "$build/sums_sanitized" 7
on_each "$build/affine_sanitized" 6
"$build/scalars_sanitized" 50
on_each "$build/compare_sanitized" 1000

if echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' |
    "$cc" -x c - -fsanitize=fuzzer,address,undefined -fuse-ld=bfd -o "$build/fuzzer" 2>/dev/null; then
    python3 "$here/fuzz_seeds.py" "$vectors" "$build/seeds"
    mkdir "$build/no_seeds"
    # fuzz TARGET LONGEST SEEDS
    fuzz() {
        sanitized with_kernel -fsanitize=fuzzer "$here/$1.c" -o "$build/$1"
        for backend in $supported; do
            mkdir "$build/corpus_$1_$backend"
            SIDOS_R255_BACKEND=$backend "$build/$1" -max_total_time="${FUZZ:-20}" -max_len="$2" -verbosity=0 \
                -print_final_stats=1 -artifact_prefix="$build/" "$build/corpus_$1_$backend" "$3" 2>"$build/fuzz.log" ||
                { cat "$build/fuzz.log" >&2; exit 1; }
            echo "$1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/fuzz.log") inputs, backend $backend"
        done
    }
    fuzz fuzz_decode 98 "$build/seeds"
    fuzz fuzz_affine 99 "$build/no_seeds"
else
    echo "fuzz_decode, fuzz_affine: skipped, $cc has no fuzzer runtime"
fi

with_kernel -DSIDOS_R255_MEMCHECK "$here/constant_time.c" -o "$build/constant_time"
memcheck() { valgrind -q --error-exitcode=1 --leak-check=full "$build/constant_time" "$@"; }
if SIDOS_R255_BACKEND=portable memcheck branch >/dev/null 2>&1; then
    echo "FAILED: valgrind did not notice a branch on a secret" >&2
    exit 1
fi
for backend in $supported; do
    status=0
    SIDOS_R255_BACKEND=$backend memcheck || status=$?
    case $status in
    0) echo "constant time: no report, backend $backend" ;;
    77) echo "constant time: $(valgrind --version) cannot run $backend (3.19 lacks AVX-512); only the clock judges it" ;;
    *) exit 1 ;;
    esac
done

if [ "${MEASUREMENTS:-}" != 0 ]; then
    with_kernel "$here/timing.c" -o "$build/timing"
    on_each "$build/timing" "${MEASUREMENTS:-80000}"
fi
