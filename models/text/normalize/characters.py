"""Folds single characters to the plain character that they stand for.

Most disguises replace single characters: Ⓥ, Ｖ, 𝓥 and ᴠ stand for v, ❶ for 1, ⼭ for 山, 囯 for 国. Each folding is
computed once, so that a text is folded by table lookup.

Sources: Unicode Standard Annex 15 (compatibility folding), the Unicode Character Database (digits, names of letters),
`datasets/characters/variants.tsv` (Han variants and radicals).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import chain

from models.runtime.paths import DATASETS

VARIANTS_FILE = DATASETS / "characters" / "variants.tsv"

SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character: invalid in text, and refused by most libraries."""

SPECIAL, MARK = "\ufdd0", "\ufdd1"
"""Noncharacters that `SINGLE` puts for a character that folds to none or several, and for a combining mark."""

_MAX_MARKS = 4
"""Combining marks used per character: no living script stacks more, zalgo text stacks hundreds."""

MAX_EXPANSION = 3
"""Longest accepted folding of one character (℡ has 3, ﷺ would have 18), so that no text grows much."""

_EXPANDING_BLOCKS = (range(0x2000, 0x3400), range(0xFB00, 0x10000))
"""Code points among which are all whose compatibility form has more than three characters."""

_SYMBOLS = {
    "➕": "+",
    "➖": "-",
    "🟰": "=",
    "🔟": "10",
    "🆎": "ab",
    "🆔": "id",
    "🆗": "ok",
    "🆚": "vs",
    "ɑ": "a",
    "ɡ": "g",
    "ı": "i",
    "ɣ": "y",
    "ʋ": "v",
    "ɩ": "i",
    "\u2800": " ",  # the empty braille cell and the Hangul fillers print as blanks
    "\u115f": " ",
    "\u1160": " ",
    "\u3164": " ",
    "\uffa0": " ",
}
"""Foldings that Unicode does not define."""

_NAMED_BLOCKS = (
    range(0x80, 0x2B0),  # Latin, IPA
    range(0x1D00, 0x1D2C),  # phonetic small capitals
    range(0x1D6B, 0x1DC0),  # phonetic letters with hooks and bars
    range(0x2460, 0x2794),  # enclosed numbers, dingbats
    range(0x3021, 0x302A),  # Suzhou numerals
    range(0x3248, 0x3250),  # numbers on black squares
    range(0x2C60, 0x2C80),  # Latin C
    range(0xA720, 0xA800),  # Latin D
    range(0xAB30, 0xAB70),  # Latin E
    range(0x1F100, 0x1F1AE),  # enclosed letters
)
"""Blocks of characters whose folding only their Unicode names tell."""

_INVISIBLE = (
    range(0x2065, 0x2066),
    range(0xFFF0, 0xFFF9),
    range(0xE0000, 0xE0001),
    range(0xE0002, 0xE0020),
    range(0xE0080, 0xE0100),
    range(0xE01F0, 0xE1000),
)
"""Unassigned code points that are displayed as nothing (Default_Ignorable_Code_Point)."""

_LETTER_IN_NAME = re.compile(
    r"(?:NEGATIVE CIRCLED|(?:CROSSED )?NEGATIVE SQUARED) LATIN CAPITAL LETTER ([A-Z])$"
    r"|LATIN LETTER SMALL CAPITAL ([A-Z])$"
    r"|LATIN (?:SMALL|CAPITAL) LETTER (?:TURNED |REVERSED )?([A-Z])(?:$| WITH )"
)
_WRAPPED = re.compile(r"[(〔](.+)[)〕]|(\d+)[.,]")  # ⑴ folds to (1), 🄪 to 〔S〕, ⒈ to 1. and 🄂 to 1,
_COMMON_MARKS = ("COMBINING", "VARIATION")  # first words of the names of marks that belong to no script
_HALF_WIDTH_MARKS = "ﾞﾟ"
_CHANGING = frozenset(("Cc", "Cf", "Pd", "Zs", "Zl", "Zp", "Nd", "Lu", "Ll", "Lt", "Mn", "Mc", "Me"))
"""Categories whose characters may fold without decomposing."""

_UNCHANGED = (range(0x20, 0x41), range(0x3400, 0xA000), range(0xAC00, 0xD7A4))
"""Blocks (most of ASCII, Han, Hangul) in which only the listed variants fold."""

_MAX_KNOWN = 1 << 17
"""Characters cached, of the million there are; about 10 MB."""


