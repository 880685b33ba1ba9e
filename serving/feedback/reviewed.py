"""Decisions that people reviewed, with the contents that may be used for training.

Contents are kept so that complaints can be reviewed. Training is another purpose, so the policy must allow it
(`store.training`), and retention holds whether or not a purge has run.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from models.policy import StoreRules
from models.profile import Field
from models.reviewed import Review, Reviewed
from serving.store.audit import trail as audit
from serving.store.database import Database
from serving.store.errors import StoreError
from serving.store.records import QUOTATIONS, opened, with_quotations
from serving.store.secrets import Secrets
from serving.store.tables import appeals, contents, decisions, moment_of, reviews, utc

PAGE_ROWS: Final = 50
"""Decisions opened at once: each may hold two pictures of megabytes."""


def reviewed_decisions(
    database: Database, secrets: Secrets, rules: StoreRules, actor: str, since: str = ""
) -> Iterator[Reviewed]:
    """All reviewed decisions whose contents are kept and may be used for training, oldest first.

    A decision with an appeal after its last review is left out: it is not settled.

    Args:
        rules: of the policy in force.
        actor: who exports, for the audit trail.
        since: in the format of the tables; decisions reviewed before are left out.

    Raises:
        StoreError: the policy does not allow it, or contents were altered or have no key.
        StoreUnavailable: the database cannot be used.
    """
    if rules.training.use == "never":
        raise StoreError(
            "the policy does not allow to train on reviewed contents; if the accounts consented, set "
            "store.training.use to reviewed in the policy file"
        )
    today = datetime.now(UTC)
    kept_since = utc(today - timedelta(days=min(rules.contents.days, rules.training.days)))
    with database.writing() as connection:
        ids = _settled(connection, since, kept_since)
        audit.append(connection, "cases_exported", actor, {"since": since, "decisions": len(ids)})
    for start in range(0, len(ids), PAGE_ROWS):
        with database.reading() as connection:
            page = [_opened(connection, one, secrets, rules.training.days) for one in ids[start : start + PAGE_ROWS]]
        yield from (one for one in page if one)


def _settled(connection: Connection, since: str, kept_since: str) -> list[str]:
    """Ids of the decisions with kept contents whose last word is a review."""
    later_appeal = select(appeals.c.appeal_id).where(
        appeals.c.decision_id == reviews.c.decision_id, appeals.c.sequence > reviews.c.sequence
    )
    settled = select(reviews.c.decision_id).where(reviews.c.time >= since, ~later_appeal.exists())
    held = select(contents.c.decision_id).where(contents.c.decision_id == decisions.c.decision_id)
    chosen = (
        select(decisions.c.decision_id)
        .where(decisions.c.time >= kept_since, decisions.c.decision_id.in_(settled), held.exists())
        .order_by(decisions.c.time, decisions.c.decision_id)
    )
    return list(connection.scalars(chosen))


def _opened(connection: Connection, decision_id: str, secrets: Secrets, days: int) -> Reviewed | None:
    """The decision; None if it was purged meanwhile."""
    row = connection.execute(select(decisions).where(decisions.c.decision_id == decision_id)).first()
    if row is None:
        return None
    sealed = connection.execute(select(contents).where(contents.c.decision_id == decision_id))
    record = {**row._mapping, "contents": {content.field: content.sealed for content in sealed}}
    plain = {name: opened(record, name, secrets) for name in record["contents"]}
    said = connection.execute(select(reviews).where(reviews.c.decision_id == decision_id).order_by(reviews.c.sequence))
    appealed = select(appeals.c.appeal_id).where(appeals.c.decision_id == decision_id).limit(1)
    made = moment_of(row.time)
    if made is None:
        raise StoreError(f"the time of decision {decision_id} was altered")
    return Reviewed(
        decision_id=decision_id,
        time=row.time,
        account=row.account,
        answer=with_quotations(row.answer, plain.get(QUOTATIONS)),
        contents={field: plain[field] for field in Field if field in plain},
        reviews=[
            Review(
                one.outcome, None if one.labels is None else tuple(one.labels), pseudonym(secrets, one.actor), one.time
            )
            for one in said
        ],
        appealed=connection.execute(appealed).first() is not None,
        keep_until=(made + timedelta(days=days)).date(),
    )


def pseudonym(secrets: Secrets, person: str) -> str:
    """A name for a person that only the store's hash key could lead back: `reviewer-1a2b3c4d`."""
    return f"reviewer-{secrets.digest('reviewer', person.encode('utf-8', 'surrogatepass'))[:8]}"
