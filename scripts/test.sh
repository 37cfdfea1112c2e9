#!/usr/bin/env bash
# Runs every test on what `make build` has built. What uses one core, or waits, runs beside the rest.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
names=()
pids=()
trap 'kill "${pids[@]}" 2> /dev/null || true; rm -rf "$work"' EXIT
transcript=$work/transcript
verified=$work/verified
vectors=$work/vectors

# Runs a command in the background.
begin() {
    local name=$1
    shift
    "$@" > "$work/$name.log" 2>&1 &
    names+=("$name")
    pids+=($!)
}

# Waits for all of them, and shows what they said. Ends with an error if one of them failed.
finish() {
    local index failed=()
    for index in "${!names[@]}"; do
        wait "${pids[$index]}" || failed+=("${names[$index]}")
        echo "== ${names[$index]}"
        cat "$work/${names[$index]}.log"
    done
    names=()
    pids=()
    [ ${#failed[@]} -eq 0 ] || { echo "test.sh: failed: ${failed[*]}" >&2; exit 1; }
}

swift_test() { swift test -c release -Xswiftc -enable-testing --skip-build "$@"; }

example() { cd Examples/espoo-study && python3 -m unittest -q test_example; }
packaging() { cd packaging && python3 -m unittest -q test_packaging; }
spark_driver() { cd spark && python3 -m unittest -q test_driver; }

# Some tests run rounds on a real Spark.
scripts/spark.sh

begin "the example's tests" example
begin "the packages' tests" packaging
begin "the Spark driver" spark_driver
export SIDOS_TRANSCRIPT=$transcript SIDOS_VERIFIED_TRANSCRIPT=$verified
if [ $# -gt 0 ]; then
    swift_test "$@"
else
    # Tests among real programs take turns and wait much of their time, in which the others use the cores. `swift test`
    # runs once at a time, so these are begun as it would begin them.
    programs='^(SystemTests|AttackTests)\.'
    # As many at once as keep the cores busy while some wait. Otherwise all begin together, and what may take ten minutes
    # is still there when the last of two thousand ends.
    begin "all tests but those among real programs" \
        .build/release/sidosPackageTests.xctest --testing-library swift-testing --skip "$programs" \
        --experimental-maximum-parallelization-width $((2 * $(nproc)))
    swift_test --filter "$programs"
fi
finish
unset SIDOS_TRANSCRIPT SIDOS_VERIFIED_TRANSCRIPT

# The vectors and laws of the groups once more with each slower backend of the ristretto255 kernel. Then proofs that were
# never seen before, made by another program: the Swift one makes the same and takes them.
slower_kernels_and_other_proofs() {
    set -e
    local backend seed
    for backend in avx2 portable; do
        SIDOS_R255_BACKEND=$backend swift_test \
            --filter 'Ristretto255VectorTests|CommutativeCipherTests|SuitePropertyTests'
    done
    seed=$(date +%s%N)
    echo "vectors of shuffle proofs from the seed $seed"
    python3 Tests/Interop/check_shuffles.py --make "$seed" "$vectors"
    SIDOS_VERIFIED_VECTORS=$vectors swift_test --filter 'ShuffleVectorTests|ShareProofTests'
}

begin "slower kernels, and proofs that another program made" slower_kernels_and_other_proofs
begin "the transcript" python3 Tests/Interop/check_transcript.py "$transcript"
begin "the verified transcript" python3 Tests/Interop/check_verified_transcript.py "$verified"
for check in shuffles normalisation tokens noise xwing; do
    begin "$check" python3 "Tests/Interop/check_$check.py"
done
finish
echo "Not run here: Parquet, which needs PyPI (make check-parquet), the report in a browser (make check-report), alarm rules"
echo "(make check-alarms), consoles before axe-core (make check-console), and the Debian packages, which need containers (make check-deb)."
