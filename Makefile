# What contributors type, and `make demo`. Needs GNU make and Python 3.11 or newer; everything else goes into this folder.
# `bin/lakehouse` is the command itself; it installs what it needs with the rules below.

# Values reach the programs through the environment, whatever quotes, spaces or dollar signs they hold: no shell expands
# them. ARGS are split at spaces, T as a shell would.
# SPARK counts on the command line only: some systems set it.
PYTHON ?= python3
override ARGS := $(value ARGS)
override T := $(value T)
override SPARK := $(or $(if $(filter command,$(origin SPARK)),$(value SPARK)),3.5)
override SIZE := $(or $(value SIZE),250MB)
export ARGS T SPARK SIZE PYTHON

VENV := .venv
RUN := $(VENV)/.run-installed
DEV := $(VENV)/.dev-installed
BENCH := $(VENV)/.bench-installed
PY := $(VENV)/bin/python
OPTIONS := --quiet --disable-pip-version-check --require-hashes --no-deps
INSTALL := $(PY) -m pip install $(OPTIONS)
# Spark 4.1 beside Spark 3.5: a separate environment with the same packages.
VENV_4_1 := .venv-4.1
DEV_4_1 := $(VENV_4_1)/.dev-installed
# One more than two cores can feed, for each waits at times (for Terraform, a server, a Java that starts). Tests that
# share something dear (a Spark) stay in one, see tests/conftest.py.
SIDE_BY_SIDE := --numprocesses 3 --dist loadscope --no-loadscope-reorder
# Each of these starts programs that take a core or two.
TWO := --numprocesses 2 --dist loadscope
UV := build/uv/bin/uv
LOCK := $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"
COMPILE := $(LOCK) --universal --python-version 3.11 --fork-strategy fewest
COMPILE_LAMBDA := $(LOCK) --python-version 3.13 --python-platform aarch64-unknown-linux-gnu

# What is locked already, but for Spark and its bridge: Spark 4.1 gets the same packages as Spark 3.5.
LOCKED := build/locked.txt
KEEP_LOCKED = grep -hE '^[a-z0-9-]+(\[.*\])?==' requirements/dev.txt | grep -vE '^(pyspark|py4j)==' \
	| sed 's/ \\$$//; s/\[.*\]//' > $(LOCKED)

define REQUIRE_PYTHON
command -v "$$PYTHON" >/dev/null || { echo "no $$PYTHON on this machine; expected Python 3.11 or newer," \
	"e.g. make PYTHON=python3.11 demo" >&2; exit 2; }; \
"$$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "$$PYTHON is" \
	"$$("$$PYTHON" --version 2>&1 | head -n 1); expected 3.11 or newer, e.g. make PYTHON=python3.11 demo" >&2; exit 2; }
endef

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:
.PHONY: aws-tools audit release-tools sbom help demo test test-long check bench samples checkov package docker-load docker-test doctor lock clean \
	installed require-python

help: ## list what there is to type
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' Makefile

demo: installed ## run the demo, as `bin/lakehouse demo` does
	@$(PY) -m lakehouse demo

docker-load: $(RUN) ## run the load in the AWS Glue 5 image, against an emulated AWS beside it; needs Docker
	@$(PY) -m lakehouse import lakehouse/demo/dump --raw data/docker/raw
	@chmod -R a+rX data/docker # The user of the image reads them; they are made up.
	@docker compose -f docker/compose.yaml run --rm --build load

docker-test: ## run the Spark tests in the AWS Glue 5 image; needs Docker
	@docker compose -f docker/compose.yaml run --rm test

doctor: ## show which Python and Java are used, what is cached, what is missing
	@bin/lakehouse doctor

package: installed ## write the zips for AWS into build/
	@$(PY) -m lakehouse package

check: $(DEV) ## ruff, mypy, sqlfluff, and every SQL file read as Athena would
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@$(PY) -m devtools.sql_lint
	@$(PY) -m sqlfluff lint --disable-progress-bar sql

checkov: build/checkov/.installed ## look through infra/ for what is unsafe; infra/.checkov.yaml lists the exceptions
	@build/checkov/bin/checkov -d infra --config-file infra/.checkov.yaml

release-tools: build/release-tools/.installed ## install what lists a release's parts and asks for known vulnerabilities

audit: release-tools $(RUN) ## ask whether a locked package has a known vulnerability
	@$(PY) -m devtools.supply_chain audit

sbom: release-tools $(RUN) ## write the list of a release's parts, build/sbom.json (CycloneDX)
	@$(PY) -m devtools.supply_chain sbom build/sbom.json

aws-tools: $(DEV) ## install what tests hold infra/ against, into build/: a second emulator, an IAM simulator, checkers
	@$(PY) -m devtools.aws_tools

test: test-$(SPARK) ## all tests: [T="-k import"] goes to pytest; SPARK=4.1 runs tests/spark on Spark 4.1
test-3.5: $(DEV)
	@PYTEST_ADDOPTS="$$T" $(PY) -u -m pytest $(SIDE_BY_SIDE) -v
