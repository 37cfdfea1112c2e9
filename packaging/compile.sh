#!/usr/bin/env bash
# Compiles the programs as they are packaged: the Swift runtime linked into them, no testing hooks, no debug
# information, and no path of the machine that compiles. The same sources in another folder give the same bytes.
#
#   compile.sh BUILD OUT
#
# BUILD   the folder of intermediate files; one of its own, since every file is compiled in another way than for tests
# OUT     where the stripped programs are put
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -eq 2 ] || { echo "usage: compile.sh BUILD OUT" >&2; exit 64; }
mkdir -p "$1" "$2"
build=$(realpath "$1")
out=$(realpath "$2")
products=(sidos-node sidos-coordinator sidos-research sidos-linkage-eval)

options=(
    -c release --scratch-path "$build" --static-swift-stdlib --disable-local-rpath -debug-info-format none
    # Versions are those of Package.resolved, if there is one.
    --disable-automatic-resolution
    # A file is named by its module, not by where it lay. Modules in Swift 6 have it so already, and warn.
    -Xswiftc -enable-upcoming-feature -Xswiftc ConciseMagicFile
    -Xswiftc -file-prefix-map -Xswiftc "$build=/build" -Xswiftc -file-prefix-map -Xswiftc "$PWD=/sidos"
    # Of two maps that fit, clang takes the last.
    -Xcc "-ffile-prefix-map=$PWD=/sidos" -Xcc "-ffile-prefix-map=$build=/build"
    -Xcc -fstack-protector-strong -Xcc -D_FORTIFY_SOURCE=2
    -Xlinker -z -Xlinker relro -Xlinker -z -Xlinker now
)
[ -e Package.resolved ] || options=("${options[@]/--disable-automatic-resolution/--enable-dead-strip}")

# A warning is not what a package is about; continuous integration has looked at them.
unset SIDOS_WARNINGS
for product in "${products[@]}"; do
    swift build "${options[@]}" --product "$product"
done
bin=$(swift build "${options[@]}" --show-bin-path)
for product in "${products[@]}"; do
    strip --strip-all --remove-section=.comment --remove-section=.note -o "$out/$product" "$bin/$product"
done
