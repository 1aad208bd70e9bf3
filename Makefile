# Commands of the workbook. `make report` and `make test` build the environment if it is not there.
SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed-for
NOTEBOOKS := $(sort $(wildcard notebooks/0*.ipynb))
ENGAGEMENT ?= demo

.PHONY: help setup report test soak lab lint coverage notebooks demo accuracy bench docs hooks clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

# The stamp names the folder it was made for: scripts of a moved or copied environment would go on
# running the kamlib of the old folder without a word.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif

$(STAMP): pyproject.toml constraints.txt
	@set -e; \
	if [ "$$(cat $(STAMP) 2>/dev/null)" != "$(CURDIR)" ]; then \
	  python="$$(.ci/find-python)"; \
	  echo "Building $(VENV) with $$($$python --version); this takes a few minutes, once."; \
	  "$$python" -m venv --clear $(VENV); \
	fi; \
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'; \
	echo "$(CURDIR)" > $(STAMP)

setup: $(STAMP)  ## build the environment

report: $(STAMP)  ## make the report of an engagement: make report ENGAGEMENT=demo
	$(VENV)/bin/kam report $(ENGAGEMENT)

test: $(STAMP)  ## all tests, the notebooks against their stored outputs, linter and types
	$(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder
	@set -e; stages="$$(mktemp -d)"; trap 'rm -rf "$$stages"' EXIT; \
	echo "The notebooks, run in order on the demo, against their stored outputs:"; \
	KAM_STAGES="$$stages" $(PY) -m pytest -o addopts="" -q -p nbval \
	  --nbval --nbval-current-env --nbval-cell-timeout=120 $(NOTEBOOKS)
	@$(MAKE) --no-print-directory lint

soak: $(STAMP)  ## the long tests: many seeds, large data, Spark, hundreds of kills
	$(PY) -m pytest -m soak
	$(PY) benchmarks/order_lines.py --scale 1 10

lint: $(STAMP)  ## the linter, the formatter's check and the types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

coverage: $(STAMP)  ## which lines and branches the tests pass through; kernels are not counted
	$(PY) -m pytest --cov --cov-report=term-missing:skip-covered

lab: $(STAMP)  ## open the notebooks in JupyterLab
	$(VENV)/bin/jupyter lab notebooks

notebooks: $(STAMP)  ## run the notebooks on the demo, as they are stored in git
	$(VENV)/bin/kam notebooks

demo: $(STAMP)  ## write the demo engagement afresh
	$(VENV)/bin/kam demo data/demo

accuracy: $(STAMP)  ## hold fresh companies against their planted truth and write docs/accuracy.md
	$(PY) benchmarks/accuracy.py

bench: $(STAMP)  ## how the stages grow from 1,000 to 100,000 customers, as ratios
	$(PY) benchmarks/growth.py --out docs/growth.md
	$(PY) benchmarks/order_lines.py --out docs/order_lines.md
	$(PY) benchmarks/draws.py --out docs/draws.md

docs: $(STAMP)  ## write docs/tables.md from the contract, the vocabulary and a run of the demo
	$(VENV)/bin/kam run demo
	$(PY) docs/write_tables.py data/demo/stages/FY2025

hooks: $(STAMP)  ## check each commit: linter, formatter, and notebooks as they are stored
	@if [ -x $(VENV)/bin/pre-commit ]; then $(VENV)/bin/pre-commit install; \
	else echo "pre-commit is not in $(VENV): run $(PY) -m pip install -e '.[dev]'." >&2; exit 1; fi

clean:  ## remove hand-over tables and caches; reports and the environment stay
	rm -rf build data/*/stages .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find kamlib demo_company tests notebooks -name __pycache__ -prune -exec rm -rf {} +
	find notebooks -name .ipynb_checkpoints -prune -exec rm -rf {} +
