"""`huijian rescore`: stored decisions under another policy, from their scores alone.

No model is loaded and no picture is read. Decisions are read, decided again and written part by part, each part whole
or not at all, so that a killed run continues.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from tqdm import tqdm

from models.policy import Policy
from models.profile import CLASSIFIER_LABELS, IMAGE_FIELDS, TEXT_FIELDS
from serving.batch.carry.judges import base_rates_judge
from serving.batch.errors import InputError
from serving.batch.inputs import fingerprint
from serving.batch.plan import Part, Plan, find_files
from serving.batch.run import Run
from serving.batch.stored import StoredRun, rows_of
from serving.batch.work import PartSize
from serving.runs.changes import Changes, counting
from serving.runs.rejudge import ERROR_CODE, Missing, Rejudge, Rejudged
from serving.runs.thresholds import NEVER, Place

PART_ROWS = 8_192
"""Decisions in memory at a time, some 10 MB."""


@dataclass(frozen=True)
class Rescored:
    """What `rescore` did.

    Attributes:
        out: where the decisions are; None where only the changes were wanted.
        changes: from the stored decisions to the new ones.
        lowered: labels and fields with a lower threshold than before, and so perhaps undecided rows.
        policies: versions of the policies before, and of the new one.
        seconds: wall time.
    """

    out: Path | None
    changes: Changes
    lowered: frozenset[Place]
    policies: tuple[tuple[str, ...], str]
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """The counts as JSON-ready values."""
        before, after = self.policies
        return {"policy": {"before": list(before), "after": after}, **self.changes.to_dict(), "seconds": self.seconds}

    def __str__(self) -> str:
        """The counts as lines for a terminal."""
        before, after = self.policies
        rate = self.changes.rows / max(self.seconds, 1e-9)
        where = f", written to {self.out}" if self.out else ""
        head = f"policy {', '.join(before) or 'none'} -> {after}{where} ({rate:.0f} rows/s)"
        return f"{head}\n{self.changes}"


def rescore(
    source: Path, policy_file: Path, out: Path | None, earlier: Sequence[Path] = (), *, restart: bool = False
) -> Rescored:
    """Apply a policy to stored decisions.

    Args:
        source: a folder or file that `huijian score` or `rescore` wrote.
        policy_file: the new policy.
        out: a folder, or a file ending in `.parquet`; None to count the changes only.
        earlier: policy files that the decisions may have been made with, besides the one that the run keeps.
        restart: throw away what an earlier start left in `out`.

    Raises:
        InputError: there are no decisions, or nobody has the policy that they were made with.
        PolicyError: a policy file cannot be used.
        RunError: `out` belongs to another run.
    """
    started = time.monotonic()
    stored, new = StoredRun.open(source), Policy.load(policy_file)
    rescorer = Rescorer(stored, new, earlier)
    planned = _plan(stored)
    changes = Changes()
    if out is None:
        for part in _with_progress(planned.parts, planned.rows):
            changes.merge(rescorer(part)[1])
    else:
        find_files(str(source), out)  # refuses an output that overlaps
        with Run(out, planned, {"policy": new.version}, _conditions(stored, policy_file, new)).begun(restart) as run:
            for part in _with_progress(run.missing(), planned.rows):
                table, counts = rescorer(part)
                run.write(part.number, table, counts.to_dict())
            for note in run.notes():
                changes.merge(Changes.of_dict(note))
            run.finish(changes.to_dict())
    versions = tuple(sorted(rescorer.policies))
    return Rescored(out, changes, rescorer.lowered, (versions, new.version), time.monotonic() - started)


class Rescorer:
    """Decides parts of a run again.

    Args:
        stored: the run.
        new: the policy to apply.
        earlier: files of policies that the decisions may have been made with.

    Attributes:
        policies: versions of the policies that decisions were found to be made with.
        lowered: labels and fields with a lower threshold than any of those had.
    """

    def __init__(self, stored: StoredRun, new: Policy, earlier: Sequence[Path]) -> None:
        self._new, self._path = new, stored.path
        candidates = [Policy.load(file) for file in earlier]
        if text := stored.manifest.get("policy"):
            candidates.append(_kept(text))
        self._known = {policy.version: policy for policy in candidates}
        self._rejudges: dict[str, Rejudge] = {}
        self.policies: set[str] = set()
        self.lowered: frozenset[Place] = frozenset()

    def __call__(self, part: Part) -> tuple[pa.Table, Changes]:
        """The decisions of a part under the new policy, and what changed."""
        table = rows_of(Path(part.path), part.start, part.rows)
        judged = table["versions"].filter(pc.is_null(table["error"])).combine_chunks()
        versions = pc.unique(pc.struct_field(judged, "policy")).to_pylist()
        rejudges = {version: self._rejudge(version) for version in versions}
        concerned = _concerned(table, list(rejudges.values()))
        changes = Changes()
        rows = table.filter(pa.array(concerned)).to_pylist()
        decided = [self._decided(row, rejudges, changes) for row in rows]
        untouched = table.filter(pa.array(~concerned))
        _count_untouched(untouched, changes)
        parts = [self._renewed(untouched), pa.Table.from_pylist(decided, table.schema)]
        order = np.concatenate([np.flatnonzero(~concerned), np.flatnonzero(concerned)]).argsort()
        return pa.concat_tables(parts).take(pa.array(order)), changes

    def _rejudge(self, version: str) -> Rejudge:
        if version not in self._rejudges:
            if version not in self._known:
                raise InputError(
                    f"{self._path} was judged with policy {version}, which the run does not keep: "
                    "name its file with --earlier-policy, unchanged to the byte"
                )
            made = self._rejudges[version] = Rejudge(self._known[version], self._new)
            self.policies.add(version)
            self.lowered |= made.lowered
        return self._rejudges[version]

    def _decided(self, row: dict[str, Any], rejudges: Mapping[str, Rejudge], changes: Changes) -> dict[str, Any]:
        if row["error"] is not None:
            changes.add((None, None), (set(), set()))
            return row
        after = rejudges[row["versions"]["policy"]](row)
        before = counting(row["findings"])
        found = before if after.verdict is None else counting(after.findings)
        changes.add((row["verdict"], after.verdict), (before, found))
        if after.verdict is None:
            changes.undecided.update({_reason(one) for one in after.missing})
        return {**row, **self._changed_columns(row, after)}

    def _changed_columns(self, row: Mapping[str, Any], after: Rejudged) -> dict[str, Any]:
        reasons = ", ".join(sorted({_reason(one) for one in after.missing}))
        columns: dict[str, Any] = {"versions": {**row["versions"], "policy": self._new.version}}
        if "digests" in row and not after.is_whole:
            columns["digests"] = None  # a run `--since` this one judges the row
        if after.verdict is None:
            message = f"{ERROR_CODE}: the stored scores do not suffice; judge the account again ({reasons})"
            nothing: dict[str, Any] = {"decision_id": None, "verdict": None, "findings": []}
            return {**columns, **nothing, "error": message}
        warnings = list(row.get("warnings") or [])
        if reasons:
            warnings.append(f"rescored: there may be further findings ({reasons})")
        decided = {"decision_id": uuid.uuid4().hex, "verdict": str(after.verdict), "findings": after.findings}
        return {**columns, **decided, "warnings": warnings}

    def _renewed(self, table: pa.Table) -> pa.Table:
        """Decisions that stay, under the new policy's version; rows with an error stay as they are."""
        judged = pc.is_null(table["error"].combine_chunks())
        ids = pa.array([uuid.uuid4().hex for _ in range(len(table))], pa.string())
        versions = table["versions"].combine_chunks()
        renamed = pc.if_else(judged, pa.scalar(self._new.version), pc.struct_field(versions, "policy"))
        fields = list(versions.type)
        children = [renamed if one.name == "policy" else pc.struct_field(versions, one.name) for one in fields]
        replaced = {
            "versions": pa.StructArray.from_arrays(children, fields=fields),
            "decision_id": pc.if_else(judged, ids, table["decision_id"].combine_chunks()),
        }
        for name, column in replaced.items():
            table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), column)
        return table


