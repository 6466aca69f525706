# Two commands do everything: `make run` cleans the sample corpus, `make test` passes the tests.
# Both make the virtual environment first; nothing but Python 3.11+ and make needs to be there.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
RAW ?= data/raw
CLEAN ?= data/clean

# Prefect keeps its database here: no account, no cloud, no telemetry, nothing in the home folder.
export PREFECT_HOME ?= $(CURDIR)/.prefect
export DO_NOT_TRACK := 1

.PHONY: help run test check lint types fix serve lock bench clean

help:  ## Say what there is to do
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

$(VENV)/ready: requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "Copydesk needs Python 3.11 or newer; none was found." >&2; exit 1; fi
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

run: $(VENV)/ready  ## Clean data/raw with `prefect run` and show the result
	@$(BIN)/prefect run clean -p raw=$(RAW) -p clean=$(CLEAN)
	@$(BIN)/python -m pipeline show $(CLEAN)

test: $(VENV)/ready  ## Pass the tests
	@$(BIN)/python -m pytest

lint: $(VENV)/ready  ## Check style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/ready  ## Check types
	@$(BIN)/mypy

check: lint types test  ## All that continuous integration checks

fix: $(VENV)/ready  ## Mend style where it can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

serve: $(VENV)/ready  ## Start server, worker and the scheduled flow; Ctrl-C stops them
	@$(BIN)/python -m flows.serve

lock: $(VENV)/ready  ## Pin the dependencies anew
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --extra dev pyproject.toml -o requirements.lock

clean:  ## Take away what was made
	rm -rf $(VENV) .prefect .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find $(CLEAN) -mindepth 1 ! -name .gitkeep -delete
