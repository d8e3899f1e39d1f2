# One command for each thing that a person does here; `make` lists them.
WORKLOAD ?= boston
TEST_PROCESSES ?= 3
LOCK := uv pip compile -q --universal --python-version 3.11
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo up down clean check lint types contracts test format lock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install everything (own virtual environment, pinned CDK); quick when nothing changed
	@scripts/setup

demo: setup ## Deploy on the embedded AWS, train WORKLOAD, call its API, stop everything
	@python -m local.demo $(WORKLOAD)

up: setup ## The same, and the embedded AWS stays up
	@python -m local.demo --keep $(WORKLOAD)

down: ## Stop the embedded AWS; what it holds stays on disk for the next start
	@test ! -x .venv/bin/trainyard-local || trainyard-local down

clean: ## Stop the embedded AWS and forget all it holds, and every cached environment
	@test ! -x .venv/bin/trainyard-local || trainyard-local clean
	@rm -rf .trainyard cdk.out

check: setup lint types contracts test ## What CI runs

lint:
	@ruff check .
	@ruff format --check .

types:
	@mypy

contracts:
	@lint-imports

test: setup ## All tests (those that need a container engine run where one answers)
	@pytest -n $(TEST_PROCESSES) --dist loadfile # tests/distribution.py tells who runs what

format: setup ## Format the code
	@ruff format .
	@ruff check --fix .

lock: setup ## Resolve the requirements anew
	@$(LOCK) --upgrade requirements.in -o requirements.txt
	@for image in containers/*/requirements.in local/images/*/requirements.in tests/clients/*/requirements.in; do $(LOCK) --upgrade $$image -o $${image%.in}.txt; done
	@$(LOCK) --upgrade requirements-dev.in -o requirements-dev.txt
	@npm update --package-lock-only
