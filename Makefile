# Everything from a fresh clone needs python3 >= 3.11 and make; each target does its own set-up, and costs nothing
# once that is done. `make help` explains.

PYTHON ?= python3
VENV := .venv/bin
# Asked before any module of ours is read: an older Python could not even read it.
RECENT := import sys; sys.exit(sys.version_info < (3, 11) and "python3 is older than 3.11: make PYTHON=python3.12 ...")
SETUP := $(PYTHON) -c '$(RECENT)' && $(PYTHON) -m deploy.bootstrap
ARGS ?=

.PHONY: help setup run test check bench docs
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  Options of the program behind a target go into ARGS: make run ARGS=\"--port 9000\""

setup: ## prepare what `make run` needs: environment, console, database and broker binaries
	@$(SETUP) run

run: ## start the whole platform on this machine and print its address; Ctrl-C stops it
	@$(SETUP) run
	@exec $(VENV)/ioe up $(ARGS)

# Four workers on two cores, and files in the order of their names: tests of the whole platform (tests/acceptance) mostly
# wait, so they go first, beside those that compute.
test: ## run the tests against a real database, broker and browser
	@$(SETUP) test
	@exec $(VENV)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: ## look at the code: ruff, mypy, import contracts, TypeScript, eslint
	@$(SETUP) check
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/python -m deploy.bootstrap npm run check

bench: ## measure speed, each figure beside its limit in the same run
	@$(SETUP) test
	@exec $(VENV)/python -m bench $(ARGS)

docs: ## write what is generated: the API's description and the console's types
	@$(SETUP) check
	$(VENV)/python -m api.openapi > docs/openapi.json.part && mv docs/openapi.json.part docs/openapi.json
	$(VENV)/python -m deploy.bootstrap npm run types
