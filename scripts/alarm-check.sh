#!/usr/bin/env bash
# The alarm rules by Prometheus's own promtool: their syntax, when each comes, and when none does.
set -euo pipefail
cd "$(dirname "$0")/../docs/monitoring"

promtool=$(command -v promtool || true)
if [ -z "$promtool" ]; then
    # From Debian's package, without installing it: that would start a server.
    tools=$(mkdir -p ../../.build/promtool && cd ../../.build/promtool && pwd)
    promtool=$tools/usr/bin/promtool
    [ -x "$promtool" ] || (cd "$tools" && apt-get download -qq prometheus && dpkg-deb -x prometheus_*.deb .)
fi
"$promtool" check config --syntax-only prometheus.yml
"$promtool" check rules alarms.yml
"$promtool" test rules alarms-test.yml
