"""Undo the disguises of a text without losing where each character came from.

Regulated words and contact details are written so that people read them and programs do not: ➕Ⓥ, 𝟏𝟑𝟓, Telegraм,
wēixìn, a zero-width space inside a word. Every text detector reads the undisguised text made here, while reviewers see
spans of what was really written. Only what keeps a text's meaning is done, so that harmless texts come through
unharmed: no sound-alikes, no guessing.

Sources: Unicode Standard Annex 15 (compatibility folding), Unicode Technical Standard 39 (confusables; the common
ones), OpenCC's traditional-to-simplified tables.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import opencc
from phonenumbers import SUPPORTED_REGIONS

from models.profile import Field, Span

_MAX_PASSES = 6
"""One pass can make work for another (an invisible character goes, its neighbours meet)."""

_MAX_MARKS = 4
"""Combining marks looked at per character: no living script stacks more, zalgo stacks hundreds."""

_MAX_EXPANSION = 3
"""Longest folding of one character that is taken (℡ has 3, ﷺ would have 18), so that no text grows much."""

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
    "\u2800": " ",  # the empty braille cell and the Hangul fillers print as blanks
    "\u115f": " ",
    "\u1160": " ",
    "\u3164": " ",
    "\uffa0": " ",
}
"""Characters that stand for others without Unicode saying so."""

_MARKS = "".join(char for char in map(chr, range(0x300, 0x10000)) if unicodedata.category(char)[0] == "M") + "ﾞﾟ"
_SELECTORS = "\U000e0100-\U000e01ef"  # the only marks beyond the basic plane that are ever met on other scripts
_MARK_SET = frozenset(_MARKS) | frozenset(map(chr, range(0xE0100, 0xE01F0)))
_PLAIN = r"[\n -@\[-~\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff、。·“”]"  # what folding leaves as it is
_TOKEN = re.compile(rf"{_PLAIN}+(?={_PLAIN}|$)|.[{_MARKS}{_SELECTORS}]*", re.DOTALL)

_COMMON_MARKS = ("COMBINING", "VARIATION")  # first words of the names of marks that belong to no script

_LETTER_IN_NAME = re.compile(
    r"(?:NEGATIVE CIRCLED|(?:CROSSED )?NEGATIVE SQUARED) LATIN CAPITAL LETTER ([A-Z])$"
    r"|LATIN LETTER SMALL CAPITAL ([A-Z])$"
)
_WRAPPED = re.compile(r"\((.+)\)|(\d+)[.,]")  # ⑴ folds to (1), ⒈ to 1. and 🄂 to 1,

_CYRILLIC = ("АВЕКМНОРСТУХІЈЅѴԌԚԜҮавекмнорстухіјѕѵԁԛԝһүшп", "abekmhopctyxijsvgqwyabekmhopctyxijsvdqwhywn")
_GREEK = ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβεικνορτυχωηγ", "abezhikmnoptyxabeikvoptuxwny")
_LATINISE = str.maketrans(_CYRILLIC[0] + _GREEK[0], _CYRILLIC[1] + _GREEK[1])
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f]+")
_LATIN = re.compile("[a-z]")
_WORD = re.compile("[A-Za-z0-9_\u0370-\u03ff\u0400-\u052f]{2,}")

_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff]+")
_SPELL = {0x1F1E6 + index: chr(ord("a") + index) for index in range(26)}

_SURROGATE = re.compile("[\ud800-\udfff]")
_LONG_RUN = re.compile(r"(\W)\1{3,}")

_OPENCC = opencc.OpenCC("t2s")


@dataclass(frozen=True)
class Normalized:
    """A text with its disguises undone.

    Attributes:
        original: what was written.
        text: what it says; empty only if the original is.
        starts, ends: code points of `original`, half open, that each character of `text` came from; never decreasing.
    """

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """Where the non-empty range `start:end` of `text` stands in `original`, half open, in code points."""
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True)
class FieldText:
    """A text field as the text detectors take it."""

    field: Field
    normalized: Normalized

    @classmethod
    def of(cls, field: Field, text: str) -> FieldText:
        """Normalise the text of a field."""
        return cls(field, normalize(text))


def normalize(text: str) -> Normalized:
    """Undo the disguises of any text, however broken, in time linear in its length.

    Compatibility characters (full width, circled, superscript, mathematical, keycaps) become plain ones, invisible and
    control characters go, marks go unless their script needs them, Latin is lower-cased and loses its accents,
    traditional characters become simplified, Greek and Cyrillic letters in Latin words become Latin, white space
    becomes a space or a line feed, and a symbol repeated more than three times is kept three times. A text of nothing
    but invisible characters becomes one space. Doing it twice changes nothing more.
    """
    result = Normalized(text, text, tuple(range(len(text))), tuple(range(1, len(text) + 1)))
    for _ in range(_MAX_PASSES):
        changed = _one_pass(result)
        if changed.text == result.text:
            break
        result = changed
    return result


def _one_pass(before: Normalized) -> Normalized:
    tokens = _TOKEN.findall(before.text)
    pieces = [token if _is_plain(token) else _fold(token) for token in tokens]
    text = _spell_letters(_latinise(_simplify("".join(pieces))))
    if text == before.text and not _LONG_RUN.search(text):
        return before
    starts, ends = _offsets(tokens, pieces)
    if not text:
        text, starts, ends = " ", [0], [len(before.text)]
    text, starts, ends = _shorten_runs(text, starts, ends)
    return Normalized(
        before.original,
        text,
        tuple([before.starts[start] for start in starts]),
        tuple([before.ends[end - 1] for end in ends]),
    )


def _is_plain(token: str) -> bool:
    """The token is a plain run, to be kept as it is, and not one character with its marks."""
    return len(token) > 1 and token[-1] not in _MARK_SET


def _offsets(tokens: list[str], pieces: list[str]) -> tuple[list[int], list[int]]:
    """Where every character of the pieces starts and ends; a plain run is its own piece, character by character."""
    starts: list[int] = []
    ends: list[int] = []
    start = 0
    for token, piece in zip(tokens, pieces, strict=True):
        end = start + len(token)
        if _is_plain(token):
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))
        start = end
    return starts, ends


@lru_cache(maxsize=1 << 15)
def _fold(cluster: str) -> str:
    """What a character with its marks stands for; empty for an invisible one."""
    folded = ""
    marks = unicodedata.normalize("NFKC", cluster[1 : 1 + _MAX_MARKS])
    for char in unicodedata.normalize("NFC", _plain(cluster[0]) + marks):
        if unicodedata.category(char)[0] != "M":
            folded += _latin_letter(char)
        elif _script(char) not in _COMMON_MARKS and (not folded or _script(char) == _script(folded[-1])):
            folded += char
    return folded


def _plain(char: str) -> str:
    if char in _SYMBOLS:
        return _SYMBOLS[char]
    if char.isspace():
        return "\n" if char.splitlines() == [""] else " "
    category = unicodedata.category(char)
    if category in ("Cc", "Cf"):
        return ""
    if category == "Pd":
        return "-"
    return _compatible(char) if category == "Lo" else _named_letter_or_digit(char) or _compatible(char)


def _named_letter_or_digit(char: str) -> str:
    name = unicodedata.name(char, "")
    letter = _LETTER_IN_NAME.match(name)
    if letter:
        return letter[1] or letter[2]
    if "CIRCLED" in name and unicodedata.category(char) == "No":
        return str(int(unicodedata.numeric(char)))
    return ""


def _compatible(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char)
    wrapped = _WRAPPED.fullmatch(folded) if folded != char else None
    if wrapped:
        return wrapped[1] or wrapped[2]
    return folded if len(folded) <= _MAX_EXPANSION else char


def _latin_letter(char: str) -> str:
    """Lower case without accents for a Latin letter, anything else as it is."""
    if char.isascii():
        return char.lower()
    base = unicodedata.normalize("NFD", char)[0]
    if base.isascii() and base.isalpha():
        return base.lower()
    return char.lower() if _script(char) == "LATIN" else char


def _script(char: str) -> str:
    """First word of the character's name, which for letters and their own marks is the script."""
    return unicodedata.name(char, "").partition(" ")[0]


