# Every target works as the first command after a clone: it sets up what it needs.
# Say `make` for the list.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.SUFFIXES:
MAKEFLAGS += --no-print-directory

# The real path: for a checkout in a folder with spaces .venv is a link to a place without.
PYTHON = "$$(readlink -f .venv)/bin/python"
# Shell commands in rules (multiqc) find the environment's programs too.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# Snakemake wants a cache folder; for an account without a home it is in the checkout.
ifeq ($(XDG_CACHE_HOME)$(shell test -w "$${HOME:-}" && echo home),)
export XDG_CACHE_HOME := $(CURDIR)/.snakemake/cache
endif

CORES ?= all
PREPARE := --snakefile rules/references.smk --directory demo
DEMO := --snakefile Snakefile --directory demo --configfile test_data/config.yaml
PYTEST_ARGS ?=
CONFIG ?= config/config.yaml
DIRECTORY ?= .
SETS ?= ctat,arriba
LOCAL ?=
EXTRAS ?=

.PHONY: help setup dev tools demo test prepare check docs lint format types lock clean distclean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv with everything that running the workflow needs (EXTRAS=slurm: Slurm as well)
	@scripts/setup_env.sh venv $(EXTRAS)

dev: ## make .venv with the developers' tools as well
	@scripts/setup_env.sh dev

tools: ## install STAR, samtools and fastp from the distribution if they are missing
	@scripts/setup_env.sh tools

demo: ## run the whole workflow on test_data/ and show the verdicts
	@scripts/setup_env.sh venv tools
	@mkdir -p demo
	@# A lock that ends with the process, unlike Snakemake's: a demo that was killed just goes on.
	@exec 9<demo; flock --nonblock --conflict-exit-code 9 9 || (( $$? != 9 )) || \
	{ echo 'make demo is running in this checkout already' >&2; exit 1; }; \
	$(PYTHON) -m snakemake $(DEMO) --workflow-profile profiles/default --cores $(CORES) \
	  --nolock --rerun-incomplete
	@$(PYTHON) scripts/show_results.py demo

test: ## lint, check types and run every test
	@scripts/setup_env.sh dev tools browser
	@$(MAKE) lint types
	@$(PYTHON) -m pytest $(PYTEST_ARGS)

prepare: ## bring the reference files: make prepare DIR=FOLDER [SETS=gencode,arriba] [LOCAL=FOLDER] [DRY_RUN=1] [ARGS=--unlock]
	@[[ -n "$(DIR)" ]] || { echo 'say where to: make prepare DIR=FOLDER' >&2; exit 1; }
	@scripts/setup_env.sh venv $(if $(LOCAL),,curl)
	@mkdir -p "$(DIR)"
	@$(PYTHON) -m snakemake --snakefile rules/references.smk --directory "$(DIR)" --cores 2 \
	  --workflow-profile none $(if $(filter-out 0,$(DRY_RUN)),--dry-run) $(ARGS) \
	  --config sets=$(SETS) local_dir="$(LOCAL)"

check: ## check CONFIG=, its sheet, references and this machine without running (DIRECTORY=, ARGS=--use-conda)
	@scripts/setup_env.sh venv
	@$(PYTHON) scripts/check.py --configfile $(CONFIG) --directory $(DIRECTORY) $(ARGS)

docs: dev ## build the documentation as a site; a broken link fails
	@NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --strict --quiet
	@echo "build/site/index.html"

lint: dev ## check style and the workflow itself
	@$(PYTHON) -m ruff check --no-cache .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m snakefmt --check Snakefile rules
	@mkdir -p demo
	@for workflow in '$(DEMO)' '$(PREPARE) --config sets=gencode'; do \
	  echo "snakemake --lint $$workflow"; \
	  lint=$$($(PYTHON) -m snakemake --lint $$workflow --workflow-profile none 2>&1) || \
	  { echo "$$lint"; exit 1; }; \
	done

format: dev ## bring all code into the project's style
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m snakefmt Snakefile rules

types: dev ## check the types of the Python package
	@$(PYTHON) -m mypy

lock: ## remake the lock files from pyproject.toml with the newest versions
	@scripts/setup_env.sh lock

clean: ## remove the demo's results and all caches
	rm -rf demo .snakemake .pytest_cache .mypy_cache .ruff_cache .hypothesis build scripts/ntrkoma.egg-info
	find . -path ./.venv -prune -o -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## remove .venv and generated test data as well
	rm -rf "$$(readlink -f .venv)" .venv test_data/generated
