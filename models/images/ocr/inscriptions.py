"""Matches the text of a picture with the inscriptions of emblems.

Most emblems of media are a line of type, and the encoder hardly distinguishes one masthead from another. Drawings are
therefore read at enrolment. A picture is read if it may hold text or if lettered emblems are likely. Similar text is
evidence beside similar appearance.

Source: similarity by longest common subsequence (indel distance), computed by `rapidfuzz`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import PIL.Image
from rapidfuzz import fuzz, process

from models.arrays import Pixels
from models.boxes import area, intersection, union
from models.images.input.transparency import on_clearest_background
from models.images.ocr.reader import Line, rows_of, text_reader
from models.profile import Box

MIN_TEXT_SIMILARITY = 60.0
"""Similarity, 0 to 100, from which a text may be a misread, cropped or partly covered copy of another."""

TRIGGER_SIMILARITY, TRIGGER_LETTERS = 0.8, 6.0
"""Similarity, 0 to 1, and common letters that trigger verification by text alone; shorter texts match every second
picture with text."""

LETTERS_PER_CHARACTER = 2.0
"""Letters that one Chinese character, kana or Hangul syllable counts for."""

MIN_LETTERS = 3.0
"""Least letters of a text that is compared; shorter ones match by chance."""

FIRST_CJK_CHARACTER = "\u2e80"
"""First code point that counts `LETTERS_PER_CHARACTER`; alphabets lie before it."""

MIN_LINE_CONFIDENCE = 0.7
"""Mean character probability from which a line is text and not folds or stars."""

CLEAR_LINE_CONFIDENCE = 0.9
"""Mean character probability from which one or two letters are no icon, and a picture is not mirrored; mirrored letters
score low."""

PART_SIMILARITY, MIN_FUZZY_LENGTH = 80.0, 6
"""Partial similarity, 0 to 100, from which a line is part of a text; shorter lines than `MIN_FUZZY_LENGTH` must occur
exactly."""

KATAKANA_TWINS = str.maketrans("ハーニロカエタト", "八一二口力工夕卜")
"""Katakana mapped to Chinese characters of the same shape, as in 八一 on military flags."""

MIN_SPELT_LINES = 3
"""Lines in a row, single characters included, that may be one spelt-out name; fewer are mostly icons."""

MAX_JOINED_LINES = 4
"""Lines that are also compared as one text; a name may span two, a page of text is no name."""


@dataclass(frozen=True)
class Inscription:
    """Text that a picture shares with an emblem.

    Attributes:
        similarity: similarity of both texts, in [0, 1].
        letters: letters in common.
        box: box of the text in the picture.
    """

    similarity: float
    letters: float
    box: Box

    @property
    def weight(self) -> float:
        """Rank of a match: an exact line outranks a longer text that contains it."""
        return self.similarity * self.letters

    @property
    def justifies_verification(self) -> bool:
        """True if the text alone triggers verification."""
        return self.similarity >= TRIGGER_SIMILARITY and self.letters >= TRIGGER_LETTERS


@dataclass(frozen=True)
class FoldedLine:
    """A confidently read line.

    Attributes:
        text: the text after `fold`.
        box: box of the line in the picture.
    """

    text: str
    box: Box


@dataclass(frozen=True)
class PictureText:
    """The text of a picture and the inscriptions that it matches.

    Attributes:
        matches: similar inscriptions by reference index: first those that justify verification, each group by
            descending weight.
        lines: all confidently read lines.
    """

    matches: Mapping[int, Inscription]
    lines: Sequence[FoldedLine]

    def within(self, region: Box) -> dict[int, Inscription]:
        """The matches that lie in a region, by reference index."""
        return {reference: words for reference, words in self.matches.items() if _lies_in(words.box, region)}

    def other_letters(self, reference: int, own: Sequence[str], region: Box) -> float:
        """Letters in a region that belong neither to a reference's match nor to its inscriptions.

        Args:
            reference: reference index.
            own: inscriptions of the reference.
        """
        words = self.matches.get(reference)
        inside = (line for line in self.lines if _lies_in(line.box, region))
        others = (line for line in inside if words is None or not _lies_in(line.box, words.box))
        return sum(_letters(line.text) for line in others if not any(_is_part(line.text, text) for text in own))

    def mirrored(self) -> PictureText:
        """The same text with boxes of the mirror image."""
        matches = {reference: replace(words, box=_mirrored(words.box)) for reference, words in self.matches.items()}
        return PictureText(matches, [replace(line, box=_mirrored(line.box)) for line in self.lines])


UNREAD = PictureText({}, ())
"""Stands for a picture that was not read; compare by identity."""


def writing_of(drawing: Pixels) -> tuple[str, ...]:
    """Inscription of an emblem: folded texts of its lines, of its rows and of all lines together; mostly empty.

    Args:
        drawing: RGBA, uint8 (height, width, 4).
    """
    lines = text_reader().read(on_clearest_background(PIL.Image.fromarray(drawing)))
    return tuple(dict.fromkeys(text for text, _ in _texts([line for line in lines if _is_sure(line)])))


class Inscriptions:
    """Finds the emblems whose inscription matches the text of a picture.

    Args:
        writings: inscriptions of each reference, as `writing_of` returns them.

    Attributes:
        writings: as given.
        letters: length of each reference's longest inscription, float64 (references,); 0 without one.

    Raises:
        ArtifactError: there are inscriptions, but the OCR networks are not installed.
    """

    def __init__(self, writings: Sequence[Sequence[str]]) -> None:
        self.writings = writings
        self.letters = np.array([max(map(_letters, texts), default=0.0) for texts in writings], dtype=np.float64)
        self._texts = [text for texts in writings for text in texts]
        self._references = [reference for reference, texts in enumerate(writings) for _ in texts]
        self._reader = text_reader() if self._texts else None

    def may_have_text(self, pixels: Pixels) -> bool:
        """True if a picture, RGB uint8 (height, width, 3), is worth reading regardless of retrieval."""
        return self._reader is not None and self._reader.is_likely(pixels)

    def __call__(self, pixels: Pixels) -> PictureText:
        """The text of a picture, RGB uint8 (height, width, 3), and its matches.

        If there is a line of several characters but no clear one, the mirror image is tried too.
        """
        if self._reader is None:
            return UNREAD
        lines = self._reader.lines(pixels)
        if any(map(_has_several, lines)) and not any(map(_is_clear, lines)):
            mirrored = self._reader.read(np.ascontiguousarray(pixels[:, ::-1]))
            if any(map(_is_clear, mirrored)):
                return self._compared(mirrored).mirrored()
        return self._compared(lines)

    def _compared(self, lines: Sequence[Line]) -> PictureText:
        best: dict[int, Inscription] = {}
        for text, box in _texts(lines):
            similar = process.extract(
                text, self._texts, scorer=fuzz.ratio, score_cutoff=MIN_TEXT_SIMILARITY, limit=None
            )
            for known, percent, index in similar:
                letters, reference = percent / 100 * (_letters(text) + _letters(known)) / 2, self._references[index]
                words = Inscription(percent / 100, letters, box)
                if reference not in best or words.weight > best[reference].weight:
                    best[reference] = words
        ordered = sorted(best.items(), key=lambda item: (-item[1].justifies_verification, -item[1].weight))
        return PictureText(dict(ordered), [FoldedLine(fold(line.text), line.box) for line in lines if _is_sure(line)])


def _mirrored(box: Box) -> Box:
    return (1 - box[2], box[1], 1 - box[0], box[3])


def _characters(line: Line) -> int:
    """Letters and digits before folding, which would count three for Ⅲ; bars are read as that."""
    return sum(map(str.isalnum, line.text))


def _has_several(line: Line) -> bool:
    return _characters(line) > 1


def _is_sure(line: Line) -> bool:
    return _characters(line) > 0 and line.confidence >= (
        MIN_LINE_CONFIDENCE if _characters(line) > 2 else CLEAR_LINE_CONFIDENCE
    )


def _is_clear(line: Line) -> bool:
    return line.confidence >= CLEAR_LINE_CONFIDENCE and _letters(fold(line.text)) >= MIN_LETTERS


def _is_part(text: str, known: str) -> bool:
    """True if a text is a cropped or partly covered copy of a longer one; one or two Latin letters never are."""
    if _letters(text) < MIN_LETTERS and text < FIRST_CJK_CHARACTER:
        return False
    if len(text) < MIN_FUZZY_LENGTH:
        return text in known
    return len(text) <= len(known) and fuzz.partial_ratio(text, known) >= PART_SIMILARITY


def _lies_in(words: Box, region: Box) -> bool:
    return intersection(region, words) >= area(words) / 2


def _texts(lines: Sequence[Line]) -> Iterator[tuple[str, Box]]:
    """Folded texts of at least `MIN_LETTERS`, and their boxes: of each line, of each row, and of all lines if few."""
    several = [line for line in lines if _has_several(line)]
    rows = rows_of(several)
    groups = [*([line] for row in rows for line in row), *(row for row in rows if len(row) > 1)]
    if len(rows) > 1 and len(several) <= MAX_JOINED_LINES:
        groups.append([line for row in rows for line in row])
    spelt = [row for row in rows_of([line for line in lines if _is_sure(line)]) if len(row) >= MIN_SPELT_LINES]
    groups += [row for row in spelt if not all(map(_has_several, row))]
    folded = (("".join(fold(line.text) for line in group), union(line.box for line in group)) for group in groups)
    return ((text, box) for text, box in folded if _letters(text) >= MIN_LETTERS)


def _letters(text: str) -> float:
    return sum(LETTERS_PER_CHARACTER if character >= FIRST_CJK_CHARACTER else 1.0 for character in text)


def fold(text: str) -> str:
    """Letters and digits only, with width, case and katakana of the same shape folded."""
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
    # Removing signs may make parts of one letter adjacent, so that they compose.
    return unicodedata.normalize("NFKC", letters).translate(KATAKANA_TWINS)
