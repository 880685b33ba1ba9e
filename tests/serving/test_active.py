"""Every change of what judges, or of who may ask, is in the audit trail, whoever made it and in whatever way."""

import json

import pytest

from models.policy import Policy
from models.runtime.paths import REPOSITORY
from models.settings import Settings
from serving.active import observe, recorded
from serving.store.audit.trail import Trail, events
from serving.store.audit.verify import verify
from serving.store.database import Database
from serving.store.secrets import Secrets
from serving.store.variables import URL_VARIABLE

PARTS = {"gallery", "encoder", "text", "policy", "keys", "closed_accounts", "lists"}


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A home and a policy of this test."""
    home, policy = tmp_path / "home", tmp_path / "policy.yaml"
    policy.write_bytes((REPOSITORY / "policy.yaml").read_bytes())
    monkeypatch.setenv("HUIJIAN_HOME", str(home))
    monkeypatch.setenv("HUIJIAN_POLICY", str(policy))
    monkeypatch.delenv("HUIJIAN_KEYS", raising=False)
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    return Settings.from_environment()


@pytest.fixture
def database(settings):
    Secrets.load(settings.home)
    opened = Database.from_environment(settings.home)
    opened.prepare()
    yield opened
    opened.close()


def rows(database, part):
    return [(row["actor"], row["details"]) for row, _ in events(database) if row["kind"] == part]


def test_workers_record_the_active_versions_once(settings, database):
    for _ in range(3):
        observe(Trail(database), settings)
    assert {row["kind"] for row, _ in events(database)} == PARTS
    assert [found for _, found in rows(database, "keys")] == [{"before": None, "after": "none"}]
    assert len(rows(database, "policy")) == 1


def test_policy_edited_by_hand_is_recorded_with_both_versions(settings, database):
    observe(Trail(database), settings)
    text = settings.policy.read_text(encoding="utf-8")
    settings.policy.write_text(text.replace("days: 185", "days: 200"), encoding="utf-8")
    observe(Trail(database), settings)
    (_, first), (actor, second) = rows(database, "policy")
    assert (actor, second["before"], second["decisions_days"]) == ("service", first["after"], 200)
    assert second["after"] != first["after"]


def test_broken_policy_is_no_version(settings, database):
    settings.policy.write_text("version: [", encoding="utf-8")
    observe(Trail(database), settings)
    assert rows(database, "policy") == []


def test_change_that_fails_half_way_is_recorded(settings, database):
    with pytest.raises(KeyError), recorded(Trail(database), settings, "console", action="edit"):
        settings.policy.write_text(settings.policy.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        raise KeyError
    actor, details = rows(database, "policy")[-1]
    assert (actor, details["action"]) == ("console", "edit")


def test_without_a_trail_nothing_is_changed(settings, huijian, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, "postgresql://u@127.0.0.1:1/d")
    code, out, _ = huijian("keys", "add", "app", "--scope", "classify")
    assert (code, out, (settings.home / "keys.jsonl").exists()) == (1, "", False)


def test_commands_are_in_the_exported_trail_with_who_and_what(settings, huijian, tmp_path):
    huijian("keys", "add", "app", "--scope", "manage")
    huijian("keys", "remove", "app")
    assert huijian("gallery", "set", "media.xinhua", "--rollout", "0.5")[0] == 0
    assert huijian("gallery", "remove", "media.xinhua")[0] == 0
    assert huijian("audit", "export", tmp_path / "audit.jsonl")[0] == 0
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    made = [line for line in lines if "action" in line["details"]]
    said = [(line["kind"], line["details"]["action"]) for line in made]
    assert said == [("keys", "add"), ("keys", "remove"), ("gallery", "set"), ("gallery", "remove")]
    assert all(line["actor"].startswith("user:") for line in made)
    assert made[0]["details"]["after"] == made[1]["details"]["before"]
    assert made[2]["details"]["after"] == made[3]["details"]["before"]
    assert (made[0]["details"]["key"], made[0]["details"]["scopes"]) == ("app", ["manage"])


def test_trail_with_changes_is_whole(settings, database, huijian):
    huijian("keys", "add", "app", "--scope", "manage")
    assert huijian("purge")[0] == 0
    assert verify(database, Policy.load(settings.policy).store).sequence == 10
    code, _, said = huijian("purge", "--today", "2020-01-01")
    assert (code, "not 2020-01-01" in said) == (1, True)
