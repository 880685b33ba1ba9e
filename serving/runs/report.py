"""`huijian report`: a run described in an HTML file that stands alone, and the same numbers as JSON.

The page loads nothing and runs nothing, so that it can be mailed and kept. It names no account and shows no text unless
examples are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.profile import LABELS, Label
from models.runtime import atomic
from serving.batch.stored import StoredRun
from serving.docs import PAGES
from serving.runs.numbers import BINS, Numbers

SHIFTED = 0.25
"""Stability index from which a distribution has changed (Siddiqi 2006); below `SLIGHT` it has not."""
SLIGHT = 0.1

VERDICT_NAMES: Mapping[str, str] = {"pass": "通过", "review": "复核", "reject": "拒绝"}
FIELD_NAMES: Mapping[str, str] = {
    "name": "名称",
    "bio": "简介",
    "signature": "签名",
    "avatar": "头像",
    "cover": "封面",
}

_templates = Environment(
    loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True)
class Report:
    """A run's numbers, and those of an earlier run to compare with.

    Attributes:
        run, earlier: as the operator names them.
        numbers, before: of the two.
    """

    run: Path
    numbers: Numbers
    earlier: Path | None = None
    before: Numbers | None = None

    @classmethod
    def of(cls, run: Path, earlier: Path | None = None, examples: int = 0) -> Report:
        """Count a run, and an earlier one.

        Raises:
            InputError: one holds no decisions, or has not ended.
        """
        before = Numbers.of(StoredRun.open(earlier)) if earlier else None
        return cls(run, Numbers.of(StoredRun.open(run), examples), earlier, before)

    @property
    def drift(self) -> dict[str, dict[str, Any]] | None:
        """The stability index of every label; None without an earlier run."""
        return self.numbers.drift(self.before) if self.before else None

    def to_dict(self) -> dict[str, Any]:
        """The numbers as JSON-ready values; examples only if they were asked for."""
        values = {"run": str(self.run), **self.numbers.to_dict(), "drift": self.drift}
        if self.before:
            values["earlier"] = {"run": str(self.earlier), **self.before.to_dict()}
        if any(self.numbers.examples.values()):
            values["examples"] = self.numbers.examples
        return values

    def write(self, path: Path) -> None:
        """Write the page, whole or not at all."""
        page = _templates.get_template("run_report.html").render(
            report=self,
            numbers=self.numbers,
            before=self.before,
            drift=self.drift,
            labels={str(label): info for label, info in LABELS.items()},
            order=[str(label) for label in Label],
            verdicts=VERDICT_NAMES,
            fields=FIELD_NAMES,
            bins=BINS,
            limits=(SLIGHT, SHIFTED),
            made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )
        atomic.write_text(path, page.encode("utf-8", "backslashreplace").decode())

    def __str__(self) -> str:
        """The counts in one line, and labels that drifted."""
        counts = ", ".join(f"{count} {name}" for name, count in self.numbers.verdicts.most_common())
        lines = [f"{self.numbers.rows} rows: {counts}, {self.numbers.errors.total()} not judged"]
        for label, found in (self.drift or {}).items():
            if found["enough"] and found["index"] >= SHIFTED:
                lines.append(f"{label} has drifted: stability index {found['index']:.2f}")
        return "\n".join(lines)
