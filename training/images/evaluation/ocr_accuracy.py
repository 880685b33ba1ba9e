"""Accuracy of text recognition in pictures: what the test for likely text passes, and how many characters are right.

    .venv/bin/python -m training.images.evaluation.ocr_accuracy --pictures 500

`benchmarks.ocr` measures the time of the same steps.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from tqdm import tqdm

from models.images.ocr.lettering import may_hold_text
from models.images.ocr.reader import Line, TextReader
from models.images.ocr.writing import MIN_CONFIDENCE, Writing
from models.text.normalize.normalize import normalize
from training.images.evaluation import text_pictures
from training.images.evaluation.text_pictures import TextPicture

SEED = 29
"""Seed of the pictures. Thresholds were chosen on seeds 7 and 17, none on this one."""

READABLE_ACCURACY = 0.5
"""Least share of right characters at which a picture counts as readable; brush hands on busy photographs are not."""

BRUSH_FACES = ("cursive", "brush")
"""Typefaces of brush hands, which have a column of their own."""

SIZE_RANGES = ((0, 1 / 30), (1 / 30, 1 / 20), (1 / 20, 1 / 12), (1 / 12, 1))
"""Height of a character as a fraction of the picture's width: lower and upper bound of each row."""


@dataclass(frozen=True)
class Recognition:
    """One picture with text, and what was recognized in it.

    Attributes:
        likely: the test for likely text passes it.
        lines: recognized whatever the test says, of any confidence.
        accuracy: share of the written characters that stand in those lines, in order.
    """

    picture: TextPicture
    likely: bool
    lines: list[Line]
    accuracy: float


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=500, help="with text; and as many without, of each kind")
    count = parser.parse_args().pictures
    reader, made = TextReader(), text_pictures.text_pictures(count, SEED)
    recognitions = [recognize(reader, picture) for picture in tqdm(made, "with text", count, unit="")]
    print_likely(recognitions, count)
    print_accuracy(recognitions)
    print_confidence(recognitions)
    print(f"\n.venv/bin/python -m training.images.evaluation.ocr_accuracy --pictures {count}")


def recognize(reader: TextReader, picture: TextPicture) -> Recognition:
    """Test a picture for text, and read it whatever the test says."""
    pixels = picture.pixels
    lines = [reader.line(corners, pixels) for corners in reader.outlines(pixels)]
    long = [line for line in lines if line.is_long and line.text]  # single letters are read for emblems' sake
    read = Writing.of([replace(line, confidence=1.0) for line in long]).text
    return Recognition(picture, may_hold_text(pixels), long, character_accuracy("".join(picture.lines), read))


def print_likely(recognitions: Sequence[Recognition], count: int) -> None:
    """Which pictures the test for likely text passes."""
    readable = [one.likely for one in recognitions if one.accuracy >= READABLE_ACCURACY]
    print(f"\n{'test for likely text':<44}{'pictures':>9}{'let through':>13}")
    print(row("text that can be read", readable))
    print(row("any text", [one.likely for one in recognitions]))
    print(row("photographs", [may_hold_text(picture) for picture in text_pictures.photographs(count, SEED)]))
    print(row("flags, arms, emoji, icons", [may_hold_text(picture) for picture in text_pictures.drawings(count, SEED)]))


def print_accuracy(recognitions: Sequence[Recognition]) -> None:
    """Share of right characters by their size, for printed typefaces and brush hands."""
    print(f"\n{'height of a character / width of picture':<44}{'printed':>13}{'brush':>13}")
    for low, high in SIZE_RANGES:
        name = f"below 1/{1 / high:.0f}" if high < 1 else f"1/{1 / low:.0f} and more"
        sized = [one for one in recognitions if low <= one.picture.size < high]
        printed = mean(one.accuracy for one in sized if one.picture.face not in BRUSH_FACES)
        brush = mean(one.accuracy for one in sized if one.picture.face in BRUSH_FACES)
        print(f"{name:<44}{printed:>13}{brush:>13}")


def print_confidence(recognitions: Sequence[Recognition]) -> None:
    """Share of right characters in lines that are judged, and in lines that are left out."""
    lines = [
        (line.confidence, max(character_accuracy(line.text, written) for written in one.picture.lines))
        for one in recognitions
        for line in one.lines
    ]
    for name, judged in ((f"from {MIN_CONFIDENCE} on: judged", True), (f"below {MIN_CONFIDENCE}: left out", False)):
        shares = [share for confidence, share in lines if (confidence >= MIN_CONFIDENCE) is judged]
        print(f"{'lines read with confidence ' + name:<44}{len(shares):>9}{mean(shares):>13} right characters")


def character_accuracy(expected: str, text: str) -> float:
    """Share of the characters of `expected` that stand in `text` in the same order, both normalized."""
    expected, text = (normalize(each.replace(" ", "").replace("\n", "")).text for each in (expected, text))
    blocks = difflib.SequenceMatcher(None, expected, text, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(1, len(expected))


def row(name: str, passed: Sequence[bool]) -> str:
    """A row of the first table."""
    return f"{name:<44}{len(passed):>9}{mean(passed):>13}"


def mean(values: Iterable[float]) -> str:
    """Three digits, or a dash for no values."""
    known = list(values)
    return f"{np.mean(known):.3f}" if known else "-"


if __name__ == "__main__":
    main()
