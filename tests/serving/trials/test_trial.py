"""A policy on trial judges stored decisions again, as they come."""

from dataclasses import replace

import pytest
from judgements import judged, settle
from written_policies import write_policy

from models.policy import Policy
from models.profile import Field, Finding, Label, Severity
from models.settings import Settings
from serving.store.cases.answers import StoredAnswer
from serving.store.database import Database
from serving.store.secrets import Secrets
from serving.store.spool import Spool
from serving.store.store import Store
from serving.trials import policy_file, trial
from serving.trials.rejudging import OTHER_RELEASE, POLICY_UNKNOWN, Rejudging
from serving.trials.report import Shift, rule_changes
from serving.trials.trial import PolicyTrial

STRICTER = {"deceptive_claim": {"threshold": 0.2}, "exaggeration": {"threshold": 0.8}}
GAINED = Shift("deceptive_claim", "bio", "-", "reject")
LOST = Shift("exaggeration", "bio", "review", "-")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A home, and a policy in force that no calibration changes."""
    home = tmp_path_factory.mktemp("home")
    return Settings(home=home, policy=write_policy(home / "policy.yaml"))


@pytest.fixture(scope="module")
def store(settings):
    rules = Policy.load(settings.policy).store
    database = Database(f"sqlite:///{settings.home / 'huijian.db'}")
    opened = Store(database, Spool(settings.home / "spool"), Secrets.load(settings.home), lambda: rules)
    yield opened
    opened.close()


def decide(settings, store, version=None, **scores):
    """A recorded decision on a bio with these scores; those from .5 on are findings for review. Returns its id."""
    profile, answer = judged(Severity.PASS)
    texts = {**answer.text_scores[Field.BIO], **{Label(label): score for label, score in scores.items()}}
    findings = tuple(
        Finding(Label(label), Field.BIO, score, "text@1", severity=Severity.REVIEW)
        for label, score in scores.items()
        if score >= 0.5
    )
    versions = {"text": "1", "policy": version or Policy.load(settings.policy).version}
    verdict = Severity.REVIEW if findings else Severity.PASS
    made = replace(answer, verdict=verdict, findings=findings, text_scores={Field.BIO: texts}, versions=versions)
    store.record([(profile, made)], {}, "uploads")
    settle(store)
    return made.decision_id


@pytest.fixture
def tried(settings, store, tmp_path):
    """The stricter policy on trial."""
    file = write_policy(tmp_path / "next.yaml", **STRICTER)
    policy_file.begin(file.read_bytes(), file.name, settings, store.trail, "user:wang")
    yield PolicyTrial(settings, store)
    policy_file.end(settings, store.trail, "user:wang")


def polled(running):
    while running.poll():
        pass
    return running.current.report


def test_new_and_earlier_decisions_are_judged_by_the_policy_on_trial(settings, store, tried, monkeypatch):
    monkeypatch.setattr(trial, "BATCH", 2)
    calm, boast, unknown = (
        decide(settings, store, deceptive_claim=0.0),
        decide(settings, store, exaggeration=0.6, deceptive_claim=0.0),
        decide(settings, store, version="of nobody"),
    )
    first = polled(tried)
    assert first.verdicts == {("pass", "pass"): 1, ("review", "pass"): 1, ("pass", "undecided"): 1}
    assert (first.shifts, first.examples) == ({LOST: 1}, {LOST: [boast]})
    assert first.gaps == {POLICY_UNKNOWN: 1}
    claim = decide(settings, store, deceptive_claim=0.3)
    report = polled(tried)
    assert (report.judged, report.verdicts_changed) == (4, 2)
    assert (report.shifts[GAINED], report.changed[GAINED], report.examples[GAINED]) == (1, 1, [claim])
    assert claim in str(report) and unknown not in str(report) and calm not in str(report)


def test_decision_of_another_release_stays_open(settings):
    answer = {"verdict": "reject", "findings": [{"label": "spam"}], "versions": {}}
    judged_again = Rejudging(Policy.load(settings.policy), settings)(StoredAnswer("1", 1, answer))
    assert (judged_again.verdicts, judged_again.gaps) == (("reject", None), {OTHER_RELEASE})


def test_only_the_newest_decisions_count(settings, store, tried, monkeypatch):
    monkeypatch.setattr(trial, "WINDOW", 2)
    for _ in range(3):
        newest = decide(settings, store, deceptive_claim=0.3)
    report = polled(tried)
    assert report.judged == 2 and report.examples[GAINED][0] == newest


def test_restarted_trial_comes_to_the_same_report(settings, store, tried):
    decide(settings, store, deceptive_claim=0.3)
    before, again = polled(tried), PolicyTrial(settings, store)
    assert polled(again).verdicts == before.verdicts
    assert (again.current.by, again.current.policy.version) == ("user:wang", tried.current.policy.version)


def test_ended_trial_is_gone_and_both_ends_are_in_the_trail(settings, store, tmp_path):
    file = write_policy(tmp_path / "next.yaml", **STRICTER)
    version = policy_file.begin(file.read_bytes(), file.name, settings, store.trail, "user:li")
    running = PolicyTrial(settings, store)
    running.poll()
    begun = store.trail.last(policy_file.TRIAL)
    assert (begun["actor"], begun["details"]) == ("user:li", {"action": "try", "after": version})
    policy_file.end(settings, store.trail, "user:li")
    running.poll()
    assert running.current is None
    assert store.trail.last(policy_file.TRIAL)["details"] == {"action": "stop", "after": None}


def test_damaged_copy_is_named_and_the_trial_before_goes_on(settings, store, tried):
    tried.poll()
    policy_file.trial_file(settings.home).write_text("rules: [", encoding="utf-8")
    tried.poll()
    assert "line 1" in tried.problem and tried.current is not None
    assert PolicyTrial(settings, store).problem


def test_policies_differ_in_the_values_that_were_changed(settings, tmp_path):
    new = Policy.load(write_policy(tmp_path / "next.yaml", **STRICTER))
    assert list(rule_changes(Policy.load(settings.policy), new)) == [
        ("rules.deceptive_claim.threshold", 0.5, 0.2),
        ("rules.exaggeration.threshold", 0.5, 0.8),
    ]
