"""What every family and pattern earns: the texts that it alone finds, without and with the classifier.

A family is worth its place if it finds more violations that nothing else finds than it flags texts wrongly that nothing
else flags. Texts are the validation, test and everyday parts; of a folder of real texts the labelled ones.

    .venv/bin/python -m training.text.evaluation.rules.rule_gains [--real DIR] [--model DIR]
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tqdm import tqdm

from models.policy import Policy
from models.profile import Field, Label
from models.settings import Settings
from models.text.classifier.classifier import TextClassifier
from models.text.contacts.detector import matched_families, open_matches
from models.text.contacts.families import PatternFamily, contact_families
from models.text.names.families import name_families
from models.text.names.protected_names import ProtectedNameDetector
from models.text.normalize.normalize import FieldText
from training.text.data.corpus import DATASET, read_cases
from training.text.evaluation.real_texts import read_real_texts
from training.text.evaluation.rules.family_counts import Counts

PARTS = ("validation", "test", "test-everyday")
"""Files of `datasets/bios` that no rule was fitted to."""

TITLE_WIDTH = 42
"""Characters of the first column."""


@dataclass(frozen=True)
class Labelled:
    """A text with its labels."""

    text: FieldText
    labels: frozenset[Label]


@dataclass
class Gains:
    """Texts that a rule matches, rightly and wrongly.

    Attributes:
        matched: all of them.
        alone: those that no other rule matches.
        beside_model: of these, those that the classifier does not report.
    """

    matched: Counts = field(default_factory=Counts)
    alone: Counts = field(default_factory=Counts)
    beside_model: Counts = field(default_factory=Counts)


Rule = tuple[Label, str]
"""Label and name of a family, or of a pattern: the family's name and the pattern's number from 1."""


def matched_rules(text: FieldText) -> tuple[set[Rule], set[Rule]]:
    """Families that match a text, and single patterns of contacts that do."""
    contacts = {(Label.CONTACT_DIVERSION, family.name) for family, _ in matched_families(text)}
    patterns = {(Label.CONTACT_DIVERSION, family.name) for family, _ in open_matches(text, _single_patterns())}
    return {*_matched_names(text), *contacts}, patterns


def gains(texts: Sequence[Labelled], classifier: TextClassifier, policy: Policy) -> dict[Rule, Gains]:
    """What each rule finds; only texts that a rule alone matches are read by the classifier."""
    counted: dict[Rule, Gains] = defaultdict(Gains)
    for one in tqdm(texts, "评测 · judging", unit="", mininterval=1):
        reported: frozenset[Label] | None = None
        for rules in matched_rules(one.text):
            for rule in rules:
                right = rule[0] in one.labels
                counted[rule].matched.add(right)
                if sum(label is rule[0] for label, _ in rules) > 1:
                    continue
                counted[rule].alone.add(right)
                reported = _reported(one.text, classifier, policy) if reported is None else reported
                if rule[0] not in reported:
                    counted[rule].beside_model.add(right)
    return counted


@cache
def _single_patterns() -> tuple[PatternFamily, ...]:
    """Every pattern as a family of its own."""
    return tuple(single for family in contact_families().patterns for single in family.single())


@cache
def _names() -> ProtectedNameDetector:
    return ProtectedNameDetector()


def _matched_names(text: FieldText) -> Iterator[Rule]:
    """Families that match a claim, also behind the first, which gives the score."""
    families = name_families().names if text.field is Field.NAME else name_families().clauses
    for claim in _names().claims(text):
        for family in families:
            if family.label is claim.family.label and family.pattern.fullmatch(claim.parse.letters):
                yield family.label, family.name


def _reported(text: FieldText, classifier: TextClassifier, policy: Policy) -> frozenset[Label]:
    return frozenset(finding.label for finding in classifier([text])[0] if policy.reports(finding))


def _written() -> list[Labelled]:
    cases = [case for part in PARTS for case in read_cases(DATASET / f"{part}.jsonl")]
    return [Labelled(FieldText.of(case.field, case.text), frozenset(case.labels)) for case in cases]


def _real(folder: Path) -> list[Labelled]:
    rows = [row for _, row in read_real_texts(folder).texts]
    return [
        Labelled(FieldText.of(row.field, row.text), frozenset(row.labels)) for row in rows if row.labels is not None
    ]


def _print(title: str, counted: dict[Rule, Gains]) -> None:
    print(f"\n{title:{TITLE_WIDTH}}{'right':>7}{'wrong':>7}{'alone':>7}{'wrong':>7}{'beside model':>14}{'wrong':>7}")
    families = [family.name for family in (*name_families().names, *name_families().clauses, *contact_families())]
    for name in sorted({name for _, name in counted}, key=lambda name: (_family_of(name, families), name)):
        found = next(gained for (_, rule), gained in counted.items() if rule == name)
        print(
            f"{name:{TITLE_WIDTH}}{found.matched.right:7}{found.matched.wrong:7}{found.alone.right:7}"
            f"{found.alone.wrong:7}{found.beside_model.right:14}{found.beside_model.wrong:7}"
        )


def _family_of(name: str, families: Sequence[str]) -> int:
    return families.index(name if name in families else name.rpartition(" ")[0])


def main() -> None:
    """Print a table for the written texts, and one for labelled real texts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, help="folder of real texts")
    parser.add_argument("--model", type=Path, help="artefact folder of a text model; by default that in force")
    given = parser.parse_args()
    settings = Settings.from_environment()
    policy = Policy.load(settings.policy)
    classifier = TextClassifier(given.model or settings.text_directory()).at_base_rates(policy.base_rates)
    _print("written texts", gains(_written(), classifier, policy))
    if given.real:
        _print("real texts", gains(_real(given.real), classifier, policy))
    print("\n.venv/bin/python -m training.text.evaluation.rules.rule_gains")


if __name__ == "__main__":
    main()
