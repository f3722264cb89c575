# `make demo` makes a picture, `make test` runs the tests, `make app` opens the window, `make test-window` uses it with real keys and a real mouse;
# each sets up what it needs in .venv/ first.
#
# pip takes the torch that its index has first; on Linux that is the one for CUDA. Where there is no GPU, the smaller one for CPUs does:
#   PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu make demo

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.11 python3 python; do $$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-window pictures app slow torture parity lint types report clean

demo: $(VENV)/.headless
	@$(BIN)/tessera run workflows/first_picture.json --out output

test: $(VENV)/.test $(VENV)/.offscreen
	OMP_NUM_THREADS=1 QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile

test-window: $(VENV)/.test $(VENV)/.display $(VENV)/.driving
	$(BIN)/python -m pytest -q -m display tests/display

# Stores how the main states of the window look now; look at them before they are committed.
pictures: $(VENV)/.test $(VENV)/.offscreen
	RENEW_PICTURES=1 QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q tests/app/window/test_pictures.py

slow: $(VENV)/.test $(VENV)/.offscreen
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q -m slow

torture: $(VENV)/.test $(VENV)/.offscreen
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q -m torture

parity: $(VENV)/.headless
	@test -n "$(FIXTURES)" || { echo "name the folder of golden data: make parity FIXTURES=DIR"; exit 2; }
	@$(BIN)/python -m tests.parity "$(FIXTURES)"

app: $(VENV)/.window $(VENV)/.display
	@$(BIN)/tessera

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.test
	$(BIN)/mypy

report: $(VENV)/.headless
	$(BIN)/python -m nodes.training.report

clean:
	rm -rf $(VENV) output

COMPILE = $(BIN)/python -m compileall -q app graph_engine nodes  # the first start, too, is spared a third of its time

# Set-up. A stamp says what is done; a change of pyproject.toml does it again. Debian's Python fails half-way where its venv package is missing.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (Debian: python3.11, python3.11-venv); or set PYTHON=/path/to/it"; exit 2; }
	@echo "setting up .venv/, once"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); } || { rm -rf $(VENV); exit 2; }

$(VENV)/.headless: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@$(COMPILE)
	@touch $@

$(VENV)/.window: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable ".[window]"
	@$(COMPILE)
	@touch $@ $(VENV)/.headless

$(VENV)/.test: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable ".[window,test,dev]"
	@$(COMPILE)
	@touch $@ $(VENV)/.window $(VENV)/.headless

# What Qt loads from the system.
$(VENV)/.offscreen: app/system_libraries.py | $(BIN)/python
	$(BIN)/python -m app.system_libraries --offscreen
	@touch $@

# A display without a screen, a window manager, and what presses keys and moves the mouse.
$(VENV)/.driving: app/system_libraries.py | $(BIN)/python
	$(BIN)/python -m app.system_libraries --driving
	@touch $@

$(VENV)/.display: app/system_libraries.py | $(BIN)/python
	$(BIN)/python -m app.system_libraries
	@touch $@
