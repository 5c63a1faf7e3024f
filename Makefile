# `make run` and `make test` need nothing before them; everything is installed into .venv.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/ready

.DEFAULT_GOAL := help
.PHONY: help install run test lint style bench crash docs pins clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

install: $(READY) ## everything into .venv, with the command .venv/bin/listener

$(READY): requirements.txt pyproject.toml
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Listener needs Python 3.11 or newer; this is $$($(or $(PYTHON),python3) --version 2>&1)." >&2; \
		echo "Install one, or name it: make $(or $(MAKECMDGOALS),install) PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Installing into .venv (once) …"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: $(READY) ## listen, with the configuration in config/; as shipped, to the invented sample stream
	@$(BIN)/listener run

test: $(READY) ## the whole suite; a plain .venv/bin/pytest leaves out the slow tests
	@$(BIN)/python -m compileall -q listener # for the processes that tests start, wherever Python is told to write nothing
	@$(BIN)/pytest -m "" -rs -n 3

lint: $(READY) ## ruff, mypy and the layers
	@failed=0; for check in "ruff check ." "ruff format --check ." mypy lint-imports; do \
		$(BIN)/$$check || failed=1; done; exit $$failed

style: $(READY) ## figures of the code against our aims
	@$(BIN)/python -m scripts.style

bench: $(READY) ## what start, memory and hostile text cost
	@$(BIN)/listener bench limits

crash: $(READY) ## every crash point; takes long
	@$(BIN)/python -m tests.crash

docs: $(READY) ## renew what the pages show of the product: output of commands, the tables
	@$(BIN)/python -m scripts.docs

pins: ## renew requirements.txt from pyproject.toml, with the newest versions it allows
	@$(PYTHON) -m venv --clear build/pins
	@build/pins/bin/pip install --quiet --disable-pip-version-check '.[accurate,reddit,x,rss,datasette,dev]' 'setuptools>=77'
	@grep '^#' requirements.txt > build/requirements.txt
	@build/pins/bin/pip freeze --all --exclude pip --exclude wheel --exclude listener >> build/requirements.txt
	@mv build/requirements.txt requirements.txt && rm -rf build/pins && echo "requirements.txt is new: make test"

clean: ## removes what was installed and cached; databases stay
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
