"""How precise every family of contact patterns is, and what the contact detector finds on cases it was not made on.

The first table gives the scores of the families (training cases), the second what to expect.

    python benchmarks/contacts.py
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.profile import Field, Label
from models.text.contact_families import FAMILIES
from models.text.contacts import ContactDetector, matched_families
from models.text.normalize import FieldText, normalize

BIOS = Path(__file__).resolve().parents[1] / "datasets" / "bios"


@dataclass
class Counts:
    """Texts that a family is the first to match: with the label, and without."""

    right: int = 0
    wrong: int = 0

    @property
    def precision(self) -> float:
        """Laplace's estimate, so that two matches do not make a certainty."""
        return (self.right + 1) / (self.right + self.wrong + 2)


def cases(part: str) -> list[dict[str, Any]]:
    """The labelled cases of a part: train, validation or test."""
    lines = (BIOS / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def is_contact(case: dict[str, Any]) -> bool:
    """The case carries the label contact_diversion."""
    return Label.CONTACT_DIVERSION in case["labels"]


def first_matches(labelled: Sequence[dict[str, Any]]) -> dict[str, Counts]:
    """Per family, the texts that no family above it matches."""
    counts: dict[str, Counts] = defaultdict(Counts)
    for case in labelled:
        matched = matched_families(normalize(case["text"]))
        if matched and is_contact(case):
            counts[matched[0][0].name].right += 1
        elif matched:
            counts[matched[0][0].name].wrong += 1
    return counts


def _print_families() -> None:
    parts = {part: first_matches(cases(part)) for part in ("train", "test")}
    print(f"{'family':18}{'train right':>12}{'wrong':>7}{'estimate':>10}{'score':>7}{'test right':>12}{'wrong':>7}")
    for family in FAMILIES:
        train, test = parts["train"][family.name], parts["test"][family.name]
        print(
            f"{family.name:18}{train.right:12}{train.wrong:7}{train.precision:10.2f}{family.score:7.2f}"
            f"{test.right:12}{test.wrong:7}"
        )


def _print_parts() -> None:
    print(f"\n{'cases':34}{'contacts':>9}{'found':>7}{'false':>7}{'precision':>11}{'recall':>8}")
    for part in ("train", "validation", "test"):
        _print_row(part, cases(part))
    test = cases("test")
    for source in sorted({case["source"] for case in test}):
        _print_row(f"  test, {source}", [case for case in test if case["source"] == source])


def _print_row(title: str, labelled: Sequence[dict[str, Any]]) -> None:
    texts = [FieldText.of(Field(case["field"]), case["text"]) for case in labelled]
    found = [bool(findings) for findings in ContactDetector()(texts)]
    truth = [is_contact(case) for case in labelled]
    right = sum(map(min, found, truth))
    precision, recall = right / max(sum(found), 1), right / max(sum(truth), 1)
    print(f"{title:34}{sum(truth):9}{right:7}{sum(found) - right:7}{precision:11.3f}{recall:8.3f}")


if __name__ == "__main__":
    _print_families()
    _print_parts()
    print("\npython benchmarks/contacts.py")
