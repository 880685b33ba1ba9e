from training.runs.curves import read_history, write_history
from training.runs.options import write_options
from training.runs.report import write_run_report

HISTORY = [{"step": 200, "contrast": 0.5}, {"step": 400, "contrast": 0.25}]


def test_the_report_of_a_run_shows_its_options_and_curves(tmp_path):
    write_options(tmp_path, {"steps": 400, "seed": 7})
    write_history(tmp_path, HISTORY)
    assert read_history(tmp_path) == HISTORY
    write_run_report(tmp_path, HISTORY, "step")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "steps" in page and "400" in page and page.count("data:image/png") == 1
