"""Precision of every family of protected names, and what the detector finds in texts that it was not made on.

The first table gives the scores of the families (training cases), the second what to expect. With `--write` the scores
go to `datasets/names/family_scores.yaml`. `benchmarks.names` measures the speed.

    .venv/bin/python -m training.text.evaluation.rules.name_precision [--write]
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence

from models.profile import Field, Label
from models.text.names.disguised_names import READINGS
from models.text.names.families import SCORES_FILE, family_scores, name_families
from models.text.names.protected_names import ProtectedNameDetector
from training.text.data.corpus import Case, Split, read_split
from training.text.evaluation.rules.family_counts import Counts, heading, row, texts, write_scores

LABELS = (Label.FALSE_AUTHORITY, Label.MEDIA_IMPERSONATION, Label.PLACE_INSTITUTION)
"""Labels that the detector gives."""

TITLE_WIDTH = 50
"""Characters of the first column of the second table."""

detector = ProtectedNameDetector()
"""The detector for both tables."""


def _print_families(cases: Sequence[Case], *, write: bool) -> None:
    counts: dict[str, Counts] = defaultdict(Counts)
    for case, text in zip(cases, texts(cases), strict=True):
        for claim in detector.claims(text):
            counts[claim.disguise or claim.family.name].add(claim.family.label in case.labels)
    print(f"{'family':28}{'right':>7}{'wrong':>7}{'estimate':>10}{'score':>7}")
    families = name_families()
    names = [*(family.name for family in (*families.names, *families.clauses)), *READINGS]
    for name in names:
        found = counts[name]
        print(f"{name:28}{found.right:7}{found.wrong:7}{found.precision:10.2f}{family_scores().get(name, 0):7.2f}")
    if write:
        write_scores(SCORES_FILE, {name: counts[name].precision for name in names})


def _print_parts() -> None:
    print(f"\n{heading('with', TITLE_WIDTH)}")
    for part in (Split.TRAIN, Split.VALIDATION):
        cases = read_split(part)
        for name, fields in (("names", (Field.NAME,)), ("bios, signatures", (Field.BIO, Field.SIGNATURE))):
            chosen = [case for case in cases if case.field in fields]
            for label in LABELS:
                _print_row(f"{part}, {name}, {label}", chosen, label)
            clean = [case for case in chosen if not case.labels]
            flagged = sum(map(bool, _found_labels(clean)))
            print(f"{f'{part}, {name}, harmless':{TITLE_WIDTH}}{len(clean):9}{'':7}{flagged:7}")


def _print_row(title: str, cases: Sequence[Case], label: Label) -> None:
    found = [label in labels for labels in _found_labels(cases)]
    print(row(title, TITLE_WIDTH, [label in case.labels for case in cases], found))


def _found_labels(cases: Sequence[Case]) -> list[set[Label]]:
    return [{finding.label for finding in findings} for findings in detector(texts(cases))]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write the scores to {SCORES_FILE.name}")
    _print_families(read_split(Split.TRAIN), write=parser.parse_args().write)
    _print_parts()
    print("\n.venv/bin/python -m training.text.evaluation.rules.name_precision")
