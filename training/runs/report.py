"""Report of a training run: an HTML page of its options and curves, beside the model's card."""

from __future__ import annotations

from pathlib import Path

from training.html_page import Section, figure, table, write_page
from training.runs.curves import History, draw_history
from training.runs.options import OPTIONS_FILE, read_all

REPORT_FILE = "report.html"
"""Name of the page in a run's folder."""


def write_run_report(folder: Path, history: History, over: str) -> None:
    """Write the page.

    Args:
        history: numbers of the run's epochs or steps.
        over: key of the curves' horizontal axis.
    """
    path = folder / OPTIONS_FILE
    options = read_all(path).items() if path.is_file() else ()
    sections = [
        Section("选项", "Options", table(("选项 · option", "值 · value"), options)),
        Section("训练过程", "Losses on the way", figure(draw_history(history, over))),
    ]
    write_page(folder / REPORT_FILE, "run_report.html", name=folder.name, sections=sections)
