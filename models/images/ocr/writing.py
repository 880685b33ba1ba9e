"""Judges the text of a picture as one text, and maps findings back to boxes of lines.

A claim often spans two lines, and one line alone says little. Lines are therefore joined in reading order, from top to
bottom. The contact detector judges the joined text; the classifier does too, from four Chinese characters on.
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
from models.text.contacts.kinds import with_contacts
from models.text.normalize.normalize import FieldText

MIN_CONFIDENCE = 0.75
"""Least confidence of a line that is judged; of 980 drawn lines, those above had 98% right characters, the others
53%."""

LINE_END = "，"
"""Replaces line ends in the judged text: recall .83 on 150 bios set in lines of 12 characters; line feeds give .77."""

MIN_CLAIM_CHARACTERS = 4
"""Chinese characters from which text can make a claim; a name or letters in an emblem cannot."""


@dataclass(frozen=True)
class Writing:
    """The confidently read lines of one picture.

    Attributes:
        lines: lines in reading order.
        text: the lines, joined by spaces within a row and by line feeds between rows.
        spans: span of each line in the text.
    """

    lines: tuple[Line, ...]
    text: str
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Writing:
        """The writing of some lines, given in any order."""
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
        """The text for the text detectors, with characters at the same offsets."""
        return self.text.replace("\n", LINE_END)

    @property
    def makes_a_claim(self) -> bool:
        """True if there is more Chinese than in a name; the classifier was trained on Chinese."""
        return sum("\u4e00" <= character <= "\u9fff" for character in self.text) >= MIN_CLAIM_CHARACTERS

    def placed(self, evidence: Evidence, frame: int | None) -> Evidence:
        """Evidence in `text` as evidence in the picture: the lines it touches, and their box.

        `Evidence.text` holds these lines whole, and its spans count from their start.
        """
        spans = evidence.spans or ((0, len(self.text)),)
        start, end = spans[0][0], spans[-1][1]
        chosen = [index for index, (first, last) in enumerate(self.spans) if first < end and last > start]
        origin, stop = self.spans[chosen[0]][0], self.spans[chosen[-1]][1]
        return replace(
            evidence,
            box=union([self.lines[index].box for index in chosen]),
            frame=frame,
            spans=evidence.spans and tuple((first - origin, last - origin) for first, last in evidence.spans),
            text=self.text[origin:stop],
        )


class WritingDetector:
    """Finds claims and contact details in the text of pictures; names are not looked for.

    Args:
        reader: reads the text.
        classifier: judges texts that make a claim (`Writing.makes_a_claim`), as bios: it has no field for pictures.
        contacts: judges all texts.
    """

    def __init__(self, reader: TextReader, classifier: TextClassifier, contacts: ContactDetector) -> None:
        self._reader, self._classifier, self._contacts = reader, classifier, contacts

    def __call__(self, images: Sequence[Image], fields: Sequence[Field]) -> list[tuple[list[Finding], OcrCost]]:
        """Findings in the text of every image, at any score, and the cost of reading it.

        Args:
            images: decoded by `decode`.
            fields: the profile field of each image.
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
            for finding in with_contacts(text, [*claims, *self._contacts([text])[0]])
        ]
