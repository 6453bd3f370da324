# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything the project does on a machine that has Python 3.11 or newer, git, make and a package index.
# Each target sets up what it needs. All that is written stays in this folder: in .venv and in build.

PYTHON ?= python3
BIN := .venv/bin
BUILD := $(CURDIR)/build

# Ansible finds a collection by its folder, .../ansible_collections/NAMESPACE/NAME. This link makes a clone of any name
# one. It is the fast way to run from the working tree; ansible-test refuses links and gets a copy (tools/ansible_test.py).
COLLECTION := build/collections/ansible_collections/idops/cyberark_identity

# The releases of ansible-core to test with. Their versions and Pythons are in tools/ansible_test.py.
CORES := 2.16 2.19 2.21
ANSIBLE_TEST := $(addprefix ansible-test-,$(CORES))
SANITY := $(addprefix sanity-,$(CORES))
UNITS := $(addprefix units-,$(CORES))
INTEGRATION := $(addprefix integration-,$(CORES))

export ANSIBLE_COLLECTIONS_PATH := $(BUILD)/collections
export ANSIBLE_HOME := $(BUILD)/ansible
export ANSIBLE_LOCAL_TEMP := $(BUILD)/ansible/tmp
export ANSIBLE_REMOTE_TMP := $(BUILD)/ansible/tmp
export HYPOTHESIS_STORAGE_DIRECTORY := $(BUILD)/cache/hypothesis
export PIP_CACHE_DIR := $(BUILD)/cache/pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export XDG_CACHE_HOME := $(BUILD)/cache
# Images of containers often set it. Each of the hundreds of processes of the suite would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help test test-all lint ansible-lint format unit leaks faults thorough integration package changelog release docs
.PHONY: mutants
.PHONY: demo emulator bench bench-quick clean distclean
.PHONY: $(ANSIBLE_TEST) $(SANITY) $(UNITS) $(INTEGRATION)

help: ## print this list
	@sed -n 's/^\([a-z.-]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F '|' '{ printf "%-24s%s\n", $$1, $$2 }'
	@echo "  ansible-test-CORE     sanity, units and integration on one ansible-core: $(CORES)"
	@echo "  sanity-CORE, units-CORE, integration-CORE"
	@echo "Python: PYTHON=$(PYTHON)"

test: $(BIN)/.installed $(COLLECTION) ## the suite as CI runs it; says in the end what it leaves out
	@$(BIN)/python tools/suite.py

test-all: $(BIN)/.installed $(COLLECTION) ## the whole suite: everything on every ansible-core
	@$(BIN)/python tools/suite.py --all

# --- set-up

# The stamp is newer than the requirements when .venv is up to date. An existing .venv is updated in place. All that is
# said here goes to stderr: the stdout of `make emulator` is for a program to read.
$(BIN)/.installed: requirements-dev.txt requirements-test.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is not Python 3.11 or newer. Name one that is: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Setting up .venv, which takes a minute or two: only the first time, and when the requirements change" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv >&2
	@$(BIN)/python -m pip install --quiet -r requirements-dev.txt >&2
	@touch $@

.PHONY: .venv
.venv: $(BIN)/.installed $(COLLECTION) ## the development environment

$(COLLECTION):
	@mkdir -p $(@D)
	@ln -s ../../../.. $@

# --- checks

# ansible-lint and antsibull-docs look for ansible on the PATH. antsibull-docs leaves a log in HOME.
lint ansible-lint: export PATH := $(CURDIR)/$(BIN):$(PATH)

# Without the detector of names: in this project every other line says "password". A false alarm is answered with the
# comment "pragma: allowlist secret" on its line.
DETECT_SECRETS := $(BIN)/detect-secrets-hook --disable-plugin KeywordDetector

lint: $(BIN)/.installed $(COLLECTION) ansible-lint ## style, types, licences, documentation, secrets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/yamllint --strict .
	$(BIN)/reuse lint --quiet || $(BIN)/reuse lint --lines
	$(BIN)/antsibull-changelog lint
	HOME=$(BUILD) $(BIN)/antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=self .
	git ls-files -z --cached --others --exclude-standard | xargs -0 $(DETECT_SECRETS)

ansible-lint: $(BIN)/.installed $(COLLECTION)
	$(BIN)/ansible-lint

format: $(BIN)/.installed ## let ruff format the code and mend what it can
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

unit: $(BIN)/.installed $(COLLECTION) ## unit tests, with the branch coverage of plugins/module_utils
	@mkdir -p $(BUILD)/coverage
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term-missing \
	  $(if $(QUICK),-m "not long")

leaks: $(BIN)/.installed $(COLLECTION) ## look for secrets in all that a real ansible-playbook leaves behind
	$(BIN)/python -m pytest tests/unit/test_leaks.py

thorough: $(BIN)/.installed $(COLLECTION) ## the laws of test_*properties.py, with ten times the examples and others each time
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -n 2 tests/unit/plugins/module_utils/

mutants: $(BIN)/.installed $(COLLECTION) ## break single lines of guard rails, masking, retries and merging: a test has to notice
	$(BIN)/python tools/mutants.py

