# `make` alone lists what there is to make. LIBTORCH=/path names another libtorch than the system's
# (tools/libtorch-env prints it); its build stands in a folder of its own.

SHELL := /bin/bash
.DEFAULT_GOAL := help

LIBTORCH := $(strip $(LIBTORCH))
ifeq ($(LIBTORCH),)
  # Set but empty would read as a path in Package.swift.
  unexport LIBTORCH
  SCRATCH := .build
else
  export LIBTORCH
  SCRATCH := .build-libtorch
endif

SWIFT_BUILD := swift build --scratch-path $(SCRATCH)
SWIFT_SOURCES := Package.swift $(wildcard Sources plugins Tests samples Benchmarks)
SCRIPTS := .ci/run $(shell grep -lsE '^\#!.*bash' tools/*)

# VERBOSE=1 shows every test; otherwise suites, failures and the sum.
ifdef VERBOSE
  TEST_OUTPUT := cat
else
  TEST_OUTPUT := sed -E '/^(◇ |✔ Test "|↳ )/d'
endif

# Any Python with torch, numpy and safetensors; `make bench` makes one unless it is named.
PEER_PYTHON ?= .build-peer/bin/python

.PHONY: help demo test bench fuzz build deps format lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: build ## train a small model on samples/audio/drums and make new drums with it
	tools/demo "$$($(SWIFT_BUILD) -c release --show-bin-path)/stir"

test: deps ## build and run every test (VERBOSE=1 names each)
	tools/check-samples
	$(SWIFT_BUILD) --build-tests
	$$($(SWIFT_BUILD) --show-bin-path)/loader-fuzz samples 10000
	tools/check-plugins $(SCRATCH)/debug/stir
	@# Tests run beside one another: threads that spin while they wait would take the cores from them.
	@set -o pipefail; OMP_WAIT_POLICY=passive swift test --scratch-path $(SCRATCH) --skip-build --disable-xctest 2>&1 | $(TEST_OUTPUT)
	@# The layers once more, as on a processor without AVX-512.
	@set -o pipefail; ATEN_CPU_CAPABILITY=avx2 OMP_WAIT_POLICY=passive swift test --scratch-path $(SCRATCH) --skip-build --disable-xctest --filter 'TensorsTests|NetworksTests|TrainingTests' 2>&1 | $(TEST_OUTPUT)

bench: deps $(if $(filter .build-peer/%,$(PEER_PYTHON)),.build-peer/ready) ## time the network against the same one in PyTorch (BENCH=--quick: less of it)
	$(SWIFT_BUILD) -c release --product stir-bench
	"$$($(SWIFT_BUILD) -c release --show-bin-path)/stir-bench" --peer "$(PEER_PYTHON)" $(BENCH)

.build-peer/ready:
	python3 -m venv .build-peer || { echo "make bench needs python3 with venv (Debian: apt install python3-venv), or PEER_PYTHON=/a/python with torch, numpy and safetensors"; exit 1; }
	.build-peer/bin/pip install --quiet torch numpy safetensors
	touch $@

fuzz: deps ## feed 10,000 damaged files to the loaders under AddressSanitizer
	@# Leaks are the check's affair: Foundation's tagged pointers look like some at the end of a process.
	ASAN_OPTIONS=detect_leaks=0 swift run --scratch-path .build-fuzz --sanitize address loader-fuzz samples 10000

build: deps ## build the stir tool for use, and the engine that it loads
	$(SWIFT_BUILD) -c release --product StirEngine
	$(SWIFT_BUILD) -c release --product stir

deps: ## install the C libraries that are missing (Debian, Ubuntu)
	@tools/install-deps

format: ## lay out every Swift file in the project's style
	swift format --in-place --parallel --recursive $(SWIFT_SOURCES)

lint: ## check the layout of Swift files, and the scripts if shellcheck is there
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)
	if command -v shellcheck > /dev/null; then shellcheck $(SCRIPTS); fi

clean: ## remove what was built or downloaded, and the results of demo and bench
	rm -rf .build .build-libtorch .build-fuzz .build-peer bench.json demo samples/plugins/*/.build samples/plugins/*/*.so
