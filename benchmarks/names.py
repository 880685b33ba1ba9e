"""How precise every family of protected names is, what the detector finds in texts it was not made on, and how fast.

The first table gives the scores in `models/text/name_families.py` (training cases), the second what to expect.

    python benchmarks/names.py
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.profile import Field, Label
from models.text.disguised_names import KINDS
from models.text.lexicon import lexicon
from models.text.name_families import CLAUSE_FAMILIES, NAME_FAMILIES
from models.text.normalize import FieldText
from models.text.protected_names import ProtectedNameDetector

BIOS = Path(__file__).resolve().parents[1] / "datasets" / "bios"
LABELS = (Label.FALSE_AUTHORITY, Label.MEDIA_IMPERSONATION, Label.PLACE_INSTITUTION)

detector = ProtectedNameDetector()


def cases(part: str) -> list[dict[str, Any]]:
    """The labelled cases of a file in `datasets/bios`."""
    lines = (BIOS / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _print_families(labelled: Sequence[dict[str, Any]]) -> None:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for case in labelled:
        for claim in detector.claims(FieldText.of(Field(case["field"]), case["text"])):
            counts[claim.disguise or claim.family.name][claim.family.label not in case["labels"]] += 1
    print(f"{'family':28}{'right':>7}{'wrong':>7}{'estimate':>10}{'score':>7}")
    scores = {family.name: family.score for family in (*NAME_FAMILIES, *CLAUSE_FAMILIES)} | dict(KINDS)
    for name, score in scores.items():
        right, wrong = counts[name]
        print(f"{name:28}{right:7}{wrong:7}{(right + 1) / (right + wrong + 2):10.2f}{score:7.2f}")


def _print_parts() -> None:
    print(f"\n{'cases':50}{'with':>6}{'found':>7}{'false':>7}{'precision':>11}{'recall':>8}")
    for part in ("train", "validation", *(f"further/{file.stem}" for file in sorted(BIOS.glob("further/*.jsonl")))):
        labelled = cases(part)
        for name, fields in (("names", (Field.NAME,)), ("bios, signatures", (Field.BIO, Field.SIGNATURE))):
            chosen = [case for case in labelled if case["field"] in fields]
            for label in LABELS:
                _print_row(f"{part}, {name}, {label}", chosen, label)


def _print_row(title: str, labelled: Sequence[dict[str, Any]], label: Label) -> None:
    texts = [FieldText.of(Field(case["field"]), case["text"]) for case in labelled]
    found = [any(finding.label is label and finding.score >= 0.5 for finding in said) for said in detector(texts)]
    truth = [label in case["labels"] for case in labelled]
    right = sum(map(min, found, truth))
    precision, recall = right / max(sum(found), 1), right / max(sum(truth), 1)
    print(f"{title:50}{sum(truth):6}{right:7}{sum(found) - right:7}{precision:11.3f}{recall:8.3f}")


def _print_speed(labelled: Sequence[dict[str, Any]]) -> None:
    joined = "，".join(case["text"] for case in labelled)
    strings = [joined[start : start + 100] for start in range(0, len(joined) - 100, 100)]
    texts = [FieldText.of(Field.BIO, string) for string in strings]
    words = lexicon()
    for title, act in (
        ("matcher", lambda: [words.find(text.normalized.text) for text in texts]),
        ("detector, bios", lambda: detector(texts)),
        ("detector, names", lambda: detector([FieldText(Field.NAME, text.normalized) for text in texts])),
    ):
        start = time.process_time()
        act()
        print(f"{title:20}{len(texts) / (time.process_time() - start):>12,.0f} texts of 100 characters a second")


if __name__ == "__main__":
    training = cases("train")
    _print_families(training)
    _print_parts()
    print()
    _print_speed(training)
    print("\npython benchmarks/names.py")
