# What a person types. Needs GNU make and Python 3.11 or newer; everything else goes into this folder.
# Variables are given after the target: make query Q="select name from song" FORMAT=csv

# Values reach the programs through the environment, whatever quotes, spaces or dollar signs they hold: no shell expands
# them. ARGS are split at spaces, T as a shell would.
# NAME, PORT and SPARK count on the command line only: some systems set them, to the name of the machine and the like.
# A path may begin with ~/ in every shell.
PYTHON ?= python3
in_home = $(subst <path>,,$(subst <path>~/,$(HOME)/,<path>$1))
override FROM := $(call in_home,$(value FROM))
override DATE := $(value DATE)
override RAW := $(or $(call in_home,$(value RAW)),data/raw)
override WAREHOUSE := $(or $(call in_home,$(value WAREHOUSE)),data/warehouse)
override ARGS := $(value ARGS)
override T := $(value T)
override Q := $(value Q)
override FORMAT := $(or $(value FORMAT),table)
override OUT := $(or $(call in_home,$(value OUT)),data/report.html)
override ENGINE := $(or $(value ENGINE),duckdb)
override PORT := $(or $(if $(filter command,$(origin PORT)),$(value PORT)),8081)
override NAME := $(if $(filter command,$(origin NAME)),$(value NAME))
# ENV too: shells know a variable of that name. One that is given but empty is no prod: it is refused.
override ENV := $(if $(filter command,$(origin ENV)),$(value ENV),prod)
override ACCOUNT := $(value ACCOUNT)
override PARAMS := $(value PARAMS)
override SPARK := $(or $(if $(filter command,$(origin SPARK)),$(value SPARK)),3.5)
override SIZE := $(or $(value SIZE),250MB)
override SOURCES := $(or $(value SOURCES),lakehouse/sources/mine.json)
override FILE := $(or $(if $(filter command,$(origin FILE)),$(call in_home,$(value FILE))),$(SOURCES))
override LOGIN := $(or $(call in_home,$(value LOGIN)),.secrets/spotify.json)
override SECRET := $(if $(filter command,$(origin SECRET)),$(value SECRET))
export ENV ACCOUNT FROM DATE RAW WAREHOUSE OUT ARGS Q FORMAT ENGINE PORT NAME PARAMS SOURCES FILE LOGIN SECRET SIZE PYTHON
export T SPARK

VENV := .venv
RUN := $(VENV)/.run-installed
DEV := $(VENV)/.dev-installed
BENCH := $(VENV)/.bench-installed
PY := $(VENV)/bin/python
# Trino and the emulated catalog it reads are not installed for those who never ask it.
ASKING = $(if $(filter trino,$(ENGINE)),$(DEV),$(RUN))
OPTIONS := --quiet --disable-pip-version-check --require-hashes --no-deps
INSTALL := $(PY) -m pip install $(OPTIONS)
# Spark 4.1 beside Spark 3.5: an environment of its own with the same packages.
VENV_4_1 := .venv-4.1
DEV_4_1 := $(VENV_4_1)/.dev-installed
# One more than two cores can feed, for each waits at times (for Terraform, a server, a Java that starts). Tests that
# share something dear (a Spark) stay in one, see tests/conftest.py.
SIDE_BY_SIDE := --numprocesses 3 --dist loadscope --no-loadscope-reorder
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
.PHONY: help demo mine login extract sources-check simulator import load query questions question checks report \
	publish-rds trino deploy run status publish destroy cost docker-load docker-test doctor package check checkov test bench \
	samples test-long lock clean from statement name

help: ## say what there is to type
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' Makefile

demo: $(RUN) ## 14 days of a made-up Spotify through an emulated AWS: Lambda, event, Spark job, tables, answers
	@$(PY) -m lakehouse.demo

mine: $(RUN) ## your own library from a Spotify app: login if needed, extract, load, answers: [ARGS=--no-browser]
	@set -f; $(PY) -m lakehouse.commands.mine --sources="$$SOURCES" --raw="$$RAW" --warehouse="$$WAREHOUSE" --file="$$LOGIN" $$ARGS

login: $(RUN) ## log in to Spotify in the browser, keep it in .secrets/ or Secrets Manager: [SECRET=name] [LOGIN=file] [ARGS=--no-browser]
	@set -f; $(PY) -m lakehouse.commands.login --file="$$LOGIN" --secret="$$SECRET" $$ARGS

extract: $(RUN) ## land what Spotify says of your library: [SOURCES=lakehouse/sources/mine.json] [RAW=data/raw] [LOGIN=file]
	@$(PY) -m lakehouse.commands.extract --sources="$$SOURCES" --raw="$$RAW" --file="$$LOGIN"

sources-check: $(RUN) ## say what a sources document asks for and what a run costs at least: FILE=my_sources.json
	@$(PY) -m lakehouse.commands.sources_check -- "$$FILE"

