"""Decisions with what tells how much a review would teach: scores, texts, the challenger, and whether it was done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from models.profile import TEXT_FIELDS, Label
from serving.shadow.comparison import Comparison
from serving.store.audit import trail as audit
from serving.store.database import Database
from serving.store.records import opened
from serving.store.secrets import Secrets
from serving.store.tables import comparisons, contents, decisions, reviews

NEWEST: Final = 5_000
"""Decisions that are looked at, newest first; comparing their texts takes seconds."""

PAGE_ROWS: Final = 500
"""Decisions opened at once, without pictures."""


@dataclass(frozen=True)
class Candidate:
    """A decision whose contents are kept.

    Attributes:
        text: its texts, line by line.
        scores: the highest score of each label in [0, 1], also below its threshold.
        disputed: labels that only one of champion and challenger gave.
    """

    decision_id: str
    text: str
    scores: dict[Label, float]
    disputed: tuple[str, ...]
    reviewed: bool


def candidates(database: Database, secrets: Secrets, actor: str, newest: int = NEWEST) -> Iterator[Candidate]:
    """The newest decisions whose contents are kept, reviewed ones among them, since their texts are known.

    Args:
        actor: who asks, for the audit trail.

    Raises:
        StoreError: contents were altered, or there is no key.
        StoreUnavailable: the database cannot be used.
    """
    held = select(contents.c.decision_id).where(contents.c.decision_id == decisions.c.decision_id)
    chosen = select(decisions.c.decision_id).where(held.exists()).order_by(decisions.c.time.desc()).limit(newest)
    with database.writing() as connection:
        ids = list(connection.scalars(chosen))
        audit.append(connection, "reviews_suggested", actor, {"decisions": len(ids)})
    for start in range(0, len(ids), PAGE_ROWS):
        with database.reading() as connection:
            page = list(_page(connection, ids[start : start + PAGE_ROWS], secrets))
        yield from page


def _page(connection: Connection, ids: list[str], secrets: Secrets) -> Iterator[Candidate]:
    texts: dict[str, dict[str, bytes]] = {}
    kept = contents.c.decision_id.in_(ids), contents.c.field.in_([str(field) for field in TEXT_FIELDS])
    for row in connection.execute(select(contents).where(*kept)):
        texts.setdefault(row.decision_id, {})[row.field] = row.sealed
    disputed = {
        row.decision_id: tuple(label for label, _ in Comparison.from_row(dict(row._mapping)).differences())
        for row in connection.execute(select(comparisons).where(comparisons.c.decision_id.in_(ids)))
    }
    reviewed = set(connection.scalars(select(reviews.c.decision_id).where(reviews.c.decision_id.in_(ids))))
    for row in connection.execute(select(decisions).where(decisions.c.decision_id.in_(ids))):
        record = {**row._mapping, "contents": texts.get(row.decision_id, {})}
        plain = [opened(record, field, secrets).decode("utf-8", "replace") for field in sorted(record["contents"])]
        yield Candidate(
            row.decision_id,
            "\n".join(plain),
            _scores(row.answer),
            disputed.get(row.decision_id, ()),
            row.decision_id in reviewed,
        )


def _scores(answer: dict[str, Any]) -> dict[Label, float]:
    """The highest score of each label, in findings, matches and text scores."""
    scores: dict[Label, float] = {}
    given = [(finding["label"], finding["score"]) for finding in answer["findings"] if not finding["authorized"]]
    given += [(match["label"], match["score"]) for best in answer["matches"].values() for match in best]
    given += [pair for field in answer["text_scores"].values() for pair in field.items()]
    for label, score in given:
        scores[Label(label)] = max(score, scores.get(Label(label), 0.0))
    return scores
