"""Text in pictures: what the test for likely text lets through, what reading costs, and what is read right.

.venv/bin/python -m benchmarks.ocr --pictures 500
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from tqdm import tqdm

from benchmarks import lettered
from benchmarks.clock import COLUMNS, Times, pin_to_one_core, state_of_machine
from models.images.ocr.lettering import may_hold_text
from models.images.ocr.reader import Line, TextReader
from models.images.ocr.writing import MIN_CONFIDENCE, Writing
from models.text.normalize.normalize import normalize

SEED = 29
"""Thresholds were chosen on 7 and 17; nothing was on this one."""

READABLE = 0.5
"""Share of right characters from which on a picture counts as readable: a brush hand on a busy photograph is not."""

BRUSH = ("cursive", "brush")
"""Typefaces of brush hands, which have a column of their own."""

SIZES = ((0, 1 / 30), (1 / 30, 1 / 20), (1 / 20, 1 / 12), (1 / 12, 1))
"""Height of a character as part of the picture's width."""


@dataclass(frozen=True)
class Trial:
    """One picture with text and what became of it.

    Attributes:
        likely: whether the test lets it through.
        lines: what is read where it is asked to be, however unsure.
        accuracy: share of the characters written that stand in those lines, in order.
    """

    picture: lettered.Lettered
    likely: bool
    lines: list[Line]
    accuracy: float


@dataclass
class Steps:
    """The reader, with a watch on each of its steps."""

    reader: TextReader = field(default_factory=TextReader)
    test: Times = field(default_factory=Times)
    detection: Times = field(default_factory=Times)
    recognition: Times = field(default_factory=Times)

    def try_out(self, picture: lettered.Lettered) -> Trial:
        """Test the picture, and read it whatever the test says."""
        pixels = picture.pixels
        likely = self.test.measure(lambda: may_hold_text(pixels))
        outlines = self.detection.measure(lambda: self.reader.outlines(pixels))
        lines = [self.recognition.measure(partial(self.reader.line, corners, pixels)) for corners in outlines]
        long = [line for line in lines if line.is_long and line.text]  # a letter or two are read for emblems' sake
        read = Writing.of([replace(line, confidence=1.0) for line in long]).text
        return Trial(picture, likely, long, share_found("".join(picture.lines), read))


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=500, help="with text; and as many without, of each kind")
    count = parser.parse_args().pictures
    pin_to_one_core()
    steps = Steps()
    trials = [steps.try_out(picture) for picture in tqdm(lettered.lettered(count, SEED), "with text", count, unit="")]
    print_test(trials, count)
    print_times(steps)
    print_accuracy(trials)
    print_confidence(trials)
    print(f"\n{state_of_machine()}\n\n.venv/bin/python -m benchmarks.ocr --pictures {count}")


def print_test(trials: Sequence[Trial], count: int) -> None:
    """What the test for likely text lets through."""
    readable = [trial.likely for trial in trials if trial.accuracy >= READABLE]
    print(f"\n{'test for likely text':<44}{'pictures':>9}{'let through':>13}")
    print(row("text that can be read", readable))
    print(row("any text", [trial.likely for trial in trials]))
    print(row("photographs", [may_hold_text(picture) for picture in lettered.photographs(count, SEED)]))
    print(row("flags, arms, emoji, icons", [may_hold_text(picture) for picture in lettered.drawings(count, SEED)]))


def print_times(steps: Steps) -> None:
    """What each step costs."""
    print(f"\n{'milliseconds':<44}{COLUMNS}")
    print(f"{'test, per picture':<44}{steps.test}")
    print(f"{'detection of lines, per likely picture':<44}{steps.detection}")
    print(f"{'recognition, per line':<44}{steps.recognition}")


def print_accuracy(trials: Sequence[Trial]) -> None:
    """How many characters are read, by size and hand."""
    print(f"\n{'height of a character / width of picture':<44}{'printed':>13}{'brush':>13}")
    for low, high in SIZES:
        name = f"below 1/{1 / high:.0f}" if high < 1 else f"1/{1 / low:.0f} and more"
        sized = [trial for trial in trials if low <= trial.picture.size < high]
        printed = mean(trial.accuracy for trial in sized if trial.picture.face not in BRUSH)
        brush = mean(trial.accuracy for trial in sized if trial.picture.face in BRUSH)
        print(f"{name:<44}{printed:>13}{brush:>13}")


def print_confidence(trials: Sequence[Trial]) -> None:
    """How right the lines are that are judged, and those that are not."""
    lines = [
        (line.confidence, max(share_found(line.text, written) for written in trial.picture.lines))
        for trial in trials
        for line in trial.lines
    ]
    for name, sure in ((f"from {MIN_CONFIDENCE} on: judged", True), (f"below {MIN_CONFIDENCE}: left out", False)):
        right = [share for confidence, share in lines if (confidence >= MIN_CONFIDENCE) is sure]
        print(f"{'lines read with confidence ' + name:<44}{len(right):>9}{mean(right):>13} right characters")


def share_found(wanted: str, text: str) -> float:
    """Share of the characters of `wanted` that stand in `text` in the same order, disguises and scripts undone."""
    wanted, text = (normalize(each.replace(" ", "").replace("\n", "")).text for each in (wanted, text))
    blocks = difflib.SequenceMatcher(None, wanted, text, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(1, len(wanted))


def row(name: str, passed: Sequence[bool]) -> str:
    """A row of the first table."""
    return f"{name:<44}{len(passed):>9}{mean(passed):>13}"


def mean(values: Iterable[float]) -> str:
    """Three digits, or a dash for no values."""
    known = list(values)
    return f"{np.mean(known):.3f}" if known else "-"


if __name__ == "__main__":
    main()
