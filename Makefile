# One command each to run printlink, to test it and to train it. Every target brings what it needs;
# only Python 3.11 or newer, make and git have to be there.

HOST ?= 127.0.0.1
PORT ?= 8000
FRAMES ?= bench/frames
CONFIG ?= training/configs/links.py
PAGES ?= pages
RUN ?= runs/links
MINUTES ?= 120

SETUP := deploy/setup
UV := $(shell command -v uv || echo .tools/bin/uv)
BIN := .venv/bin
SERVE_READY := .venv/.serve-ready
DEV_READY := .venv/.dev-ready
DOCS_READY := .venv/.docs-ready

# Parallel Tesseracts with several threads each strangle one another.
OMP_THREAD_LIMIT ?= 1
TF_CPP_MIN_LOG_LEVEL ?= 2
export OMP_THREAD_LIMIT TF_CPP_MIN_LOG_LEVEL

# The export to TF.js calls uv, too.
PATH := $(CURDIR)/.tools/bin:$(PATH)
export PATH

# uv trusts a list of its own, which leaves out what the machine trusts, such as a company's proxy.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
SSL_CERT_FILE ?= /etc/ssl/certs/ca-certificates.crt
export SSL_CERT_FILE
endif

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help serve check test test-browser test-scale bench bench-read train-smoke model lint-deploy docs fonts clean tesseract browser some-fonts

help: ## Say what can be made.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

serve: $(SERVE_READY) tesseract ## Serve on HOST=127.0.0.1 PORT=8000.
	$(BIN)/printlink serve --host $(HOST) --port $(PORT)

check: $(DEV_READY) tesseract some-fonts ## Format, lint, types and the fast tests with their coverage.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -m "not slow" --cov --cov-fail-under=95

test: check ## All of check, then the slow tests: training, export, a real server.
	$(BIN)/pytest -m "slow and not browser"

test-browser: $(DEV_READY) tesseract browser ## The camera page in a real Chromium, which it installs.
	$(BIN)/pytest -m browser

test-scale: $(DEV_READY) tesseract ## Bulk work and the service in parts, with Ray, which it installs.
	$(UV) sync --frozen --extra training --extra scale --inexact
	$(BIN)/pytest tests/scale

bench: $(DEV_READY) tesseract ## Time every stage on FRAMES=bench/frames beside full-page Tesseract.
	$(BIN)/python -m bench.stages --frames $(FRAMES)

bench-read: $(DEV_READY) tesseract some-fonts ## Compare every reader of strips, RapidOCR too, on generated frames.
	$(BIN)/python -m bench.read

train-smoke: $(DEV_READY) tesseract some-fonts ## Render, train, export and publish at toy size, in minutes.
	$(BIN)/python -m training.smoke

model: $(DEV_READY) ## Train the detector that ships anew, both stages, from PAGES in RUN for MINUTES.
	$(BIN)/printlink-train train $(CONFIG) $(PAGES) $(RUN) --max-minutes $(MINUTES)
	$(BIN)/printlink-train export $(CONFIG) $(RUN) $(RUN)/first
	$(BIN)/printlink-train refiner $(CONFIG) $(PAGES) $(RUN)/first $(RUN)/refiner --max-minutes 25
	$(BIN)/printlink-train export $(CONFIG) $(RUN) $(RUN)/export --refiner $(RUN)/refiner

lint-deploy: | $(UV) ## Lint the Dockerfile, the compose file and the manifests for Kubernetes.
	deploy/lint.sh

docs: $(DOCS_READY) ## Build the documents as a site in build/site; a link that leads nowhere fails.
	$(BIN)/zensical build --strict --clean

fonts: ## Install the Debian packages that training data is made of: fonts and quotations.
	$(SETUP)/packages.sh $$(cat training/font-packages.txt) fortunes

clean: ## Remove the environments, the caches and what was built.
	rm -rf .venv .tools .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage htmlcov build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.tools/bin/uv:
	$(SETUP)/uv.sh .tools

# --inexact: what the other targets installed stays.
$(SERVE_READY): pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --no-dev --extra litert --inexact
	@touch $@

$(DEV_READY): pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --extra training --inexact
	@touch $@ $(SERVE_READY)

$(DOCS_READY): pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --no-dev --extra docs --inexact
	@touch $@

tesseract:
	@$(SETUP)/tesseract.sh

browser:
	@$(SETUP)/browser.sh

# A font family on either side of the split is enough to test with; macOS has its own.
some-fonts:
	@[ "$$(uname)" = Darwin ] || $(SETUP)/packages.sh fonts-dejavu-core fonts-liberation
