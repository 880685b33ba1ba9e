"""The summary that a run prints at its end."""

from pathlib import Path

import pyarrow as pa

from serving.batch.decisions import SCHEMA
from serving.batch.summary import DecisionCounts, Effort, Summary


def summary(*parts):
    """The summary of parts, given as rows each, from their notes."""
    notes = [DecisionCounts.of(pa.Table.from_pylist(rows, SCHEMA)).to_dict() for rows in parts]
    counts = DecisionCounts.total(notes)
    return str(Summary(Path("out"), counts, Effort(counts.rows, 1.0, 0), ()))


def part(closed):
    """Two rows compared with a version of the closed accounts, None where no account is closed, and a bad row."""
    judged = {"verdict": "pass", "findings": [], "versions": {"text": "1", "closed": closed}}
    return [judged, judged, {"error": "row_invalid: cut", "findings": [], "versions": {"text": "1"}}]


def test_change_of_the_closed_accounts_during_a_run_is_printed():
    printed = summary(*map(part, [None, "2-aaaaaaaa", "2-aaaaaaaa", "3-bbbbbbbb"]))
    _, section = printed.split("the closed accounts changed in between; rows by their version:\n")
    assert section.split() == ["4", "2-aaaaaaaa", "2", "none", "2", "3-bbbbbbbb"]


def test_change_of_the_word_lists_during_a_run_is_printed():
    judged = {"verdict": "pass", "findings": []}
    versions = [{"text": "1", "lists": version} for version in (None, "1-aaaaaaaa", "1-aaaaaaaa")]
    printed = summary(*([{**judged, "versions": one}] for one in versions))
    _, section = printed.split("the word lists changed in between; rows by their version:\n")
    assert section.split() == ["2", "1-aaaaaaaa", "1", "none"]


def test_unchanged_closed_accounts_are_not_printed():
    assert "closed accounts" not in summary(part("2-aaaaaaaa"), part("2-aaaaaaaa"))


def test_rows_are_counted_by_verdict_and_by_error():
    lines = summary(part(None)).splitlines()
    assert lines[0] == "3 rows in out: 3 judged now, 0 before"
    assert [line.split() for line in lines[2:]] == [
        ["verdicts:"],
        ["2", "pass"],
        ["not", "judged:"],
        ["1", "row_invalid"],
    ]


def test_contacts_that_count_are_counted_by_kind():
    found = {"label": "contact_diversion", "authorized": False, "report_only": False, "evidence": {"kind": "link"}}
    others = [found | {"authorized": True}, found | {"report_only": True}, found | {"label": "qr_code", "evidence": {}}]
    judged = {"verdict": "reject", "findings": [found, *others], "versions": {"text": "1"}}
    counts = DecisionCounts.of(pa.Table.from_pylist([judged, judged], SCHEMA))
    assert counts.contacts == {"link": 2}
    printed = str(Summary(Path("out"), counts, Effort(2, 1.0, 0), ()))
    assert printed.split("contacts by kind:\n")[1].split() == ["2", "link"]
