# For developers. `make serve` and `make test` are all that a fresh machine needs:
# both set up what is missing, and need only Python 3.11 or newer, git and make.

.DEFAULT_GOAL := help
.PHONY: help setup serve test test-unit test-e2e check format wheels bench docs clean

PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PORT ?= 5006
BIN := .venv/bin

# uv then trusts the certificates that pip and git trust.
UV_SYSTEM_CERTS ?= 1
export UV_SYSTEM_CERTS

help:  ## say what there is
	@grep -E '^[a-z0-9-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup:  ## make .venv with the core, all plugins and tools (quick when nothing changed)
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer on PATH; name one: make PYTHON=/path/to/python $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) scripts/setup.py

serve: setup  ## serve the demo at http://localhost:5006; PORT=... for another port
	@$(BIN)/symphony demo --port $(PORT)

# Browser and notebook tests run one after the other: two of them at once starve each other on two cores.
test: setup  ## run all tests: unit, contract and, in a browser, end to end
	@browser="$$($(BIN)/python scripts/find_browser.py --install)" && export SYMPHONY_BROWSER="$$browser" && \
	$(BIN)/python -m pytest -n 2 -m "not e2e" && \
	$(BIN)/python -m pytest -m e2e

test-unit: setup  ## run the tests that need no browser and no server
	@$(BIN)/python -m pytest -n 2 -m "not e2e"

test-e2e: setup  ## run the end-to-end tests alone
	@browser="$$($(BIN)/python scripts/find_browser.py --install)" && \
	SYMPHONY_BROWSER="$$browser" $(BIN)/python -m pytest -m e2e

check: setup  ## lint, format, types and import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: setup  ## put imports and layout in order
	$(BIN)/ruff check --select I --fix .
	$(BIN)/ruff format .

wheels: setup  ## build all wheels into dist/
	@$(BIN)/python scripts/build_wheels.py dist

bench: setup  ## run the quick variant of every benchmark
	@$(BIN)/python scripts/run_benchmarks.py

docs: setup  ## build the documentation into site/
	@$(BIN)/python -m mkdocs build --strict --quiet
	@echo "Open site/index.html"

clean:  ## remove what is built; .venv stays
	rm -rf build dist site .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache screenshots
	find . -path ./.venv -prune -o -name __pycache__ -type d -exec rm -rf {} +
