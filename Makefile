# From a bare checkout: `make run` shows the gateway at work, `make test` checks it all.
# Wanted of the machine: Linux, make, Python 3.11 or later with venv.

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
BIN := $(VENV)/bin
# What trial writes stays out of the checkout, but in one place.
TRIAL := $(BIN)/python -m twisted.trial --temp-directory=$(VENV)/trial
MYPY := $(BIN)/mypy --cache-dir=$(VENV)/mypy
RUFF := RUFF_CACHE_DIR=$(VENV)/ruff $(BIN)/ruff

.DEFAULT_GOAL := help
.PHONY: help run test check fuzz bench clean

help:
	@echo 'make run     start the gateway and its demo backends, and say what to try'
	@echo 'make test    run every test and the house checks'
	@echo 'make check   run the house checks alone: types, lint, format'
	@echo 'make fuzz    feed bytes by chance to whatever reads bytes of others; 10 minutes a target'
	@echo 'make bench   measure the gateway beside its peers (bench/README.md); about 13 minutes'
	@echo 'make clean   remove what the others made'

run: $(VENV)/installed
	@exec $(BIN)/python -m altlas.demo

# Both halves run, whatever the first one finds.
test: $(VENV)/installed-for-tests
	@failed=0; \
	$(TRIAL) -j$(JOBS) tests || failed=1; \
	$(MAKE) --no-print-directory check || failed=1; \
	exit $$failed

check: $(VENV)/installed-for-tests
	@failed=0; \
	check() { \
	  name=$$1; shift; \
	  if "$$@"; then echo "house check passed: $$name"; \
	  else echo "house check failed: $$name"; failed=1; fi; \
	}; \
	check types $(MYPY); \
	check lint env $(RUFF) check .; \
	check format env $(RUFF) format --check .; \
	exit $$failed

# SECONDS=60 for a first look; ONLY='request chunked' for a part of it. What was worth keeping
# of one run is where the next begins.
fuzz: $(VENV)/installed-for-tests
	@for target in $(or $(ONLY),request response chunked settings); do \
	  $(BIN)/python -m tests.fuzz $$target --seconds $(or $(SECONDS),600) --keep $(VENV)/fuzz \
	    || exit 1; \
	done

# ROUNDS=1 SECONDS=1 for a first look; ONLY='json haproxy gateway' for a part of it.
bench: $(VENV)/installed-for-bench
	@$(BIN)/python -m bench.run --rounds $(or $(ROUNDS),3) --seconds $(or $(SECONDS),3) \
	  --only '$(ONLY)'

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .hypothesis _trial_temp*
	find altlas tests twisted -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f twisted/plugins/dropin.cache

$(VENV)/installed: setup.py pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet -e '.[docs]'
	@touch $@

$(VENV)/installed-for-tests: setup.py pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet -e '.[test]'
	@$(BIN)/pip install --quiet --only-binary atheris -e '.[fuzz]' >/dev/null 2>&1 \
	  || echo 'atheris has no wheel for this machine: coverage-guided fuzzing is left out'
	@touch $@ $(VENV)/installed

$(VENV)/installed-for-bench: setup.py pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet -e '.[bench]'
	@touch $@ $(VENV)/installed

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or later is wanted; name one: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
	  || $(PYTHON) -m virtualenv --quiet $(VENV) 2>/dev/null \
	  || { rm -rf $(VENV); echo 'This Python cannot make a virtual environment.' \
	       'On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
