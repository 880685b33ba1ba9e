import os
import re

import pytest
from judgements import ACCOUNT, AVATAR, BIO, NAME, QUOTED, judged, settle
from sqlalchemy import select, update

from models.profile import Field, Label, Severity
from serving.store import tables
from serving.store.audit.trail import events
from serving.store.database import Database
from serving.store.errors import DecisionUnknown, StoreError
from serving.store.rotate import rotate
from serving.store.secrets import Secrets
from serving.store.variables import CONTENT_VARIABLE, HASH_VARIABLE


def record(store, verdict=Severity.REVIEW):
    profile, answer = judged(verdict)
    store.record([(profile, answer)], {"judge": 12.3456}, "uploads")
    return answer


def test_decision_is_shown_as_it_was_answered_without_the_account(home, open_store):
    store = open_store(home)
    answer = record(store)
    said = answer.to_dict()
    del said["account_id"]
    before = store.decision(answer.decision_id, "console")  # perhaps still on its way to the database
    settle(store)
    after = store.decision(answer.decision_id, "console")
    assert before == after
    assert (after["answer"], after["verdict"], after["timings"]) == (said, "review", {"judge": 12.346})
    assert (after["asked_by"], set(after["inputs"])) == ("uploads", {"name", "bio", "avatar"})


def test_another_worker_finds_a_decision_as_soon_as_it_is_answered(home, open_store):
    one, other = open_store(home), open_store(home)
    for _ in range(20):
        answer = record(one)
        assert other.decision(answer.decision_id, "console")["decision_id"] == answer.decision_id


def test_same_input_has_the_same_hash_only_under_the_same_key(monkeypatch, environment):
    one = Secrets.from_environment()
    assert one.digest("bio", b"x") == Secrets.from_environment().digest("bio", b"x")
    assert one.digest("bio", b"x") != one.digest("name", b"x")
    monkeypatch.setenv(HASH_VARIABLE, Secrets.fresh()[HASH_VARIABLE])
    assert one.digest("bio", b"x") != Secrets.from_environment().digest("bio", b"x")


def test_no_file_of_the_store_holds_personal_data_in_clear(environment, open_store):
    store = open_store(environment)
    answer = record(store)
    waiting = b"".join(path.read_bytes() for path in (environment / "store" / "spool").iterdir())
    settle(store)
    store.appeal(answer.decision_id, "申诉 marker-appeal", "platform")
    store.review(answer.decision_id, Severity.PASS, "复核 marker-note", "console")
    files = [path for path in (environment / "store").rglob("*") if path.is_file()]
    everything = waiting + b"".join(path.read_bytes() for path in files)
    planted = [ACCOUNT, NAME, BIO, QUOTED, "加v:abc12345", "marker-appeal", "marker-note"]
    assert answer.decision_id.encode() in everything
    assert [text for text in planted if text.encode() in everything] == []
    assert AVATAR[:64] not in everything
    assert {path.stat().st_mode & 0o077 for path in files if path.stat().st_size} == {0}  # but the empty lock


@pytest.mark.parametrize(
    ("keep", "verdict", "kept"),
    [
        ("never", Severity.REJECT, False),
        ("review", Severity.PASS, False),
        ("review", Severity.REVIEW, True),
        ("review", Severity.REJECT, True),
        ("always", Severity.PASS, True),
    ],
)
def test_contents_are_kept_where_the_policy_says_so(environment, open_store, keep, verdict, kept):
    store = open_store(environment, keep=keep)
    answer = record(store, verdict)
    settle(store)
    expected = {Field.NAME: NAME.encode(), Field.BIO: BIO.encode(), Field.AVATAR: AVATAR} if kept else {}
    assert store.contents(answer.decision_id, "console") == expected
    evidence = store.decision(answer.decision_id, "console")["answer"]["findings"][0]["evidence"]
    assert ("text" in evidence, "spans" in evidence) == (kept, True)


