# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Every task of the project, on a machine with Python 3.11 or newer, git, make and a package index. Each target installs
# its requirements. All files are written to this folder: to .venv and to build.

PYTHON ?= python3
BIN := .venv/bin
BUILD := $(CURDIR)/build

# Ansible finds a collection by its folder, .../ansible_collections/NAMESPACE/NAME. This link gives a clone of any name
# such a path, so that the working tree can be run directly. ansible-test refuses links and gets a copy, made by
# tools/ansible_test.py.
COLLECTION := build/collections/ansible_collections/idops/cyberark_identity

# The releases of ansible-core to test with. tools/ansible_test.py has their versions and Pythons.
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
# Container images often set this variable. Each of the suite's hundreds of processes would then compile every import.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help test test-all lint ansible-lint format unit leaks faults thorough ways integration package changelog release docs
.PHONY: mutants screenshots
.PHONY: demo emulator bench bench-quick bench-access payload clean distclean
.PHONY: $(ANSIBLE_TEST) $(SANITY) $(UNITS) $(INTEGRATION)

help: ## print this list
	@sed -n 's/^\([a-z.-]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F '|' '{ printf "%-24s%s\n", $$1, $$2 }'
	@echo "  ansible-test-CORE     sanity, units and integration on one ansible-core: $(CORES)"
	@echo "  sanity-CORE, units-CORE, integration-CORE"
	@echo "Python: PYTHON=$(PYTHON)"

test: $(BIN)/.installed $(COLLECTION) ## run the suite as CI does; prints at the end what it left out
	@$(BIN)/python tools/suite.py

test-all: $(BIN)/.installed $(COLLECTION) ## run the whole suite: everything on every ansible-core
	@$(BIN)/python tools/suite.py --all

# --- set-up

# The stamp is newer than the requirements if .venv is up to date. An existing .venv is updated in place. All messages
# go to stderr: programs read the stdout of `make emulator`.
$(BIN)/.installed: requirements-dev.txt requirements-test.txt tests/emulator/requirements.txt
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

# ansible-lint and antsibull-docs search for ansible on the PATH. antsibull-docs writes a log to HOME.
lint ansible-lint: export PATH := $(CURDIR)/$(BIN):$(PATH)

# The keyword detector is off, because every other line of this project says "password". Mark a false alarm with the
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

format: $(BIN)/.installed ## format the code and apply ruff's fixes
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

# Measuring coverage takes half as long again as the tests.
unit: $(BIN)/.installed $(COLLECTION) ## unit tests, with the branch coverage of plugins/module_utils
	@mkdir -p $(BUILD)/coverage
	@$(if $(QUICK),echo "LEFT OUT: coverage: a change moves it slowly and the whole suite has its threshold")
	@$(if $(QUICK),echo "LEFT OUT: two thirds of the examples of each property: CI has them and thorough has many more")
	$(BIN)/python -m pytest -n 2 --dist worksteal $(if $(QUICK),-m "not long",--cov --cov-report=term-missing)

leaks: $(BIN)/.installed $(COLLECTION) ## search everything that a real ansible-playbook leaves behind for secrets
	$(BIN)/python -m pytest tests/unit/test_leaks.py

thorough: $(BIN)/.installed $(COLLECTION) ## property tests with ten times the examples and a fresh seed
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -n 2 tests/unit/plugins/module_utils/

ways: $(BIN)/.installed $(COLLECTION) ## run modules as tasks in the tests of modules, and compare each run with that of main()
	$(BIN)/python tools/ways.py

mutants: $(BIN)/.installed $(COLLECTION) ## break single lines of guard rails, masking, retries and merging; a test must fail
	$(BIN)/python tools/mutants.py

faults: export EVERY_FAULT := 1
faults: $(BIN)/.installed $(COLLECTION) ## combine every request of every task with every fault, and kill the task at each request
	$(BIN)/python -m pytest -n 2 tests/unit/plugins/modules/test_fault_matrix.py tests/unit/plugins/modules/test_kill.py

# Each ansible-core has one HOME and one tree: never run two targets of the same release at once.
$(ANSIBLE_TEST): ansible-test-%: $(BIN)/.installed
	@$(BIN)/python tools/ansible_test.py $*

$(SANITY): sanity-%: $(BIN)/.installed
	@$(BIN)/python tools/ansible_test.py $* sanity

$(UNITS): units-%: $(BIN)/.installed
	@$(BIN)/python tools/ansible_test.py $* units

$(INTEGRATION): integration-%: $(BIN)/.installed
	@$(BIN)/python tools/ansible_test.py $* integration

integration: integration-2.19 ## integration tests on the ansible-core of .venv

# Servers by other authors, each installed once from its registry into its own folder.
INTEROP := $(BUILD)/interop
.PHONY: interop
interop: $(BIN)/.installed $(COLLECTION) $(INTEROP)/django-scim2/.installed $(INTEROP)/better-auth/.installed
interop: $(INTEROP)/awx/.installed $(INTEROP)/clients/.installed
interop: ## test with SCIM servers by other authors, the emulator with clients by others, docs/awx with awx.awx
	$(BIN)/python -m pytest -rs tests/interop
	@test -e $(INTEROP)/better-auth/.installed || echo "SKIPPED: Better Auth: npm was not found"

