"""The audit trail as a file, for an inspection (Art. 17, 20, 21).

Each line is a row of the trail with the recorded rows that are still kept, as JSON with sorted keys. The file can be
verified alone: `hash` is the SHA-256 of the other values but `records`, and `digest` that of `records`.
"""

from __future__ import annotations

from pathlib import Path

from models.runtime import atomic
from serving.store.audit import trail as audit
from serving.store.database import Database
from serving.store.tables import canonical


def export(database: Database, output: Path, actor: str) -> audit.Head:
    """Write the trail as JSON Lines, whole or not at all; returns its last row, which records this export.

    Args:
        output: replaced where it exists; readable by its owner only.
        actor: who exports.

    Raises:
        OSError: the file cannot be written.
        StoreUnavailable: the database cannot be reached.
    """
    with database.writing() as connection:
        audit.append(connection, "export", actor, {})
        last = audit.head(connection)
    with atomic.replacing(output, private=True) as draft, draft.open("w", encoding="utf-8") as file:
        for row, rows in audit.events(database):
            if row["sequence"] <= last.sequence:
                file.write(canonical({**row, "records": rows}) + "\n")
    return last
