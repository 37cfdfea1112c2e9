# Everything a contributor and the continuous integration run. Needs Debian 12 and a Swift toolchain (6.1 or newer).

SWIFT_BUILD = swift build -c release -Xswiftc -enable-testing
SWIFT_TEST = swift test -c release -Xswiftc -enable-testing --skip-build
BIN = .build/release

.PHONY: setup build demo demo-postgresql demo-years demo-spark nightly test lint bench check check-alarms check-console check-lies check-parquet check-report deb check-deb linkage-eval format clean

setup:
	scripts/setup.sh

# One release build with testing enabled serves the programs and the tests.
build: setup
	$(SWIFT_BUILD) --build-tests

demo: build
	Examples/espoo-study/run.sh

# A study that lives, in small: an authority joins, people withdraw, and one dataset is made of three rounds.
demo-years: build
	Examples/espoo-study/years.sh

# The same study, two of whose authorities keep their registers in PostgreSQL.
demo-postgresql: build
	Examples/espoo-study/run.sh --postgresql

# The same study, whose Kela computes on Apache Spark, which comes from PyPI into .build.
demo-spark: build
	Examples/espoo-study/run.sh --spark

test: build
	scripts/test.sh

# What is too slow for every change, besides what is run for each.
nightly: export SIDOS_THOROUGH = 1
nightly: lint demo demo-years demo-postgresql demo-spark test check check-alarms check-console check-lies

# Layout and columns of Swift and C, shell scripts, the syntax of Python. Builds nothing; `make format` mends what it can.
lint:
	scripts/lint.sh

# Slow checks: the kernels against vectors, libsodium and GMP; sanitizers, fuzzing; constant time by valgrind and by the clock.
# VECTORS is a folder of the published vectors with an independent reference in Python; needs clang, valgrind and libsodium-dev.
VECTORS ?= ../shared/data/vectors
check: setup
	Tests/CRistretto/check.sh $(VECTORS)
	Tests/COpenSSL/check.sh $(VECTORS)
	Tests/CGMP/check.sh $(VECTORS)
	Tests/CNoise/check.sh
	Tests/CSHA2/check.sh $(VECTORS)

# Every lie in a verified round, among the real programs; `make test` tells a few of each kind.
check-lies: build
	SIDOS_ALL_LIES=1 $(SWIFT_TEST) --filter VerifiedProgramAttackTests

# The alarm rules by Prometheus's promtool, which comes from Debian into .build unless it is there.
check-alarms:
	scripts/alarm-check.sh

# Every page of the consoles before axe-core, which comes from PyPI into .build.
check-console: build
	scripts/console-check.sh

# A dataset as Parquet, read back with pyarrow and DuckDB, and in the newest pandas: they come from PyPI into .build.
check-parquet: build
	scripts/parquet-check.sh

# REPORT is the page to open in Chromium; `make demo` writes this one.
REPORT ?= demo/dataset/report.html
check-report:
	scripts/report-check.sh $(REPORT)

# Debian packages into .build-deb/packages, compiled in a folder of their own; and a study linked with them on fresh systems in
# containers, which needs root.
deb:
	packaging/build.sh

check-deb: deb
	packaging/check.sh

bench: build
	scripts/bench.sh

# How well match keys and tokens link data whose truth is known. SETS has the sets that may not be copied here; runs whose files
# are missing are skipped. OPTIONS go to the program, such as OPTIONS='--only febrl'.
SETS ?= ../shared/data/linkage
PLAN ?= Benchmarks/linkage/plan.yaml
linkage-eval: build
	python3 -B Benchmarks/linkage/prepare.py .build/linkage $(SETS)
	$(BIN)/sidos-linkage-eval $(PLAN) --json linkage-eval.json $(OPTIONS)

format:
	scripts/format.sh

clean:
	rm -rf .build .build-deb demo demo-years
