"""What a batch run says at its end, read back from the decisions that are on the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from models.profile import LABELS, Label

COLUMNS = (
    "verdict",
    "error",
    *(f"findings.list.element.{name}" for name in ("label", "authorized", "report_only")),
    "versions.closed",
)


@dataclass
class DecisionCounts:
    """Counts over decisions.

    Attributes:
        verdicts: rows by verdict.
        findings: findings that count, by label.
        errors: rows that could not be judged, by code.
        registers: judged rows, by the version of the closed accounts that they were compared with; "none" where there
            were none. Accounts are closed at any time, also while a run is at work or interrupted.
    """

    verdicts: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    registers: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, files: Iterable[Path]) -> DecisionCounts:
        """The counts over files of decisions, which are read a batch at a time."""
        counts = cls()
        for file in files:
            with pq.ParquetFile(file) as decisions:
                for batch in decisions.iter_batches(columns=COLUMNS):
                    for row in batch.to_pylist():
                        counts.add(row)
        return counts

    def add(self, decision: Mapping[str, Any]) -> None:
        """Count one decision, of which it needs `COLUMNS`."""
        if decision["error"] is None:
            self.verdicts[decision["verdict"]] += 1
            self.registers[decision["versions"]["closed"] or "none"] += 1
        else:
            self.errors[decision["error"].split(":")[0]] += 1
        counting = (one for one in decision["findings"] if not (one["authorized"] or one["report_only"]))
        self.findings.update(one["label"] for one in counting)

    @property
    def rows(self) -> int:
        """Decisions counted."""
        return self.verdicts.total() + self.errors.total()


@dataclass(frozen=True)
class Summary:
    """The summary of a run.

    Attributes:
        out: where the decisions are.
        tally: counts over all of them.
        judged: rows judged now; the others were there from an earlier start.
        seconds: wall time of judging those.
        peak_bytes: the most memory that this process and its workers held, added up.
        ignored: columns of the input that mean nothing here.
    """

    out: Path
    counts: DecisionCounts
    judged: int
    seconds: float
    peak_bytes: int
    ignored: tuple[str, ...]

    def __str__(self) -> str:
        """The summary as lines for a terminal."""
        counts = self.counts
        names = {label: f"{label} {LABELS[Label(label)].name_zh}" for label in counts.findings}
        lines = [
            f"{counts.rows} rows in {self.out}: {self.judged} judged now, {counts.rows - self.judged} before",
            f"{self.judged / max(self.seconds, 1e-9):.1f} rows/s, peak memory {self.peak_bytes / 2**20:.0f} MB",
            *_section("verdicts", counts.verdicts),
            *_section("findings", Counter({names[label]: count for label, count in counts.findings.items()})),
            *_section("not judged", counts.errors),
        ]
        if len(counts.registers) > 1:
            lines += _section("the closed accounts changed in between; rows by their version", counts.registers)
        if self.ignored:
            lines.append(f"columns that were ignored: {', '.join(self.ignored)}")
        return "\n".join(lines).encode("utf-8", "backslashreplace").decode()  # a column's name may be no Unicode


def _section(title: str, counts: Counter[str]) -> list[str]:
    return [f"{title}:", *(f"  {count:>9}  {name}" for name, count in counts.most_common())] if counts else []
