"""Checks the encrypted contents of recorded rows against the keyed hashes that the trail covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from serving.store.audit.purges import Purges
from serving.store.audit.trail import APPEAL, COMMENT, DECISIONS, RECORD_TABLES, REVIEW
from serving.store.errors import StoreError
from serving.store.records import QUOTATIONS
from serving.store.secrets import Secrets
from serving.store.tables import contents, decisions

PAGE_ROWS: Final = 20
"""Contents in memory at once; each may be a picture of megabytes."""


def fault(
    connection: Connection,
    row: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    purges: Purges,
    secrets: Secrets | None,
) -> str | None:
    """Why the contents recorded with an audit row are not as they were written; None if they are.

    Args:
        rows: what the row records, not altered.
        purges: explain missing contents.
        secrets: open contents, texts of appeals and notes; None checks only which contents are there.
    """
    if row["kind"] == DECISIONS:
        return _fault_of_contents(connection, row, rows, purges, secrets)
    if row["kind"] in {APPEAL, REVIEW, COMMENT} and rows and secrets:
        return _fault_of_texts(connection, row, secrets)
    return None


def _fault_of_contents(
    connection: Connection,
    row: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    purges: Purges,
    secrets: Secrets | None,
) -> str | None:
    says_what_is_kept = "contents" in row["details"]  # rows of earlier releases do not
    by_id = {decision["decision_id"]: decision for decision in rows}
    missing = (
        {(one, field) for one, decision in by_id.items() for field in _kept(decision)} if says_what_is_kept else set()
    )
    columns = [contents.c.decision_id, contents.c.field, *([contents.c.sealed] if secrets else [])]
    chosen = select(*columns).join(decisions).where(decisions.c.sequence == row["sequence"])
    for content in connection.execute(chosen, execution_options={"yield_per": PAGE_ROWS}):
        one, field = content.decision_id, content.field
        if says_what_is_kept and (one, field) not in missing:
            return f"{field} of decision {one} was added to it"
        missing.discard((one, field))
        if secrets and not _is_intact(secrets, field, content.sealed, by_id[one]["inputs"].get(field)):
            return f"{field} of decision {one} was altered"
    for one, field in sorted(missing):
        if not purges.explain_contents(row["sequence"], by_id[one]["time"]):
            return f"{field} of decision {one} was removed"
    return None


def _fault_of_texts(connection: Connection, row: Mapping[str, Any], secrets: Secrets) -> str | None:
    table = RECORD_TABLES[row["kind"]]
    for text in connection.execute(select(table).where(table.c.sequence == row["sequence"])):
        if not _is_intact(secrets, row["kind"], text.sealed, text.text_hash):
            return f"the text of the {row['kind']} was altered"
    return None


def _kept(decision: Mapping[str, Any]) -> list[str]:
    """Names of the contents stored with a decision: all or none, and all include quotations."""
    return list(decision["inputs"]) if QUOTATIONS in decision["inputs"] else []


def _is_intact(secrets: Secrets, kind: str, sealed: bytes, digest: str | None) -> bool:
    """True if it opens; and, unless an earlier release stored it without a hash, if it is what was hashed."""
    try:
        plain = secrets.unseal(sealed)
    except StoreError:
        return False
    return digest is None or secrets.digest(kind, plain) == digest
