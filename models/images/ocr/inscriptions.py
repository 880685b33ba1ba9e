"""What a picture says, where an emblem says the same.

Most media's emblems are a line of type. The encoder sees that there is type, and how heavy and how close its strokes
are, but one masthead is to it much like another. So the emblems' drawings are read when they are enrolled, and a
picture is read where it may hold text or lettered emblems are likely; what both say alike is evidence beside what both
look like.

Source: likeness of two texts by their longest common subsequence (indel distance), as `rapidfuzz` computes it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import PIL.Image
from rapidfuzz import fuzz, process

from models.boxes import area, intersection, union
from models.images.input.transparency import on_clearest_background
from models.images.ocr.reader import Line, rows_of, text_reader
from models.profile import Box

MIN_TEXT_SIMILARITY = 60.0
"""Likeness, of 100, from which a text may be another one, misread, cut or partly covered."""

TELLING_SIMILARITY, TELLING_LETTERS = 0.8, 6.0
"""Likeness and letters in common from which words alone give cause to look closely, whatever the picture looks like: of
shorter ones one in every second picture with text is like one or another of a gallery's."""

LETTERS_PER_CHARACTER = 2.0
"""Letters that a Chinese character counts for, and a kana or a syllable of Hangul."""

MIN_LETTERS = 3.0
"""Texts with fewer are met by chance: they speak against an emblem at most."""

FIRST_CJK_CHARACTER = "\u2e80"
"""The first of those characters; what comes before are alphabets."""

MIN_LINE_CONFIDENCE = 0.7
"""Mean probability of a line's characters from which they are taken for writing, and not for folds or stars."""

CLEAR_LINE_CONFIDENCE = 0.9
"""The same, from which a letter or two are no sign or icon, and a picture is read the right way round: of mirrored
letters few are known again, and unsurely."""

PART_SIMILARITY, MIN_FUZZY_LENGTH = 80.0, 6
"""Likeness, of 100, that a line has with the part of a text that is most like it, if it is a part of that; and
characters below which it must stand there to the letter."""

KATAKANA_TWINS = str.maketrans("ハーニロカエタト", "八一二口力工夕卜")
"""Katakana that are read for characters of the same shape, and those: 八一 stands on the flags of an army."""

MIN_SPELT_LINES = 3
"""Lines side by side of which some may be a single character, as in a name spelt in boxes: fewer are signs or icons
more often."""

MAX_JOINED_LINES = 4
"""Lines that are also read as one: names run over two, a page of text is no name."""

Array = np.ndarray


@dataclass(frozen=True)
class Inscription:
    """Words that a picture shares with an emblem.

    Attributes:
        likeness: of both texts, in [0, 1].
        letters: that they have in common.
        box: around the picture's words.
    """

    similarity: float
    letters: float
    box: Box

    @property
    def weight(self) -> float:
        """How much there is in common: a line that is read without a fault has more than a longer text around it."""
        return self.similarity * self.letters

    @property
    def is_telling(self) -> bool:
        """Whether it alone gives cause to look closely."""
        return self.similarity >= TELLING_SIMILARITY and self.letters >= TELLING_LETTERS


@dataclass(frozen=True)
class FoldedLine:
    """A line that was read surely.

    Attributes:
        text: folded.
        box: where it stands.
    """

    text: str
    box: Box


@dataclass(frozen=True)
class PictureText:
    """What a picture says.

    Attributes:
        alike: by their places, the references that say something alike: the telling ones first, then by weight.
        lines: all that was read surely.
    """

    matches: Mapping[int, Inscription]
    lines: Sequence[FoldedLine]

    def within(self, place: Box) -> dict[int, Inscription]:
        """The words that references share and that stand at a place."""
        return {reference: words for reference, words in self.matches.items() if _stands(words.box, place)}

    def other_letters(self, reference: int, own: Sequence[str], place: Box) -> float:
        """Letters at a place that belong neither to the words that a reference shares nor to a part of its own.

        Args:
            own: what the reference's drawings say.
        """
        words = self.matches.get(reference)
        here = (line for line in self.lines if _stands(line.box, place))
        others = (line for line in here if words is None or not _stands(line.box, words.box))
        return sum(_letters(line.text) for line in others if not any(_is_part(line.text, text) for text in own))

    def mirrored(self) -> PictureText:
        """The same, of the mirror image."""
        alike = {reference: replace(words, box=_mirrored(words.box)) for reference, words in self.matches.items()}
        return PictureText(alike, [replace(line, box=_mirrored(line.box)) for line in self.lines])


NO_TEXT = PictureText({}, ())


