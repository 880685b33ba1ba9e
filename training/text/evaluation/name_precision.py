"""How precise every family of protected names is, what the detector finds in texts it was not made on, and how fast.

The first table gives the scores in `models/text/names/families.py` (training cases), the second what to expect.

    .venv/bin/python -m training.text.evaluation.name_precision
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from benchmarks.clock import Times
from models.profile import Field, Label
from models.text.names.disguised_names import KINDS
from models.text.names.families import CLAUSE_FAMILIES, NAME_FAMILIES
from models.text.names.lexicon import lexicon
from models.text.names.protected_names import ProtectedNameDetector
from models.text.normalize.normalize import FieldText
from training.text.data.corpus import Case, Split, read_split
from training.text.evaluation.family_counts import Counts, heading, row, texts

LABELS = (Label.FALSE_AUTHORITY, Label.MEDIA_IMPERSONATION, Label.PLACE_INSTITUTION)
"""All that the detector gives."""

WIDTH = 50
"""Characters of the first column of the second and third table."""

detector = ProtectedNameDetector()
"""The same for all tables."""


def _print_families(cases: Sequence[Case]) -> None:
    counts: dict[str, Counts] = defaultdict(Counts)
    for case, text in zip(cases, texts(cases), strict=True):
        for claim in detector.claims(text):
            counts[claim.disguise or claim.family.name].add(claim.family.label in case.labels)
    print(f"{'family':28}{'right':>7}{'wrong':>7}{'estimate':>10}{'score':>7}")
    scores = {family.name: family.score for family in (*NAME_FAMILIES, *CLAUSE_FAMILIES)} | dict(KINDS)
    for name, score in scores.items():
        found = counts[name]
        print(f"{name:28}{found.right:7}{found.wrong:7}{found.precision:10.2f}{score:7.2f}")


def _print_parts() -> None:
    print(f"\n{heading('with', WIDTH)}")
    for part in (Split.TRAIN, Split.VALIDATION):
        cases = read_split(part)
        for name, fields in (("names", (Field.NAME,)), ("bios, signatures", (Field.BIO, Field.SIGNATURE))):
            chosen = [case for case in cases if case.field in fields]
            for label in LABELS:
                _print_row(f"{part}, {name}, {label}", chosen, label)
            clean = [case for case in chosen if not case.labels]
            flagged = sum(map(bool, _said(clean)))
            print(f"{f'{part}, {name}, harmless':{WIDTH}}{len(clean):9}{'':7}{flagged:7}")


def _print_row(title: str, cases: Sequence[Case], label: Label) -> None:
    found = [label in said for said in _said(cases)]
    print(row(title, WIDTH, [label in case.labels for case in cases], found))


def _said(cases: Sequence[Case]) -> list[set[Label]]:
    return [{finding.label for finding in findings} for findings in detector(texts(cases))]


def _print_speed(cases: Sequence[Case]) -> None:
    joined = "，".join(case.text for case in cases)
    bios = [FieldText.of(Field.BIO, joined[start : start + 100]) for start in range(0, len(joined) - 100, 100)]
    names = texts([case for case in cases if case.field is Field.NAME])
    find = lexicon().find
    _print_rate("matcher, 100 characters", len(bios), lambda: [find(bio.normalized.text) for bio in bios])
    _print_rate("detector, bios of 100 characters", len(bios), lambda: detector(bios))
    _print_rate("detector, names as in the cases", len(names), lambda: detector(names))


def _print_rate(title: str, count: int, act: Callable[[], object]) -> None:
    """Of three runs the quickest: other programs use the machine too."""
    times = Times()
    for _ in range(3):
        times.measure(act)
    print(f"{title:{WIDTH}}{count / min(times.processor) * 1000:>12,.0f} texts a second")


if __name__ == "__main__":
    training = read_split(Split.TRAIN)
    _print_families(training)
    _print_parts()
    print()
    _print_speed(training)
    print("\n.venv/bin/python -m training.text.evaluation.name_precision")
