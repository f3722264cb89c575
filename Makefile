# `make demo` makes a picture, `make test` runs the tests, `make app` opens the window; each sets up what it needs in .venv/ first.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test app slow lint types report clean

demo: $(VENV)/.headless
	@$(BIN)/tessera run workflows/first_picture.json --out output

test: $(VENV)/.test $(VENV)/.qt-libraries
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q

slow: $(VENV)/.test $(VENV)/.qt-libraries
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q -m slow

app: $(VENV)/.window $(VENV)/.qt-libraries
	@$(BIN)/tessera

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/mypy

report: $(VENV)/.headless
	$(BIN)/python -m nodes.training.report

clean:
	rm -rf $(VENV) output

$(BIN)/python:
	@$(PYTHON) --version >/dev/null 2>&1 || { echo "Python 3.11 is needed; set PYTHON=/path/to/python3.11 (Debian: python3.11, python3.11-venv)"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.headless: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.window: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable ".[window]"
	@touch $@ $(VENV)/.headless

$(VENV)/.test: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable ".[window,test,dev]"
	@touch $@ $(VENV)/.dev $(VENV)/.window $(VENV)/.headless

$(VENV)/.dev: $(VENV)/.test

# Libraries that Qt loads from the system, not from PyPI.
$(VENV)/.qt-libraries: $(BIN)/python app/system_libraries.py
	$(BIN)/python -m app.system_libraries
	@touch $@