def writing_of(drawing: Array) -> tuple[str, ...]:
    """What an emblem says, line by line, row by row and all together, without spaces and signs; nothing of most.

    Args:
        drawing: RGBA, uint8 (height, width, 4).
    """
    lines = text_reader().read(on_clearest_background(PIL.Image.fromarray(drawing)))
    return tuple(dict.fromkeys(text for text, _ in _texts([line for line in lines if _is_sure(line)])))


class Inscriptions:
    """Finds the emblems that say what a picture says.

    Args:
        writings: of each reference, what its drawings say, as `writing_of` gives it.

    Attributes:
        writings: as given.
        letters: of the longest text of each, zero where it says nothing, float64 (references,).

    Raises:
        ArtifactError: something is to be read, and the networks that read are not installed.
    """

    def __init__(self, writings: Sequence[Sequence[str]]) -> None:
        self.writings = writings
        self.letters = np.array([max(map(_letters, texts), default=0.0) for texts in writings], dtype=np.float64)
        self._texts = [text for texts in writings for text in texts]
        self._places = [place for place, texts in enumerate(writings) for _ in texts]
        self._reader = text_reader() if self._texts else None

    def may_have_text(self, pixels: Array) -> bool:
        """Whether a picture, RGB uint8 (height, width, 3), is worth reading, whatever it looks like."""
        return self._reader is not None and self._reader.is_likely(pixels)

    def __call__(self, pixels: Array) -> PictureText:
        """What a picture, RGB uint8 (height, width, 3), says, and which references say something alike.

        Where a line of several characters is there and no word is clear, what the mirror image says if one is there.
        """
        if self._reader is None:
            return NO_TEXT
        lines = self._reader.lines(pixels)
        if any(map(_has_several, lines)) and not any(map(_is_clear, lines)):
            mirrored = self._reader.read(np.ascontiguousarray(pixels[:, ::-1]))
            if any(map(_is_clear, mirrored)):
                return self._compared(mirrored).mirrored()
        return self._compared(lines)

    def _compared(self, lines: Sequence[Line]) -> PictureText:
        found: dict[int, Inscription] = {}
        for text, box in _texts(lines):
            alike = process.extract(text, self._texts, scorer=fuzz.ratio, score_cutoff=MIN_TEXT_SIMILARITY, limit=None)
            for known, likeness, number in alike:
                letters, place = likeness / 100 * (_letters(text) + _letters(known)) / 2, self._places[number]
                words = Inscription(likeness / 100, letters, box)
                if place not in found or words.weight > found[place].weight:
                    found[place] = words
        ordered = sorted(found.items(), key=lambda item: (-item[1].is_telling, -item[1].weight))
        return PictureText(dict(ordered), [FoldedLine(fold(line.text), line.box) for line in lines if _is_sure(line)])


def _mirrored(box: Box) -> Box:
    return (1 - box[2], box[1], 1 - box[0], box[3])


def _characters(line: Line) -> int:
    """Letters and digits as they stand there: folding makes three of Ⅲ, for which bars are taken."""
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
    """Whether a text is a longer one cut off or partly covered; a letter or two of an alphabet are so of any."""
    if _letters(text) < MIN_LETTERS and text < FIRST_CJK_CHARACTER:
        return False
    if len(text) < MIN_FUZZY_LENGTH:
        return text in known
    return len(text) <= len(known) and fuzz.partial_ratio(text, known) >= PART_SIMILARITY


def _stands(words: Box, place: Box) -> bool:
    return intersection(place, words) >= area(words) / 2


def _texts(lines: Sequence[Line]) -> Iterator[tuple[str, Box]]:
    """Folded texts long enough to say something, and where they stand: of each line, of lines side by side, and of all
    if they are few.
    """
    several = [line for line in lines if _has_several(line)]
    rows = rows_of(several)
    together = [*([line] for row in rows for line in row), *(row for row in rows if len(row) > 1)]
    if len(rows) > 1 and len(several) <= MAX_JOINED_LINES:
        together.append([line for row in rows for line in row])
    spelt = [row for row in rows_of([line for line in lines if _is_sure(line)]) if len(row) >= MIN_SPELT_LINES]
    together += [row for row in spelt if not all(map(_has_several, row))]
    folded = (("".join(fold(line.text) for line in group), union(line.box for line in group)) for group in together)
    return ((text, box) for text, box in folded if _letters(text) >= MIN_LETTERS)


def _letters(text: str) -> float:
    return sum(LETTERS_PER_CHARACTER if character >= FIRST_CJK_CHARACTER else 1.0 for character in text)


def fold(text: str) -> str:
    """Letters and digits alone, wide and narrow, large and small ones, and such as look the same alike."""
    said = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
    return unicodedata.normalize("NFKC", said).translate(KATAKANA_TWINS)  # parts of one letter may have come together
