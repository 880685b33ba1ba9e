"""Compares the decisions of a run with the known answers: rows lost, doubled and wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from benchmarks.population.files import ANSWERS, RECIPE
from benchmarks.population.plants import PLANTS, REPEATED, REPEATED_ERROR, Plant
from models.profile import EMBLEM_LABELS

COLUMNS = ("account_id", "verdict", "error", "findings.list.element.label", "findings.list.element.field")

NAMES = (None, *PLANTS)
"""Plants by their number in an array; an account without one has 0."""

MAX_EXAMPLES = 5


@dataclass
class Comparison:
    """Differences between decisions and known answers.

    Attributes:
        rows: decisions.
        lost, doubled: rows without a decision, and decisions too many.
        wrong: rows whose decision contradicts the answer, by reason.
        examples: some account ids of wrong rows.
        planted: violations that a model judges, by plant.
        found: those of them that were found.
        clean: judged rows without a plant.
        reported: those of them with a finding.
    """

    rows: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    clean: int = 0
    reported: int = 0

    @property
    def is_right(self) -> bool:
        """No row is lost, doubled or wrong."""
        return not (self.lost or self.doubled or self.wrong)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        shares = {name: {"planted": count, "found": self.found[name]} for name, count in self.planted.items()}
        counts = {"rows": self.rows, "lost": self.lost, "doubled": self.doubled, "wrong": dict(self.wrong)}
        return {**counts, "models": shares, "clean": self.clean, "clean_reported": self.reported}

    def __str__(self) -> str:
        """Lines for a terminal."""
        lines = [
            f"{self.rows} 行 rows: 丢失 lost {self.lost}, 重复 doubled {self.doubled}, 错误 wrong {self.wrong.total()}",
            *(f"  {count:>9}  {reason}" for reason, count in self.wrong.most_common()),
            *([f"  例如 such as {', '.join(self.examples)}"] if self.examples else []),
            "模型判断 left to models, found of planted:",
            *(f"  {self.found[name]:>9} / {count}  {name}" for name, count in sorted(self.planted.items())),
            f"  {self.reported:>9} / {self.clean}  无违规账号被报 harmless accounts reported",
        ]
        return "\n".join(lines)


class Answers:
    """The known answers of a folder of accounts, three bytes a row.

    Args:
        folder: from `files.write_accounts`.

    Attributes:
        plants: uint8 (rows,), number in `NAMES` of each account's plant.
        occurrences: uint8 (rows,), rows that have each account's id.

    Raises:
        FileNotFoundError: the accounts were not made to the end.
    """

    def __init__(self, folder: Path) -> None:
        self.rows = int(json.loads((folder / RECIPE).read_text(encoding="utf-8"))["rows"])
        self.plants, self.occurrences = np.zeros(self.rows, np.uint8), np.ones(self.rows, np.uint8)
        for file in sorted((folder / ANSWERS).glob("*.parquet")):
            for known in pq.read_table(file).to_pylist():
                if known["plant"] == REPEATED:
                    self.occurrences[known["row"]] -= 1
                    self.occurrences[known["account"]] += 1
                else:
                    self.plants[known["account"]] = NAMES.index(known["plant"])


def compare(folder: Path, decisions: Path) -> Comparison:
    """Compare decisions with the known answers, a batch in memory at a time.

    Args:
        folder: of accounts, from `files.write_accounts`.
        decisions: a file, or a folder of parts, of `huijian score`.
    """
    answers, result = Answers(folder), Comparison()
    judged, repeated = np.zeros(answers.rows, np.int64), np.zeros(answers.rows, np.int64)
    for row in _decisions(decisions):
        result.rows += 1
        number = _number(row["account_id"])
        if number is None or number >= answers.rows:
            _note(result, row, "unknown account")
        elif (row["error"] or "").startswith(REPEATED_ERROR):
            repeated[number] += 1
        else:
            judged[number] += 1
            _compare_row(result, row, NAMES[answers.plants[number]])
    expected = np.minimum(answers.occurrences, 1).astype(np.int64)
    differences = np.concatenate([judged - expected, repeated - (answers.occurrences - expected)])
    result.lost, result.doubled = int(-differences[differences < 0].sum()), int(differences[differences > 0].sum())
    return result


def _decisions(decisions: Path) -> Iterator[Mapping[str, Any]]:
    for file in [decisions] if decisions.is_file() else sorted(decisions.glob("[!_.]*.parquet")):
        with pq.ParquetFile(file) as parts:
            for batch in parts.iter_batches(columns=COLUMNS):
                yield from batch.to_pylist()


def _number(account: str | None) -> int | None:
    """The number in an account id; None for one that was not made here."""
    digits = (account or "").removeprefix("account-")
    return int(digits) if digits.isdecimal() else None


def _compare_row(result: Comparison, row: Mapping[str, Any], name: str | None) -> None:
    """Count one decision that is not of a repeated account."""
    plant = PLANTS[name] if name else None
    error = row["error"].split(":")[0] if row["error"] else None
    expected = plant.error if plant else None
    if error != expected:
        _note(result, row, f"error {error} instead of {expected}")
    elif error is None and row["verdict"] is None:
        _note(result, row, "neither verdict nor error")
    elif plant is None:
        result.clean += 1
        result.reported += bool(row["findings"])
    elif plant.by_rule and expected is None and not _shows(row, plant):
        _note(result, row, f"planted {name} is not found")
    elif not plant.by_rule:
        result.planted[name or ""] += 1
        result.found[name or ""] += _shows(row, plant)


def _shows(row: Mapping[str, Any], plant: Plant) -> bool:
    """True if a finding has the plant's field and label, or that of any emblem where the plant names none."""
    labels = EMBLEM_LABELS if plant.label is None else (plant.label,)
    return any(finding["label"] in labels and finding["field"] == plant.field for finding in row["findings"])


def _note(result: Comparison, row: Mapping[str, Any], reason: str) -> None:
    result.wrong[reason] += 1
    if len(result.examples) < MAX_EXAMPLES:
        result.examples.append(str(row["account_id"]))
