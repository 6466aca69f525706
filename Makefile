# Two commands do everything: `make run` cleans the sample corpus, `make test` passes the tests.
# Both make the virtual environment first; nothing but Python 3.11+ and make needs to be there.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
RAW ?= data/raw
CLEAN ?= data/clean
PORT ?= 4200

# Prefect keeps its database here: no account, no cloud, no telemetry, nothing in the home folder.
export PREFECT_HOME ?= $(CURDIR)/.prefect
export DO_NOT_TRACK := 1

.PHONY: help run test check lint types fix serve lock bench clean

help:  ## Say what there is to do
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/ready: requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "Copydesk needs Python 3.11 or newer; none was found." >&2; exit 1; fi
	@echo "Setting up $(VENV) with $(PYTHON) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) -r requirements.lock
	@$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	@echo "Adding what the tests need ..."
	@$(PIP) -r requirements-dev.lock
	@touch $@

run: $(VENV)/ready  ## Clean data/raw with `prefect run` and show the result
	@$(BIN)/prefect run clean -p raw=$(RAW) -p clean=$(CLEAN)
	@$(BIN)/python -m pipeline show --clean $(CLEAN)

test: $(VENV)/ready-dev  ## Pass the tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/ready-dev  ## Check style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/ready-dev  ## Check types
	@$(BIN)/mypy

check: lint types test  ## All that continuous integration checks

fix: $(VENV)/ready-dev  ## Mend style where it can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

serve: $(VENV)/ready  ## Start server, worker and the scheduled flow; Ctrl-C stops them
	@$(BIN)/python -m flows.serve --port $(PORT)

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-header

lock: $(VENV)/ready  ## Pin the dependencies anew
	@$(PIP) uv
	@$(LOCK) pyproject.toml -o requirements.lock
	@$(LOCK) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:  ## Take away the environment and caches; tables stay
	rm -rf $(VENV) .prefect .mypy_cache .ruff_cache .pytest_cache .hypothesis
