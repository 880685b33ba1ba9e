"""`huijian diff`: what two runs decide differently."""

import json
from collections import Counter

from decision_files import write_part_file
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.runs.diff import diff

FINDING = {"severity": "reject", "authorized": False, "report_only": False, "score": 0.9, "detector": "d"}
CONTACT = {**FINDING, "label": "contact_diversion", "field": "bio", "evidence": {"text": "加V abc", "spans": [[0, 5]]}}
LOGO = {**FINDING, "label": "media_logo", "field": "avatar", "evidence": {"reference_name": "新华社"}}
PERMITTED = {**LOGO, "authorized": True}


def row(account, verdict="pass", *findings, error=None):
    empty = {"versions": {"text": "1", "policy": "1"}, "warnings": []}
    return {"account_id": account, "verdict": verdict, "findings": list(findings), "error": error, **empty}


def run(folder, *parts):
    folder.mkdir()
    for number, rows in enumerate(parts):
        write_part_file(folder, number, rows)
    return folder


REPEATED = row("1", None, error="account_repeated: an earlier row (account_id)")
FAILED = row("4", None, error="internal: x")
NAMELESS = row(None, None, error="row_invalid: x")
BEFORE = [row("1", "reject", CONTACT), row("2"), row("3", "pass", PERMITTED), FAILED, row("5")]
AFTER = [row("5"), REPEATED, row("4"), row("3", "reject", LOGO), row("1"), row("6"), NAMELESS]


def test_changes_are_counted_both_ways_with_accounts_in_any_order(huijian, tmp_path):
    before, after = run(tmp_path / "a", BEFORE[:2], BEFORE[2:]), run(tmp_path / "b", AFTER)
    code, printed, _ = huijian("diff", before, after, "--json", tmp_path / "diff.json")
    found = json.loads((tmp_path / "diff.json").read_text(encoding="utf-8"))
    changed = {(one["before"], one["after"]): one["rows"] for one in found["transitions"]}
    assert (code, found["rows"], found["changed"], found["only_before"], found["only_after"]) == (0, 4, 3, 1, 1)
    assert changed == {("reject", "pass"): 1, ("pass", "reject"): 1, ("undecided", "pass"): 1, ("pass", "pass"): 1}
    assert [(one["label"], one["gained"], one["lost"]) for one in found["findings"]] == [
        ("contact_diversion", 0, 1),
        ("media_logo", 1, 0),
    ]
    assert found["examples"]["reject -> pass"] == ["1"] == found["examples"]["lost contact_diversion in bio"]
    assert found["examples"]["gained media_logo in avatar"] == ["3"]
    assert "加V" not in printed + json.dumps(found, ensure_ascii=False)


def test_words_are_shown_on_request_only(huijian, tmp_path):
    before, after = run(tmp_path / "a", BEFORE), run(tmp_path / "b", AFTER)
    printed = huijian("diff", before, after, "--texts", "--json", tmp_path / "diff.json")[1]
    found = json.loads((tmp_path / "diff.json").read_text(encoding="utf-8"))
    assert "- contact_diversion in bio 0.9000 reject 加V abc" in printed
    assert found["example_findings"]["3"]["after"][0]["reference_name"] == "新华社"


def test_examples_are_bounded_though_parts_are_many(tmp_path):
    before = run(tmp_path / "a", *([row(str(n))] for n in range(12)))
    after = run(tmp_path / "b", *([row(str(n), "review")] for n in range(12)))
    assert diff(before, after, 3).to_dict()["examples"] == {"pass -> review": ["0", "1", "2"]}
    assert diff(before, after, 0).to_dict()["examples"] == {"pass -> review": []}


VERDICTS = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.sampled_from(["pass", "review", "reject"]))


@settings(max_examples=40, deadline=None)
@given(old=VERDICTS, new=VERDICTS)
def test_counts_are_those_of_comparing_dictionaries(tmp_path_factory, old, new):
    folder = tmp_path_factory.mktemp("diff")
    found = diff(*(run(folder / name, [row(*one) for one in rows.items()]) for name, rows in (("a", old), ("b", new))))
    assert found.changes.transitions == Counter((old[one], new[one]) for one in old.keys() & new.keys())
    assert (found.only_before, found.only_after) == (len(old.keys() - new.keys()), len(new.keys() - old.keys()))


def test_folder_without_decisions_is_wrong_usage(huijian, tmp_path):
    assert huijian("diff", tmp_path, tmp_path)[0] == 2
