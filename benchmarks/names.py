"""How precise every family of protected names is, what the detector finds in texts it was not made on, and how fast.

The first table gives the scores in `models/text/name_families.py` (training cases), the second what to expect.

    python benchmarks/names.py
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.clock import Times
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
    for part in ("train", "validation"):
        labelled = cases(part)
        for name, fields in (("names", (Field.NAME,)), ("bios, signatures", (Field.BIO, Field.SIGNATURE))):
            chosen = [case for case in labelled if case["field"] in fields]
            for label in LABELS:
                _print_row(f"{part}, {name}, {label}", chosen, label)
            clean = [case for case in chosen if not case["labels"]]
            flagged = sum(map(bool, _said(clean)))
            print(f"{f'{part}, {name}, harmless':50}{len(clean):6}{'':7}{flagged:7}")


def _print_row(title: str, labelled: Sequence[dict[str, Any]], label: Label) -> None:
    found = [label in said for said in _said(labelled)]
    truth = [label in case["labels"] for case in labelled]
    right = sum(map(min, found, truth))
    precision, recall = right / max(sum(found), 1), right / max(sum(truth), 1)
    print(f"{title:50}{sum(truth):6}{right:7}{sum(found) - right:7}{precision:11.3f}{recall:8.3f}")


def _said(labelled: Sequence[dict[str, Any]]) -> list[set[Label]]:
    texts = [FieldText.of(Field(case["field"]), case["text"]) for case in labelled]
    return [{finding.label for finding in findings} for findings in detector(texts)]


def _print_speed(labelled: Sequence[dict[str, Any]]) -> None:
    joined = "，".join(case["text"] for case in labelled)
    bios = [FieldText.of(Field.BIO, joined[start : start + 100]) for start in range(0, len(joined) - 100, 100)]
    names = [FieldText.of(Field.NAME, case["text"]) for case in labelled if case["field"] == Field.NAME]
    find = lexicon().find
    _print_rate("matcher, 100 characters", len(bios), lambda: [find(bio.normalized.text) for bio in bios])
    _print_rate("detector, bios of 100 characters", len(bios), lambda: detector(bios))
    _print_rate("detector, names as in the cases", len(names), lambda: detector(names))


def _print_rate(title: str, count: int, act: Callable[[], object]) -> None:
    """Of three runs the quickest: other programs use the machine too."""
    times = Times()
    for _ in range(3):
        times.measure(act)
    print(f"{title:50}{count / min(times.processor) * 1000:>12,.0f} texts a second")


if __name__ == "__main__":
    training = cases("train")
    _print_families(training)
    _print_parts()
    print()
    _print_speed(training)
    print("\npython benchmarks/names.py")
