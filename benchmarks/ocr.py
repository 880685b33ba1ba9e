"""Time of each step of text recognition in pictures: test for likely text, detection of lines, recognition.

    .venv/bin/python -m benchmarks.ocr --pictures 500

`training.images.evaluation.ocr_accuracy` measures how much is read right.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from functools import partial

from tqdm import tqdm

from benchmarks.clock import COLUMNS, Times, pin_to_one_core, state_of_machine
from models.arrays import Pixels
from models.images.ocr.lettering import may_hold_text
from models.images.ocr.reader import TextReader
from training.images.evaluation.ocr_accuracy import SEED
from training.images.evaluation.text_pictures import text_pictures


@dataclass
class StepTimes:
    """The text reader, with the times of its steps."""

    reader: TextReader = field(default_factory=TextReader)
    test: Times = field(default_factory=Times)
    detection: Times = field(default_factory=Times)
    recognition: Times = field(default_factory=Times)

    def measure(self, pixels: Pixels) -> None:
        """Test a picture for text, and read it whatever the test says."""
        self.test.measure(lambda: may_hold_text(pixels))
        outlines = self.detection.measure(lambda: self.reader.outlines(pixels))
        for corners in outlines:
            self.recognition.measure(partial(self.reader.line, corners, pixels))

    def print(self) -> None:
        """Print one table."""
        print(f"\n{'milliseconds':<44}{COLUMNS}")
        print(f"{'test, per picture':<44}{self.test}")
        print(f"{'detection of lines, per likely picture':<44}{self.detection}")
        print(f"{'recognition, per line':<44}{self.recognition}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=500, help="pictures with text")
    count = parser.parse_args().pictures
    pin_to_one_core()
    times = StepTimes()
    for picture in tqdm(text_pictures(count, SEED), "with text", count, unit=""):
        times.measure(picture.pixels)
    times.print()
    print(f"\n{state_of_machine()}\n\n.venv/bin/python -m benchmarks.ocr --pictures {count}")


if __name__ == "__main__":
    main()