def _simplify(text: str) -> str:
    """Traditional characters as simplified ones, by phrase where that keeps the length, else one by one."""
    if text.isascii():
        return text
    simplified: str = _OPENCC.convert(_SURROGATE.sub("\ufffd", text))
    if len(simplified) != len(text):
        simplified = "".join(map(_simplify_character, text))
    if _SURROGATE.search(text):
        simplified = "".join(old if _SURROGATE.match(old) else new for old, new in zip(text, simplified, strict=True))
    return simplified


@lru_cache(maxsize=1 << 15)
def _simplify_character(char: str) -> str:
    simplified: str = char if _SURROGATE.match(char) else _OPENCC.convert(char)
    return simplified if len(simplified) == 1 else char


def _latinise(text: str) -> str:
    """Look-alike letters as Latin ones, in words that have Latin letters too and in pairs that are all that is foreign.

    ВХ is a disguise of VX; Москва and не, all look-alikes as well, are Russian.
    """
    if not _FOREIGN.search(text):
        return text
    text = _WORD.sub(_latin_word, text)
    if all(len(word) == 2 for word in _FOREIGN.findall(text)):
        latin = text.translate(_LATINISE)
        return text if _FOREIGN.search(latin) else latin
    return text


def _latin_word(word: re.Match[str]) -> str:
    latin = word[0].translate(_LATINISE)
    return latin if latin.isascii() and _LATIN.search(word[0]) else word[0]


def _spell_letters(text: str) -> str:
    """Regional letters as Latin ones, except where they are flags."""
    return _REGIONAL.sub(lambda run: run[0] if _are_flags(run[0]) else run[0].translate(_SPELL), text)


def _are_flags(run: str) -> bool:
    letters = run.translate(_SPELL).upper()
    return all(letters[index : index + 2] in SUPPORTED_REGIONS for index in range(0, len(letters), 2))


def _shorten_runs(text: str, starts: list[int], ends: list[int]) -> tuple[str, list[int], list[int]]:
    """Keep three of a longer run of one symbol; the third stands for the rest."""
    kept, position = [], 0
    for run in _LONG_RUN.finditer(text):
        first, last = run.span()
        ends[first + 2] = ends[last - 1]
        kept.append(slice(position, first + 3))
        position = last
    kept.append(slice(position, None))
    if len(kept) == 1:
        return text, starts, ends
    return (
        "".join([text[part] for part in kept]),
        [start for part in kept for start in starts[part]],
        [end for part in kept for end in ends[part]],
    )
