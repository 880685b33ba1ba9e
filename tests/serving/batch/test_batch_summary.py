"""The summary that a run prints at its end."""

from pathlib import Path

from serving.batch import decisions
from serving.batch.part_files import part_path
from serving.batch.summary import DecisionCounts, Effort, Summary


def summary(folder, *registers):
    """The summary of one part for each version of the closed accounts; None where no account is closed."""
    for number, register in enumerate(registers):
        judged = {"verdict": "pass", "findings": [], "versions": {"text": "1", "closed": register}}
        failed = {"error": "row_invalid: cut", "findings": [], "versions": {"text": "1"}}
        decisions.write(part_path(folder, number), [judged, judged, failed])
    counts = DecisionCounts.of(sorted(folder.iterdir()))
    return str(Summary(Path("out"), counts, Effort(counts.rows, 1.0, 0), ()))


def test_change_of_the_closed_accounts_during_a_run_is_printed(tmp_path):
    printed = summary(tmp_path, None, "2-aaaaaaaa", "2-aaaaaaaa", "3-bbbbbbbb")
    _, section = printed.split("the closed accounts changed in between; rows by their version:\n")
    assert section.split() == ["4", "2-aaaaaaaa", "2", "none", "2", "3-bbbbbbbb"]


def test_change_of_the_word_lists_during_a_run_is_printed(tmp_path):
    for number, version in enumerate([None, "1-aaaaaaaa", "1-aaaaaaaa"]):
        judged = {"verdict": "pass", "findings": [], "versions": {"text": "1", "lists": version}}
        decisions.write(part_path(tmp_path, number), [judged])
    counts = DecisionCounts.of(sorted(tmp_path.iterdir()))
    printed = str(Summary(Path("out"), counts, Effort(counts.rows, 1.0, 0), ()))
    _, section = printed.split("the word lists changed in between; rows by their version:\n")
    assert section.split() == ["2", "1-aaaaaaaa", "1", "none"]


def test_unchanged_closed_accounts_are_not_printed(tmp_path):
    assert "closed accounts" not in summary(tmp_path, "2-aaaaaaaa", "2-aaaaaaaa")


def test_rows_are_counted_by_verdict_and_by_error(tmp_path):
    lines = summary(tmp_path, None).splitlines()
    assert lines[0] == "3 rows in out: 3 judged now, 0 before"
    assert [line.split() for line in lines[2:]] == [
        ["verdicts:"],
        ["2", "pass"],
        ["not", "judged:"],
        ["1", "row_invalid"],
    ]


def test_contacts_that_count_are_counted_by_kind(tmp_path):
    found = {"label": "contact_diversion", "authorized": False, "report_only": False, "evidence": {"kind": "link"}}
    others = [found | {"authorized": True}, found | {"report_only": True}, found | {"label": "qr_code", "evidence": {}}]
    judged = {"verdict": "reject", "findings": [found, *others], "versions": {"text": "1"}}
    decisions.write(part_path(tmp_path, 0), [judged, judged])
    counts = DecisionCounts.of(sorted(tmp_path.iterdir()))
    assert counts.contacts == {"link": 2}
    printed = str(Summary(Path("out"), counts, Effort(2, 1.0, 0), ()))
    assert printed.split("contacts by kind:\n")[1].split() == ["2", "link"]
