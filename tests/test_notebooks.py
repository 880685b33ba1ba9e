"""Every notebook runs from top to bottom on small data, shows its results, and is committed without outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from models.profile import CLASSIFIER_LABELS

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
SECONDS_PER_CELL = 120

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Notebooks by name, executed with the released models."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIJIAN_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("HUIJIAN_NOTEBOOK_CASES", "40")
        return {path.stem: _execute(path) for path in NOTEBOOKS}


def _execute(path):
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    return NotebookClient(notebook, timeout=SECONDS_PER_CELL, kernel_name="python3", resources=resources).execute()


def _shown(notebook, kind):
    """The cells' outputs of one media type, joined."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output["data"].get(kind, "") for output in outputs if "data" in output)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_without_outputs(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


def test_every_code_cell_of_every_notebook_ran(executed):
    assert "errors" in executed
    for notebook in executed.values():
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert cells and all(cell.execution_count for cell in cells)


def test_error_analysis_highlights_evidence_and_draws_curves(executed):
    page = _shown(executed["errors"], "text/html")
    assert "<mark>" in page and "<u>" in page
    assert all(f"· {label}</h4>" in page for label in CLASSIFIER_LABELS)
    assert len(_shown(executed["errors"], "image/png")) > 10_000


def test_error_analysis_shows_pictures_with_their_best_matches(executed):
    page = _shown(executed["errors"], "text/html")
    pictures = page.count("data:image/jpeg;base64,")
    assert pictures >= 2 and page.count("similarity") == 3 * pictures