test-4.1: $(DEV_4_1)
	@$(VENV_4_1)/bin/python -m lakehouse.spark.java --full
	@PYTEST_ADDOPTS="$$T" $(VENV_4_1)/bin/python -u -m pytest -v tests/spark
test-%:
	@echo "SPARK=$$SPARK is not known here; expected 3.5 or 4.1. Nothing was tested." >&2; exit 2

bench: $(BENCH) ## measure the load against rivals, write bench/RESULTS.md: [SIZE=250MB] of raw JSON
	@$(PY) -m bench --size="$$SIZE"

samples: $(RUN) ## write sql/README.md with sample rows, and the columns for QuickSight: [ARGS="--rows data/dump/warehouse"]
	@set -f; $(PY) -m devtools.sql_readme $$ARGS
	@$(PY) -m devtools.quicksight

test-long: $(DEV) ## tests that take minutes: [T="-k rivals"] goes to pytest
	@PYTEST_ADDOPTS="$$T" $(PY) -u -m pytest $(TWO) -vv tests/long

lock: $(UV) ## write requirements/*.txt; ARGS=--upgrade takes newer versions
	set -f; $(COMPILE) $$ARGS requirements/run.in -o requirements/run.txt
	set -f; $(COMPILE) $$ARGS -c requirements/run.txt requirements/dev.in -o requirements/dev.txt
	set -f; $(COMPILE) $$ARGS -c requirements/dev.txt requirements/bench.in -o requirements/bench.txt
	$(KEEP_LOCKED)
	set -f; $(COMPILE) $$ARGS -c $(LOCKED) --override requirements/spark-4.1.in requirements/dev.in -o requirements/spark-4.1.txt
	set -f; $(COMPILE) $$ARGS -c requirements/dev.txt requirements/docker.in -o requirements/docker.txt
	set -f; $(COMPILE) $$ARGS requirements/uv.in -o requirements/uv.txt
	set -f; $(COMPILE) $$ARGS requirements/infra.in -o requirements/infra.txt
	set -f; $(COMPILE) $$ARGS requirements/aws_tools.in -o requirements/aws_tools.txt
	set -f; $(COMPILE) $$ARGS requirements/release.in -o requirements/release.txt
	set -f; $(COMPILE) $$ARGS requirements/java.in -o requirements/java.txt
	set -f; $(COMPILE) $$ARGS requirements/java25.in -o requirements/java25.txt
	set -f; $(COMPILE) $$ARGS -c requirements/run.txt requirements/glue.in -o requirements/glue.txt
	set -f; $(COMPILE_LAMBDA) $$ARGS -c requirements/run.txt requirements/lambda.in -o requirements/lambda.txt

clean: ## remove what was installed and built here, and the demo; your data in data/ stays
	@rm -rf .venv .venv-4.1 .java build data/demo .pytest_cache .mypy_cache .ruff_cache .coverage spark-warehouse derby.log metastore_db
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What bin/lakehouse asks for before it runs.
installed: $(RUN)
require-python:
	@$(REQUIRE_PYTHON)

$(PY):
	@$(REQUIRE_PYTHON)
	@"$$PYTHON" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 2; }

$(RUN): requirements/run.txt $(PY)
	@echo "Installing requirements/run.txt into $(VENV): about 420 MB to download where nothing is cached, 850 MB on disk" >&2
	@$(INSTALL) -r requirements/run.txt
	@touch $@

# In a separate environment: its packages conflict with everybody else's.
build/checkov/.installed: requirements/infra.txt
	@$(REQUIRE_PYTHON)
	@echo "Installing requirements/infra.txt into build/checkov: about 120 MB to download where nothing is cached" >&2
	@"$$PYTHON" -m venv --clear build/checkov
	@build/checkov/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
		-r requirements/infra.txt
	@touch $@

build/release-tools/.installed: requirements/release.txt
	@$(REQUIRE_PYTHON)
	@"$$PYTHON" -m venv --clear build/release-tools
	@build/release-tools/bin/python -m pip install $(OPTIONS) -r requirements/release.txt
	@touch $@

$(DEV): requirements/dev.txt $(RUN)
	@echo "Installing requirements/dev.txt into $(VENV): about 30 MB to download where nothing is cached" >&2
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

$(BENCH): requirements/bench.txt $(RUN)
	@echo "Installing requirements/bench.txt into $(VENV): about 30 MB to download where nothing is cached" >&2
	@$(INSTALL) -r requirements/bench.txt
	@touch $@

$(DEV_4_1): requirements/spark-4.1.txt
	@$(REQUIRE_PYTHON)
	@echo "Installing requirements/spark-4.1.txt into $(VENV_4_1): about 500 MB to download where nothing is cached" >&2
	@"$$PYTHON" -m venv --clear $(VENV_4_1)
	@$(VENV_4_1)/bin/python -m pip install $(OPTIONS) -r requirements/spark-4.1.txt
	@touch $@

$(UV):
	@$(REQUIRE_PYTHON)
	@"$$PYTHON" -m venv build/uv && build/uv/bin/python -m pip install $(OPTIONS) -r requirements/uv.txt
