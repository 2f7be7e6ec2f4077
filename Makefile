# Everything a person does with a checkout. `make` alone lists the targets.
# Works with a bare Python 3.11 to 3.13 (Debian: apt-get install make python3-venv); nothing is
# installed outside .venv and nothing of the build lands outside the checkout.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
# A figure per claim; `make test` fails below them. The domain is pure, so nothing excuses a gap.
COVERAGE_TOTAL := 90
COVERAGE_DOMAIN := 100
CHAOS_SEEDS ?= 8
CHAOS_FAULTS ?= 28
CHAOS_FAULTS_WANTED ?= 400
SOAK_RECORDS ?= 1000000
SOAK_RATE ?= 1500
KAFKA_PORT ?= 9092
# What `make bench-stream` is to do otherwise, say STREAM="--quick --only ours-bare".
STREAM ?=

PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
LOCK := --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" --quiet

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- environments ---------------------------------------------------------------------------
# Stamps lie inside .venv and name what was installed: a venv made anew, or by another Python,
# has none, and a changed pin or project file makes them old.

RUNTIME := $(VENV)/.careerops-runtime
DEV := $(VENV)/.careerops-dev

# A venv of a wrong or vanished Python is replaced; one that works is kept, whoever made it.
define ENSURE_VENV
probe='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'; \
if ! $(BIN)/python -c "$$probe; import pip" 2>/dev/null; then \
	chosen=""; \
	for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
		if "$$candidate" -c "$$probe" 2>/dev/null; then chosen="$$candidate"; break; fi; \
	done; \
	[ -n "$$chosen" ] || { echo "Python 3.11, 3.12 or 3.13 is needed: install it, or say make PYTHON=/path/to/python" >&2; exit 1; }; \
	"$$chosen" -c 'import ensurepip' 2>/dev/null || { echo "$$chosen has no venv module: install it (Debian: apt-get install python3-venv)" >&2; exit 1; }; \
	echo "creating $(VENV) with $$("$$chosen" --version)"; \
	"$$chosen" -m venv --clear $(VENV); \
fi
endef

$(RUNTIME): requirements/runtime.txt requirements/build.txt pyproject.toml
	@$(ENSURE_VENV)
	@echo "installing what careerops runs on"
	@$(PIP) install --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.txt $(RUNTIME)
	@echo "installing what tests and checks need"
	@$(PIP) install --require-hashes --no-build-isolation --use-pep517 -r requirements/dev.txt
	@touch $@

.PHONY: setup
setup: $(DEV) ## create .venv with everything, from hashed pins (once)
	@echo "ready: $(BIN)/careerops --help"

.PHONY: demo
demo: $(RUNTIME) ## the whole pipeline on a bundled sample mailbox: no key, no network
	@$(BIN)/careerops demo

.PHONY: kafka
kafka: $(DEV) ## a Kafka broker of your own on KAFKA_PORT=9092, data in .kafka/, until Ctrl-C
	@PYTHONPATH=tests exec $(BIN)/python -m support.kafka --port $(KAFKA_PORT)

# --- checks ---------------------------------------------------------------------------------

.PHONY: test
test: $(DEV) ## every test, on all cores, with branch coverage; servers that are missing skip
	@rm -f .coverage .coverage.*
	@# Hundreds of processes are started: none but the first need compile the program.
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n auto --cov --cov-report=term --cov-fail-under=$(COVERAGE_TOTAL)
	@rm -f .coverage.*  # of processes that were killed while they wrote: combined is what was whole
	@report="$$($(BIN)/coverage report --include='src/careerops/domain/*' --fail-under=$(COVERAGE_DOMAIN))" \
		|| { printf '%s\n' "$$report" "the domain's branch coverage is below $(COVERAGE_DOMAIN) percent" >&2; exit 1; }

.PHONY: lint
lint: $(DEV) ## ruff (rules and format), dependencies, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/deptry src
	@$(BIN)/lint-imports --no-logo --cache-dir .cache/import-linter

.PHONY: types
types: $(DEV) ## mypy, strict
	@$(BIN)/mypy

