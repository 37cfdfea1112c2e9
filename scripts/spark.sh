#!/usr/bin/env bash
# Installs Apache Spark with its Python interface into .build/spark, a virtual environment, for the tests of the Spark
# driver. It comes from PyPI. Says nothing if it is there already in this version.
set -euo pipefail
cd "$(dirname "$0")/.."

version=4.3.0
environment=.build/spark

# An environment is renamed into place once it is whole, and the last file written says which version it has.
if [ "$(cat "$environment/sidos-version" 2>/dev/null)" = "$version" ] && "$environment/bin/python3" -c '' 2>/dev/null; then
    exit 0
fi

mkdir -p .build
# One at a time: the next one finds what the first has installed.
if [ -z "${SIDOS_SPARK_LOCKED:-}" ]; then
    SIDOS_SPARK_LOCKED=yes exec flock .build/spark.lock scripts/spark.sh
fi

python3 -c 'import ensurepip' 2>/dev/null || scripts/install.sh spark python3-venv
echo "spark: installing pyspark $version from PyPI into $environment"
beside=$(mktemp -d .build/spark-XXXXXX)
trap 'rm -rf "$beside"' EXIT
if ! python3 -m venv "$beside" || ! "$beside/bin/python3" -m pip install --quiet "pyspark==$version"; then
    echo "spark: pyspark $version could not be installed from PyPI; connect to it, or to a mirror (PIP_INDEX_URL)" >&2
    exit 69
fi
# The scripts of an environment name its place.
grep -rlIF "$PWD/$beside/" "$beside/bin" "$beside/pyvenv.cfg" | xargs sed -i "s|$PWD/$beside/|$PWD/$environment/|g"
chmod 755 "$beside"
echo "$version" > "$beside/sidos-version"
rm -rf "$environment"
mv -T "$beside" "$environment"
