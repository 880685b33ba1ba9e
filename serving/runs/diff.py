"""`huijian diff`: what two runs decide differently on the same accounts.

Accounts are matched by a 64-bit hash of their id, in any order. Memory is 13 bytes an account of the first run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from tqdm import tqdm

from serving.batch.carry.digests import account_hash
from serving.batch.carry.judges import changed_judges
from serving.batch.stored import StoredRun
from serving.runs.changes import Changes, Place, counting

COLUMNS = (
    "account_id",
    "verdict",
    "error",
    *(f"findings.list.element.{name}" for name in ("label", "field", "authorized", "report_only")),
)

REPEATED = "account_repeated"
"""Error code of rows that repeat an account; the account's first row speaks for it."""

EXAMPLES = 5
"""Accounts that are named for each kind of change."""

UInt64: TypeAlias = NDArray[np.uint64]
Int32: TypeAlias = NDArray[np.int32]

State = tuple[str | None, frozenset[Place]]
"""A verdict, and label and field of the findings that count."""


@dataclass
class Difference:
    """What differs between two runs.

    Attributes:
        changes: counts over accounts that both have.
        only_before, only_after: accounts that one run has alone.
        examples: some accounts for each kind of change.
        judges: names of the judges that differ.
        texts: findings of the examples in both runs, by account; None unless they were asked for.
    """

    changes: Changes = field(default_factory=Changes)
    only_before: int = 0
    only_after: int = 0
    examples: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    judges: tuple[str, ...] = ()
    texts: dict[str, dict[str, list[Any]]] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The counts and examples as JSON-ready values."""
        named = {"only_before": self.only_before, "only_after": self.only_after, "judges_changed": list(self.judges)}
        findings = {} if self.texts is None else {"example_findings": self.texts}
        return {**self.changes.to_dict(), **named, "examples": dict(sorted(self.examples.items())), **findings}

    def __str__(self) -> str:
        """The counts and examples as lines for a terminal."""
        lines = [
            str(self.changes),
            f"accounts in the first run only: {self.only_before}, second only: {self.only_after}",
        ]
        if self.judges:
            lines.append(f"judges that differ: {', '.join(self.judges)}")
        lines += [f"e.g. {kind}: {', '.join(accounts)}" for kind, accounts in sorted(self.examples.items())]
        for account, (before, after) in ((one, found.values()) for one, found in sorted((self.texts or {}).items())):
            lines.append(f"{account}:")
            lines += [f"  {sign} {_line(one)}" for sign, found in (("-", before), ("+", after)) for one in found]
        return "\n".join(lines)


def diff(before: Path, after: Path, examples: int = EXAMPLES, *, texts: bool = False) -> Difference:
    """Compare two runs.

    Args:
        before, after: folders or files of decisions.
        examples: accounts to name for each kind of change.
        texts: also give the findings of these, with their words.

    Raises:
        InputError: a run has no decisions, or has not ended.
    """
    runs = StoredRun.open(before), StoredRun.open(after)
    states = _States()
    known = _Known(runs[0], states)
    found = Difference(judges=_judges(*runs))
    for accounts, hashes, numbers in states.read(runs[1]):
        earlier, is_known = known.find(hashes)
        found.only_after += int((~is_known).sum())
        pairs = np.stack([earlier, numbers], axis=1)[is_known]
        names = [account for account, is_there in zip(accounts, is_known, strict=True) if is_there]
        _count(found, states, pairs, names, examples)
    found.only_before = known.unseen
    if texts:
        wanted = sorted({account for accounts in found.examples.values() for account in accounts})
        both = [_findings(run, wanted) for run in runs]
        found.texts = {one: {"before": both[0].get(one, []), "after": both[1].get(one, [])} for one in wanted}
    return found


class _States:
    """Numbers of the distinct states that accounts are in; there are few, however many accounts there are."""

    def __init__(self) -> None:
        self._numbers: dict[State, int] = {}
        self.listed: list[State] = []

    def read(self, run: StoredRun) -> Iterator[tuple[list[str], UInt64, Int32]]:
        """Accounts of a run with their hashes and the numbers of their states, some thousand at a time."""
        with tqdm(total=run.rows, desc=run.path.name, unit=" rows", leave=False, disable=None) as progress:
            for batch in run.batches(COLUMNS):
                repeated = pc.starts_with(batch["error"], f"{REPEATED}:")
                kept = pc.and_not(pc.is_valid(batch["account_id"]), pc.fill_null(repeated, False))
                yield self._read(batch.filter(kept))
                progress.update(len(batch))

    def _read(self, batch: pa.RecordBatch) -> tuple[list[str], UInt64, Int32]:
        accounts = batch["account_id"].to_pylist()
        found = np.asarray(pc.fill_null(pc.list_value_length(batch["findings"]), 0)) > 0
        places = {int(row): self._places(batch, int(row)) for row in np.flatnonzero(found)}
        states = ((verdict, places.get(row, frozenset())) for row, verdict in enumerate(batch["verdict"].to_pylist()))
        numbers = np.fromiter(map(self._number, states), np.int32, len(accounts))
        return accounts, np.fromiter(map(account_hash, accounts), np.uint64, len(accounts)), numbers

    def _places(self, batch: pa.RecordBatch, row: int) -> frozenset[Place]:
        return frozenset(counting(batch["findings"][row].as_py()))

    def _number(self, state: State) -> int:
        if state not in self._numbers:
            self._numbers[state] = len(self.listed)
            self.listed.append(state)
        return self._numbers[state]


class _Known:
    """States of the first run's accounts, to be looked up."""

    def __init__(self, run: StoredRun, states: _States) -> None:
        hashes, numbers, filled = np.zeros(run.rows, np.uint64), np.zeros(run.rows, np.int32), 0
        for _, some, of_some in states.read(run):
            hashes[filled : filled + len(some)], numbers[filled : filled + len(some)] = some, of_some
            filled += len(some)
        order = np.argsort(hashes[:filled])
        self._hashes, self._numbers = hashes[order], numbers[order]
        self._seen = np.zeros(filled, dtype=bool)

    def find(self, hashes: UInt64) -> tuple[Int32, NDArray[np.bool_]]:
        """Number of each account's state, and whether the account is known."""
        if not len(self._hashes):
            return np.zeros(len(hashes), np.int32), np.zeros(len(hashes), dtype=bool)
        places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        is_known = self._hashes[places] == hashes
        self._seen[places[is_known]] = True
        return self._numbers[places], is_known

    @property
    def unseen(self) -> int:
        """Accounts that were never looked up."""
        return int((~self._seen).sum())


