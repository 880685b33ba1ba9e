"""What a policy on trial would change: verdicts, and findings by label and field, with examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from models.policy import Policy
from models.profile import LABELS, Label
from serving.runs.changes import UNDECIDED, columns
from serving.trials.rejudging import Rejudged, Severities

EXAMPLES: Final = 5
"""Decisions named for each shift, those judged last."""

ABSENT: Final = "-"
"""Stands for the severity where a label is not found."""


@dataclass(frozen=True)
class Shift:
    """Findings of a label in a field that the policy would treat otherwise.

    Attributes:
        before, after: severities, or `ABSENT`.
    """

    label: str
    field: str
    before: str
    after: str


@dataclass
class TrialReport:
    """Counts over decisions that were judged again.

    Attributes:
        verdicts: decisions by verdict before and after; `UNDECIDED` where what is stored does not suffice.
        shifts: decisions by what shifts.
        changed: of these, the decisions whose verdict changes.
        examples: ids of decisions for each shift.
        gaps: decisions by reason why they are undecided.
    """

    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    shifts: Counter[Shift] = field(default_factory=Counter)
    changed: Counter[Shift] = field(default_factory=Counter)
    examples: dict[Shift, list[str]] = field(default_factory=dict)
    gaps: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, newest_first: Iterable[Rejudged]) -> TrialReport:
        """Count decisions."""
        report = cls()
        for one in newest_first:
            report._count(one)
        return report

    @property
    def judged(self) -> int:
        """Decisions judged again."""
        return self.verdicts.total()

    @property
    def verdicts_changed(self) -> int:
        """Decisions whose verdict would differ; undecided ones are not among them."""
        return sum(count for (old, new), count in self.verdicts.items() if new not in (old, UNDECIDED))

    def __str__(self) -> str:
        """Lines for a terminal."""
        return "\n".join([*self._verdict_lines(), *self._shift_lines()])

    def _count(self, one: Rejudged) -> None:
        before, after = one.verdicts
        self.verdicts[before, after or UNDECIDED] += 1
        self.gaps.update(one.gaps)
        for shift in _shifts(*one.found):
            self.shifts[shift] += 1
            self.changed[shift] += before != after
            named = self.examples.setdefault(shift, [])
            if len(named) < EXAMPLES:
                named.append(one.decision_id)

    def _verdict_lines(self) -> Iterator[str]:
        yield f"已重判 · judged again: {self.judged}; 结论改变 · verdicts that change: {self.verdicts_changed}"
        differing = [(pair, count) for pair, count in self.verdicts.most_common() if pair[0] != pair[1]]
        yield from (f"  {count:>9}  {old} -> {new}" for (old, new), count in differing)
        yield from (f"  {count:>9}  {UNDECIDED}: {gap}" for gap, count in self.gaps.most_common())

    def _shift_lines(self) -> Iterator[str]:
        if not self.shifts:
            yield "没有命中会改变 · no finding would change"
            return
        head = ["label", "field", "decisions", "verdict changes", "severity", "e.g. (GET /v1/decisions/ID)"]
        rows = [
            [
                f"{LABELS[Label(shift.label)].name_zh} {shift.label}",
                shift.field,
                str(count),
                str(self.changed[shift]),
                f"{shift.before} -> {shift.after}",
                self.examples[shift][0],
            ]
            for shift, count in self.shifts.most_common()
        ]
        yield from columns([head, *rows])


def _shifts(before: Severities, after: Severities) -> Iterator[Shift]:
    if before == after:
        return
    for place in sorted(before.keys() | after.keys()):
        old, new = before.get(place, ABSENT), after.get(place, ABSENT)
        if old != new:
            yield Shift(*place, old, new)


def rule_changes(before: Policy, after: Policy) -> Iterator[tuple[str, Any, Any]]:
    """The values in which two policies differ: their dotted names, and both values; None where there is none."""
    old, new = (dict(_leaves(policy.model_dump(mode="json", exclude={"version"}))) for policy in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        yield path, value
        return
    for name, inner in value.items():
        yield from _leaves(inner, f"{path}.{name}" if path else name)
