"""Latency that storing a decision adds to an answer: at most 2 ms at the median.

The lower bound is the disk's own sync of as many bytes. The alternative is a transaction of the database for every
answer.

    .venv/bin/python -m benchmarks.store [DATABASE_URL]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.clock import COLUMNS, Times
from models.policy import Policy, StoreRules
from models.profile import CLASSIFIER_LABELS, Answer, Evidence, Field, Finding, Label, Match, Profile, Severity
from models.runtime.paths import REPOSITORY
from serving.store.audit import trail as audit
from serving.store.database import Database
from serving.store.records import record
from serving.store.secrets import Secrets
from serving.store.spool import Spool
from serving.store.store import Store
from serving.store.tables import canonical

ANSWERS = 400
"""Answers stored in each of the ways."""

GAP_SECONDS = 0.01
"""Pause between answers: 100 a second, as many as one core judges."""

AVATAR = os.urandom(16_000)
"""Random bytes, as many as a thumbnail has."""


def judgement() -> tuple[Profile, Answer]:
    """A profile for review, and an answer with every part that it can have."""
    bio = "想了解的加V：abc12345"
    evidence = Evidence(spans=((4, 15),), text="加V：abc12345", normalized="加v:abc12345")
    finding = Finding(Label.CONTACT_DIVERSION, Field.BIO, 0.99, "contacts@1", evidence, severity=Severity.REVIEW)
    match = Match("media.xinhua", Label.MEDIA_LOGO, 0.31, 0.01, (0.1, 0.1, 0.5, 0.5))
    scores = {field: dict.fromkeys(CLASSIFIER_LABELS, 0.0123) for field in (Field.NAME, Field.BIO)}
    versions = {"encoder": "efdddd48d349", "gallery": "1", "text": "1", "policy": "1"}
    profile = Profile("account", name="海边的小店", bio=bio, avatar=AVATAR)
    matches = {Field.AVATAR: (match,) * 3}
    return profile, Answer(uuid.uuid4().hex, "account", Severity.REVIEW, (finding,), matches, scores, versions)


def measure(act: Callable[[tuple[Profile, Answer]], object]) -> Times:
    """Times of `act` for `ANSWERS` judgements, one after another, at the pace of a busy core."""
    times = Times()
    for _ in range(ANSWERS):
        judged = judgement()
        times.measure(partial(act, judged))
        time.sleep(GAP_SECONDS)
    return times


def ours(home: Path, database: Database, rules: StoreRules, secrets: Secrets) -> Times:
    """`Store.record`, while its thread moves decisions to the database."""
    store = Store(database, Spool(home / str(uuid.uuid4())), secrets, lambda: rules)
    times = measure(lambda judged: store.record([judged], {"judge": 9.5}, "benchmark"))
    store.close()
    return times


def transaction(database: Database, rules: StoreRules, secrets: Secrets) -> Times:
    """A transaction for every answer."""

    def commit(judged: tuple[Profile, Answer]) -> None:
        row = {**record(*judged, rules.contents, secrets), "asked_by": "benchmark", "timings": {}}
        del row["contents"]
        with database.writing() as connection:
            audit.append(connection, audit.DECISIONS, "benchmark", {"decisions": 1}, [row])

    return measure(commit)


def sync(file: Path, rules: StoreRules, secrets: Secrets) -> Times:
    """The disk alone: write and fdatasync."""
    line = canonical(record(*judgement(), rules.contents, secrets)).encode()
    with file.open("ab", buffering=0) as log:

        def synced(_: object) -> None:
            log.write(line)
            os.fdatasync(log)

        return measure(synced)


def main() -> None:
    """Print one table."""
    rules = Policy.load(REPOSITORY / "policy.yaml").store
    bare = rules.model_copy(update={"contents": rules.contents.model_copy(update={"keep": "never"})})
    os.environ |= Secrets.fresh()
    secrets = Secrets.from_environment()
    print(f"{'milliseconds an answer':<44}{COLUMNS}")
    with tempfile.TemporaryDirectory(dir=REPOSITORY) as folder:
        home = Path(folder)
        database = Database(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{home}/huijian.db")
        database.migrate()
        print(f"{'the disk alone: write and fdatasync':<44}{sync(home / 'log', bare, secrets)}")
        print(f"{'ours, without contents':<44}{ours(home, database, bare, secrets)}")
        print(f"{'ours, with texts and a picture of 16 kB':<44}{ours(home, database, rules, secrets)}")
        print(f"{'a transaction an answer, without contents':<44}{transaction(database, bare, secrets)}")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; CPU is that of all threads")


if __name__ == "__main__":
    main()
