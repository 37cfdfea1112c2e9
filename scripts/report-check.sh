#!/usr/bin/env bash
# Opens a dataset's report.html in headless Chromium: wide and narrow, light and dark, and on paper.
#
#   report-check.sh REPORT [OUTPUT]
#
# REPORT     a report.html, such as the one that `make demo` writes (demo/dataset/report.html)
# OUTPUT     where the pictures and the PDF go (.build/report)
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -lt 1 ] || [ $# -gt 2 ]; then echo "usage: report-check.sh REPORT [OUTPUT]" >&2; exit 64; fi
[ -f "$1" ] || { echo "report-check: there is no $1; run \`make demo\`, or name a report" >&2; exit 66; }
command -v chromium >/dev/null || scripts/install.sh report-check chromium fonts-dejavu-core
exec python3 -B scripts/report_check.py "$1" "${2:-.build/report}"