def _count(found: Difference, states: _States, pairs: Int32, accounts: list[str], examples: int) -> None:
    distinct, first, counts = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    members: defaultdict[int, list[str]] = defaultdict(list)
    for account, number in zip(accounts, first.ravel().tolist(), strict=True):
        if len(members[number]) < examples:
            members[number].append(account)
    for number, ((old, new), count) in enumerate(zip(distinct.tolist(), counts.tolist(), strict=True)):
        before, after = states.listed[old], states.listed[new]
        found.changes.add((before[0], after[0]), (set(before[1]), set(after[1])), count)
        for kind in _kinds(before, after):
            named = found.examples[kind]
            named += members[number][: examples - len(named)]


def _kinds(before: State, after: State) -> Iterator[str]:
    """The changes from one state to another, in words."""
    if before[0] != after[0]:
        yield f"{before[0] or 'undecided'} -> {after[0] or 'undecided'}"
    for kind, places in (("gained", after[1] - before[1]), ("lost", before[1] - after[1])):
        yield from (f"{kind} {label} in {where}" for label, where in places)


def _findings(run: StoredRun, accounts: Iterable[str]) -> dict[str, list[Any]]:
    """Findings of some accounts, without null parts."""
    wanted = pa.array(accounts, pa.string())
    found: dict[str, list[Any]] = {}
    for batch in run.batches(("account_id", "findings")):
        for row in batch.filter(pc.is_in(batch["account_id"], wanted)).to_pylist():
            found.setdefault(row["account_id"], [_short(one) for one in row["findings"]])
    return found


def _short(finding: Mapping[str, Any]) -> dict[str, Any]:
    evidence = {name: value for name, value in (finding["evidence"] or {}).items() if value is not None}
    return {name: finding[name] for name in ("label", "field", "score", "severity", "authorized")} | evidence


def _line(finding: Mapping[str, Any]) -> str:
    words = finding.get("text") or finding.get("reference_name") or ""
    return f"{finding['label']} in {finding['field']} {finding['score']:.4f} {finding['severity']} {words}".rstrip()


def _judges(before: StoredRun, after: StoredRun) -> tuple[str, ...]:
    earlier, later = before.manifest.get("judges"), after.manifest.get("judges")
    return tuple(sorted(changed_judges(earlier, later))) if earlier and later else ()
