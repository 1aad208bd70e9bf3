# Commands of the workbook. `make report` and `make test` build the environment if it is not there.
SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed-for
NOTEBOOKS := $(sort $(wildcard notebooks/0*.ipynb))
ENGAGEMENT ?= demo

.PHONY: help setup report test lab lint notebooks demo clean

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

test: $(STAMP)  ## all tests, the notebooks against their stored outputs, and the linter
	$(PY) -m pytest
	@set -e; stages="$$(mktemp -d)"; trap 'rm -rf "$$stages"' EXIT; \
	echo "The notebooks, run in order on the demo, against their stored outputs:"; \
	KAM_STAGES="$$stages" $(PY) -m pytest -o addopts="" -q -p nbval \
	  --nbval --nbval-current-env --nbval-cell-timeout=120 $(NOTEBOOKS)
	@$(MAKE) --no-print-directory lint

lint: $(STAMP)  ## the linter and the formatter's check
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

lab: $(STAMP)  ## open the notebooks in JupyterLab
	$(VENV)/bin/jupyter lab notebooks

notebooks: $(STAMP)  ## run the notebooks on the demo, as they are stored in git
	$(VENV)/bin/kam notebooks

demo: $(STAMP)  ## write the demo engagement afresh
	$(VENV)/bin/kam demo data/demo

clean:  ## remove hand-over tables and caches; reports and the environment stay
	rm -rf build data/*/stages .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find kamlib tests notebooks -name __pycache__ -prune -exec rm -rf {} +
	find notebooks -name .ipynb_checkpoints -prune -exec rm -rf {} +
