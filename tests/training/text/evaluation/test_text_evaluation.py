"""`huijian evaluate text` prints its tables and command; its HTML report needs no other file."""

import json
import re
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from cli.main import app
from models.policy import Policy
from models.profile import CLASSIFIER_LABELS, Evidence, Field, Finding, Label
from models.settings import Settings
from training.cases import CasesError
from training.text.data.corpus import DATASET, Case, Split, read_split, write_cases
from training.text.data.evaluation_disguises import WAYS
from training.text.evaluation import ablation
from training.text.evaluation.detectors import joined
from training.text.evaluation.evaluate import unseen_cases
from training.text.provenance import DISTINCTIVE_LENGTH

ATTACK = Case(
    "x1", Field.BIO, '<script>alert("加我")</script> 加微信 abc12345', (Label.CONTACT_DIVERSION,),
    {Label.CONTACT_DIVERSION: ("加微信 abc12345",)},
)  # fmt: skip

RELEASED = Settings().text_directory()


def evaluate(*arguments):
    return CliRunner().invoke(app, ["evaluate", "text", *map(str, arguments)])


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """Terminal, page and numbers of one evaluation."""
    folder = tmp_path_factory.mktemp("evaluated")
    cases = read_split(Split.TEST)
    harmless = replace(ATTACK, id="x2", labels=(), evidence={})
    write_cases(folder / "cases.jsonl", [*cases[:: len(cases) // 60], ATTACK, harmless])
    outcome = evaluate(folder / "cases.jsonl", "--report", folder / "r.html", "--output", folder / "r.json")
    assert outcome.exit_code == 0, outcome.output
    return outcome.output, (folder / "r.html").read_text("utf-8"), json.loads((folder / "r.json").read_text("utf-8"))


def test_the_terminal_shows_all_tables_then_the_command(evaluated):
    printed, _, _ = evaluated
    for expected in (*CLASSIFIER_LABELS, "macro F1", "clean flagged, hard", "signature", "11-30", "disguised"):
        assert expected in printed
    assert re.search(r"contact_diversion +false alarm +[01]\.\d{3} +x2 .*\[.*加微信.*\]", printed)
    assert printed.rstrip().splitlines()[-1].startswith("huijian")


def test_the_numbers_are_those_of_the_terminal(evaluated):
    printed, _, numbers = evaluated
    ours = numbers["huijian"]
    assert f"{ours['macro_f1']:.3f}" in printed and f"{ours['disguises']['all']['disguised']:.3f}" in printed
    assert set(ours["disguises"]) <= {"all", *WAYS}
    assert list(numbers) == ["huijian"]


def test_the_page_fetches_nothing_and_runs_nothing(evaluated):
    _, page, _ = evaluated
    assert not re.search(r"""(src|href)=["'](?!data:)""", page)
    assert "<script" not in page and "default-src 'none'" in page
    assert page.count('src="data:image/png;base64,') == 2


def test_the_page_escapes_texts_and_marks_their_words(evaluated):
    _, page, _ = evaluated
    assert "&lt;script&gt;alert(&#34;" in page
    assert re.search(r"<mark>[^<]*加微信", page)


def test_the_pages_headings_are_chinese_first(evaluated):
    _, page, _ = evaluated
    headings = re.findall(r"<h[12]>(.*?)</h[12]>", page)
    assert len(headings) == 9
    assert all(re.match("[\u4e00-\u9fff]+ · [A-Z]", heading) for heading in headings)


def test_a_broken_cases_file_is_wrong_usage_and_names_the_line(tmp_path):
    (tmp_path / "cases.jsonl").write_text('{"id": "1"}\n')
    outcome = evaluate(tmp_path / "cases.jsonl")
    assert outcome.exit_code == 2 and "line 1" in outcome.output


@pytest.mark.parametrize(("split", "use"), [(Split.TRAIN, "trained"), (Split.VALIDATION, "calibrated")])
def test_training_and_calibration_cases_are_refused_with_their_lines(tmp_path, split, use):
    known = read_split(split)
    long = next(case for case in known if len(case.text) >= DISTINCTIVE_LENGTH)
    short = next(case for case in known if len(case.text) < DISTINCTIVE_LENGTH)
    renamed = [replace(case, id=f"other {case.id}") for case in (long, short)]
    write_cases(tmp_path / "cases.jsonl", [ATTACK, short, *renamed])
    with pytest.raises(
        CasesError, match=rf"cases\.jsonl holds 2 cases that the model .* was {use} on, .*: lines 2, 3$"
    ):
        unseen_cases(tmp_path / "cases.jsonl", RELEASED)
    write_cases(tmp_path / "cases.jsonl", [ATTACK, renamed[1]])
    assert len(unseen_cases(tmp_path / "cases.jsonl", RELEASED)) == 2


def test_a_case_trained_on_is_refused_in_other_letters_too(tmp_path):
    known = next(case for case in read_split(Split.TRAIN) if len(case.text) >= DISTINCTIVE_LENGTH and "加" in case.text)
    copy = replace(known, id="copy", text=" ".join(known.text.replace("加", "\u200b加")), evidence={}, labels=())
    write_cases(tmp_path / "cases.jsonl", [ATTACK, copy])
    with pytest.raises(CasesError, match="trained on, leave them out: lines 2$"):
        unseen_cases(tmp_path / "cases.jsonl", RELEASED)


def test_the_projects_own_test_part_can_be_evaluated():
    assert unseen_cases(DATASET / "test.jsonl", RELEASED) == read_split(Split.TEST)


@pytest.mark.slow
def test_ablation_starts_from_single_models_and_ends_with_all_parts(evaluated, tmp_path, monkeypatch):
    some = read_split(Split.VALIDATION)
    monkeypatch.setattr(ablation, "read_split", lambda split: some[:: len(some) // 150])
    write_cases(tmp_path / "cases.jsonl", read_split(Split.TEST)[::60])
    outcome = evaluate(tmp_path / "cases.jsonl", "--ablation", "--output", tmp_path / "r.json")
    assert outcome.exit_code == 0, outcome.output
    ours = json.loads((tmp_path / "r.json").read_text("utf-8"))["huijian"]
    assert list(ours["ablation"])[:3] == ["encoder", "n-grams", "classifier"]
    served = list(ours["ablation"].values())[-1]
    assert (served["macro_f1"], served["clean_flagged"]) == (ours["macro_f1"], ours["clean_flagged"])


def finding(score, label=Label.DECEPTIVE_CLAIM):
    return Finding(label, Field.BIO, score, "test", Evidence(spans=((0, 2),)))


def test_parts_are_fused_and_reported_by_the_policy():
    found = {"one": [[finding(0.4)], [finding(0.4)]], "other": [[finding(0.6)], []]}
    judged = joined(found, Policy.load(Settings().policy))
    assert [len(one.findings) for one in judged] == [1, 0]
    assert [one.scores[Label.DECEPTIVE_CLAIM] for one in judged] == [0.6, 0.4]
