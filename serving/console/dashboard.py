"""The dashboard: volume, verdicts per label over time, and what reviews say of people and of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, Final

from cachetools import TTLCache
from starlette.responses import Response

from models.profile import ProfileError, Severity
from serving.console.drift import DriftCounter
from serving.console.render import page
from serving.console.visits import Visit
from serving.runs.report import SHIFTED, SLIGHT
from serving.store.cases.listing import Filters
from serving.store.cases.statistics import Statistics
from serving.store.store import Store
from serving.store.tables import utc
from serving.trials.trial import PolicyTrial

PERIODS: Final = ("7", "30", "90")
"""Days to choose from."""

FRESH_SECONDS: Final = 60
"""How long numbers are shown before they are counted again: they read every decision of the period."""

MAX_COUNTED: Final = 100_000


class DashboardPages:
    """The dashboard.

    Args:
        store: of decisions and reviews.
        trial: of a policy.
    """

    def __init__(self, store: Store, trial: PolicyTrial) -> None:
        self._store, self._trial, self._drift = store, trial, DriftCounter(store)
        self._kept: TTLCache[str, tuple[str, Statistics]] = TTLCache(len(PERIODS), FRESH_SECONDS)

    def show(self, visit: Visit) -> Response:
        """Numbers of the last days."""
        period = visit.query.get("days", "30")
        if period not in PERIODS:
            raise ProfileError("value_invalid", f"days: must be one of {', '.join(PERIODS)}", "days")
        counted_at, numbers = self._numbers(period)
        days = [str((datetime.now(UTC) - timedelta(days=back)).date()) for back in reversed(range(int(period)))]
        return page(
            "dashboard.html",
            visit,
            periods=PERIODS,
            period=period,
            numbers=numbers,
            counted_at=counted_at,
            waiting=self._store.cases.count(Filters(state="open"), MAX_COUNTED),
            appealed=self._store.cases.count(Filters(state="appealed"), MAX_COUNTED),
            volume=sum(sum(of_day.values()) for of_day in numbers.verdicts.values()),
            bars=bars(days, numbers.verdicts),
            highest=max((sum(of_day.values()) for of_day in numbers.verdicts.values()), default=0),
            days=days,
            trends=trends(days, numbers.labels),
            trial=self._trial.current,
            drift=self._drift.of(int(period)),
            marks=(SLIGHT, SHIFTED),
        )

    def _numbers(self, period: str) -> tuple[str, Statistics]:
        found = self._kept.get(period)
        if found is None:
            now = datetime.now(UTC)
            start = (now - timedelta(days=int(period) - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
            found = self._kept[period] = utc(now), self._store.cases.statistics(utc(start))
        return found


def bars(days: Sequence[str], verdicts: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """Stacked bars of a chart of one unit a day in width, and of height 100."""
    highest = max((sum(of_day.values()) for of_day in verdicts.values()), default=0) or 1
    drawn = []
    for number, day in enumerate(days):
        top = 100.0
        for verdict in Severity:
            height = 100 * verdicts.get(day, {}).get(verdict, 0) / highest
            top -= height
            if height:
                drawn.append({"x": number + 0.1, "y": round(top, 3), "height": round(height, 3), "verdict": verdict})
    return drawn


def trends(days: Sequence[str], labels: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """Labels with their number of findings, most frequent first, and the points of a line over the days."""
    found = []
    for label, by_day in labels.items():
        highest = max(by_day.values())
        points = [f"{number},{20 - 18 * by_day.get(day, 0) / highest:.1f}" for number, day in enumerate(days)]
        found.append({"label": label, "total": sum(by_day.values()), "points": " ".join(points)})
    return sorted(found, key=itemgetter("total"), reverse=True)
