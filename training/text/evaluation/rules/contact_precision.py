"""Precision of every family of contact patterns, and what the detector finds in cases that it was not made on.

The first table gives the scores of the families (training cases), the second what to expect. With `--write` the scores
go to `datasets/contacts/scores.yaml`.

    .venv/bin/python -m training.text.evaluation.rules.contact_precision [--write]
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence

from models.profile import Label
from models.text.contacts.detector import ContactDetector, matched_families
from models.text.contacts.families import SCORES_FILE, contact_families
from training.text.data.corpus import Case, Split, read_split
from training.text.evaluation.rules.family_counts import Counts, heading, row, texts, write_scores

TITLE_WIDTH = 34
"""Characters of the first column of the second table."""


def is_contact(case: Case) -> bool:
    """The case carries the label contact_diversion."""
    return Label.CONTACT_DIVERSION in case.labels


def first_matches(cases: Sequence[Case]) -> dict[str, Counts]:
    """Per family, counts of the texts that it is the first to match."""
    counts: dict[str, Counts] = defaultdict(Counts)
    for case, text in zip(cases, texts(cases), strict=True):
        if matched := matched_families(text):
            counts[matched[0][0].name].add(is_contact(case))
    return counts


def _print_families(*, write: bool) -> None:
    parts = {part: first_matches(read_split(part)) for part in (Split.TRAIN, Split.TEST)}
    print(f"{'family':18}{'train right':>12}{'wrong':>7}{'estimate':>10}{'score':>7}{'test right':>12}{'wrong':>7}")
    for family in contact_families():
        train, test = parts[Split.TRAIN][family.name], parts[Split.TEST][family.name]
        print(
            f"{family.name:18}{train.right:12}{train.wrong:7}{train.precision:10.2f}{family.score:7.2f}"
            f"{test.right:12}{test.wrong:7}"
        )
    if write:
        names = [family.name for family in contact_families()]
        write_scores(SCORES_FILE, {name: parts[Split.TRAIN][name].precision for name in names})


def _print_parts() -> None:
    print(f"\n{heading('contacts', TITLE_WIDTH)}")
    for part in Split:
        _print_row(part, read_split(part))
    test = read_split(Split.TEST)
    for source in sorted({case.source for case in test}):
        _print_row(f"  test, {source}", [case for case in test if case.source == source])


def _print_row(title: str, cases: Sequence[Case]) -> None:
    found = [bool(findings) for findings in ContactDetector()(texts(cases))]
    print(row(title, TITLE_WIDTH, [is_contact(case) for case in cases], found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write the scores to {SCORES_FILE.name}")
    _print_families(write=parser.parse_args().write)
    _print_parts()
    print("\n.venv/bin/python -m training.text.evaluation.rules.contact_precision")
