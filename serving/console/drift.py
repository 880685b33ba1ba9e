"""Drift for the dashboard: scores of the last days beside those of as many days before, by label and field.

Samples are counted in a thread of their own, so that no page waits for them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from cachetools import TTLCache

from models.runtime.failures import safe_traceback
from serving.runs.changes import Place
from serving.runs.numbers import Numbers
from serving.store.store import Store
from serving.store.tables import utc

SAMPLED: Final = 3_000
"""Decisions of each period: by chance alone the index of 15 bins is then about .005, and counting takes a second."""

FRESH_SECONDS: Final = 900
"""How long an index is shown before it is counted again."""

WAIT_SECONDS: Final = 0.02
"""How long a page waits for a first count, which few decisions need."""

logger = logging.getLogger("huijian.console")


@dataclass(frozen=True)
class Drift:
    """Two periods beside each other.

    Attributes:
        decisions: in the samples of the recent period, and of the one before.
        places: by label and field, the index and whether there is enough for it, as `Numbers.field_drift` says.
        changed: judges of which the periods have other versions, such as "text".
    """

    decisions: tuple[int, int]
    places: Mapping[Place, Mapping[str, Any]]
    changed: list[str]


class DriftCounter:
    """Counts drift when somebody asks for it.

    Args:
        store: of decisions.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="drift")
        self._lock = threading.Lock()
        self._asked: TTLCache[int, bool] = TTLCache(8, FRESH_SECONDS)
        self._counted: dict[int, Drift] = {}

    def of(self, days: int) -> Drift | None:
        """What was counted last for a period; None while the first count is on its way."""
        with self._lock:
            is_asked = self._asked.get(days, False)
            self._asked[days] = True
        if not is_asked:
            wait([self._pool.submit(self._count_safely, days)], WAIT_SECONDS)
        return self._counted.get(days)

    def count(self, days: int) -> Drift:
        """Count now.

        Raises:
            StoreUnavailable: the database cannot be reached.
        """
        now = datetime.now(UTC)
        edges = [utc(now - timedelta(days=back)) for back in (2 * days, days, 0)]
        then, recent = (
            Numbers.of_answers(self._store.cases.sample(since, until, SAMPLED)) for since, until in pairwise(edges)
        )
        return Drift((recent.rows, then.rows), recent.field_drift(then), _changed(recent, then))

    def _count_safely(self, days: int) -> None:
        try:
            self._counted[days] = self.count(days)
        except Exception as error:
            logger.error("drift could not be counted: %s", safe_traceback(error))
            with self._lock:
                self._asked.pop(days, None)


def _changed(recent: Numbers, then: Numbers) -> list[str]:
    if not (recent.rows and then.rows):
        return []
    return sorted({name for name, _ in recent.judged_by.keys() ^ then.judged_by.keys()} - {"policy", "lists"})
