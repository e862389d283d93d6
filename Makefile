# Everything is kept inside the checkout: the environment in .venv, and uv in .uv where the machine has none.
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench docs

# The first Python that is new enough; another one: make demo PYTHON=/path/to/python3
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$python && break; done)
endif
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .uv/bin/uv)
# Compiled once at set-up, the libraries start three times faster at their first use.
SYNC = { test -x .venv/bin/python || $(UV) venv --quiet --python "$(PYTHON)"; } \
	&& UV_COMPILE_BYTECODE=1 $(UV) sync --quiet --frozen --inexact
OUT ?= headwater-report

help:  ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1|/p' Makefile | while IFS='|' read -r target text; do \
		printf '%-12s %s\n' "$$target" "$$text"; done

demo: .venv/.ready  ## Assess the bundled example and say where the report is
	@.venv/bin/headwater demo --out "$(OUT)"

test: .venv/.ready-dev  ## Run all tests, the slow ones too
	.venv/bin/pytest

lint: .venv/.ready-dev  ## Check style, types and the direction of imports
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/mypy scripts bench
	.venv/bin/lint-imports

bench: .venv/.ready  ## Measure time and memory on an export of 25,000 contacts
	@.venv/bin/python bench/run.py

docs: .venv/.ready-dev  ## Write the pages of docs/ that are made from the code
	@.venv/bin/python scripts/build_docs.py

# A stamp newer than lock and pyproject.toml: nothing has to be fetched. What the other stamp brought is left alone.
.venv/.ready: uv.lock pyproject.toml | uv
	@echo "setting up .venv"
	@$(SYNC) --no-dev
	@.venv/bin/python -m compileall -q src
	@touch $@

.venv/.ready-dev: uv.lock pyproject.toml | uv
	@echo "setting up .venv with what tests and checks need"
	@$(SYNC)
	@.venv/bin/python -m compileall -q src
	@touch .venv/.ready $@

# pip into a folder is quicker than a virtual environment, which Pythons without pip need all the same.
.PHONY: uv
uv: python
	@$(UV) --version >/dev/null 2>&1 || { echo "getting uv into .uv"; export PIP_DISABLE_PIP_VERSION_CHECK=1; \
		"$(PYTHON)" -m pip install --quiet --root-user-action=ignore --target .uv uv 2>/dev/null \
		|| { rm -rf .uv && "$(PYTHON)" -m venv .uv && .uv/bin/python -m pip install --quiet uv; } \
		|| { rm -rf .uv; echo "uv could not be installed; install it, or Python's pip or venv" >&2; exit 1; }; }

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it: make demo PYTHON=/path/to/python3" >&2; exit 1; }