.PHONY: chaos
chaos: $(DEV) ## kills and cuts on both logs, at least 400; CHAOS_SEEDS=8 CHAOS_FAULTS=28
	@rm -rf .cache/chaos
	@status=0; export CHAOS_SEEDS=$(CHAOS_SEEDS) CHAOS_FAULTS=$(CHAOS_FAULTS) CHAOS_REPORT="$$PWD/.cache/chaos"; \
	$(BIN)/pytest tests/chaos --ignore=tests/chaos/test_scaling.py -n auto || status=$$?; \
	$(BIN)/pytest tests/chaos/test_scaling.py || status=$$?; \
	echo "seeds and results: .cache/chaos/summary.md and summary.json"; \
	PYTHONPATH=tests $(BIN)/python -m support.chaos.report .cache/chaos $(CHAOS_FAULTS_WANTED) || status=$$?; \
	exit $$status

BENCH_APART := benchmarks/bench_stream.py benchmarks/bench_router.py

.PHONY: bench
bench: $(DEV) ## every benchmark but the two below; benchmarks/README.md says what the figures mean
	@failed=""; for file in $(filter-out $(BENCH_APART),$(wildcard benchmarks/bench_*.py)); do \
		echo "== $$file"; $(BIN)/python "$$file" || failed="$$failed $$file"; \
	done; [ -z "$$failed" ] || { echo "targets missed:$$failed" >&2; exit 1; }

.PHONY: bench-stream
bench-stream: $(DEV) ## the stream engine against its peers on a real Kafka: over an hour; STREAM=--quick
	@$(BIN)/python benchmarks/bench_stream.py $(STREAM)

.PHONY: bench-router
bench-router: $(DEV) ## scarce quota: our router, plain round-robin and litellm's; eight minutes, little CPU
	@$(BIN)/python benchmarks/bench_router.py

.PHONY: soak
soak: $(DEV) ## a million small records through both logs: half an hour; SOAK_RECORDS=1000000
	@SOAK_RECORDS=$(SOAK_RECORDS) SOAK_RATE=$(SOAK_RATE) $(BIN)/python benchmarks/soak.py

.PHONY: docs
docs: $(DEV) ## regenerate what docs/ generates, then check links and completeness
	@$(BIN)/python -m careerops.ops.reference docs
	@$(BIN)/python -m careerops.cli.reference docs
	@PYTHONPATH=tests $(BIN)/python -m support.llmvendors.document docs
	@$(BIN)/pytest -q tests/unit/test_documentation.py

# --- release --------------------------------------------------------------------------------

.PHONY: release
release: $(DEV) ## build wheel and sdist, install the wheel elsewhere, run it there
	@rm -rf dist
	@$(BIN)/python -m hatchling build --clean -d dist -t sdist -t wheel
	@elsewhere="$$(mktemp -d)"; trap 'rm -rf "$$elsewhere"' EXIT; \
	here="$$PWD"; wanted="$$($(BIN)/python -m hatchling version)"; \
	$(BIN)/python -m venv "$$elsewhere/venv"; \
	"$$elsewhere/venv/bin/python" -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements/runtime.txt; \
	"$$elsewhere/venv/bin/python" -m pip --quiet --disable-pip-version-check install --no-deps dist/*.whl; \
	cd "$$elsewhere"; \
	venv/bin/careerops --version | grep -F "$$wanted"; \
	venv/bin/careerops demo > demo.txt; tail -n 1 demo.txt; \
	echo "release $$wanted builds, installs and runs: $$(cd "$$here" && ls dist | tr '\n' ' ')"

.PHONY: lock
lock: ## compile requirements/*.txt anew from pyproject.toml and requirements/*.in
	@uv="$$(command -v $(BIN)/uv || command -v uv || true)"; \
	[ -n "$$uv" ] || { echo "uv is needed: $(BIN)/pip install uv, then make lock" >&2; exit 1; }; \
	"$$uv" pip compile $(LOCK) $(LOCK_FLAGS) pyproject.toml -o requirements/runtime.txt > /dev/null; \
	"$$uv" pip compile $(LOCK) $(LOCK_FLAGS) requirements/build.in -c requirements/runtime.txt -o requirements/build.txt > /dev/null; \
	"$$uv" pip compile $(LOCK) $(LOCK_FLAGS) pyproject.toml requirements/build.in requirements/dev.in --all-extras \
		-c requirements/runtime.txt -c requirements/build.txt -o requirements/dev.txt > /dev/null
	@echo "compiled requirements/{runtime,build,dev}.txt; make lock LOCK_FLAGS=--upgrade takes newer releases"

.PHONY: clean
clean: ## remove what was built and cached; .venv stays
	@rm -rf dist build .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache htmlcov
	@rm -f .coverage .coverage.* coverage.xml
	@find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
