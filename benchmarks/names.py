"""Speed of the detector of protected names: texts a second on one core.

    .venv/bin/python -m benchmarks.names

`training.text.evaluation.rules.name_precision` measures how precise it is.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.clock import Times, pin_to_one_core, state_of_machine
from models.profile import Field
from models.text.names.lexicon import lexicon
from models.text.names.protected_names import ProtectedNameDetector
from models.text.normalize.normalize import FieldText
from training.text.data.corpus import Split, read_split

RUNS = 3
"""Runs, of which the quickest counts: other programs use the machine too."""

BIO_LENGTH = 100
"""Characters of a bio, cut from the training texts joined."""


def main() -> None:
    """Measure and print."""
    pin_to_one_core()
    cases = read_split(Split.TRAIN)
    joined = "，".join(case.text for case in cases)
    starts = range(0, len(joined) - BIO_LENGTH, BIO_LENGTH)
    bios = [FieldText.of(Field.BIO, joined[start : start + BIO_LENGTH]) for start in starts]
    names = [FieldText.of(case.field, case.text) for case in cases if case.field is Field.NAME]
    detector, find = ProtectedNameDetector(), lexicon().find
    print_rate("matcher, 100 characters", len(bios), lambda: [find(bio.normalized.text) for bio in bios])
    print_rate("detector, bios of 100 characters", len(bios), lambda: detector(bios))
    print_rate("detector, names as in the cases", len(names), lambda: detector(names))
    print(f"\n{state_of_machine()}\n\n.venv/bin/python -m benchmarks.names")


def print_rate(title: str, count: int, act: Callable[[], object]) -> None:
    """Print texts per second of processor time, in the quickest run."""
    times = Times()
    for _ in range(RUNS):
        times.measure(act)
    print(f"{title:50}{count / min(times.processor) * 1000:>12,.0f} texts a second")


if __name__ == "__main__":
    main()