def test_appeals_and_reviews_come_with_their_decision_and_their_authors(home, open_store):
    store = open_store(home)
    answer = record(store)
    settle(store)
    filed = store.appeal(answer.decision_id, "这是我的店名", "platform")
    done = store.review(answer.decision_id, Severity.PASS, "属实", "console", labels=[])
    again = store.review(answer.decision_id, Severity.REJECT, "", "alice", labels=[Label.QR_CODE])
    found = store.decision(answer.decision_id, "console")
    assert found["appeals"] == [{**filed, "actor": "platform", "text": "这是我的店名"}]
    assert found["reviews"] == [
        {**done, "actor": "console", "outcome": "pass", "labels": [], "text": "属实"},
        {**again, "actor": "alice", "outcome": "reject", "labels": ["qr_code"], "text": ""},
    ]


def test_trail_names_who_did_what_to_a_decision(home, open_store, database):
    store = open_store(home)
    answer = record(store)
    settle(store)
    store.appeal(answer.decision_id, "x", "platform")
    store.contents(answer.decision_id, "alice")
    store.review(answer.decision_id, Severity.REJECT, "y", "bob")
    store.decision(answer.decision_id, "carol")
    trail = [(row["kind"], row["actor"]) for row, _ in events(database)]
    told = [("appeal", "platform"), ("contents_read", "alice"), ("review", "bob"), ("read", "carol")]
    assert trail == [("decisions", "service"), *told]


@pytest.mark.parametrize("ask", ["decision", "contents", "appeal", "review"])
def test_unknown_decision_is_refused_and_leaves_no_trace(environment, open_store, ask):
    store, database = open_store(environment), Database.from_environment(environment)
    more = {"appeal": ("x",), "review": (Severity.PASS, "x")}.get(ask, ())
    with pytest.raises(DecisionUnknown):
        getattr(store, ask)("0" * 32, *more, "console")
    assert list(events(database)) == []


@pytest.mark.parametrize("ask", ["decision", "contents"])
def test_lookup_of_an_unknown_decision_does_not_wait_for_a_writer(home, open_store, database, ask):
    store = open_store(home)
    with database.writing(), pytest.raises(DecisionUnknown):
        getattr(store, ask)("0" * 32, "console")


def test_rotated_keys_decrypt_everything_without_the_old_one(home, open_store, monkeypatch, database):
    store = open_store(home)
    answer = record(store)
    settle(store)
    store.appeal(answer.decision_id, "申诉", "platform")
    old, new = os.environ[CONTENT_VARIABLE], Secrets.fresh()[CONTENT_VARIABLE]
    monkeypatch.setenv(CONTENT_VARIABLE, f"{new},{old}")
    assert rotate(database, Secrets.from_environment(), "operator") == 5
    monkeypatch.setenv(CONTENT_VARIABLE, new)
    later = open_store(home)
    assert later.contents(answer.decision_id, "console")[Field.BIO] == BIO.encode()
    assert later.decision(answer.decision_id, "console")["appeals"][0]["text"] == "申诉"
    with pytest.raises(StoreError, match=CONTENT_VARIABLE):
        store.contents(answer.decision_id, "console")


def test_swapped_contents_are_detected(home, open_store, database):
    store = open_store(home)
    answer = record(store)
    settle(store)
    table = tables.contents
    with database.writing() as connection:
        name = connection.scalar(select(table.c.sealed).where(table.c.field == "name"))
        connection.execute(update(table).where(table.c.field == "bio").values(sealed=name))
    with pytest.raises(StoreError, match="bio of decision .* is not what was judged"):
        store.contents(answer.decision_id, "console")


@pytest.mark.parametrize(
    ("variable", "value"),
    [(HASH_VARIABLE, ""), (HASH_VARIABLE, "ab" * 31), (HASH_VARIABLE, "zz" * 32), (CONTENT_VARIABLE, "short")],
)
def test_missing_or_malformed_key_is_refused_without_being_shown(environment, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(StoreError, match="huijian store keys") as refusal:
        Secrets.from_environment()
    assert not value or not re.search(rf"\b{value}\b", str(refusal.value))
