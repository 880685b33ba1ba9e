"""Every notebook runs from top to bottom on small data, shows its results, and is committed without outputs."""

from functools import cache
from pathlib import Path

import nbformat
import pytest
import small_bert
import yaml
from jupyter_client import KernelManager
from nbclient import NotebookClient

from models.profile import CLASSIFIER_LABELS
from training.text.data.corpus import Split, read_split, write_cases

NOTEBOOKS = {path.stem: path for path in sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))}
SECONDS_PER_CELL = 120
COUNTS = {"cases": 20, "errors": 40, "thresholds": 60, "emblem": 8, "challenger": 40}
"""Texts or pictures that each looks at here."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Executes a notebook of a name with the released models, once; all in one kernel, which imports torch once."""
    folder, kernel = tmp_path_factory.mktemp("notebooks"), KernelManager(kernel_name="python3")
    write_cases(folder / "cases.jsonl", read_split(Split.TEST)[::40])
    (folder / "bert").mkdir()
    small_bert.write(folder / "bert")
    yield cache(lambda name: _execute(NOTEBOOKS[name], folder, kernel))
    kernel.shutdown_kernel(now=True)


def _execute(path, folder, kernel):
    environment = {
        "HUIJIAN_HOME": str(folder / "home"),
        "HUIJIAN_NOTEBOOK_BASE": str(folder / "bert"),
        "HUIJIAN_NOTEBOOK_CASES": str(COUNTS[path.stem]),
    }
    if path.stem == "cases":
        environment["HUIJIAN_NOTEBOOK_FILE"] = str(folder / "cases.jsonl")
    forget = "import os\nos.environ.pop('HUIJIAN_NOTEBOOK_FILE', None)"
    notebook = nbformat.read(path, as_version=4)
    first = f"%reset -f\n{forget}\nos.environ.update({environment})\ndel os"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(first))
    resources = {"metadata": {"path": str(path.parent)}}
    return NotebookClient(notebook, km=kernel, timeout=SECONDS_PER_CELL, resources=resources).execute()


def _shown(notebook, kind):
    """The cells' outputs of one media type, joined."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output["data"].get(kind, "") for output in outputs if "data" in output)


def _printed(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output["text"] for output in outputs if output.get("name") == "stdout")


@pytest.mark.parametrize("path", NOTEBOOKS.values(), ids=NOTEBOOKS.keys())
def test_notebook_is_committed_without_outputs(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_code_cell_of_every_notebook_runs(executed, name):
    cells = [cell for cell in executed(name).cells if cell.cell_type == "code"]
    assert cells and all(cell.execution_count for cell in cells)


def test_cases_are_counted_shown_and_checked(executed):
    page = _shown(executed("cases"), "text/html")
    assert "无害 · clean" in page and "<u>" in page
    assert "leak: nearly a text" in _shown(executed("cases"), "text/plain")


def test_thresholds_are_proposed_as_lines_of_the_policy(executed):
    assert "harmless flagged" in _shown(executed("thresholds"), "text/html")
    rules = yaml.safe_load(_printed(executed("thresholds")))["rules"]
    assert rules.keys() == set(CLASSIFIER_LABELS) and all(0 < rule["threshold"] <= 1 for rule in rules.values())


def test_an_enrolled_emblem_is_found_where_it_was_not_before(executed):
    page = _shown(executed("emblem"), "text/html")
    assert "✗ 漏报" not in page and "org.notebook-example" in page
    assert "pictures=1" in _shown(executed("emblem"), "text/plain")


def test_a_challenger_is_compared_and_a_trial_is_promoted_only_by_force(executed):
    printed = _printed(executed("challenger"))
    assert "macro F1, difference" in printed and "other test texts" in printed
    assert "home/text/" in _shown(executed("challenger"), "text/plain")


def test_error_analysis_highlights_evidence_and_draws_curves(executed):
    page = _shown(executed("errors"), "text/html")
    assert "<mark>" in page and "<u>" in page
    assert all(f"· {label}</h4>" in page for label in CLASSIFIER_LABELS)
    assert len(_shown(executed("errors"), "image/png")) > 10_000


def test_error_analysis_shows_pictures_with_their_best_matches(executed):
    page = _shown(executed("errors"), "text/html")
    pictures = page.count("data:image/jpeg;base64,")
    assert pictures >= 2 and page.count("similarity") == 3 * pictures