def _concerned(table: pa.Table, rejudges: Sequence[Rejudge]) -> Any:
    """Rows whose decision may change, bool (rows,); the others need not become Python objects."""
    if len(rejudges) != 1:
        return np.ones(len(table), dtype=bool)
    rejudge = rejudges[0]
    concerned = pc.greater(pc.list_value_length(table["findings"]), 0).combine_chunks()
    texts, pictures = (table[name].combine_chunks() for name in ("text_scores", "matches"))
    for field in TEXT_FIELDS:
        scores = pc.struct_field(texts, str(field))
        known = {one.name for one in scores.type}
        for label in CLASSIFIER_LABELS:
            limit = rejudge.concerned_from(label, field)
            if limit < NEVER and str(label) in known:
                near = pc.greater_equal(pc.struct_field(scores, str(label)), limit)
                concerned = pc.or_(concerned, pc.fill_null(near, False))
    reads = pc.is_valid(pc.struct_field(table["versions"].combine_chunks(), "ocr"))
    if any(rejudge.concerns_pictures(bool(value)) for value in pc.unique(reads).to_pylist()):
        for field in IMAGE_FIELDS:
            concerned = pc.or_(concerned, pc.is_valid(pc.struct_field(pictures, str(field))))
    if rejudge.concerns_names():
        concerned = pc.or_(concerned, pc.is_valid(pc.struct_field(texts, "name")))
    return np.asarray(pc.fill_null(concerned, True))


