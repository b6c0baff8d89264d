# Two commands do everything on a fresh machine:  make site   make test
# They need only python3 >= 3.11 (with venv) and make.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-warn-script-location

# So that the versions hold for the tools that build the package, too; pip has had two names for this.
export PIP_CONSTRAINT       := $(CURDIR)/constraints.txt
export PIP_BUILD_CONSTRAINT := $(CURDIR)/constraints.txt
# Wherever make is called from, this source is what is installed.
unexport PYTHONPATH

.PHONY: site test check docs clean

site: $(VENV)/.installed
	$(BIN)/netblog build

test: $(VENV)/.tested
	$(BIN)/python -m pytest

check: $(VENV)/.tested
	$(BIN)/ruff check src tests $(wildcard benchmarks)
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.installed
	$(BIN)/netblog build --source docs --strict

clean:
	rm -rf $(VENV) .netblog public docs/.netblog docs/public

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit("netblog needs Python 3.11 or newer: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml constraints.txt
	$(PIP) --editable .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(PIP) --editable '.[test]'
	@touch $@