faults: export EVERY_FAULT := 1
faults: $(BIN)/.installed $(COLLECTION) ## every request of every task with every fault, and with the task killed at it
	$(BIN)/python -m pytest -n 2 tests/unit/plugins/modules/test_fault_matrix.py tests/unit/plugins/modules/test_kill.py

# One HOME and one tree for each ansible-core: never run two targets of the same one side by side.
$(ANSIBLE_TEST): ansible-test-%: $(BIN)/.installed
	@$(BIN)/python tools/ansible_test.py $*

$(SANITY): sanity-%: $(BIN)/.installed
	@$(BIN)/python tools/ansible_test.py $* sanity

$(UNITS): units-%: $(BIN)/.installed
	@$(BIN)/python tools/ansible_test.py $* units

$(INTEGRATION): integration-%: $(BIN)/.installed
	@$(BIN)/python tools/ansible_test.py $* integration

integration: integration-2.19 ## integration tests on the ansible-core of .venv

# Servers by other authors, each installed once from its registry into a folder of its own.
INTEROP := $(BUILD)/interop
.PHONY: interop
interop: $(BIN)/.installed $(COLLECTION) $(INTEROP)/django-scim2/.installed $(INTEROP)/better-auth/.installed
interop: $(INTEROP)/awx/.installed
interop: ## SCIM servers by other authors, the emulator under checks by another author, docs/awx with awx.awx itself
	$(BIN)/python -m pytest -rs tests/interop
	@test -e $(INTEROP)/better-auth/.installed || echo "SKIPPED: Better Auth: npm was not found"

$(INTEROP)/django-scim2/.installed: tests/interop/servers/django-scim2/requirements.txt
	$(BIN)/python -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet -r $<
	@touch $@

# Node finds packages from where a file is, so that the server is put beside them.
$(INTEROP)/better-auth/.installed: export npm_config_cache := $(BUILD)/cache/npm
$(INTEROP)/better-auth/.installed: $(wildcard tests/interop/servers/better-auth/*)
	@mkdir -p $(@D)
	cp $^ $(@D)
	@! command -v npm > /dev/null || { \
	  npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@; }

# awx.awx is not on a package index but inside a package that is.
$(INTEROP)/awx/.installed: tests/interop/servers/awx/requirements.txt
	rm -rf $(@D)
	mkdir -p $(@D)
	$(BIN)/python -m pip download --quiet --no-deps --no-binary ansible --require-hashes --dest $(@D) -r $<
	tar -xzf $(@D)/ansible-*.tar.gz -C $(@D) --strip-components=1 --wildcards '*/ansible_collections/awx/awx'
	rm $(@D)/ansible-*.tar.gz
	@touch $@

package: $(BIN)/.installed $(COLLECTION) ## build the tarball, install it, and see what Galaxy would say to it
	rm -rf $(BUILD)/package
	$(BIN)/python -m pytest tests/package

# antsibull-changelog looks for ansible-doc on the PATH, to list what modules and plugins are new.
changelog: export PATH := $(CURDIR)/$(BIN):$(PATH)
changelog: $(BIN)/.installed $(COLLECTION) ## make of the fragments the changelog of the version in galaxy.yml
	antsibull-changelog release

release: $(BIN)/.installed $(COLLECTION) ## build the release that HEAD has a tag of; CONTRIBUTING.md has the steps
	@$(BIN)/python tools/release.py

# Pages lie in the site where they lie in the repository, so that their links hold in both.
docs: SOURCE := $(BUILD)/docs/source
docs: export PATH := $(CURDIR)/$(BIN):$(PATH)
docs: export ANSIBLE_COLLECTIONS_PATH := $(BUILD)/collections
docs: $(BIN)/.installed $(COLLECTION) ## the documentation as a site, in build/docs/html
	rm -rf $(BUILD)/docs
	mkdir -p -m 755 $(SOURCE)/reference
	cp --parents *.md docs/*.md docs/*.svg docs/images/*.svg roles/*/README.md $(SOURCE)
	cp tools/docs/index.md $(SOURCE)
	HOME=$(BUILD) antsibull-docs collection --use-current --squash-hierarchy --fail-on-error \
	  --no-add-antsibull-docs-version --dest-dir $(SOURCE)/reference idops.cyberark_identity
	sphinx-build --quiet --fail-on-warning --keep-going -c tools/docs $(SOURCE) $(BUILD)/docs/html
	$(BIN)/python -m pytest -q tests/docs

# --- to try it

demo emulator: export PYTHONPATH := $(BUILD)/collections

demo: $(BIN)/.installed $(COLLECTION) ## run a playbook against the emulated tenant
	@$(BIN)/python tests/demo/demo.py

emulator: $(BIN)/.installed $(COLLECTION) ## start an emulated tenant in the foreground
	@$(BIN)/python -m tests.emulator

# --- to measure

bench: $(BIN)/.installed $(COLLECTION) ## measure against other ways to do the same; writes docs/benchmarks.md
	@$(BIN)/python -m tests.benchmarks.bench

bench-quick: $(BIN)/.installed $(COLLECTION) ## the same with no more than 1,000 users; writes to build
	@$(BIN)/python -m tests.benchmarks.bench --quick

# --- to tidy up

clean: ## remove all that was built, but not .venv
	rm -rf build tests/output .ansible
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## remove .venv as well
	rm -rf .venv
