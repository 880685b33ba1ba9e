import json
import shutil

import numpy as np
import pytest

from models.policy import Policy
from models.profile import CLASSIFIER_LABELS, Evidence, Field, Finding, Label
from models.settings import Settings
from training.text.data.corpus import Case, Split, read_cases, read_split, write_cases
from training.text.evaluation.compare import compare_text, compared
from training.text.evaluation.compare_report import write_comparison
from training.text.evaluation.detectors import TextJudgement
from training.text.measures import label_matrix

POLICY = Policy.load(Settings().policy)


@pytest.mark.slow
def test_a_model_is_no_better_than_itself():
    folder = Settings().text_directory()
    comparison = compare_text(folder, folder, limit=60)
    assert comparison.difference.value == 0
    assert "no significant difference" in str(comparison)
    assert comparison.f1[0].mean() > 0.5


def test_absent_labels_keep_macro_f1_and_clean_texts_get_an_interval():
    labels: list[tuple[Label, ...]] = [(Label.DECEPTIVE_CLAIM,), ()] * 100
    cases = [Case(str(row), Field.BIO, "三天包过", some, {}) for row, some in enumerate(labels)]
    truth = label_matrix(labels)
    comparison = compared(cases, np.stack([truth | ~truth.any(axis=1)[:, None], truth]))
    assert comparison.macro_f1[1] == 1
    assert comparison.clean_difference.value == -1 and comparison.clean_difference.interval == (-1, -1)
    assert "clean flagged, difference -1.0000 (95% -1.0000 to -1.0000)" in str(comparison)
    assert "the challenger is better" in str(comparison)


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """Twenty texts of the test part, and a short one that is labelled against what the models say."""
    path = tmp_path_factory.mktemp("compared") / "cases.jsonl"
    odd = Case("odd", Field.BIO, "今天<b>天气</b>真好，出门走走", (Label.EXAGGERATION,), {})
    write_cases(path, [*read_split(Split.TEST)[::60], odd])
    return path


def test_cases_of_ones_own_are_compared_with_a_page_and_numbers(huijian, cases, tmp_path):
    folder = Settings().text_directory()
    files = ("--report", tmp_path / "r.html", "--output", tmp_path / "r.json")
    code, out, err = huijian("compare", folder, folder, "--cases", cases, *files)
    assert code == 0, err
    assert "macro F1, difference +0.0000" in out and "exaggeration" in out
    numbers = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert (numbers["cases"], numbers["macro_f1"]["value"]) == (len(read_cases(cases)), 0)
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "huijian compare" in page and "Judged rightly by the champion only" in page


def test_regressions_are_shown_with_their_words_marked(tmp_path):
    case = Case("c", Field.BIO, "<i>三天包过</i>", (Label.DECEPTIVE_CLAIM,), {Label.DECEPTIVE_CLAIM: ("三天包过",)})
    finding = Finding(Label.DECEPTIVE_CLAIM, Field.BIO, 0.9, "test", Evidence(spans=((3, 7),)))
    scores = dict.fromkeys(CLASSIFIER_LABELS, 0.1)
    found, missed = TextJudgement(scores, [finding]), TextJudgement(scores, [])
    numbers = compared([case], np.stack([label_matrix([[Label.DECEPTIVE_CLAIM]]), label_matrix([[]])])).to_dict()
    write_comparison(tmp_path / "r.html", numbers, [case], [[found], [missed]], POLICY, "huijian compare")
    worse, better = (
        (tmp_path / "r.html")
        .read_text(encoding="utf-8")
        .split("Judged rightly by the champion only")[1]
        .split("Judged rightly by the challenger only")
    )
    assert "漏报" in worse and "&lt;i&gt;<u>三天包过</u>" in worse and "漏报" not in better


def test_cases_that_a_model_has_seen_are_not_compared(huijian, tmp_path):
    write_cases(tmp_path / "cases.jsonl", read_split(Split.VALIDATION)[:3])
    folder = Settings().text_directory()
    code, _, err = huijian("compare", folder, folder, "--cases", tmp_path / "cases.jsonl")
    assert (code, "calibrated on" in err) == (2, True)


def test_encoders_without_a_manifest_get_a_message_about_encoders(huijian):
    folder = Settings().encoder_directory()
    code, _, err = huijian("compare", folder, folder)
    assert (code, "encoders are compared" in " ".join(err.replace("│", " ").split()), "text model" in err) == (
        2,
        True,
        False,
    )


def test_another_model_than_the_one_in_force_is_evaluated(huijian, cases, tmp_path):
    run = shutil.copytree(Settings().text_directory(), tmp_path / "run")
    assert huijian("evaluate", "text", cases, "--model", run)[0] == 0
    (run / "model.onnx").write_bytes(b"broken")
    code, _, err = huijian("evaluate", "text", cases, "--model", run)
    assert (code, f"{run} is not a text model" in err) == (1, True)
