#!/usr/bin/env bash
# Packs compiled programs: Debian packages, their bill of materials and SHA256SUMS. The same programs give the same
# bytes.
#
#   pack.sh PROGRAMS OUT
#
# PROGRAMS   what compile.sh made
# OUT        a new folder for what is made
#
# DEB_VERSION sets another version than the one of the last commit.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -eq 2 ] || { echo "usage: pack.sh PROGRAMS OUT" >&2; exit 64; }
programs=$(realpath "$1")
checkouts=$(realpath "$programs/checkouts")
rm -rf "$2"
mkdir -p "$2"
out=$(realpath "$2")
umask 022
export LC_ALL=C.UTF-8 TZ=UTC
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
base=$("$programs/sidos-node" --version)
version=${DEB_VERSION:-$base~git$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M).$(git log -1 --format=%h --abbrev=7)}
day=$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir "$stage/sidos"
cp -r packaging/debian "$stage/sidos/debian"
debian=$stage/sidos/debian
packaging/units.sh /usr/bin "$debian"

cat > "$debian/changelog" <<END
sidos ($version) bookworm; urgency=medium

  * Packages of Sidos $base. What has changed stands in CHANGELOG.md.

 -- $(sed -n 's/^Maintainer: //p' "$debian/control")  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
END

# Everyone whose code is linked into the programs is named.
third=$debian/third-party-notices.txt
swift=$(dirname "$(dirname "$(realpath "$(command -v swift)")")")
{
    echo "The programs contain code of the following projects, under these terms."
    find "$checkouts" -mindepth 2 -maxdepth 2 -type f \
        '(' -iname 'LICENSE*' -o -iname 'NOTICE*' -o -iname 'COPYING*' ')' -printf '%P\n' | sort |
        while read -r file; do printf '\n==== %s\n\n' "$file"; tr -d '\r' < "$checkouts/$file"; done
    printf '\n==== Swift runtime\n\n'
    cat "$swift/share/swift/LICENSE.txt"
} > "$third"

for program in sidos-node sidos-coordinator sidos-research sidos-worker sidos-linkage-eval; do
    case $program in
    sidos-linkage-eval) package=sidos-tools; docs=(docs/linkage-quality.md); more=() ;;
    sidos-worker)
        # With what the daemon's own host needs for a cluster.
        package=$program; docs=(docs/scale.md); more=()
        cp spark/sidos_driver.py "$debian"
        echo "debian/sidos_driver.py usr/share/sidos" >> "$debian/$package.install"
        ;;
    *)
        package=$program
        docs=("docs/operate-${program#sidos-}.md" docs/agreement.md docs/threat-model.md)
        [ "$program" != sidos-node ] || docs+=(docs/operate-mixer.md)
        more=(--more "$debian/$program.man")
        echo "debian/${program#sidos-}.conf etc/sidos" >> "$debian/$package.install"
        ;;
    esac
    run=$programs/$program
    "$run" --experimental-dump-help |
        packaging/manpages.py --date "$day" --version "$base" "${more[@]}" > "$debian/$program.1"
    mkdir -p "$debian/bin" "$debian/completions"
    cp "$run" "$debian/bin"
    "$run" --generate-completion-script bash | sed '1{/^#!/d}' > "$debian/completions/$program"
    "$run" --generate-completion-script zsh > "$debian/completions/_$program"
    "$run" --generate-completion-script fish > "$debian/completions/$program.fish"
    {
        echo "debian/bin/$program usr/bin"
        echo "debian/completions/$program usr/share/bash-completion/completions"
        echo "debian/completions/_$program usr/share/zsh/vendor-completions"
        echo "debian/completions/$program.fish usr/share/fish/vendor_completions.d"
    } >> "$debian/$package.install"
    echo "debian/$program.1" > "$debian/$package.manpages"
    cp "${docs[@]}" CHANGELOG.md "$debian"
    printf 'debian/%s\n' third-party-notices.txt "${docs[@]##*/}" > "$debian/$package.docs"
done

(cd "$stage/sidos" && debian/rules binary) > "$out/pack.log" 2>&1 || { cat "$out/pack.log" >&2; exit 1; }
mv "$stage"/*.deb "$out"
rm "$out/pack.log"

packaging/sbom.py --version "$version" --resolved Package.resolved --epoch "$SOURCE_DATE_EPOCH" \
    --swift "$(swift --version 2>&1 | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p')" \
    "$programs"/sidos-* > "$out/sidos_$version.cdx.json"
(cd "$out" && sha256sum -- *.deb *.cdx.json > SHA256SUMS)
echo "packed: $out"
(cd "$out" && stat -c '%10s  %n' -- *)
