"""The numbers of a run for its report: counts, score distributions, drift and speed, in one pass over the decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from tqdm import tqdm

from models.arrays import Float64, Int64
from models.profile import CLASSIFIER_LABELS, EMBLEM_LABELS, IMAGE_FIELDS, LABELS, TEXT_FIELDS, Label
from serving.batch.decisions import SCHEMA
from serving.batch.stored import StoredRun
from serving.metrics.drift import MIN_PICTURES, stability
from serving.runs.changes import Place

EDGES = (0.001, 0.01, 0.05, *(round(0.1 * step, 1) for step in range(1, 10)), 0.95, 0.99)
"""Inner edges of the bins of scores: finer towards both ends, where calibrated scores gather."""

BINS = tuple(f"{low:g}-{high:g}" for low, high in pairwise((0.0, *EDGES, 1.0)))
MIN_SCORES = MIN_PICTURES
"""Scores that both runs need before their stability index says something: by chance alone it is about bins / scores."""

COLUMNS = ("account_id", "verdict", "findings", "matches", "text_scores", "versions", "error")

Histogram = Int64
"""Scores per bin, int64 (bins,)."""


@dataclass
class Numbers:
    """Counts over the decisions of a run.

    Attributes:
        verdicts, errors: rows by verdict, and by code of the error.
        counting, aside: rows by label and field of findings that count, and of those that do not (authorized or report
            only).
        found: scores of the findings by label.
        scores: by label and field, every text's score, and every picture's best score among its kept matches.
        judged_by: rows by kind and value of a version.
        examples: some findings by label, with account and evidence.
        effort: what the writers of the files remarked: rows, rows carried over, seconds of work.
    """

    verdicts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    counting: Counter[Place] = field(default_factory=Counter)
    aside: Counter[Place] = field(default_factory=Counter)
    found: dict[str, Histogram] = field(default_factory=dict)
    scores: dict[Place, Histogram] = field(default_factory=dict)
    judged_by: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    effort: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, run: StoredRun, examples: int = 0) -> Numbers:
        """Count a run, some thousand rows in memory at a time.

        Args:
            run: the decisions.
            examples: findings to keep of each label.
        """
        numbers = cls()
        with tqdm(total=run.rows, desc=run.path.name, unit=" rows", leave=False, disable=None) as progress:
            for batch in run.batches(COLUMNS):
                numbers._add(batch, examples)
                progress.update(len(batch))
        for note in run.notes():
            numbers.effort.update({name: note[name] for name in ("rows", "carried", "seconds") if name in note})
        return numbers

    @classmethod
    def of_answers(cls, answers: Sequence[Mapping[str, Any]]) -> Numbers:
        """Count answers in the contract's shape, which are in memory at once."""
        numbers = cls()
        numbers._add(pa.RecordBatch.from_pylist(list(answers), pa.schema(map(SCHEMA.field, COLUMNS))), examples=0)
        return numbers

    @property
    def rows(self) -> int:
        """Decisions counted."""
        return self.verdicts.total() + self.errors.total()

    @property
    def rows_per_second(self) -> float | None:
        """Rows that one worker judged per second; None where nobody remarked it, or all were carried over."""
        judged, seconds = self.effort["rows"] - self.effort["carried"], self.effort["seconds"]
        return judged / seconds if judged and seconds else None

    def label_scores(self, label: str, of_field: str | None = None) -> Histogram:
        """Scores of a label in one field, or over all."""
        found = (found for (name, where), found in self.scores.items() if name == label and of_field in {None, where})
        return sum(found, _empty())

    def drift(self, earlier: Numbers) -> dict[str, dict[str, Any]]:
        """Population stability index of every label's scores against an earlier run.

        Labels of rules have no scores; their index is that of the share of judged rows with a finding.
        """
        return {str(label): self._drift(str(label), earlier) for label in Label}

    def field_drift(self, earlier: Numbers) -> dict[Place, dict[str, Any]]:
        """The same of every label in each of its fields."""
        places = [(str(label), str(where)) for label, described in LABELS.items() for where in described.fields]
        return {(label, where): self._drift(label, earlier, where) for label, where in places}

    def to_dict(self) -> dict[str, Any]:
        """The numbers as JSON-ready values, without examples."""
        places = sorted(self.counting | self.aside)
        return {
            "rows": self.rows,
            "verdicts": dict(self.verdicts.most_common()),
            "errors": dict(self.errors.most_common()),
            "findings": [
                {"label": label, "field": where, "rows": self.counting[label, where], "aside": self.aside[label, where]}
                for label, where in places
            ],
            "finding_scores": {label: found.tolist() for label, found in sorted(self.found.items())},
            "scores": [
                {"label": label, "field": where, "counts": found.tolist()}
                for (label, where), found in sorted(self.scores.items())
            ],
            "bins": list(BINS),
            "versions": [{"judge": name, "version": value, "rows": n} for (name, value), n in self._versions()],
            "speed": {**self.effort, "rows_per_worker_second": self.rows_per_second},
        }

    def _versions(self) -> list[tuple[tuple[str, str], int]]:
        return sorted(self.judged_by.items())

    def _drift(self, label: str, earlier: Numbers, of_field: str | None = None) -> dict[str, Any]:
        now, then = self.label_scores(label, of_field), earlier.label_scores(label, of_field)
        kind = "scores"
        if not now.any() and not then.any():
            kind, now, then = "findings", self._shares(label, of_field), earlier._shares(label, of_field)
        sizes = {"rows": int(now.sum()), "rows_before": int(then.sum())}
        if not (now.any() and then.any()):
            return {"index": None, "of": kind, **sizes, "enough": False}
        index = stability(then / then.sum(), now / now.sum())
        return {"index": index, "of": kind, **sizes, "enough": min(sizes.values()) >= MIN_SCORES}

    def _shares(self, label: str, of_field: str | None) -> Histogram:
        """Findings of a label, and judged rows besides."""
        counted = self.counting.items()
        found = sum(count for (name, where), count in counted if name == label and of_field in {None, where})
        return np.array([found, max(self.verdicts.total() - found, 0)])

    def _add(self, batch: pa.RecordBatch, examples: int) -> None:
        judged = pc.is_null(batch["error"])
        self.verdicts.update(_counted(batch["verdict"].filter(judged)))
        codes = pc.list_element(pc.split_pattern(batch["error"].drop_null(), ":", max_splits=1), 0)
        self.errors.update(_counted(codes))
        batch = batch.filter(judged)
        for name in batch["versions"].type:
            found = _counted(pc.struct_field(batch["versions"], name.name).drop_null())
            self.judged_by.update({(name.name, value): count for value, count in found.items()})
        self._add_text_scores(batch["text_scores"])
        self._add_matches(batch["matches"])
        self._add_findings(batch, examples)

    def _add_text_scores(self, column: pa.StructArray) -> None:
        for where in map(str, TEXT_FIELDS):
            of_field = pc.struct_field(column, where)
            for label in {one.name for one in of_field.type} & set(map(str, CLASSIFIER_LABELS)):
                scores = pc.struct_field(of_field, label).drop_null()
                self._observe((label, where), np.asarray(scores, dtype=np.float64))

    def _add_matches(self, column: pa.StructArray) -> None:
        for where in map(str, IMAGE_FIELDS):
            matches = pc.struct_field(column, where).drop_null()
            if not len(matches):
                continue
            pictures, flat = np.asarray(pc.list_parent_indices(matches)), pc.list_flatten(matches)
            labels = np.asarray(pc.struct_field(flat, "label").to_pylist(), dtype=object)
            scores = np.asarray(pc.struct_field(flat, "score"), dtype=np.float64)
            for label in map(str, EMBLEM_LABELS):
                best = np.zeros(len(matches))
                np.maximum.at(best, pictures[labels == label], scores[labels == label])
                self._observe((label, where), best)

    def _observe(self, place: Place, scores: Float64) -> None:
        if len(scores):
            self.scores[place] = self.scores.get(place, _empty()) + _histogram(scores)

    def _add_findings(self, batch: pa.RecordBatch, examples: int) -> None:
        has_any = batch.filter(pc.greater(pc.list_value_length(batch["findings"]), 0))
        rows = zip(has_any["account_id"].to_pylist(), has_any["findings"].to_pylist(), strict=True)
        for account, findings in rows:
            counting = {(one["label"], one["field"]) for one in findings if _counts(one)}
            self.counting.update(counting)
            self.aside.update({(one["label"], one["field"]) for one in findings} - counting)
            for one in findings:
                label = one["label"]
                self.found[label] = self.found.get(label, _empty()) + _histogram(np.array([one["score"]]))
                named = self.examples.setdefault(label, [])
                if len(named) < examples:
                    named.append({"account_id": account, **one})


def _counts(finding: Mapping[str, Any]) -> bool:
    return not (finding["authorized"] or finding["report_only"])


def _histogram(scores: Float64) -> Histogram:
    bins: Histogram = np.bincount(np.searchsorted(EDGES, scores, side="right"), minlength=len(BINS))
    return bins


def _empty() -> Histogram:
    return np.zeros(len(BINS), np.int64)


def _counted(values: pa.Array) -> dict[str, int]:
    found: Iterator[dict[str, Any]] = iter(pc.value_counts(values).to_pylist())
    return {one["values"]: one["counts"] for one in found}
