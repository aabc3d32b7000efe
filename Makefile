# Each target does its own set-up; it needs cargo, python3 (3.10 or newer), make and a C compiler.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP ?= $(BIN)/python -m pip install --quiet --disable-pip-version-check
SOURCES := Cargo.toml Cargo.lock pyproject.toml $(shell find src python -type f -name '*.rs' -o -type f -name '*.py*' -not -path '*/__pycache__/*')

# Tests start Python some thousand times.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help demo core test test-all lint lint-core lint-python bench bench-core models tsan miri fuzz docs clean

help:  ## Show the targets.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.built  ## See what memoxide does, on the sources of Python's own library.
	$(BIN)/python examples/quickstart.py

# Some tests wait rather than compute, so that there is one process more than there are cores.
PROCESSES ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PYTEST := $(BIN)/python -m pytest --numprocesses=$(PROCESSES) --maxprocesses=8 --dist=loadscope --durations=20

core:
	cargo test --quiet --no-run

test: $(VENV)/.built $(VENV)/.test core  ## Run the tests of the pure core and of the package.
	cargo test --quiet
	$(PYTEST) -m "not slow"

test-all: $(VENV)/.built $(VENV)/.test core  ## Run them at length: more data, more processes, more rounds.
	cargo test --quiet
	MEMOXIDE_TESTS=thorough $(PYTEST)

lint: lint-core lint-python  ## Check formatting, lints, types and stubs.

lint-core: $(VENV)/.created
	cargo fmt --check
	cargo fmt --check --manifest-path fuzz/Cargo.toml
	cargo clippy --quiet --all-targets -- -D warnings
	PYO3_PYTHON=$(abspath $(BIN))/python cargo clippy --quiet --features python -- -D warnings

lint-python: $(VENV)/.built $(VENV)/.test $(VENV)/.lint
	$(BIN)/ruff format --check python tests benches examples
	$(BIN)/ruff check python tests benches examples
	$(BIN)/mypy python/memoxide tests/typing benches examples
	$(BIN)/stubtest memoxide --mypy-config-file pyproject.toml --allowlist tests/typing/stubtest-allowlist.txt

bench: $(VENV)/.built $(VENV)/.bench  ## Measure against Streamlit, functools, cachebox, joblib and diskcache.
	$(BIN)/python -m benches

bench-core:  ## Measure the pure core.
	cargo bench

# What fails says how to repeat it: with the model's name, and with the schedule of the run that failed.
MODEL ?=
SCHEDULE ?=

models:  ## Try the pure core's threads in every order that matters.
	RUSTFLAGS="--cfg memoxide_model -D warnings" MEMOXIDE_SCHEDULE="$(SCHEDULE)" cargo test --quiet --profile models --test models -- $(MODEL)

HOST = $(shell rustc -vV | sed -n 's/^host: //p')

tsan:  ## Watch the pure core's threads for data races; it needs a nightly compiler with its sources.
	RUSTFLAGS=-Zsanitizer=thread cargo +nightly test --quiet -Zbuild-std --target $(HOST) --target-dir target/tsan --lib -- flight cache store registry history

# Left out: the disk, whose locks and maps of files Miri does not have; keys, as BLAKE3 is assembly in part; what
# takes thousands of keys or of tables; advice to the system on memory, which Miri does not take.
MIRI_TESTS := flight:: cache:: store:: registry:: refreshes:: sweep:: \
	$(addprefix --skip ,it_does_what_a_map_does failures_take_up_little_memory store::pages)

miri:  ## Watch the pure core for undefined behaviour; it needs a nightly compiler with Miri.
	MIRIFLAGS=-Zmiri-permissive-provenance cargo +nightly miri test --quiet --lib -- $(MIRI_TESTS)

FUZZ_SECONDS ?= 60

fuzz:  ## Try the encoder, the decoder and the reader of files on any input; it needs cargo-fuzz and a nightly compiler.
	cargo +nightly fuzz run encode -- -max_total_time=$(FUZZ_SECONDS) -max_len=4096
	cargo +nightly fuzz run decode -- -max_total_time=$(FUZZ_SECONDS) -max_len=4096
	cargo +nightly fuzz run disk -- -max_total_time=$(FUZZ_SECONDS) -max_len=4096

docs: $(VENV)/.built $(VENV)/.test  ## Run every example in the documentation.
	$(BIN)/python -m pytest tests/test_docs.py

clean:  ## Remove what the other targets made.
	rm -rf target fuzz/target fuzz/corpus fuzz/artifacts .venv* .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.created:
	$(PYTHON) -m venv $(VENV)
	$(PIP) --upgrade pip 'maturin>=1.9,<2'
	@touch $@

# The build goes through pip, so that the package is the one that users install.
$(VENV)/.built: $(VENV)/.created $(SOURCES)
	rm -rf $(VENV)/wheels
	$(BIN)/maturin build --quiet --release --interpreter $(BIN)/python --out $(VENV)/wheels
	$(PIP) --force-reinstall --no-deps $(VENV)/wheels/*.whl
	@touch $@

$(VENV)/.test: $(VENV)/.created pyproject.toml
	$(PIP) --group test --group data --group tasks --group streamlit
	@touch $@

$(VENV)/.lint: $(VENV)/.created pyproject.toml
	$(PIP) --group lint
	@touch $@

$(VENV)/.bench: $(VENV)/.created pyproject.toml
	$(PIP) --group data --group bench
	@touch $@
