"""The summary of a run for the operator, from the counts that the workers left in the notes of the parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pyarrow as pa

from models.profile import LABELS, Label
from serving.batch.embeddings.merge import Kept

COUNTED_COLUMNS = ["verdict", "error", "findings", "versions"]


@dataclass
class DecisionCounts:
    """Counts over decisions.

    Attributes:
        verdicts: rows by verdict.
        findings: findings that count, by label.
        contacts: those of contact_diversion, by kind of contact.
        errors: rows that could not be judged, by code.
        registers: judged rows, by the version of the closed accounts that they were compared with, or "none". It may
            change during a run.
        lists: judged rows, by the version of the word lists, likewise.
    """

    verdicts: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    contacts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    registers: Counter[str] = field(default_factory=Counter)
    lists: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, decisions: pa.Table) -> DecisionCounts:
        """Count the decisions of a part."""
        counts = cls()
        for row in decisions.select(COUNTED_COLUMNS).to_pylist():
            counts.add(row)
        return counts

    @classmethod
    def total(cls, counted: Iterable[Mapping[str, Mapping[str, int]]]) -> DecisionCounts:
        """The sum of what `to_dict` gave for each part."""
        total = cls()
        for counts in counted:
            for name, count in counts.items():
                getattr(total, name).update(count)
        return total

    def to_dict(self) -> dict[str, dict[str, int]]:
        """The counts as JSON-ready values."""
        return {each.name: dict(getattr(self, each.name)) for each in fields(self)}

    def add(self, decision: Mapping[str, Any]) -> None:
        """Count one decision, which has at least `COUNTED_COLUMNS`."""
        if decision["error"] is None:
            self.verdicts[decision["verdict"]] += 1
            self.registers[decision["versions"]["closed"] or "none"] += 1
            self.lists[decision["versions"]["lists"] or "none"] += 1
        else:
            self.errors[decision["error"].split(":")[0]] += 1
        counting = [one for one in decision["findings"] if not (one["authorized"] or one["report_only"])]
        self.findings.update(one["label"] for one in counting)
        self.contacts.update(kind for one in counting if (kind := one["evidence"]["kind"]))

    @property
    def rows(self) -> int:
        """Decisions counted."""
        return self.verdicts.total() + self.errors.total()


@dataclass(frozen=True)
class Effort:
    """The cost of judging.

    Attributes:
        rows: rows judged or carried over now, not by an earlier start of the run.
        seconds: wall time.
        peak_bytes: sum of the peak memory of this process and of its workers.
        carried: rows of these that an earlier run had judged.
    """

    rows: int
    seconds: float
    peak_bytes: int
    carried: int = 0


@dataclass(frozen=True)
class Summary:
    """The text that a run prints at its end.

    Attributes:
        out: where the decisions are, a path or URL.
        counts: over all decisions.
        effort: of those judged now; the others are from an earlier start.
        ignored: unknown columns of the input.
        carried: rows that an earlier run had judged, over all starts; None if there was no such run.
        not_carried: why nothing could be carried over.
        kept: what the folder of embeddings holds now, if one was given.
    """

    out: Path | str
    counts: DecisionCounts
    effort: Effort
    ignored: tuple[str, ...]
    carried: int | None = None
    not_carried: str | None = None
    kept: Kept | None = None

    def __str__(self) -> str:
        """The summary as lines for a terminal."""
        counts, effort = self.counts, self.effort
        names = {label: f"{label} {LABELS[Label(label)].name_zh}" for label in counts.findings}
        lines = [
            f"{counts.rows} rows in {self.out}: {effort.rows - effort.carried} judged now"
            f"{self._carried()}, {counts.rows - effort.rows} before",
            f"{effort.rows / max(effort.seconds, 1e-9):.1f} rows/s, peak memory {effort.peak_bytes / 2**20:.0f} MB",
            *_section("verdicts", counts.verdicts),
            *_section("findings", Counter({names[label]: count for label, count in counts.findings.items()})),
            *_section("contacts by kind", counts.contacts),
            *_section("not judged", counts.errors),
        ]
        if len(counts.registers) > 1:
            lines += _section("the closed accounts changed in between; rows by their version", counts.registers)
        if len(counts.lists) > 1:
            lines += _section("the word lists changed in between; rows by their version", counts.lists)
        if self.kept:
            lines.append(str(self.kept))
        if self.ignored:
            lines.append(f"columns that were ignored: {', '.join(self.ignored)}")
        return "\n".join(lines).encode("utf-8", "backslashreplace").decode()  # column names may hold surrogates

    def _carried(self) -> str:
        """The rows of an earlier run, if one was given."""
        if self.carried is None:
            return ""
        reason = f" ({self.not_carried})" if self.not_carried else ""
        return f", {self.carried} carried over, {self.counts.rows - self.carried} judged in all{reason}"


def _section(title: str, counts: Counter[str]) -> list[str]:
    return [f"{title}:", *(f"  {count:>9}  {name}" for name, count in counts.most_common())] if counts else []
