# Python 3.11 or newer; on a machine with several, say e.g. `make demo PYTHON=python3.12`.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.installed
# Each module's tests share what they scanned; tests/conftest.py lets the longest modules begin.
# Three on two processors: a scan waits for its simulator and the simulator for the scan.
THREE_PROCESSES := -n 3 --dist loadscope --no-loadscope-reorder

# Tests and the demo start dozens of processes: without byte code each of them would compile every library anew.
unexport PYTHONDONTWRITEBYTECODE

# Libraries are compiled once, by all processors, not by whichever process needs them first. Of the SDK's thousands of
# generated modules few are ever loaded, and other libraries' tests none.
SLOW_TO_COMPILE := 'msgraph/generated|/tests/'

.PHONY: help install demo test test-deep lint bench bench-fleet bench-detections lock

help:
	@echo "make demo         scan five sample firms on a local Microsoft 365 and write their workbooks"
	@echo "make test         run the tests"
	@echo "make test-deep    run the long property and fault loops too"
	@echo "make lint         format, lint, types, import contracts, dependencies"
	@echo "make bench        measure reading, a whole scan against the documented limits, the policy prover and sign-in logs"
	@echo "make bench-fleet  measure eighty small firms on this machine (about ten minutes)"
	@echo "make bench-detections  measure what the sign-in detections find in made-up firms (about ten minutes)"
	@echo "make lock         renew requirements.lock (needs uv)"

install: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "m365-posture needs Python 3.11 or newer: run make with PYTHON=<path to it>")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q -j 0 -x $(SLOW_TO_COMPILE) .venv
	@touch $(READY)

demo: $(READY)
	$(BIN)/m365-posture demo

test: $(READY)
	$(BIN)/python -m pytest $(THREE_PROCESSES) -m "not deep"

test-deep: $(READY)
	$(BIN)/python -m pytest $(THREE_PROCESSES)

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/deptry .

bench: $(READY)
	$(BIN)/python -m bench.reading
	$(BIN)/python -m bench.scan
	$(BIN)/python -m bench.prover
	$(BIN)/python -m bench.sign_in_speed

bench-fleet: $(READY)
	$(BIN)/python -m bench.fleet

bench-detections: $(READY)
	$(BIN)/python -m bench.detections

lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-header --quiet --output-file requirements.lock
