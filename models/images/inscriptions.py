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

from models.boxes import area, shared, union
from models.images.ocr import Line, rows_of, text_reader
from models.images.transparency import on_clearest_background
from models.profile import Box

ALIKE = 60.0
"""Likeness, of 100, from which a text may be another one, misread, cut or partly covered."""

TELLING, TELLING_LETTERS = 0.8, 6.0
"""Likeness and letters in common from which words alone give cause to look closely, whatever the picture looks like: of
shorter ones one in every second picture with text is like one or another of a gallery's."""

LETTERS = 2.0
"""Letters that a Chinese character counts for, and a kana or a syllable of Hangul."""

LEAST_LETTERS = 3.0
"""Texts with fewer are met by chance: they speak against an emblem at most."""

FIRST_OF_THEM = "\u2e80"
"""The first of those characters; what comes before are alphabets."""

SURE = 0.7
"""Mean probability of a line's characters from which they are taken for writing, and not for folds or stars."""

CLEAR = 0.9
"""The same, from which a letter or two are no sign or icon, and a picture is read the right way round: of mirrored
letters few are known again, and unsurely."""

WITHIN = 80.0
"""Likeness, of 100, that a line has with the part of a longer text that is most like it, if it is a part of that."""

SPELT = 3
"""Lines side by side of which some may be a single character, as in a name spelt in boxes: fewer are signs or icons
more often."""

MOST_LINES = 4
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

    likeness: float
    letters: float
    box: Box

    @property
    def weight(self) -> float:
        """How much there is in common: a line that is read without a fault has more than a longer text around it."""
        return self.likeness * self.letters

    @property
    def is_telling(self) -> bool:
        """Whether it alone gives cause to look closely."""
        return self.likeness >= TELLING and self.letters >= TELLING_LETTERS


@dataclass(frozen=True)
class Written:
    """A line that was read surely.

    Attributes:
        letters: that it has.
        box: where it stands.
        within: references of whose words it is a part, cut off or with the rest covered.
    """

    letters: float
    box: Box
    within: frozenset[int]


@dataclass(frozen=True)
class Reading:
    """What a picture says.

    Attributes:
        alike: by their places, the references that say something alike: the telling ones first, then by weight.
        lines: all that was read surely.
    """

    alike: Mapping[int, Inscription]
    lines: Sequence[Written]

    def at(self, place: Box) -> dict[int, Inscription]:
        """The words that references share and that stand at a place."""
        return {reference: words for reference, words in self.alike.items() if _stands(words.box, place)}

    def besides(self, reference: int, place: Box) -> float:
        """Letters at a place that belong neither to the words that a reference shares nor to a part of its own."""
        words = self.alike.get(reference)
        others = (line for line in self.lines if _stands(line.box, place) and reference not in line.within)
        return sum(line.letters for line in others if words is None or not _stands(line.box, words.box))

    def mirrored(self) -> Reading:
        """The same, of the mirror image."""
        alike = {reference: replace(words, box=_mirrored(words.box)) for reference, words in self.alike.items()}
        return Reading(alike, [replace(line, box=_mirrored(line.box)) for line in self.lines])


UNREAD = Reading({}, ())


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
        letters: of the longest text of each, zero where it says nothing, float64 (references,).

    Raises:
        ArtifactError: something is to be read, and the networks that read are not installed.
    """

    def __init__(self, writings: Sequence[Sequence[str]]) -> None:
        self.letters = np.array([max(map(_letters, texts), default=0.0) for texts in writings], dtype=np.float64)
        self._texts = [text for texts in writings for text in texts]
        self._places = [place for place, texts in enumerate(writings) for _ in texts]
        self._reader = text_reader() if self._texts else None

    def are_likely(self, pixels: Array) -> bool:
        """Whether a picture, RGB uint8 (height, width, 3), is worth reading, whatever it looks like."""
        return self._reader is not None and self._reader.is_likely(pixels)

    def __call__(self, pixels: Array) -> Reading:
        """What a picture, RGB uint8 (height, width, 3), says, and which references say something alike.

        Where letters are there and no words are clear, what the mirror image says if some are clear there.
        """
        if self._reader is None:
            return UNREAD
        lines = self._reader.lines(pixels)
        if any(map(_has_letters, lines)) and not any(map(_is_clear, lines)):
            mirrored = self._reader.read(np.ascontiguousarray(pixels[:, ::-1]))
            if any(map(_is_clear, mirrored)):
                return self._compared(mirrored).mirrored()
        return self._compared(lines)

    def _compared(self, lines: Sequence[Line]) -> Reading:
        found: dict[int, Inscription] = {}
        for text, box in _texts(lines):
            alike = process.extract(text, self._texts, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None)
            for known, likeness, number in alike:
                letters, place = likeness / 100 * (_letters(text) + _letters(known)) / 2, self._places[number]
                words = Inscription(likeness / 100, letters, box)
                if place not in found or words.weight > found[place].weight:
                    found[place] = words
        ordered = sorted(found.items(), key=lambda item: (-item[1].is_telling, -item[1].weight))
        return Reading(dict(ordered), [self._written(line) for line in lines if _is_sure(line)])

    def _written(self, line: Line) -> Written:
        text, within = fold(line.text), frozenset[int]()
        if _letters(text) >= LEAST_LETTERS:
            found = process.extract(text, self._texts, scorer=fuzz.partial_ratio, score_cutoff=WITHIN, limit=None)
            within = frozenset(self._places[number] for known, _, number in found if len(known) > len(text))
        return Written(_letters(text), line.box, within)


def _mirrored(box: Box) -> Box:
    return (1 - box[2], box[1], 1 - box[0], box[3])


def _has_letters(line: Line) -> bool:
    """More than one: a single character may be a sign or an icon."""
    return len(fold(line.text)) > 1


def _is_word(line: Line) -> bool:
    return _letters(fold(line.text)) >= LEAST_LETTERS


def _is_sure(line: Line) -> bool:
    return line.confidence >= (SURE if _is_word(line) else CLEAR)


def _is_clear(line: Line) -> bool:
    return line.confidence >= CLEAR and _is_word(line)


def _stands(words: Box, place: Box) -> bool:
    return shared(place, words) >= area(words) / 2


def _texts(lines: Sequence[Line]) -> Iterator[tuple[str, Box]]:
    """Folded texts long enough to say something, and where they stand: of each line, of lines side by side, and of all
    if they are few.
    """
    words = [line for line in lines if _has_letters(line)]
    rows, spelt = rows_of(words), [row for row in rows_of(lines) if len(row) >= SPELT]
    together = [*([word] for row in rows for word in row), *(row for row in rows if len(row) > 1), *spelt]
    if len(rows) > 1 and len(words) <= MOST_LINES:
        together.append([word for row in rows for word in row])
    folded = (("".join(fold(line.text) for line in group), union(line.box for line in group)) for group in together)
    return ((text, box) for text, box in folded if _letters(text) >= LEAST_LETTERS)


def _letters(text: str) -> float:
    return sum(LETTERS if character >= FIRST_OF_THEM else 1.0 for character in text)


def fold(text: str) -> str:
    """Letters and digits alone, wide and narrow, large and small ones alike."""
    said = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
    return unicodedata.normalize("NFKC", said)  # parts of one letter may have come together
