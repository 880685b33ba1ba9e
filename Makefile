# Two commands matter: `make run` and `make test`. Everything they need is installed into .venv.
PYTHON ?= python3
PORT ?= 3000
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run venv training notebooks cluster test browser lint gallery types lock clean

help:
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

run: venv ## start the service on PORT (default 3000)
	@echo "==> checking the artefacts"
	@$(BIN)/python -m models.manifest
	@echo "==> preparing the emblems' drawings (a minute, once)"
	@$(BIN)/huijian gallery prepare
	@echo "==> starting the service on port $(PORT)"
	@exec $(BIN)/huijian serve --port $(PORT)

venv: .venv/serving ## make .venv with what serving needs

training: .venv/training ## add what training and evaluation need

notebooks: .venv/notebooks ## open the notebooks in JupyterLab, on this machine alone
	$(BIN)/jupyter lab --ip 127.0.0.1 notebooks

cluster: .venv/cluster ## add what judging on a Ray cluster needs

test: .venv/test browser ## install what the tests need and run them all
	@echo "==> running the tests"
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

browser: ## install Debian's chromium, which the console's tests drive, where it is missing
	@command -v chromium >/dev/null || { echo "==> installing chromium" \
		&& apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium >/dev/null; }

lint: .venv/test ## style, types, and that files speak of the project alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@! git grep -nIE 'pypi[.]org|pythonho[s]ted[.]org|npmjs[.]org|deb[.]debian[.]org|(^|[^.a-z])/(work|root|home)/' \
		|| (echo "these files name a registry host or a machine path" >&2; exit 1)

gallery: training ## rebuild the default gallery from datasets/emblems/catalogue.jsonl
	$(BIN)/python -m training.release gallery

types: .venv/serving ## write the generated modules of clients/python from serving/openapi.yaml and the asynchronous client
	$(BIN)/python -m serving.generate_client

lock: .venv/test ## resolve requirements/*.in again
	for name in serving training tracking cluster test notebooks; do \
		$(BIN)/pip-compile -q --no-header --no-annotate --strip-extras --no-emit-index-url --no-emit-find-links \
			--unsafe-package torch --unsafe-package torchvision --output-file requirements/$$name.txt requirements/$$name.in; \
	done
	sed -i -E '/^(nvidia-|cuda-|triton==)/d' requirements/training.txt

clean: ## remove what was built, but not the home directory var/
	rm -rf .venv build

.venv/serving: requirements/serving.txt pyproject.toml
	@echo "==> making .venv with the serving requirements"
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q -r requirements/serving.txt
	$(BIN)/pip install -q --no-deps -e .
	@touch $@

.venv/training: .venv/serving requirements/training.txt requirements/torch.txt
	@echo "==> adding the training requirements"
	$(BIN)/pip install -q -r requirements/torch.txt -r requirements/training.txt
	@touch $@

.venv/notebooks: .venv/training requirements/notebooks.txt
	@echo "==> adding the notebooks' requirements"
	$(BIN)/pip install -q -r requirements/notebooks.txt
	@touch $@

.venv/cluster: .venv/serving requirements/cluster.txt
	@echo "==> adding the cluster requirements"
	$(BIN)/pip install -q -r requirements/cluster.txt
	@touch $@

.venv/test: .venv/training requirements/test.txt
	@echo "==> adding the test requirements"
	$(BIN)/pip install -q -r requirements/test.txt
	@touch $@
