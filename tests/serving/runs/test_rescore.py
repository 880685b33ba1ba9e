"""`huijian rescore`: stored decisions under another policy, through the command line."""

import json
import shutil

import pyarrow.parquet as pq
import pytest
from scored_accounts import by_account, read, write_policy

from models.inspector import Inspector
from models.settings import Settings
from serving.batch import manifest
from serving.batch.errors import RunError
from serving.batch.score import score
from serving.batch.storage.disk import DiskFolder
from serving.runs import rescore as module
from serving.runs.rescore import rescore

pytestmark = pytest.mark.slow

STRICTER = {"exaggeration": {"severity": "reject"}, "restricted_word": {"threshold": 0.99}}


def test_rescored_decisions_are_those_of_judging_again(huijian, decided, accounts, tmp_path, monkeypatch):
    policy = write_policy(tmp_path / "new.yaml", **STRICTER)
    judged = tmp_path / "judged"
    with monkeypatch.context() as patch:
        patch.setenv("HUIJIAN_POLICY", str(policy))
        score(str(accounts), judged, Settings.from_environment(), workers=1)
    monkeypatch.setattr(Inspector, "load", None)  # no model is loaded
    code, printed, _ = huijian("rescore", decided, "--policy", policy, "--output", tmp_path / "out")
    volatile = {"decision_id": None, "digests": None}
    rows = [row for row in read(tmp_path / "out") if row["account_id"] != "state"]
    assert code == 1 and by_account(tmp_path / "out")["state"]["verdict"] is None, "entitlements are not kept"
    expected = [row | volatile for row in read(judged) if row["account_id"] != "state"]
    assert [row | volatile for row in rows if not row["error"]] == [row for row in expected if not row["error"]]
    assert [row["error"] for row in rows] == [row["error"] for row in expected]
    assert "review -> pass" in printed and "restricted_word" in printed


def test_run_since_a_rescored_one_judges_the_open_rows_alone(huijian, decided, accounts, tmp_path, monkeypatch):
    policy = write_policy(tmp_path / "new.yaml", restricted_word={"threshold": 0.99})
    rescore(decided, policy, tmp_path / "rescored")
    monkeypatch.setenv("HUIJIAN_POLICY", str(policy))
    code, printed, _ = huijian("score", accounts, tmp_path / "out", "--since", tmp_path / "rescored")
    verdicts = [by_account(tmp_path / "out")[name]["verdict"] for name in ("state", "word", "boast")]
    assert (code, "5 carried over, 3 judged in all" in printed) == (0, True), printed
    assert verdicts == ["pass", "pass", "review"]


def test_table_is_written_as_json_and_no_decisions_without_output(huijian, decided, tmp_path):
    policy = write_policy(tmp_path / "new.yaml", exaggeration={"severity": "reject"})
    code, printed, _ = huijian("rescore", decided, "--policy", policy, "--json", tmp_path / "table.json")
    table = json.loads((tmp_path / "table.json").read_text())
    assert (code, sorted(file.name for file in tmp_path.iterdir())) == (0, ["new.yaml", "table.json"])
    assert {"before": "review", "after": "reject", "rows": 1} in table["transitions"]
    assert (table["rows"], table["changed"], table["undecided"]) == (8, 1, {})
    assert "1  review -> reject" in printed


def test_lowered_threshold_names_what_is_not_kept_and_judges_no_such_row(huijian, decided, tmp_path):
    policy = write_policy(tmp_path / "new.yaml", exaggeration={"threshold": 0.3})
    code, printed, error = huijian("rescore", decided, "--policy", policy, "--output", tmp_path / "out")
    face = by_account(tmp_path / "out")["face"]
    assert (code, face["verdict"]) == (1, None)
    assert face["error"].startswith("rescore_undecided") and "exaggeration in avatar" in face["error"]
    assert "exaggeration in avatar" in printed and "exaggeration in avatar" in error
    assert by_account(tmp_path / "out")["clean"]["verdict"] == "pass"


def test_killed_rescore_continues_and_counts_every_row(decided, tmp_path, monkeypatch):
    policy = write_policy(tmp_path / "new.yaml", **STRICTER)
    whole = rescore(decided, policy, tmp_path / "whole")
    parts = iter(range(1))
    original = module.Rescorer.__call__

    def once(self, part):
        next(parts)  # the second part ends the run
        return original(self, part)

    with monkeypatch.context() as patch:
        patch.setattr(module.Rescorer, "__call__", once)
        with pytest.raises((RuntimeError, StopIteration)):
            rescore(decided, policy, tmp_path / "out")
    assert len(list((tmp_path / "out").glob("part-*"))) == 1
    assert rescore(decided, policy, tmp_path / "out").changes == whole.changes
    assert pq.read_table(tmp_path / "out").num_rows == 8


def test_output_of_another_policy_is_refused(decided, tmp_path):
    rescore(decided, write_policy(tmp_path / "a.yaml", **STRICTER), tmp_path / "out")
    with pytest.raises(RunError, match="another"):
        rescore(decided, write_policy(tmp_path / "b.yaml"), tmp_path / "out")


def test_one_file_is_rescored_into_one_file(decided, tmp_path):
    policy = write_policy(tmp_path / "new.yaml", **STRICTER)
    first = rescore(decided, policy, tmp_path / "a.parquet")
    again = rescore(decided, policy, tmp_path / "a.parquet")
    back = rescore(tmp_path / "a.parquet", write_policy(tmp_path / "old.yaml"), None)
    assert first.changes == again.changes
    assert back.changes.rows == 8


def test_decisions_of_an_unknown_policy_ask_for_its_file(huijian, decided, tmp_path):
    shutil.copytree(decided, tmp_path / "old")
    old = DiskFolder(tmp_path / "old")
    manifest.write(old, {**manifest.read(old), "policy": None})
    other = write_policy(tmp_path / "other.yaml")
    original = Settings().policy
    assert huijian("rescore", tmp_path / "old", "--policy", other, "--earlier-policy", original)[0] == 0
    manifest_of_none = huijian("rescore", tmp_path / "old", "--policy", other)
    assert manifest_of_none[0] == 0, "the policy in force is tried, too"


def test_folder_without_decisions_is_wrong_usage(huijian, tmp_path):
    policy = write_policy(tmp_path / "new.yaml")
    assert huijian("rescore", tmp_path, "--policy", policy)[0] == 2
