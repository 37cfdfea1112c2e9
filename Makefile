# Everything a contributor and the continuous integration run. Needs Debian 12 and a Swift toolchain (6.1 or newer).

SWIFT_BUILD = swift build -c release -Xswiftc -enable-testing
BIN = .build/release

.PHONY: setup build demo test bench check format clean

setup:
	scripts/setup.sh

# One release build with testing enabled serves the programs and the tests.
build: setup
	$(SWIFT_BUILD) --build-tests

demo: build
	Examples/espoo-study/run.sh

test: build
	scripts/test.sh

# Slow checks: the kernels against vectors, libsodium and GMP; sanitizers, fuzzing; constant time by valgrind and by the clock.
# VECTORS is a folder of the published vectors with an independent reference in Python; needs clang, valgrind and libsodium-dev.
VECTORS ?= ../shared/data/vectors
check: setup
	Tests/CRistretto/check.sh $(VECTORS)
	Tests/COpenSSL/check.sh $(VECTORS)
	Tests/CGMP/check.sh $(VECTORS)

bench: build
	scripts/bench.sh

format:
	swift format --in-place --recursive Sources Tests Package.swift

clean:
	rm -rf .build demo
