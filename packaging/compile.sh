#!/usr/bin/env bash
# Compiles the programs as they are packaged: the Swift runtime linked into them, no testing hooks, no debug
# information, and no path of the machine that compiles.
#
#   compile.sh OUT
#
# OUT     where the stripped programs are put, and `checkouts`, the sources of the Swift packages that they contain
#
# Compilers leave traces of the folder that they work in. So the sources are copied to a folder that is called the same
# on every machine, and the same sources give the same bytes. The folder stays, and makes the next time short.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -eq 1 ] || { echo "usage: compile.sh OUT" >&2; exit 64; }
mkdir -p "$1"
out=$(realpath "$1")
sources=$PWD
fixed=/var/tmp/sidos-build
products=(sidos-node sidos-coordinator sidos-research sidos-worker sidos-linkage-eval)

[ -d "$fixed" ] || mkdir -m 700 "$fixed"
if [ ! -O "$fixed" ] || [ -L "$fixed" ]; then
    echo "compile.sh: $fixed is another user's: ask them to remove it" >&2
    exit 77
fi
exec 9> "$fixed/lock"
flock -n 9 || { echo "compile.sh: another build uses $fixed: wait for it" >&2; exit 75; }
rm -rf "$fixed/sidos"
mkdir "$fixed/sidos"
# With their times, by which the compiler knows what has changed.
git ls-files -z --cached --others --exclude-standard -- Package.swift Sources Tests |
    tar --create --null --files-from=- --ignore-failed-read 2>/dev/null | tar --extract --directory "$fixed/sidos"
[ ! -e Package.resolved ] || cp Package.resolved "$fixed/sidos"

options=(
    -c release --scratch-path "$fixed/build" --static-swift-stdlib --disable-local-rpath -debug-info-format none
    # A file is named by its module, not by where it lay. Modules in Swift 6 have it so already, and warn.
    -Xswiftc -enable-upcoming-feature -Xswiftc ConciseMagicFile
    -Xswiftc -file-prefix-map -Xswiftc "$fixed=/sidos" -Xcc "-ffile-prefix-map=$fixed=/sidos"
    -Xcc -fstack-protector-strong -Xcc -D_FORTIFY_SOURCE=2
    -Xlinker -z -Xlinker relro -Xlinker -z -Xlinker now
)
# Versions are those of Package.resolved, if there is one.
[ ! -e Package.resolved ] || options+=(--disable-automatic-resolution)

# A warning is not what a package is about; continuous integration has looked at them.
unset SIDOS_WARNINGS
cd "$fixed/sidos"
for product in "${products[@]}"; do
    swift build "${options[@]}" --product "$product"
done
bin=$(swift build "${options[@]}" --show-bin-path)
for product in "${products[@]}"; do
    strip --strip-all --remove-section=.comment --remove-section=.note -o "$out/$product" "$bin/$product"
done
# What was chosen is chosen again the next time.
[ -e "$sources/Package.resolved" ] || cp Package.resolved "$sources"
ln -sfn "$fixed/build/checkouts" "$out/checkouts"
