"""Drafts become a training and a test part: no double, nothing that models are tested on, no group in both.

A group holds all cases of an account, and all accounts that have a near-duplicate text, a picture or an emblem in
common. Its part follows from the account's hash, so a later export puts the same accounts on the same side.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from training.feedback.reviews import Draft
from training.images.data.cases import Owners
from training.text.data.corpus import Likeness, Split, as_compared, read_split

HASH_RANGE = 2**32


@dataclass
class Parted:
    """Cases for training and test, and why others were left out.

    Attributes:
        train, test: in the order of the drafts, each case with its group.
        left_out: reasons, counted.
    """

    train: list[Draft] = field(default_factory=list)
    test: list[Draft] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def part(drafts: Sequence[Draft], test_share: float) -> Parted:
    """Leave out doubles and leaks, and split the rest by group.

    Args:
        drafts: oldest first; of equal cases the newest is kept.
        test_share: of the groups, in [0, 1).
    """
    parted = Parted()
    texts = _without_doubles([one for one in drafts if one.picture is None], parted.left_out)
    pictures = _without_doubles([one for one in drafts if one.picture is not None], parted.left_out)
    likeness = Likeness.of([one.case["text"] for one in texts])
    clusters = [f"text {cluster}" for cluster in likeness.clusters]
    known = _corpus()
    kept: list[tuple[Draft, list[str]]] = []
    for one, cluster, leaks in zip(texts, clusters, likeness.leaks, strict=True):
        if leaks:
            parted.left_out["repeats a held-out text of the corpus"] += 1
        elif known.get(as_compared(one.case["text"])) == frozenset(one.case["labels"]):
            parted.left_out["is in the corpus with the same labels"] += 1
        else:
            kept.append((one, [cluster]))
    owners = Owners()
    for one in pictures:
        reference = one.case.get("reference_id")
        if reference and owners.is_held_out(owners.key(reference, one.case.get("owner_id"))):
            parted.left_out["shows an emblem of an owner that the image benchmark imitates"] += 1
        else:
            shown = [f"picture {_content(one)}", *([f"emblem {reference}"] if reference else [])]
            kept.append((one, shown))
    _split(kept, test_share, parted)
    return parted


def _without_doubles(drafts: Sequence[Draft], left_out: Counter[str]) -> list[Draft]:
    """The newest of equal cases; none of those that contradict each other."""
    by_content: dict[str, list[Draft]] = {}
    for one in drafts:
        by_content.setdefault(f"{_content(one)} {one.case.get('reference_id', '')}", []).append(one)
    kept = []
    for same in by_content.values():
        if len({frozenset(one.case["labels"]) for one in same}) > 1:
            left_out["contradicts another review of the same content"] += len(same)
            continue
        left_out["is there twice"] += len(same) - 1
        kept.append(same[-1])
    return kept


def _content(one: Draft) -> str:
    return as_compared(one.case["text"]) if one.picture is None else hashlib.sha256(one.picture).hexdigest()


def _corpus() -> dict[str, frozenset[str]]:
    """Labels of the corpus' training texts, by the text as it is compared."""
    return {as_compared(case.text): frozenset(case.labels) for case in read_split(Split.TRAIN)}


def _split(kept: Sequence[tuple[Draft, list[str]]], test_share: float, parted: Parted) -> None:
    groups = _groups([[one.account, *shared] for one, shared in kept])
    accounts: dict[int, str] = {}
    for (one, _), group in zip(kept, groups, strict=True):
        accounts[group] = min(one.account, accounts.get(group, one.account))
    for (one, _), group in zip(kept, groups, strict=True):
        name = hashlib.sha256(accounts[group].encode()).hexdigest()
        grouped = Draft({**one.case, "group": f"review-{name[:12]}"}, one.account, one.picture)
        is_test = int(name[:8], 16) < test_share * HASH_RANGE
        (parted.test if is_test else parted.train).append(grouped)


def _groups(shared: Sequence[Iterable[str]]) -> list[int]:
    """Number of the group of each item: items with a key in common are in one group."""
    keys: dict[str, int] = {}
    pairs = [(row, keys.setdefault(key, len(keys))) for row, own in enumerate(shared) for key in own]
    if not pairs:
        return []
    rows, columns = np.array(pairs).T
    size = len(shared) + len(keys)
    edges = coo_matrix((np.ones(len(pairs), bool), (rows, len(shared) + columns)), shape=(size, size))
    labels: NDArray[np.int32]
    _, labels = connected_components(edges, directed=False)
    return [int(label) for label in labels[: len(shared)]]