$(INTEROP)/django-scim2/.installed: tests/interop/servers/django-scim2/requirements.txt
$(INTEROP)/clients/.installed: tests/interop/clients/requirements.txt
$(INTEROP)/django-scim2/.installed $(INTEROP)/clients/.installed:
	$(BIN)/python -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet -r $<
	@touch $@

# Node searches for packages next to the running file, so the server is copied to them.
$(INTEROP)/better-auth/.installed: export npm_config_cache := $(BUILD)/cache/npm
$(INTEROP)/better-auth/.installed: $(wildcard tests/interop/servers/better-auth/*)
	@mkdir -p $(@D)
	cp $^ $(@D)
	@! command -v npm > /dev/null || { \
	  npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@; }

# awx.awx is not on a package index itself, but is part of the package "ansible".
$(INTEROP)/awx/.installed: tests/interop/servers/awx/requirements.txt
	rm -rf $(@D)
	mkdir -p $(@D)
	$(BIN)/python -m pip download --quiet --no-deps --no-binary ansible --require-hashes --dest $(@D) -r $<
	tar -xzf $(@D)/ansible-*.tar.gz -C $(@D) --strip-components=1 --wildcards '*/ansible_collections/awx/awx'
	rm $(@D)/ansible-*.tar.gz
	@touch $@

package: $(BIN)/.installed $(COLLECTION) ## build the tarball, install it, and run the checks of Galaxy
	rm -rf $(BUILD)/package
	@$(if $(QUICK),echo "LEFT OUT: ansible-lint as Galaxy runs it: lint has it on more files")
	$(BIN)/python -m pytest tests/package

# antsibull-changelog searches for ansible-doc on the PATH, to list new modules and plugins.
changelog: export PATH := $(CURDIR)/$(BIN):$(PATH)
changelog: $(BIN)/.installed $(COLLECTION) ## turn the fragments into the changelog of the version in galaxy.yml
	antsibull-changelog release

release: $(BIN)/.installed $(COLLECTION) ## build the release that HEAD is tagged as; CONTRIBUTING.md has the steps
	@$(BIN)/python tools/release.py

# Pages have the same paths in the site and in the repository, so that links work in both.
docs: SOURCE := $(BUILD)/docs/source
docs: export PATH := $(CURDIR)/$(BIN):$(PATH)
docs: export ANSIBLE_COLLECTIONS_PATH := $(BUILD)/collections
docs: $(BIN)/.installed $(COLLECTION) ## the documentation as a site, in build/docs/html
	rm -rf $(BUILD)/docs
	mkdir -p -m 755 $(SOURCE)/reference
	cp --parents *.md docs/*.md docs/*.svg docs/images/*.svg docs/images/*.png roles/*/README.md $(SOURCE)
	cp tools/docs/index.md $(SOURCE)
	HOME=$(BUILD) antsibull-docs collection --use-current --squash-hierarchy --fail-on-error \
	  --no-add-antsibull-docs-version --dest-dir $(SOURCE)/reference idops.cyberark_identity
	sphinx-build --quiet --fail-on-warning --keep-going -c tools/docs $(SOURCE) $(BUILD)/docs/html
	$(BIN)/python -m pytest -q tests/docs

screenshots: export PYTHONPATH := $(BUILD)/collections
screenshots: $(BIN)/.installed $(COLLECTION) ## the pictures of a plan's page in docs/images; needs Chromium
	$(BIN)/python tools/screenshots.py

# --- demonstration

demo emulator: export PYTHONPATH := $(BUILD)/collections

demo: $(BIN)/.installed $(COLLECTION) ## run a playbook against the emulated tenant
	@$(BIN)/python tests/demo/demo.py

emulator: $(BIN)/.installed $(COLLECTION) ## start an emulated tenant in the foreground; prints what to export
	@$(BIN)/python -m tests.emulator --two-clients --export

# --- benchmarks

bench: $(BIN)/.installed $(COLLECTION) ## compare the speed with other ways to do the same; writes docs/benchmarks.md
	@$(BIN)/python -m tests.benchmarks.bench

payload: $(BIN)/.installed $(COLLECTION) ## print what each module ships to the managed host, and its import time
	@$(BIN)/python tools/payload.py

bench-quick: $(BIN)/.installed $(COLLECTION) ## the same with less of it, in two or three minutes; writes to build
	@$(BIN)/python -m tests.benchmarks.bench --quick

bench-access: $(BIN)/.installed $(COLLECTION) ## print the times of questions about access, and what policies cost
	@$(BIN)/python -m tests.benchmarks.access
	@$(BIN)/python -m tests.benchmarks.policies

# --- clean-up

clean: ## remove everything that was built, except .venv
	rm -rf build tests/output .ansible
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## remove .venv as well
	rm -rf .venv
