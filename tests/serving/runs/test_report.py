"""`huijian report`: numbers of a run as a page and as JSON."""

import json
import re

import numpy as np
import pytest
from decision_files import write_part_file

from serving.batch.stored import StoredRun
from serving.runs.numbers import BINS, COLUMNS, Numbers

EVIDENCE = {"text": "<b>加V</b>", "spans": [[0, 3]], "box": [0.1, 0.2, 0.5, 0.6]}
FINDING = {"label": "contact_diversion", "field": "bio", "score": 0.97, "severity": "reject", "evidence": EVIDENCE}
CONTACT = {**FINDING, "authorized": False, "report_only": False, "detector": "d"}
VERSIONS = {"encoder": "e", "gallery": "g", "text": "t", "policy": "p"}


def row(account, score, *findings, **more):
    texts = {"bio": {"contact_diversion": score}}
    verdict = "reject" if any(not one["authorized"] for one in findings) else "pass"
    row = {"account_id": account, "verdict": verdict, "findings": list(findings), "text_scores": texts}
    return {**row, "versions": VERSIONS, "warnings": [], **more}


MATCHES = {
    "avatar": [
        {"reference_id": "a", "label": "media_logo", "similarity": 0.9, "score": 0.7, "box": [0, 0, 1, 1]},
        {"reference_id": "b", "label": "media_logo", "similarity": 0.5, "score": 0.2, "box": [0, 0, 1, 1]},
    ]
}


@pytest.fixture
def run(tmp_path):
    failed = {"account_id": "4", "findings": [], "versions": VERSIONS, "error": "image_missing: gone: away (avatar)"}
    (tmp_path / "run").mkdir()
    first = [row("1", 0.97, CONTACT), row("2", 0.02, matches=MATCHES)]
    write_part_file(tmp_path / "run", 0, first, {"rows": 2, "carried": 1, "seconds": 0.5})
    second = [row("3", 0.6, {**CONTACT, "authorized": True}), failed]
    write_part_file(tmp_path / "run", 1, second, {"rows": 2, "carried": 0, "seconds": 0.5})
    return tmp_path / "run"


def test_numbers_are_those_of_the_decisions(huijian, run, tmp_path):
    code, printed, _ = huijian("report", run, "--output", tmp_path / "report.html")
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (code, printed.splitlines()[0]) == (0, "4 rows: 2 pass, 1 reject, 1 not judged")
    assert (found["rows"], found["verdicts"], found["errors"]) == (4, {"pass": 2, "reject": 1}, {"image_missing": 1})
    assert found["findings"] == [{"label": "contact_diversion", "field": "bio", "rows": 1, "aside": 1}]
    scores = {(one["label"], one["field"]): dict(zip(BINS, one["counts"], strict=True)) for one in found["scores"]}
    assert {name: n for name, n in scores["contact_diversion", "bio"].items() if n} == {
        "0.01-0.05": 1,
        "0.6-0.7": 1,
        "0.95-0.99": 1,
    }
    assert scores["media_logo", "avatar"]["0.7-0.8"] == 1 and sum(scores["landmark", "avatar"].values()) == 1
    assert found["speed"]["rows_per_worker_second"] == 3.0
    assert {"judge": "text", "version": "t", "rows": 3} in found["versions"] and found["drift"] is None


def test_page_stands_alone_and_shows_no_account_or_text_unless_asked(huijian, run, tmp_path):
    huijian("report", run, "--output", tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=|<script|url\(", page)
    assert page.index("审核报告") < page.index("Run report")
    assert "加V" not in page and "examples" not in json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))


def test_examples_are_escaped_with_words_and_box(huijian, run, tmp_path):
    huijian("report", run, "--output", tmp_path / "report.html", "--examples", 1)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<mark>&lt;b&gt;加V&lt;/b&gt;</mark>" in page and '<rect x="0.1" y="0.2"' in page
    assert len(json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["examples"]["contact_diversion"]) == 1


def scored(folder, scores):
    folder.mkdir()
    write_part_file(folder, 0, [row(str(n), score) for n, score in enumerate(scores)])
    return folder


def test_drift_tells_changed_scores_from_the_same(huijian, tmp_path):
    rng = np.random.default_rng(0)
    same, other = (scored(tmp_path / str(n), rng.beta(1, 20, 1_200).tolist()) for n in range(2))
    moved = scored(tmp_path / "moved", rng.beta(2, 5, 1_200).tolist())
    numbers = {folder: Numbers.of(StoredRun.open(folder)) for folder in (same, other, moved)}
    assert numbers[other].drift(numbers[same])["contact_diversion"]["index"] < 0.1
    printed = huijian("report", moved, "--earlier", same, "--output", tmp_path / "report.html")[1]
    assert "contact_diversion has drifted" in printed
    assert "漂移" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_answers_are_counted_like_rows_of_a_run(run):
    answers = StoredRun.open(run)
    rows = [one for batch in answers.batches(COLUMNS) for one in batch.to_pylist()]
    counted, expected = Numbers.of_answers(rows), Numbers.of(answers)
    assert counted.verdicts == expected.verdicts and counted.counting == expected.counting
    assert {place: found.tolist() for place, found in counted.scores.items()} == {
        place: found.tolist() for place, found in expected.scores.items()
    }


def test_drift_of_one_field_is_not_that_of_another(tmp_path):
    rng = np.random.default_rng(0)
    then, now = (
        Numbers.of_answers([row(str(n), score) for n, score in enumerate(rng.beta(*of, 1_200))])
        for of in ((1, 20), (2, 5))
    )
    found = now.field_drift(then)
    assert found["contact_diversion", "bio"]["index"] > 0.25 and found["contact_diversion", "bio"]["enough"]
    assert not found["contact_diversion", "name"]["index"]


def test_drift_of_few_rows_is_marked(run):
    numbers = Numbers.of(StoredRun.open(run))
    found = numbers.drift(numbers)
    assert (found["contact_diversion"]["index"], found["contact_diversion"]["enough"]) == (0.0, False)
    assert found["qr_code"]["of"] == "findings"
    assert found["exaggeration"]["index"] is None or not found["exaggeration"]["enough"]
