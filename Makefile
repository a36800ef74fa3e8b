# The verbs of this project. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
NEWMAN := $(VENV)/newman/node_modules/.package-lock.json
STAMP := $(VENV)/.installed-for-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
# Checks need settings, and no installation to be touched.
CHECK_ENVIRONMENT := DJANGO_SETTINGS_MODULE=tests.settings PYTHONPATH=.

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test slow check bench lock format screenshots spreadsheets mutants

help: ## List the verbs
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: $(STAMP) ## Make the virtual environment and install what is locked

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say PYTHON=python3.12, for example."; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

demo: setup ## Load a made-up MSP and serve the console (ARGS=--no-serve only loads it)
	$(BIN)/tallybook demo $(ARGS)

serve: setup ## Serve the console
	$(BIN)/tallybook serve $(ARGS)

test: setup programs $(NEWMAN) ## Run the tests on a real PostgreSQL, in a real browser and behind real proxies
	$(BIN)/python -m pytest -n 2 -m "not slow" $(ARGS)

slow: setup programs ## Run the tests that take a minute each: races, cut transfers, months of the demo, the README
	$(BIN)/python -m pytest -n 2 -m slow $(ARGS)

check: setup ## Lint, types, floors, templates, migration drift
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(CHECK_ENVIRONMENT) $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint --quiet src/tallybook
	$(CHECK_ENVIRONMENT) $(BIN)/python -W ignore::RuntimeWarning -m django makemigrations --check --dry-run
	$(CHECK_ENVIRONMENT) $(BIN)/python -W ignore::RuntimeWarning -m django check --fail-level WARNING

bench: setup ## Measure on a million rows and print a table
	@tests/programs.sh wrk:wrk
	$(BIN)/python -m bench $(ARGS)

lock: ## Lock the dependencies anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command "make lock" pyproject.toml -o requirements/base.txt
	uv pip compile --quiet --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command "make lock" pyproject.toml --group dev -o requirements/dev.txt
	uv pip compile --quiet --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command "make lock" pyproject.toml --group dev --group mutation -o requirements/mutation.txt

screenshots: setup programs ## Take the pictures of the docs anew, and of all pages to look at
	$(BIN)/python -m pytest tests/console/screenshots.py $(ARGS)

spreadsheets: setup ## Open reports in LibreOffice: look for formulas, and count users by its own filter
	@tests/programs.sh soffice:libreoffice-calc-nogui
	$(BIN)/python -m pytest -n 1 tests/reports/in_libreoffice.py tests/billing/in_libreoffice.py $(ARGS)

mutants: setup ## Change the counting rules in every way, and see whether the tests notice
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mutation.txt
	rm -rf mutants
	$(BIN)/mutmut run --max-children 2 | tail -n 1
	-$(BIN)/mutmut results
	$(BIN)/mutmut export-cicd-stats
	@$(BIN)/python -c 'import json; print("{killed} of {total} noticed, {survived} not, {timeout} ran on".format(**json.load(open("mutants/mutmut-cicd-stats.json"))))'

format: setup ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

# What the tests run of the system, as program:package; installed where that is allowed, else named in one line.
PROGRAMS := chromium,chromium-browser,google-chrome:chromium nginx:nginx haproxy:haproxy \
	curl:curl wget:wget node:nodejs npm:npm openssl:openssl
.PHONY: programs
programs:
	@tests/programs.sh $(PROGRAMS)

# Newman runs Postman collections; npm gets it as it is locked. After the programs, of which npm is one.
$(NEWMAN): tests/newman/package-lock.json $(STAMP) | programs
	@mkdir -p $(VENV)/newman
	cp tests/newman/package.json tests/newman/package-lock.json tests/newman/.npmrc $(VENV)/newman
	npm ci --silent --prefix $(VENV)/newman
	@touch $@
