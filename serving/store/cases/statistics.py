"""Numbers about decisions and reviews since a time, for the console's dashboard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from sqlalchemy import Connection, func, select

from models.profile import Severity
from serving.store.database import Database
from serving.store.tables import case_findings, cases, comparisons, reviews

DAY_DIGITS: Final = 10
"""Characters of a time that are its date."""


@dataclass(frozen=True)
class Statistics:
    """What was decided since a time, by machine and by people.

    Attributes:
        verdicts: decisions by day and automatic verdict.
        labels: findings that count, by label and day.
        reviewed: reviewed decisions.
        upheld: those in which a person confirmed a finding, or let pass what had passed.
        precision: by label, confirmed findings and reviewed ones, the last review counting.
        agreement: by pair of reviewers, decisions on which both gave the same outcome, and all that both decided.
        reviewers: reviews by reviewer.
        shadow: the newest trial's decisions by the champion's and the challenger's verdict.
    """

    verdicts: Mapping[str, Mapping[str, int]]
    labels: Mapping[str, Mapping[str, int]]
    reviewed: int
    upheld: int
    precision: Mapping[str, tuple[int, int]]
    agreement: Mapping[tuple[str, str], tuple[int, int]]
    reviewers: Mapping[str, int]
    shadow: Mapping[tuple[str, str], int]


def statistics(database: Database, since: str) -> Statistics:
    """The numbers of decisions made, and reviews given, since a time.

    Raises:
        StoreUnavailable: the database cannot be reached.
    """
    with database.reading() as connection:
        by_decision = _reviews(connection, since)
        last = {one: given[-1] for one, given in by_decision.items()}
        verdict_of = _verdicts_of(connection, since)
        return Statistics(
            verdicts=_by_day(connection, cases.c.verdict, since),
            labels=_labels(connection, since),
            reviewed=len(last),
            upheld=sum(_is_upheld(verdict_of.get(one), review["outcome"]) for one, review in last.items()),
            precision=_precision(connection, last, since),
            agreement=_agreement(by_decision.values()),
            reviewers=_counts(review["actor"] for given in by_decision.values() for review in given),
            shadow=_shadow(connection),
        )


def _by_day(connection: Connection, column: Any, since: str) -> dict[str, dict[str, int]]:
    day = func.substr(cases.c.time, 1, DAY_DIGITS)
    counted = select(day, column, func.count()).where(cases.c.time >= since).group_by(day, column)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for one, value, count in connection.execute(counted):
        found[one][value] = count
    return dict(sorted(found.items()))


def _labels(connection: Connection, since: str) -> dict[str, dict[str, int]]:
    day, label = func.substr(case_findings.c.time, 1, DAY_DIGITS), case_findings.c.label
    counted = select(label, day, func.count()).where(case_findings.c.time >= since, case_findings.c.counts.is_(True))
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for name, one, count in connection.execute(counted.group_by(label, day)):
        found[name][one] = count
    return dict(found)


def _reviews(connection: Connection, since: str) -> dict[str, list[Mapping[str, Any]]]:
    """Reviews since a time by decision, oldest first."""
    columns = (reviews.c.decision_id, reviews.c.actor, reviews.c.outcome, reviews.c.labels)
    chosen = select(*columns).where(reviews.c.time >= since).order_by(reviews.c.sequence)
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in connection.execute(chosen):
        found[row.decision_id].append(dict(row._mapping))
    return found


def _verdicts_of(connection: Connection, since: str) -> dict[str, str]:
    """Automatic verdicts of the decisions that were reviewed since a time."""
    chosen = select(cases.c.decision_id, cases.c.verdict).join(reviews, reviews.c.decision_id == cases.c.decision_id)
    return {row.decision_id: row.verdict for row in connection.execute(chosen.where(reviews.c.time >= since))}


def _precision(connection: Connection, last: Mapping[str, Mapping[str, Any]], since: str) -> dict[str, tuple[int, int]]:
    # A subquery, not a join: SQLite would join by reading every finding.
    reviewed = select(reviews.c.decision_id).where(reviews.c.time >= since)
    found = case_findings.c
    chosen = select(found.decision_id, found.label).where(found.decision_id.in_(reviewed), found.counts.is_(True))
    right: dict[str, int] = defaultdict(int)
    all_reviewed: dict[str, int] = defaultdict(int)
    for row in connection.execute(chosen.distinct()):
        review = last[row.decision_id]
        all_reviewed[row.label] += 1
        confirmed = review["labels"] is None or row.label in review["labels"]
        right[row.label] += review["outcome"] == Severity.REJECT and confirmed
    return {label: (right[label], count) for label, count in all_reviewed.items()}


def _agreement(by_decision: Iterable[list[Mapping[str, Any]]]) -> dict[tuple[str, str], tuple[int, int]]:
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for pair, agrees in _pairs(by_decision):
        same, both = found.get(pair, (0, 0))
        found[pair] = same + agrees, both + 1
    return found


def _pairs(by_decision: Iterable[list[Mapping[str, Any]]]) -> Iterator[tuple[tuple[str, str], bool]]:
    """Each two reviewers of one decision, and whether their last outcomes are the same."""
    for given in by_decision:
        outcomes = {review["actor"]: review["outcome"] for review in given}
        for one, other in combinations(sorted(outcomes), 2):
            yield (one, other), outcomes[one] == outcomes[other]


def _counts(values: Iterator[str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for value in values:
        found[value] += 1
    return dict(sorted(found.items()))


def _shadow(connection: Connection) -> dict[tuple[str, str], int]:
    newest = select(comparisons.c.trial).order_by(comparisons.c.time.desc()).limit(1).scalar_subquery()
    champion, challenger = comparisons.c.champion_verdict, comparisons.c.challenger_verdict
    counted = select(champion, challenger, func.count()).where(comparisons.c.trial == newest)
    rows = connection.execute(counted.group_by(champion, challenger))
    return {(one, other): count for one, other, count in rows}


def _is_upheld(verdict: str | None, outcome: str) -> bool:
    return (verdict == Severity.PASS) == (outcome == Severity.PASS)
