# make help lists the targets. Everything happens in .venv; nothing is installed outside it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
unexport PYTHONDONTWRITEBYTECODE # reports and tests start many processes: what they import is compiled once

.PHONY: help reports test quick lab bench lint generated clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

$(VENV)/.base: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -c requirements.lock -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	$(PIP) install -c requirements.lock -e '.[dev,cluster]'
	@touch $@

reports: $(VENV)/.base ## render the reports of every case in params/cases to outputs/
	$(BIN)/perfkit run params/cases --out outputs -j $(JOBS)
	@echo "Open outputs/index.html in a browser."

test: $(VENV)/.dev ## run all tests
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

quick: $(VENV)/.dev ## run the tests that take a moment: no kills, kernels, clusters, browsers, fuzzing, large runs
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder -m 'not slow'

lint: $(VENV)/.dev ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict perfkit

$(VENV)/.lab: $(VENV)/.base
	$(PIP) install -c requirements.lock -e '.[lab]'
	@touch $@

lab: $(VENV)/.lab ## open JupyterLab at the exploring notebook
	$(BIN)/perfkit lab

bench: $(VENV)/.dev ## measure speed and memory, write docs/performance.md
	$(BIN)/python benchmarks/run.py

generated: $(VENV)/.base ## write the files that are made from the code (params/schemas, docs/formulas.md)
	$(BIN)/python -m perfkit.generated

clean: ## remove .venv and outputs
	rm -rf $(VENV)
	find outputs -mindepth 1 ! -name README.md -delete
