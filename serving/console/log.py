"""The log of all decisions: filters, pages, and an export as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response, StreamingResponse

from serving.console.render import HEADERS, page
from serving.console.visits import Visit
from serving.messages.query import DECISION_FILTERS
from serving.routes.decision_list import filters_of, position_of
from serving.store.cases.listing import Filters
from serving.store.store import Store

PAGE_ROWS: Final = 50
EXPORT_PAGE_ROWS, MAX_EXPORTED = 1_000, 50_000
"""Rows read at once, and rows of one export: some ten seconds, within the deadline of a request."""

COLUMNS: Final = (
    "decision_id",
    "time",
    "verdict",
    "labels",
    "fields",
    "kinds",
    "scores",
    "references",
    "appealed",
    "outcome",
    "reviewers",
    "reviewed_labels",
)


class LogPages:
    """Pages of the log.

    Args:
        store: of decisions and reviews.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def show(self, visit: Visit) -> Response:
        """Decisions, newest first."""
        found = self._store.cases.page(_filters(visit), PAGE_ROWS, position_of(visit.query))
        reviewed = self._store.cases.reviews_of([row["decision_id"] for row in found.rows])
        chosen = {name: value for name, value in visit.query.items() if name in DECISION_FILTERS}
        return page(
            "log.html",
            visit,
            rows=[{**row, "reviews": reviewed.get(row["decision_id"], [])} for row in found.rows],
            chosen=chosen,
            export=f"/console/decisions.csv?{urlencode(chosen)}",
            most=MAX_EXPORTED,
            first=None if "after" not in visit.query else f"/console/decisions?{urlencode(chosen)}",
            next=f"/console/decisions?{urlencode({**chosen, 'after': str(found.next)})}" if found.next else None,
        )

    def export(self, visit: Visit) -> Response:
        """The chosen decisions as CSV, newest first; the export is recorded in the audit trail."""
        filters = _filters(visit)
        chosen = {name: value for name, value in visit.query.items() if name in DECISION_FILTERS}
        self._store.trail.note("decisions_exported", visit.by, {"filters": chosen})
        headers = {**HEADERS, "Content-Disposition": 'attachment; filename="decisions.csv"'}
        return StreamingResponse(self._lines(filters), headers=headers, media_type="text/csv; charset=utf-8")

    def _lines(self, filters: Filters) -> Iterator[str]:
        yield "\ufeff" + _csv([COLUMNS])  # the mark by which spreadsheets recognise UTF-8
        position, written = None, 0
        while written < MAX_EXPORTED:
            found = self._store.cases.page(filters, EXPORT_PAGE_ROWS, position)
            reviewed = self._store.cases.reviews_of([row["decision_id"] for row in found.rows])
            yield _csv(_values(row, reviewed.get(row["decision_id"], [])) for row in found.rows)
            written += len(found.rows)
            position = found.next
            if position is None:
                return


def _filters(visit: Visit) -> Filters:
    return filters_of({name: value for name, value in visit.query.items() if name in DECISION_FILTERS})


def _values(row: Mapping[str, Any], reviews: Sequence[Mapping[str, Any]]) -> list[str]:
    findings = row["findings"]
    last = reviews[-1]["labels"] if reviews else None
    return [
        row["decision_id"],
        row["time"],
        row["verdict"],
        *(
            _joined(str(finding[name] or "") for finding in findings)
            for name in ("label", "field", "kind", "score", "reference_id")
        ),
        row["appealed"] or "",
        row["outcome"] or "",
        _joined(review["actor"] for review in reviews),
        _joined(last or ()),
    ]


def _joined(values: Iterable[str]) -> str:
    return " ".join(value for value in values if value)


def _csv(rows: Iterable[Iterable[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([_harmless(value) for value in row] for row in rows)
    return buffer.getvalue()


def _harmless(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
