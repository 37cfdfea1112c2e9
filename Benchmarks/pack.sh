#!/usr/bin/env bash
# Packs the programs, sidos-benchmark, what they are measured by and the libraries they need, for a Linux machine of the
# same processor family that has Python 3, a C library as new as this one, and no Swift.
#
#   pack.sh ARCHIVE.tar.xz [--bin DIRECTORY] [--benchmark FILE]
#
# There:
#   mkdir sidos && tar -C sidos -xJf ARCHIVE.tar.xz
#   python3 -B sidos/many_cores.py --bin sidos/bin
#   python3 -B sidos/ratios.py --bin sidos/bin --benchmark sidos/bin/sidos-benchmark
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$here/../.build/release
benchmark=$here/.build/release/sidos-benchmark
usage() { echo "usage: pack.sh ARCHIVE.tar.xz [--bin DIRECTORY] [--benchmark FILE]" >&2; exit 64; }
[ $# -ge 1 ] || usage
archive=$1
shift
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || usage
    case $1 in
    --bin) bin=$2 ;;
    --benchmark) benchmark=$2 ;;
    *) usage ;;
    esac
    shift 2
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/bin" "$folder/lib" "$folder/programs"
programs=("$bin/sidos-node" "$bin/sidos-coordinator" "$bin/sidos-research" "$benchmark")
# The libraries are for these programs only, not for the Python that starts them.
for program in "${programs[@]}"; do
    name=$(basename "$program")
    strip -o "$folder/programs/$name" "$program"
    cat >"$folder/bin/$name" <<'END'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")/..
LD_LIBRARY_PATH=$here/lib exec "$here/programs/$(basename "$0")" "$@"
END
    chmod +x "$folder/bin/$name"
done
# Whoever has Python has the C library.
ldd "${programs[@]}" | awk '$2 == "=>" && $3 ~ /^\// {print $3}' | sort -u |
    grep -vE '/lib(c|m|dl|rt|pthread|resolv)\.so' | xargs -I{} cp -L {} "$folder/lib/"
find "$folder/lib" -name '*.so*' -exec strip --strip-unneeded {} +
cp "$here"/{many_cores,rounds,round_inputs,ratios,secretflow_party,attackers}.py "$folder/"
tar -C "$folder" -cf - . | xz -T0 -3 >"$archive"
ls -l "$archive"
