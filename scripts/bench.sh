#!/usr/bin/env bash
# Measures the kernels against their peers, then whole rounds of the real programs. See docs/performance.md.
#
#   bench.sh [--bin DIRECTORY] [--output DIRECTORY] [--large] [--kernels | --rounds]
#
# --bin      where sidos-node, sidos-coordinator and sidos-research are (.build/release)
# --output   where kernels.json and rounds.json go (.build/bench)
# --large    also the round of two registers of a million identifiers, which takes much longer
# --kernels, --rounds   only these
set -euo pipefail
cd "$(dirname "$0")/.."

bin=.build/release
output=.build/bench
cases=(--case 2x131072:rows --case 3x131072:rows --case 2x131072:count)
kernels=1
rounds=1
usage() { echo "usage: bench.sh [--bin DIRECTORY] [--output DIRECTORY] [--large] [--kernels | --rounds]" >&2; exit 64; }
while [ $# -gt 0 ]; do
    case $1 in
    --bin) [ $# -ge 2 ] || usage; bin=$2; shift 2 ;;
    --output) [ $# -ge 2 ] || usage; output=$2; shift 2 ;;
    --large) cases+=(--case 2x1000000:count); shift ;;
    --kernels) rounds=0; shift ;;
    --rounds) kernels=0; shift ;;
    *) usage ;;
    esac
done
[ $((kernels + rounds)) -gt 0 ] || usage
mkdir -p "$output"

# The peers are needed here only: libsodium is no part of Sidos.
packages=(libsodium-dev libssl-dev libgmp-dev)
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
if [ $kernels -eq 1 ] && [ ${#missing[@]} -gt 0 ]; then
    sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "bench: run as root once, or install: ${missing[*]}" >&2; exit 1; }
        sudo=(sudo)
    fi
    echo "bench: installing ${missing[*]}"
    "${sudo[@]}" apt-get update -qq
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

echo "$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
if [ $kernels -eq 1 ]; then
    swift build -c release --package-path Benchmarks --product sidos-benchmark
    Benchmarks/.build/release/sidos-benchmark --json "$output/kernels.json"
fi
if [ $rounds -eq 1 ]; then
    python3 -B Benchmarks/rounds.py --bin "$bin" "${cases[@]}" --json "$output/rounds.json"
fi
echo
echo "Written to $output."