simulator: $(RUN) ## run a made-up Spotify on this machine: [ARGS="--regime legacy --today 2026-11-05"]
	@set -f; $(PY) -m lakehouse.simulator $$ARGS

import: from $(RUN) ## land JSON files as raw objects: FROM=folder [DATE=2026-11-20] [RAW=data/raw]
	@$(PY) -m lakehouse.importing.import_dump --date="$$DATE" --raw="$$RAW" -- "$$FROM"

load: $(RUN) ## load what is new into the tables: [RAW=data/raw] [WAREHOUSE=data/warehouse] [ARGS="--time_zone Asia/Tokyo"]
	@$(PY) -m lakehouse.commands.load --raw="$$RAW" --warehouse="$$WAREHOUSE" --args="$$ARGS"

query: statement $(ASKING) ## ask in SQL: Q="select name from song" [WAREHOUSE=data/warehouse] [FORMAT=table|csv|csv-exact|json] [ENGINE=trino]
	@$(PY) -m lakehouse.commands.query sql --warehouse="$$WAREHOUSE" --format="$$FORMAT" --engine="$$ENGINE" -- "$$Q"

questions: $(RUN) ## list the saved questions and their parameters: [FORMAT=table|csv|json]
	@$(PY) -m lakehouse.commands.query questions --format="$$FORMAT"

question: name $(ASKING) ## ask a saved question: NAME=top_artists [PARAMS="limit=5"] [WAREHOUSE=data/warehouse] [FORMAT=…] [ENGINE=…]
	@$(PY) -m lakehouse.commands.question

checks: $(ASKING) ## run the checks on the tables: [WAREHOUSE=data/warehouse] [ENGINE=…]
	@$(PY) -m lakehouse.commands.query check --warehouse="$$WAREHOUSE" --engine="$$ENGINE"

report: $(RUN) ## write a page of charts, one HTML file: [WAREHOUSE=data/warehouse] [OUT=data/report.html]
	@$(PY) -m lakehouse.report.write --warehouse="$$WAREHOUSE" --out="$$OUT"

publish-rds: $(RUN) ## bring the tables into a PostgreSQL, told by PGHOST, PGUSER … or POSTGRES_URL: [WAREHOUSE=data/warehouse] [ARGS=--whole]
	@$(PY) -m lakehouse.commands.publish_rds --warehouse="$$WAREHOUSE" --args="$$ARGS"

trino: $(DEV) ## Trino over the tables, for a client or a prompt: [WAREHOUSE=data/warehouse] [PORT=8081]
	@$(PY) -m lakehouse.trino.serve --warehouse="$$WAREHOUSE" --port="$$PORT"

deploy: $(RUN) ## put the lakehouse into your AWS account, or change it there: [ENV=prod] [ARGS=--yes|--plan]
	@set -f; $(PY) -m lakehouse.aws deploy --env="$$ENV" $$ARGS

run: $(RUN) ## on AWS: start an extraction and follow it to the rows: [ENV=prod] [ACCOUNT=me]
	@$(PY) -m lakehouse.aws run --env="$$ENV" --account="$$ACCOUNT"

status: $(RUN) ## on AWS: last and next runs, freshness, what was set aside, alarms: [ENV=prod]
	@$(PY) -m lakehouse.aws status --env="$$ENV"

publish: $(RUN) ## on AWS: create changed views, refresh summaries, run the checks: [ENV=prod]
	@$(PY) -m lakehouse.aws publish --env="$$ENV"

destroy: $(RUN) ## remove a deployed copy with its data, unless it is protected: [ENV=pr-7] [ARGS=--yes]
	@set -f; $(PY) -m lakehouse.aws destroy --env="$$ENV" $$ARGS

cost: $(RUN) ## compute what a month on AWS costs: [ARGS="--prices docs/prices.json"] [ARGS="--measure data/warehouse"]
	@set -f; $(PY) -m devtools.cost $$ARGS

docker-load: $(RUN) ## run the load in the AWS Glue 5 image, against an emulated AWS beside it; needs Docker
	@$(PY) -m lakehouse.importing.import_dump --raw=data/docker/raw lakehouse/demo/dump
	@chmod -R a+rX data/docker # The user of the image reads them; they are made up.
	@docker compose -f docker/compose.yaml run --rm --build load

docker-test: ## run the Spark tests in the AWS Glue 5 image; needs Docker
	@docker compose -f docker/compose.yaml run --rm test

doctor: ## say which Python and Java are used, what is cached, what is missing
	@$(REQUIRE_PYTHON)
	@if [ -e $(RUN) ]; then $(PY) -m lakehouse.commands.doctor; else "$$PYTHON" -m lakehouse.commands.doctor; fi

