"""Keeps the tables `cases` and `case_findings` in step with what is recorded, in the transaction that records it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, null, update

from models.profile import Severity
from serving.store.tables import case_findings, cases


def add(connection: Connection, decisions: Sequence[Mapping[str, Any]]) -> None:
    """Add the cases of new decisions.

    Args:
        decisions: rows of the table `decisions`.
    """
    connection.execute(insert(cases), [_case(decision) for decision in decisions])
    findings = [finding for decision in decisions for finding in _findings(decision)]
    if findings:
        connection.execute(insert(case_findings), findings)


def appealed(connection: Connection, decision_id: str, time: str) -> None:
    """Open a case for an appeal of this time."""
    _set_open(connection, decision_id, True, appealed=func.coalesce(cases.c.appealed, time))


def reviewed(connection: Connection, decision_id: str, outcome: str) -> None:
    """Close a case with a review's outcome, and end the work on it."""
    ended = {"appealed": None, "holder": None, "held_until": None, "suggested": None, "suggestion": null()}
    _set_open(connection, decision_id, False, outcome=outcome, **ended)


def _set_open(connection: Connection, decision_id: str, is_open: bool, **values: Any) -> None:
    connection.execute(update(cases).where(cases.c.decision_id == decision_id).values(is_open=is_open, **values))
    connection.execute(update(case_findings).where(case_findings.c.decision_id == decision_id).values(is_open=is_open))


def _case(decision: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: decision[name] for name in ("decision_id", "time", "account", "verdict")},
        "is_open": _is_open(decision),
    }


def _findings(decision: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for number, finding in enumerate(decision["answer"]["findings"]):
        yield {
            "decision_id": decision["decision_id"],
            "number": number,
            "time": decision["time"],
            "is_open": _is_open(decision),
            **{name: finding[name] for name in ("label", "field", "score", "severity")},
            "counts": finding["severity"] != Severity.PASS and not finding["authorized"],
            "kind": finding["evidence"].get("kind"),
            "reference_id": finding["evidence"].get("reference_id"),
            "content": decision["inputs"].get(finding["field"]),
        }


def _is_open(decision: Mapping[str, Any]) -> bool:
    return bool(decision["verdict"] != Severity.PASS)
