# Two commands are enough: `make run` and `make test`. Each sets up what it needs and does nothing twice.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq --constraint constraints.txt
FOOTNOTE_DATA ?= data
export FOOTNOTE_DATA

.PHONY: run test check format clean

run: $(VENV)/.run ## the bot with a token (environment or .env), else the same bot as a chat in the terminal
	@$(BIN)/python -m bot || [ $$? -eq 3 ] # 3: the articles do not tell, which is an answer

test: $(VENV)/.dev ## every test
	@$(BIN)/python -m pytest

check: $(VENV)/.dev ## lint, format and types, as the CI runs them
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/.dev ## rewrites the code in the house's format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean: ## the environment and caches; never the data
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	|| { echo "Footnote needs Python 3.11, 3.12 or 3.13: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing Footnote into $(VENV), once; this takes a few minutes ..." >&2
	@$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "Installing what the tests need ..." >&2
	@$(PIP) --editable '.[dev]'
	@touch $@
