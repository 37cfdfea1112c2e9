#!/usr/bin/env bash
# Runs every test on what `make build` has built.
set -euo pipefail
cd "$(dirname "$0")/.."

(cd Examples/espoo-study && python3 -m unittest -q test_example)
(cd packaging && python3 -m unittest -q test_packaging)

transcript=$(mktemp)
verified=$(mktemp)
vectors=$(mktemp)
trap 'rm -f "$transcript" "$verified" "$vectors"' EXIT
SIDOS_TRANSCRIPT=$transcript SIDOS_VERIFIED_TRANSCRIPT=$verified \
    swift test -c release -Xswiftc -enable-testing --skip-build "$@"
# The vectors and laws of the groups once more with each slower backend of the ristretto255 kernel.
for backend in avx2 portable; do
    SIDOS_R255_BACKEND=$backend swift test -c release -Xswiftc -enable-testing --skip-build \
        --filter 'Ristretto255VectorTests|CommutativeCipherTests|SuitePropertyTests'
done
python3 Tests/Interop/check_transcript.py "$transcript"
python3 Tests/Interop/check_verified_transcript.py "$verified"
# Proofs that were never seen before, made by another program: the Swift one makes the same and takes them.
seed=$(date +%s%N)
echo "vectors of shuffle proofs from the seed $seed"
python3 Tests/Interop/check_shuffles.py --make "$seed" "$vectors"
SIDOS_VERIFIED_VECTORS=$vectors swift test -c release -Xswiftc -enable-testing --skip-build \
    --filter 'ShuffleVectorTests|ShareProofTests'
python3 Tests/Interop/check_shuffles.py
python3 Tests/Interop/check_normalisation.py
python3 Tests/Interop/check_tokens.py
python3 Tests/Interop/check_noise.py
python3 Tests/Interop/check_xwing.py
echo "Not run here: Parquet, which needs PyPI (make check-parquet), the report in a browser (make check-report), alarm rules"
echo "(make check-alarms), consoles before axe-core (make check-console), and the Debian packages, which need containers (make check-deb)."
