"""The audit trail as a file, for an inspection (Art. 17, 20, 21).

Every line is one row of the trail with what it recorded and is still kept, as JSON with sorted keys: the file proves
itself. A row's `hash` is the SHA-256 of its other values but `records`; its `digest` that of `records`.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from serving.store import audit
from serving.store.database import Database
from serving.store.tables import canonical


def export(database: Database, output: Path, actor: str) -> audit.Head:
    """Write the trail as JSON Lines, whole or not at all; returns its last row, which is this export.

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
    draft = output.with_name(f".{output.name}.{uuid.uuid4().hex}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            for row, rows in audit.events(database):
                if row["sequence"] <= last.sequence:
                    file.write(canonical({**row, "records": rows}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)
    return last