package: $(RUN) ## write the zips of the job and the Lambda functions, the same byte for byte wherever they are made
	@$(PY) -m lakehouse.package glue_jobs glue_wheels lambda_extract sql

check: $(DEV) ## ruff, mypy, sqlfluff, and every SQL file read as Athena would
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@$(PY) -m devtools.sql_lint
	@$(PY) -m sqlfluff lint --disable-progress-bar sql

checkov: build/checkov/.installed ## look through infra/ for what is unsafe; exceptions stand in infra/.checkov.yaml
	@build/checkov/bin/checkov -d infra --config-file infra/.checkov.yaml

test: test-$(SPARK) ## all tests, those of Spark beside the fast ones: [T="-k import"] goes to pytest; SPARK=4.1: tests/spark alone
test-3.5: $(DEV)
	@PYTEST_ADDOPTS="$$T" $(PY) -u -m pytest $(SIDE_BY_SIDE) -v
test-4.1: $(DEV_4_1)
	@$(VENV_4_1)/bin/python -m lakehouse.spark.java --full
	@PYTEST_ADDOPTS="$$T" $(VENV_4_1)/bin/python -u -m pytest -v tests/spark
test-%:
	@echo "SPARK=$$SPARK is not known here; expected 3.5 or 4.1. Nothing was tested." >&2; exit 2

bench: $(BENCH) ## measure the load against rivals, write bench/RESULTS.md: [SIZE=250MB] of raw JSON
	@$(PY) -m bench --size="$$SIZE"

samples: $(RUN) ## write sql/README.md with what each SQL file gives, and the columns for QuickSight: [ARGS="--rows data/dump/warehouse"] of these rows
	@set -f; $(PY) -m devtools.sql_readme $$ARGS
	@$(PY) -m devtools.quicksight

test-long: $(DEV) ## what takes minutes: kills, rivals, the longest lines, more random cases: [T="-k rivals"] goes to pytest
	@PYTEST_ADDOPTS="$$T" $(PY) -u -m pytest -vv tests/long

lock: $(UV) ## write requirements/*.txt anew: [ARGS=--upgrade] for newer versions
	set -f; $(COMPILE) $$ARGS requirements/run.in -o requirements/run.txt
	set -f; $(COMPILE) $$ARGS -c requirements/run.txt requirements/dev.in -o requirements/dev.txt
	set -f; $(COMPILE) $$ARGS -c requirements/dev.txt requirements/bench.in -o requirements/bench.txt
	$(KEEP_LOCKED)
	set -f; $(COMPILE) $$ARGS -c $(LOCKED) --override requirements/spark-4.1.in requirements/dev.in -o requirements/spark-4.1.txt
	set -f; $(COMPILE) $$ARGS -c requirements/dev.txt requirements/docker.in -o requirements/docker.txt
	set -f; $(COMPILE) $$ARGS requirements/uv.in -o requirements/uv.txt
	set -f; $(COMPILE) $$ARGS requirements/infra.in -o requirements/infra.txt
	set -f; $(COMPILE) $$ARGS requirements/java.in -o requirements/java.txt
	set -f; $(COMPILE) $$ARGS requirements/java25.in -o requirements/java25.txt
	set -f; $(COMPILE) $$ARGS -c requirements/run.txt requirements/glue.in -o requirements/glue.txt
	set -f; $(COMPILE_LAMBDA) $$ARGS -c requirements/run.txt requirements/lambda.in -o requirements/lambda.txt

clean: ## remove what was installed and built here, and the demo; your data in data/ stays
	@rm -rf .venv .venv-4.1 .java build data/demo .pytest_cache .mypy_cache .ruff_cache .coverage spark-warehouse derby.log metastore_db
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What a target cannot do without; said before anything is installed.
from:
	$(if $(FROM),,$(error FROM is not given. Example: make import FROM=my_dumps))
statement:
	$(if $(Q),,$(error Q is not given. Example: make query Q="select name from song limit 5"))
name:
	$(if $(NAME),,$(error NAME is not given. Example: make question NAME=top_artists; make questions lists them))

$(PY):
	@$(REQUIRE_PYTHON)
	@"$$PYTHON" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 2; }

$(RUN): requirements/run.txt $(PY)
	@echo "Installing requirements/run.txt into $(VENV): about 420 MB to download where nothing is cached, 850 MB on disk" >&2
	@$(INSTALL) -r requirements/run.txt
	@touch $@

# In an environment of its own: what it needs is at odds with what everything else needs.
build/checkov/.installed: requirements/infra.txt
	@$(REQUIRE_PYTHON)
	@echo "Installing requirements/infra.txt into build/checkov: about 120 MB to download where nothing is cached" >&2
	@"$$PYTHON" -m venv --clear build/checkov
	@build/checkov/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
		-r requirements/infra.txt
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
