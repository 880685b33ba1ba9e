"""Judgements as the Inspector makes them, without its models."""

import time
import uuid
from datetime import UTC, datetime, timedelta

import time_machine

from models.policy import ContentsKept, DatabaseDown, DecisionsKept, StoreRules
from models.profile import CLASSIFIER_LABELS, Answer, Evidence, Field, Finding, Label, Profile, Severity
from serving.store.audit.verify import verify
from serving.store.purge import purge

ACCOUNT, NAME, BIO, AVATAR = "account-7f3a", "海边的小店", "想了解的加V：abc12345", b"\x89PNG" + bytes(range(256)) * 8
QUOTED = "加V：abc12345"


def judged(verdict=Severity.REVIEW, bio=BIO):
    """A profile and the answer to it."""
    start = bio.find(QUOTED)
    evidence = Evidence(spans=((start, start + len(QUOTED)),), text=QUOTED, normalized="加v:abc12345")
    finding = Finding(Label.CONTACT_DIVERSION, Field.BIO, 0.99, "contacts@1", evidence, severity=verdict)
    scores = {Field.BIO: dict.fromkeys(CLASSIFIER_LABELS, 0.25)}
    profile = Profile(ACCOUNT, name=NAME, bio=bio, avatar=AVATAR)
    return profile, Answer(uuid.uuid4().hex, ACCOUNT, verdict, (finding,), {}, scores, {"text": "1", "policy": "1"})


def rules(keep="always", contents_days=30, decisions_days=185, then="refuse"):
    """A policy's rules for the store."""
    return StoreRules(
        contents=ContentsKept(keep=keep, days=contents_days, why="Art. 19"),
        decisions=DecisionsKept(days=decisions_days, why="Art. 17"),
        database_down=DatabaseDown(then=then, why="Art. 17"),
    )


def settle(store):
    """Wait until all records are in the database."""
    deadline = time.monotonic() + 20
    while store.health().waiting:
        assert time.monotonic() < deadline, store.health()
        time.sleep(0.02)


def verified(database, anchor=None, secrets=None):
    """The last row of the trail, once all is checked under the usual rules."""
    return verify(database, rules(), anchor, secrets)


def purge_after(database, days, **more):
    """What a purge deletes so many days from now, on a date that a person confirms; then all is checked."""
    moment = datetime.now(UTC) + timedelta(days=days)
    with time_machine.travel(moment):
        gone = purge(database, rules(**more), "cron", moment.date())
        verify(database, rules(**more))
    return gone