def is_mark(char: str) -> bool:
    """True if the character combines with the one before it."""
    return unicodedata.category(char)[0] == "M" or char in _HALF_WIDTH_MARKS


def fold(cluster: str) -> str:
    """The plain text that a character with its combining marks stands for; empty for an invisible one."""
    return _fold(cluster[: 1 + _MAX_MARKS])


@lru_cache(maxsize=1 << 14)
def _fold(cluster: str) -> str:
    folded = ""
    marks = unicodedata.normalize("NFKC", cluster[1:])
    for char in unicodedata.normalize("NFC", _plain(cluster[0]) + marks):
        if unicodedata.category(char)[0] != "M":
            folded += _latin_letter(char)
        elif _script(char) not in _COMMON_MARKS and (not folded or _script(char) == _script(folded[-1])):
            folded += char
    return folded if folded == cluster else "".join(map(_fold, folded))  # ᶢ folds to ɡ, and that to g


def _plain(char: str) -> str:
    if char in _EXPLAINED:
        return _EXPLAINED[char]
    if char.isspace():
        return "\n" if char.splitlines() == [""] else " "
    category = unicodedata.category(char)
    if category in ("Cc", "Cf"):
        return ""
    if category == "Pd":
        return "-"
    if category == "Nd":
        return str(unicodedata.digit(char))
    return _compatible(char)


def _compatible(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char)
    wrapped = _WRAPPED.fullmatch(folded) if folded != char else None
    if wrapped:
        return wrapped[1] or wrapped[2]
    return folded if len(folded) <= MAX_EXPANSION else char


def expanding(most: int) -> list[str]:
    """Characters whose compatibility form has more than so many characters."""
    return [char for char in map(chr, chain(*_EXPANDING_BLOCKS)) if len(unicodedata.normalize("NFKC", char)) > most]


def _latin_letter(char: str) -> str:
    """A Latin letter in lower case without accents; any other character unchanged."""
    if char.isascii():
        return char.lower()
    base = unicodedata.normalize("NFD", char)[0]
    if base.isascii() and base.isalpha():
        return base.lower()
    return char.lower() if _script(char) == "LATIN" else char


def _script(char: str) -> str:
    """First word of the character's name, which for letters and their own marks is the script."""
    return unicodedata.name(char, "").partition(" ")[0]


def _named() -> dict[str, str]:
    """Foldings of letters and numbers that only their Unicode names tell."""
    explained = {}
    for char in map(chr, chain(*_NAMED_BLOCKS)):
        name = unicodedata.name(char, "")
        letter = _LETTER_IN_NAME.match(name)
        if letter:
            explained[char] = letter[letter.lastindex or 0]
        elif ("CIRCLED" in name and unicodedata.category(char) == "No") or name.startswith("HANGZHOU"):
            explained[char] = str(int(unicodedata.numeric(char)))
    return explained


def _variants() -> dict[str, str]:
    lines = VARIANTS_FILE.read_text(encoding="utf-8").splitlines()
    return {variant: usual for usual, variants in (line.split("\t") for line in lines) for variant in variants}


class _Single(dict[int, int | str]):
    """A table for `str.translate`, filled on demand: each character's folding, or a marker."""

    def clear(self) -> None:
        """Drop all entries except the characters of most texts that do not fold."""
        super().clear()
        for block in _UNCHANGED:
            self.update(zip(block, block, strict=True))
        for char in _EXPLAINED:
            self.pop(ord(char), None)

    def __missing__(self, code: int) -> int | str:
        if len(self) >= _MAX_KNOWN:
            self.clear()
        char = chr(code)
        self[code] = folded = _one_for_one(char) if _may_fold(char) else code
        return folded


def _may_fold(char: str) -> bool:
    """Cheap check that is False for most characters."""
    if unicodedata.category(char) in _CHANGING or unicodedata.decomposition(char):
        return True
    return char in _EXPLAINED or char in (SPECIAL, MARK)


def _one_for_one(char: str) -> str:
    if is_mark(char):
        return MARK
    folded = fold(char)
    return folded if len(folded) == 1 and char not in (SPECIAL, MARK) else SPECIAL


_EXPLAINED = _named() | _variants() | _SYMBOLS | dict.fromkeys(map(chr, chain(*_INVISIBLE)), "")
SINGLE = _Single()
SINGLE.clear()
"""Table that folds a text character by character without changing its length, with markers where that is
impossible."""
