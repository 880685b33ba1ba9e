"""Each fault of a file of cases is found with its line, and a good file has none."""

import json
import re

import pytest
from pictures import encoded, photo
from small_corpus import HELD_OUT, TRAINED

from training.cases import CasesError
from training.feedback.check import check

TEXT = {"id": "1", "field": "bio", "text": "读书、跑步、养猫的日常", "labels": []}
PICTURE = {
    "id": "2",
    "field": "avatar",
    "image": "p.png",
    "labels": ["organization_logo"],
    "reference_id": "shop.x-y-z",
}


@pytest.fixture
def reasons(tmp_path):
    (tmp_path / "p.png").write_bytes(encoded(photo()))
    (tmp_path / "broken.png").write_bytes(encoded(photo())[:200])

    def problems(*lines):
        file = tmp_path / "cases.jsonl"
        file.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
        return [(problem.line, problem.reason) for problem in check(file)]

    return problems


def test_good_file_of_texts_and_pictures_has_no_problem(reasons):
    assert (
        reasons(TEXT, PICTURE, {**PICTURE, "id": "3", "reference_id": "shop.other", "box": [0.1, 0.1, 0.9, 0.9]}) == []
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        (TEXT | {"lables": []}, "unknown key 'lables': did you mean 'labels'"),
        (TEXT | {"labels": ["scam"]}, "unknown label 'scam'"),
        (PICTURE | {"labels": ["scam"]}, "unknown label 'scam'"),
        (PICTURE | {"image": "missing.png"}, r"picture cannot be read \(FileNotFoundError\)"),
        (PICTURE | {"image": "broken.png"}, r"picture cannot be read \(the picture is cut short or damaged\)"),
        (PICTURE | {"image": "broken.png", "labels": []}, "picture cannot be read"),
        (PICTURE | {"box": [0.5, 0, 0.2, 1]}, "box must lie within the picture"),
        (PICTURE | {"box": "all"}, r"box must be \[left, top, right, bottom\]"),
        (PICTURE | {"id": ""}, "id must be a non-empty string"),
        (TEXT | {"text": f"{HELD_OUT['text']}!"}, "leak: nearly a text that models are calibrated or tested on"),
        (TEXT | {"text": TRAINED["text"]}, "contradicts t1 of the corpus: deceptive_claim there"),
        (TEXT | {"provenance": {"keep_until": "2026-01-31"}}, "had to be deleted after 2026-01-31"),
        (TEXT | {"provenance": {"keep_until": "soon"}}, "keep_until must be a date"),
    ],
)
def test_fault_is_found_with_its_line_and_reason(reasons, line, reason):
    ((number, found),) = reasons({**TEXT, "id": "0", "text": "山里看云"}, line)
    assert number == 2
    assert re.search(reason, found)


def test_emblem_of_an_owner_that_the_benchmark_imitates_is_a_leak(reasons):
    ((_, reason),) = reasons(PICTURE | {"reference_id": "media.21st-century-herald"})
    assert "held out for calibration or test" in reason


def test_contradiction_and_repetition_name_the_earlier_line(reasons):
    found = reasons(TEXT, TEXT | {"id": "2"}, TEXT | {"id": "3", "labels": ["exaggeration"]}, TEXT | {"text": "看云"})
    assert found == [
        (2, "repeats line 1"),
        (3, "contradicts line 1: harmless there"),
        (4, "its id is that of line 1"),
    ]


def test_same_picture_with_other_labels_is_a_contradiction(reasons):
    assert reasons(PICTURE, PICTURE | {"id": "3", "labels": ["media_logo"]}) == [
        (2, "contradicts line 1: organization_logo there")
    ]


def test_empty_file_is_refused(tmp_path):
    (tmp_path / "cases.jsonl").touch()
    with pytest.raises(CasesError, match="holds no case"):
        check(tmp_path / "cases.jsonl")
