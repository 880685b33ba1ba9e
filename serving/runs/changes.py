"""Counts of what differs between two decisions on the same accounts, for people and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.profile import LABELS, Label, Severity

UNDECIDED = "undecided"
"""Stands for the verdict where a row has an error or was left undecided."""

VERDICTS = (*map(str, Severity), UNDECIDED)

Place = tuple[str, str]
"""A label and the field that it was found in."""


@dataclass
class Changes:
    """Counts over pairs of decisions: one before, one after.

    Attributes:
        transitions: rows by verdict before and after.
        before, gained, lost: rows by label and field of findings that count.
        undecided: rows by reason why the second decision is open, with label and field if it concerns one.
    """

    transitions: Counter[tuple[str, str]] = field(default_factory=Counter)
    before: Counter[Place] = field(default_factory=Counter)
    gained: Counter[Place] = field(default_factory=Counter)
    lost: Counter[Place] = field(default_factory=Counter)
    undecided: Counter[str] = field(default_factory=Counter)

    def add(self, verdicts: tuple[str | None, str | None], found: tuple[set[Place], set[Place]], rows: int = 1) -> None:
        """Count rows with these verdicts, and these labels and fields, before and after."""
        old, new = (verdict or UNDECIDED for verdict in verdicts)
        self.transitions[old, new] += rows
        before, after = found
        for counter, places in ((self.before, before), (self.gained, after - before), (self.lost, before - after)):
            counter.update(dict.fromkeys(places, rows))

    def merge(self, other: Changes) -> None:
        """Add the counts of other rows."""
        for name in vars(self):
            getattr(self, name).update(getattr(other, name))

    @property
    def rows(self) -> int:
        """Rows counted."""
        return self.transitions.total()

    @property
    def changed(self) -> int:
        """Rows whose verdict differs."""
        return sum(count for (old, new), count in self.transitions.items() if old != new)

    def to_dict(self) -> dict[str, Any]:
        """The counts as JSON-ready values; `of_dict` reads them."""
        return {
            "rows": self.rows,
            "changed": self.changed,
            "transitions": [
                {"before": old, "after": new, "rows": count} for (old, new), count in sorted(self.transitions.items())
            ],
            "findings": [
                {
                    "label": label,
                    "field": where,
                    "before": self.before[label, where],
                    "gained": self.gained[label, where],
                    "lost": self.lost[label, where],
                    "after": self._after((label, where)),
                }
                for label, where in sorted(self.before | self.gained)
            ],
            "undecided": dict(sorted(self.undecided.items())),
        }

    @classmethod
    def of_dict(cls, values: Mapping[str, Any]) -> Changes:
        """The counts that `to_dict` gave."""
        counts = cls(undecided=Counter(values["undecided"]))
        counts.transitions.update({(one["before"], one["after"]): one["rows"] for one in values["transitions"]})
        for name in ("before", "gained", "lost"):
            getattr(counts, name).update({(one["label"], one["field"]): one[name] for one in values["findings"]})
        return counts

    def __str__(self) -> str:
        """The counts as lines for a terminal; only what differs, besides the number of rows."""
        return "\n".join([*self._verdict_lines(), *self._finding_lines(), *self._undecided_lines()])

    def _after(self, place: Place) -> int:
        return self.before[place] + self.gained[place] - self.lost[place]

    def _verdict_lines(self) -> Iterator[str]:
        yield f"{self.rows} rows, {self.changed} verdicts change"
        differing = [(pair, count) for pair, count in self.transitions.most_common() if pair[0] != pair[1] and count]
        yield from (f"  {count:>9}  {old} -> {new}" for (old, new), count in differing)

    def _finding_lines(self) -> Iterator[str]:
        places = sorted(self.gained | self.lost)
        if not places:
            yield "no finding is gained or lost"
            return
        yield "findings, rows by label and field:"
        rows = [["label", "field", "before", "gained", "lost", "after"]]
        for place in places:
            counts = (self.before[place], self.gained[place], self.lost[place], self._after(place))
            rows.append([f"{LABELS[Label(place[0])].name_zh} {place[0]}", place[1], *map(str, counts)])
        yield from columns(rows)

    def _undecided_lines(self) -> Iterator[str]:
        if self.undecided:
            yield "not decided by what is kept; rows by reason:"
            yield from (f"  {count:>9}  {reason}" for reason, count in self.undecided.most_common())


def counting(findings: Iterable[Mapping[str, Any]]) -> set[Place]:
    """Label and field of the findings that count towards the verdict."""
    return {(one["label"], one["field"]) for one in findings if not (one["authorized"] or one["report_only"])}


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of a table: words to the left, numbers to the right. Chinese characters are two columns wide."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            " " * (width - _width(cell)) + cell if index > 1 else cell + " " * (width - _width(cell))
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  " + "  ".join(cells).rstrip()


def _width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
