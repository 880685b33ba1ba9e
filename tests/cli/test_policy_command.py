"""`huijian policy`: tried, reported on, put into force or not."""

import pytest
from judgements import judged, settle
from written_policies import write_policy

from models.policy import Policy
from models.settings import Settings
from serving.store.database import Database
from serving.store.store import Store
from serving.store.tables import audit
from serving.store.variables import URL_VARIABLE
from serving.trials.policy_file import trial_file


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A home and a policy of this test."""
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUIJIAN_POLICY", str(write_policy(tmp_path / "policy.yaml")))
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    return Settings.from_environment()


@pytest.fixture
def stricter(tmp_path):
    return write_policy(tmp_path / "next.yaml", deceptive_claim={"threshold": 0.2})


def events(settings):
    database = Database.from_environment(settings.home)
    with database.reading() as connection:
        rows = connection.execute(audit.select().order_by(audit.c.sequence)).all()
    database.close()
    return [(row.kind, row.details.get("action")) for row in rows if row.kind in ("policy", "policy_trial")]


def test_trial_changes_nothing_until_it_is_promoted(huijian, settings, stricter):
    before, wanted = settings.policy.read_bytes(), Policy.load(stricter).version
    assert wanted in huijian("policy", "try", stricter)[1]
    listed = [line.split("\t") for line in huijian("models", "list")[1].splitlines()]
    shown = {name: (state, by.split(" ")[-1]) for part, name, state, _, by, _ in listed if part == "policy"}
    assert shown == {Policy.load(settings.policy).version: ("in force", "service"), wanted: ("in shadow", "try")}
    store = Store.from_environment(settings.home, lambda: Policy.load(settings.policy).store)
    store.record([judged()], {}, "uploads")
    settle(store)
    store.close()
    code, out, _ = huijian("policy", "report")
    assert (code, "judged again: 1" in out, "policy_unknown" in out) == (0, True, True)
    assert settings.policy.read_bytes() == before
    assert f"policy {wanted} is in force" in huijian("policy", "promote")[1]
    assert settings.policy.read_bytes() == stricter.read_bytes() and not trial_file(settings.home).exists()
    assert events(settings)[1:] == [("policy_trial", "try"), ("policy_trial", "promote"), ("policy", "promote")]
    assert huijian("rollback", "policy")[0] == 0
    assert settings.policy.read_bytes() == before


def test_faulty_file_is_refused_with_line_and_reason(huijian, settings, stricter):
    lines = stricter.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines) if text.endswith("threshold: 0.2"))
    lines[line] = lines[line].replace("0.2", "20")
    stricter.write_text("\n".join(lines), encoding="utf-8")
    code, _, err = huijian("policy", "try", stricter)
    assert code == 1 and f"next.yaml: line {line + 1}, rules.deceptive_claim.threshold" in err
    assert not trial_file(settings.home).exists()


def test_there_must_be_something_to_try_to_end_and_to_promote(huijian, settings, stricter):
    assert "is in force already" in huijian("policy", "try", settings.policy)[2]
    for command in ("stop", "promote", "report"):
        code, _, err = huijian("policy", command)
        assert (code, "no policy is on trial" in err) == (1, True)
    huijian("policy", "try", stricter)
    assert huijian("policy", "stop")[:2] == (0, "试行已结束 · the trial has ended\n")
    assert not trial_file(settings.home).exists()
