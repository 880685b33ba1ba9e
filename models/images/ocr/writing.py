"""What is written in a picture, judged as one text, and back from the words that speak to their place.

A claim often runs over two lines, and a line alone says little. So the lines are put together as people read them, from
the top down, which is how a bio of several lines is judged too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.boxes import union
from models.images.input.decode import Image
from models.images.ocr.reader import Line, TextReader, rows_of
from models.profile import Evidence, Field, Finding, OcrCost, Span
from models.text.classifier.classifier import TextClassifier
from models.text.contacts.detector import ContactDetector
from models.text.normalize.normalize import FieldText

MIN_CONFIDENCE = 0.75
"""Of 980 lines read in 500 drawn pictures those this sure hold 98% right characters, the others 53%."""

LINE_END = "，"
"""What stands for the end of a line where the text is judged. Of 150 labelled bios set in lines of 12 characters, 0.83
of the labels are found so, 0.77 with a line feed or a space, 0.81 in the bios as written; false labels are as few."""

MIN_CLAIM_CHARACTERS = 4
"""Chinese characters from which on a writing makes a claim; a name or letters in an emblem do not."""


@dataclass(frozen=True)
class Writing:
    """The surely read lines of one picture.

    Attributes:
        lines: in reading order.
        text: as it is shown, with a space between lines side by side and a line feed between those below each other.
        spans: where each line stands in the text.
    """

    lines: tuple[Line, ...]
    text: str
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Writing:
        """The writing that these lines make, in whatever order they were found."""
        ordered: list[Line] = []
        text, spans = "", []
        for row in rows_of([line for line in lines if line.confidence >= MIN_CONFIDENCE]):
            for line in row:
                text += ("\n" if line is row[0] else " ") if text else ""
                spans.append((len(text), len(text) + len(line.text)))
                text += line.text
                ordered.append(line)
        return cls(tuple(ordered), text, tuple(spans))

    @property
    def judged(self) -> str:
        """The text as the text detectors take it, each character at the same place."""
        return self.text.replace("\n", LINE_END)

    @property
    def makes_a_claim(self) -> bool:
        """Whether there is enough in Chinese, which the classifier was trained on, to be more than a name."""
        return sum("\u4e00" <= character <= "\u9fff" for character in self.text) >= MIN_CLAIM_CHARACTERS

    def placed(self, evidence: Evidence, frame: int | None) -> Evidence:
        """Evidence in `text` as evidence in the picture: the lines from the first to the last that speak, their box.

        Spans are counted from the start of those lines, which `Evidence.text` holds whole, as nothing else does.
        """
        spans = evidence.spans or ((0, len(self.text)),)
        start, end = spans[0][0], spans[-1][1]
        chosen = [place for place, (first, last) in enumerate(self.spans) if first < end and last > start]
        origin, stop = self.spans[chosen[0]][0], self.spans[chosen[-1]][1]
        return replace(
            evidence,
            box=union([self.lines[place].box for place in chosen]),
            frame=frame,
            spans=evidence.spans and tuple((first - origin, last - origin) for first, last in evidence.spans),
            text=self.text[origin:stop],
        )


class WritingDetector:
    """Finds in the text of pictures what may not stand in a bio.

    Args:
        reader: finds the text.
        classifier: judges texts that make a claim, as bios: it knows no field for pictures.
        contacts: judges all texts.
    """

    def __init__(self, reader: TextReader, classifier: TextClassifier, contacts: ContactDetector) -> None:
        self._reader, self._classifier, self._contacts = reader, classifier, contacts

    def __call__(self, images: Sequence[Image], fields: Sequence[Field]) -> list[tuple[list[Finding], OcrCost]]:
        """For every image what its text says, however unlikely, and what it took to read.

        Args:
            images: from `decode`.
            fields: which field each image is from.
        """
        readings = self._reader(images)
        return [
            (self._findings(Writing.of(lines), image.frame, field), cost)
            for (lines, cost), image, field in zip(readings, images, fields, strict=True)
        ]

    def _findings(self, writing: Writing, frame: int | None, field: Field) -> list[Finding]:
        if not writing.lines:
            return []
        text = FieldText.of(Field.BIO, writing.judged)
        claims = self._classifier([text])[0] if writing.makes_a_claim else []
        return [
            replace(finding, field=field, evidence=writing.placed(finding.evidence, frame))
            for finding in (*claims, *self._contacts([text])[0])
        ]
