"""Report on a shadow trial: how often challenger and champion disagree, on which labels, with examples."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from statistics import NormalDist
from typing import Any, Final

from models.profile import Severity
from serving.shadow.comparison import Comparison
from serving.store.comparisons import Comparisons
from serving.store.errors import StoreError

EXAMPLES_PER_DIRECTION: Final = 3
"""Decisions shown for each label and direction: those whose scores differ most."""

Z_95: Final = NormalDist().inv_cdf(0.975)
"""Normal quantile of two-sided 95% intervals."""


class DisagreementReport:
    """The comparisons of one trial, counted.

    Args:
        rows: at least one row of the table `comparisons`; iterated once.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.judged = self.agreed = self.failed = 0
        self.challenger: dict[str, str] = {}
        self.first, self.last = "9", ""
        self.verdicts: Counter[tuple[str, str]] = Counter()
        self.labels: dict[str, Counter[str]] = {}
        self.examples: dict[tuple[str, str], list[tuple[float, str, str]]] = {}
        for row in rows:
            self.challenger = row["challenger"]
            self.first, self.last = min(self.first, row["time"]), max(self.last, row["time"])
            self._count(Comparison.from_row(row))

    @classmethod
    def of_newest_trial(cls, comparisons: Comparisons) -> DisagreementReport:
        """The report on the latest trial.

        Raises:
            StoreError: there was none, or the database cannot be reached.
        """
        trial = comparisons.newest_trial()
        if trial is None:
            raise StoreError("no challenger has been compared yet, or its decisions are kept no longer")
        return cls(comparisons.of(trial))

    def __str__(self) -> str:
        return "\n".join([*self._summary(), *self._table(), *self._shown()])

    def _count(self, one: Comparison) -> None:
        if one.failed:
            self.failed += 1
            return
        self.judged += 1
        self.agreed += one.agrees
        if one.verdicts[0] != one.verdicts[1]:
            self.verdicts[one.verdicts] += 1
            if one.labels[0] == one.labels[1]:
                self._remember(("verdict", "changed"), 0, one.decision_id, " -> ".join(one.verdicts))
        for label in one.labels[0] & one.labels[1]:
            self.labels.setdefault(label, Counter())["both"] += 1
        for label, direction in one.differences():
            self.labels.setdefault(label, Counter())[direction] += 1
            mine, theirs = one.scores[label]
            apart = abs((theirs or 0) - (mine or 0))
            self._remember((label, direction), apart, one.decision_id, f"{_score(mine)} -> {_score(theirs)}")

    def _remember(self, kind: tuple[str, str], apart: float, decision_id: str, change: str) -> None:
        kept = self.examples.setdefault(kind, [])
        heapq.heappush(kept, (apart, decision_id, change))
        if len(kept) > EXAMPLES_PER_DIRECTION:
            heapq.heappop(kept)

    def _summary(self) -> Iterator[str]:
        versions = ", ".join(f"{part} {version}" for part, version in sorted(self.challenger.items()))
        yield f"候选模型 · challenger: {versions}"
        yield f"时间 · compared: {self.first} .. {self.last}"
        yield f"已审 · judged: {self.judged}; 失败 · failed: {self.failed}"
        yield f"一致 · agreement: {_share(self.agreed, self.judged)}"
        order = [str(severity) for severity in Severity]
        for (mine, theirs), count in sorted(self.verdicts.items()):
            sort = "更严 · stricter" if order.index(theirs) > order.index(mine) else "更宽 · laxer"
            yield f"{sort}: {mine} -> {theirs} {count} {_share(count, self.judged)}"

    def _table(self) -> Iterator[str]:
        yield ""
        yield f"{'label':<26}{'both':>8}  {'champion only':<34}{'challenger only'}"
        for label, counts in sorted(self.labels.items()):
            mine, theirs = (
                f"{counts[direction]} {_share(counts[direction], self.judged)}"
                for direction in ("champion_only", "challenger_only")
            )
            yield f"{label:<26}{counts['both']:>8}  {mine:<34}{theirs}"

    def _shown(self) -> Iterator[str]:
        if self.examples:
            yield "\n待查看 · decisions to look at (GET /v1/decisions/ID), champion -> challenger:"
        for (label, direction), kept in sorted(self.examples.items()):
            for _, decision_id, change in sorted(kept, reverse=True):
                yield f"{label:<26}{direction:<17}{change:<18}{decision_id}"


def interval(count: int, total: int) -> tuple[float, float]:
    """The 95% confidence interval of a share, in [0, 1].

    Source: Wilson 1927.
    """
    if not total:
        return 0.0, 1.0
    share, spread = count / total, Z_95**2 / total
    middle = share + spread / 2
    margin = (spread * (share * (1 - share) + spread / 4)) ** 0.5
    return max(0.0, (middle - margin) / (1 + spread)), min(1.0, (middle + margin) / (1 + spread))


def _share(count: int, total: int) -> str:
    low, high = interval(count, total)
    return f"{count / total if total else 0:.2%} (95% {low:.2%} .. {high:.2%})"


def _score(score: float | None) -> str:
    return "-" if score is None else f"{score:.3f}"
