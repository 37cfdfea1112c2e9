#!/usr/bin/env bash
# Measures the kernels against their peers, what more cores give, reading of registers, then whole rounds of the real
# programs, and compares those with their own arithmetic. See docs/performance.md.
#
#   bench.sh [--bin DIRECTORY] [--output DIRECTORY] [--large] [--peer PYTHON]
#            [--kernels | --scaling | --sources | --rounds | --ratios]
#
# --bin      where sidos-node, sidos-coordinator and sidos-research are (.build/release)
# --output   where the figures go (.build/bench): bench.json (the ristretto255 kernel, every backend that runs here),
#            bench-analysis.json (where its time goes), operations.json (all else in one process), scaling.json,
#            sources.json, rounds.json, ratios.json
# --large    also the round of two registers of a million identifiers with rows, which takes much longer
# --peer     a Python that has spu from PyPI (SecretFlow), which rounds are compared with: python3
# --kernels, --scaling, --sources, --rounds, --ratios   only these
set -euo pipefail
cd "$(dirname "$0")/.."

bin=.build/release
output=.build/bench
cases=(--case 2x131072:rows --case 3x131072:rows --case 2x131072:count --case 2x1048576:count)
only=all
peer=python3
usage() {
    echo "usage: bench.sh [--bin DIRECTORY] [--output DIRECTORY] [--large] [--peer PYTHON]" >&2
    echo "                [--kernels | --scaling | --sources | --rounds | --ratios]" >&2
    exit 64
}
while [ $# -gt 0 ]; do
    case $1 in
    --bin) [ $# -ge 2 ] || usage; bin=$2; shift 2 ;;
    --output) [ $# -ge 2 ] || usage; output=$2; shift 2 ;;
    --large) cases+=(--case 2x1000000:rows); shift ;;
    --peer) [ $# -ge 2 ] || usage; peer=$2; shift 2 ;;
    --kernels | --scaling | --sources | --rounds | --ratios)
        [ "$only" = all ] || usage
        only=${1#--}
        shift
        ;;
    *) usage ;;
    esac
done
wanted() { [ "$only" = all ] || [ "$only" = "$1" ]; }
mkdir -p "$output"

# The peers are needed here only: libsodium is no part of Sidos.
program=Benchmarks/.build/release/sidos-benchmark
if wanted kernels || wanted scaling || wanted ratios; then
    scripts/install.sh bench libsodium-dev libssl-dev libgmp-dev
    # As `make build` builds the programs; proofs are measured by what is not public.
    swift build -c release -Xswiftc -enable-testing --package-path Benchmarks --product sidos-benchmark
fi

echo "$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
if wanted kernels; then
    kernels=()
    for backend in ifma avx2 portable; do
        status=0
        SIDOS_R255_BACKEND=$backend "$program" kernel --json "$output/bench-$backend.json" || status=$?
        [ $status -eq 0 ] && kernels+=("$output/bench-$backend.json")
        [ $status -eq 0 ] || [ $status -eq 69 ] || exit $status
    done
    python3 -c 'import json, sys
rows = [row for name in sys.argv[2:] for row in json.load(open(name))]
json.dump(rows, open(sys.argv[1], "w"), indent=2)' "$output/bench.json" "${kernels[@]}"
    rm "${kernels[@]}"
    python3 -B Benchmarks/kernel/analysis.py --json "$output/bench-analysis.json"
    "$program" --json "$output/operations.json"
fi
if wanted scaling; then "$program" scaling --json "$output/scaling.json"; fi
if wanted sources; then python3 -B Benchmarks/sources.py --bin "$bin" --json "$output/sources.json"; fi
if wanted rounds; then
    python3 -B Benchmarks/rounds.py --bin "$bin" "${cases[@]}" --json "$output/rounds.json"
fi
if wanted ratios; then
    python3 -B Benchmarks/ratios.py --bin "$bin" --benchmark "$program" --peer "$peer" --json "$output/ratios.json"
fi
echo
echo "Written to $output."
