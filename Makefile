# Everything a clone needs, out of git, make and Python. Each target works first thing after cloning.

PYTHON ?= python3 python3.13 python3.12 python3.11
ARGS ?=
INTO ?= dist
TAG ?=

VENV := .venv
BIN := $(VENV)/bin
PLACE := $(VENV)/.place
INSTALLED := $(VENV)/.installed
PULUMI := $(BIN)/python tools/pulumi-cli/install.py
BENCH := PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=tests:bench/programs $(BIN)/python bench
HOSTS := $(BIN)/python tools/pulumi-cli/add_hosts.py
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/lock/bin/uv pip compile --quiet --universal \
	--python-version 3.11 --generate-hashes --no-annotate
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help setup hosts demo test faults check bench bench-large bench-peers docs docs-serve resources pictures wheel release lock clean \
	engine lint format types spelling workflows
.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' Makefile | while read -r target purpose; do \
		printf '  make %-11s %s\n' "$$target" "$$purpose"; \
	done

setup: engine ## make .venv: the package, its tools, and the Pulumi CLI
	@echo "Ready. Next: make demo, make test."

hosts: engine ## let the Pulumi CLI run programs in YAML and TypeScript too
	@$(HOSTS)

demo: engine ## show the provider at work against a local SetSmart
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tools/demo.py $(ARGS)

test: $(INSTALLED) ## run the tests; ARGS="-k pacing" chooses, ARGS=--cov measures coverage
	@$(PULUMI) || { test "$$CI" != true && echo "Going on without: tests that need the engine are skipped." >&2; }
	@$(HOSTS) || echo "Going on without: tests with programs in YAML or TypeScript are skipped." >&2
	@tools/chromium.sh || echo "Going on without: tests in a browser are skipped." >&2
	@tools/actionlint.sh || echo "Going on without: tests with actionlint are skipped." >&2
	@tools/npm.sh || echo "Going on without: tests with npm's packages are skipped." >&2
	@tools/go-program.sh pocketbase . || echo "Going on without: tests with PocketBase are skipped." >&2
	@tools/terraform.sh || echo "Going on without: tests with Terraform are skipped." >&2
	@tools/postgresql.sh || echo "Going on without: tests with a state in PostgreSQL are skipped." >&2
	@$(BIN)/python -m pytest $(ARGS)

faults: engine ## let everything go wrong, over many seeds: about two hours
	@$(BIN)/python -m pytest tests/faults --seeds 20 $(ARGS)

check: lint format types spelling workflows ## lint, format, types, spelling, workflows; pre-commit runs them too

lint: $(INSTALLED)
	@$(BIN)/ruff check

format: $(INSTALLED)
	@$(BIN)/ruff format --check

types: $(INSTALLED)
	@$(BIN)/mypy

spelling: $(INSTALLED)
	@$(BIN)/codespell . .github

workflows: $(INSTALLED)
	@tools/actionlint.sh || echo "Going on without: workflows are not looked at by actionlint." >&2
	@$(BIN)/python tools/github_files.py

bench: engine ## measure start, pace, pages, commands and portfolios of up to 1,000 listings: half an hour
	@$(BENCH)/startup.py
	@$(BENCH)/convert.py
	@$(BENCH)/validation.py
	@$(BENCH)/dashboard.py
	@$(BENCH)/pacing.py
	@$(BENCH)/commands.py
	@$(BENCH)/portfolio.py $(ARGS)

bench-large: engine ## measure 5,000 listings, and 10,000 in one and in ten stacks: an hour
	@$(BENCH)/portfolio.py --listings 5000 --rounds 1 --skip-checkpoints --name portfolio-5000 $(ARGS)
	@$(BENCH)/stacks.py

bench-peers: engine ## measure Terraform (if on PATH), a plain provider and ours side by side: half an hour
	@tools/terraform.sh || echo "Going on without: Terraform is not measured." >&2
	@$(BENCH)/peers.py $(ARGS)

docs: $(INSTALLED) ## build the documentation into site/
	@$(BIN)/python tools/docs/assumptions.py
	@$(BIN)/python tools/docs/layers.py
	@$(BIN)/python tools/docs/tabs.py
	@$(BIN)/zensical build --clean --strict

docs-serve: docs ## build the documentation and show it in a browser, on http://127.0.0.1:8000/
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory site 8000

resources: $(INSTALLED) ## generate the resources from the definitions of their fields
	@$(BIN)/python tools/resources/resource_modules.py

pictures: engine ## take the pictures of the documentation again, with chromium
	@PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=tests $(BIN)/python tools/docs/pictures.py

wheel: $(INSTALLED) ## build the wheel and record its hash; INTO=folder says for which repository
	@$(BIN)/python tools/wheel.py "$(INTO)"

release: $(INSTALLED) ## build what a tag publishes into dist/: TAG=v0.1.0
	@$(BIN)/python tools/release.py "$(TAG)"

lock: $(INSTALLED) ## pin the dependencies again; ARGS=--upgrade takes the newest
	@$(BIN)/python -m venv $(VENV)/lock
	@$(VENV)/lock/bin/pip install --quiet --disable-pip-version-check \
		--require-hashes --only-binary=:all: --requirement tools/lock-requirements.txt
	@$(LOCK) --extra sandbox --extra spreadsheets --group dev --output-file requirements.txt $(ARGS) pyproject.toml
	@$(LOCK) --constraint requirements.txt --output-file examples/gitops/requirements.txt pyproject.toml
	@echo "requirements.txt and that of examples/gitops are up to date."

clean: ## remove what the other targets made in this folder
	@rm -rf $(VENV) .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis dist site
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

engine: $(INSTALLED)
	@$(PULUMI)

# A virtual environment is full of absolute paths: one that was moved, or whose Python is gone, is
# made again.
ifneq ($(shell test -x $(BIN)/python && cat $(PLACE) 2>/dev/null),$(CURDIR))
.PHONY: $(PLACE)
endif

$(PLACE):
	@for python in $(PYTHON); do \
		"$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
			&& break; \
		python=; \
	done; \
	if [ -z "$$python" ]; then \
		echo "No Python 3.11 or later with its venv module among: $(PYTHON). Install it" \
			"(Debian, Ubuntu: python3 and python3-venv) or name it: make PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$python" --version)."; \
	"$$python" -m venv --clear $(VENV)
	@echo "$(CURDIR)" > $@

$(INSTALLED): $(PLACE) requirements.txt pyproject.toml
	@echo "Installing the packages that requirements.txt pins: about a minute."
	@$(PIP) --require-hashes --requirement requirements.txt
	@$(PIP) --no-build-isolation --no-deps --editable ".[sandbox]"
	@touch $@
