# `make demo` and `make test` are all that a fresh machine needs; CONTRIBUTING.md explains the rest.

PYTHON ?= python3
VENV := .venv
PROGRAM := $(VENV)/bin/certprobe
INSTALLED := $(VENV)/.installed
DEVELOPMENT := $(VENV)/.installed-dev

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.PHONY: help demo test check peers lab clients man completions schema bench clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z ]+:.*## / { printf "make %-17s%s\n", $$1, $$2 }' Makefile

demo: $(INSTALLED) ## probe the built-in lab: a good login and the usual failures
	$(PROGRAM) lab demo

test: check peers ## everything: ruff, mypy, pytest against real peers
	$(VENV)/bin/pytest -n auto --maxprocesses 4

check: $(DEVELOPMENT) ## ruff and mypy only
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

peers: ## the servers and tools that the tests talk to, from Debian, when we may install them
	@tools/setup peers

lab: $(INSTALLED) ## write docs/lab.md anew from the scenarios
	$(VENV)/bin/python -m certprobe.lab.catalogue

clients: $(DEVELOPMENT) ## write docs/clients.md anew from what the tests hold clients to
	$(VENV)/bin/python -m tests.peers.clients.page

man completions: $(INSTALLED) ## write man/ and completions/ anew from the click tree
	$(VENV)/bin/python -m certprobe.cli.manual $@

schema: $(INSTALLED) ## copy what the other schemas share with the report's
	$(VENV)/bin/python -m tests.report.schemas

bench: $(INSTALLED) ## whole-process times against openssl s_client
	$(VENV)/bin/python -m tests.benchmarks

clean: ## remove the virtual environment, caches and build products
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find certprobe tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml tools/setup
	tools/setup venv $(PYTHON) $(VENV)
	$(VENV)/bin/pip install -qq --editable .
	@touch $@

$(DEVELOPMENT): $(INSTALLED)
	$(VENV)/bin/pip install -qq --group dev
	@touch $@
