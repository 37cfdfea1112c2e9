#!/usr/bin/env bash
# Writes the files of a service from their templates: unit, configuration, user, directory, maintainer script.
#
#   units.sh BIN OUT
#
# BIN   where the programs lie: /usr/bin in a package
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

[ $# -eq 2 ] || { echo "usage: units.sh BIN OUT" >&2; exit 64; }
mkdir -p "$2"
fill() { # TEMPLATE FILE
    sed -e "s|@PROGRAM@|sidos-$short|g" -e "s|@SHORT@|$short|g" -e "s|@TITLE@|$title|g" -e "s|@BIN@|$bin|g" \
        "$here/$1" > "$out/$2"
}
bin=$1
out=$2
for service in "node:node" "coordinator:coordinator" "research:research environment"; do
    short=${service%%:*}
    title=${service#*:}
    fill service.in "sidos-$short.service"
    fill conf.in "$short.conf"
    fill sysusers.in "sidos-$short.sysusers"
    fill tmpfiles.in "sidos-$short.tmpfiles"
    fill postrm.in "sidos-$short.postrm"
    fill man.in "sidos-$short.man"
done