def _count_untouched(table: pa.Table, changes: Changes) -> None:
    for verdict, count in zip(*_value_counts(table["verdict"]), strict=True):
        changes.add((verdict, verdict), (set(), set()), count)


def _value_counts(column: Any) -> tuple[list[Any], list[int]]:
    counted = pc.value_counts(column)
    return counted.field("values").to_pylist(), counted.field("counts").to_pylist()


def _kept(text: str) -> Policy:
    """The policy whose file's text a run keeps, with the version that `Policy.load` gives it."""
    return Policy.parse(text.encode(), "that the run keeps, perhaps for another version of Huijian")


def _conditions(stored: StoredRun, policy_file: Path, policy: Policy) -> dict[str, Any]:
    text = policy_file.read_text(encoding="utf-8")
    before = {name: judge for name, judge in (stored.manifest.get("judges") or {}).items() if name != "base_rates"}
    judges = {**before, "policy": policy.version, **base_rates_judge(policy)} if before else None
    return {"policy": text, "judges": judges, "rescored": True}


def _plan(stored: StoredRun) -> Plan:
    before = fingerprint(stored.files)
    parts: list[Part] = []
    for file in stored.files:
        rows = int(pq.read_metadata(file).num_rows)
        for start in range(0, rows or 1, PART_ROWS):
            part = Part(len(parts), str(file), start, min(PART_ROWS, rows - start), (), file.stat().st_size)
            parts.append(part)
    return Plan(stored.files, before, PartSize(rows=PART_ROWS), tuple(parts), ())


def _with_progress(parts: Sequence[Part], rows: int) -> Iterator[Part]:
    done = rows - sum(part.rows for part in parts)
    with tqdm(total=rows, initial=done, unit=" rows", disable=None) as progress:
        for part in parts:
            yield part
            progress.update(part.rows)


def _reason(missing: Missing) -> str:
    return str(missing.gap) + (f" {missing.place[0]} in {missing.place[1]}" if missing.place else "")
