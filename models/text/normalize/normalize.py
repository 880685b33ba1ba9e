"""Normalises disguised text, and keeps the original offsets of every character.

Contacts and regulated words are disguised from programs: ➕Ⓥ, 𝟏𝟑𝟓, Telegraм, wēixìn, a zero-width space inside a word.
Every text detector reads the normalised text, while reviewers see spans of the original. Normalisation keeps the
meaning, so harmless texts stay intact: characters of equal sound and other guesses are left to
`models/text/normalize/readings.py`.

Sources: Unicode Technical Standard 39 (confusable letters of the scripts met in disguises), OpenCC's
traditional-to-simplified tables; for single characters those of `models/text/normalize/characters.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import opencc
from phonenumbers import SUPPORTED_REGIONS

from models.profile import Field, Span
from models.text.normalize.characters import MARK, SINGLE, SPECIAL, SURROGATE, fold
from models.text.normalize.direction import OVERRIDE, display_order

_MAX_PASSES = 6
"""Passes at most; one pass can enable another, as when removing a character joins its neighbours."""

_MARKERS = SPECIAL + MARK
_MARKER = re.compile(f"[{_MARKERS}]")
_TOKEN = re.compile(f"[^{_MARKERS}]+(?!{MARK})|.{MARK}*", re.DOTALL)

_CYRILLIC = ("АВЕКМНОРСТУХІЈЅѴԌԚԜҮавекмнорстухіјѕѵԁԛԝһүшп", "abekmhopctyxijsvgqwyabekmhopctyxijsvdqwhywn")
_GREEK = ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβεικνορτυχωηγ", "abezhikmnoptyxabeikvoptuxwny")
_COPTIC = ("ⲅⲎⲒⲔⲘⲚⲞⲟⲢⲣⲤⲥⲦⲨⲬ", "rhikmnooppcctyx")
_CHEROKEE = ("ᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᎽᏀᏂᏃᏏᏒᏔᏕᏙᏚᏞᏟᏢᏦᏧᏳᏴꭵꮁꮃꮓꮩꮪꮯ", "drtiyajewmhyghzbrwsvslcpkdgbirwzvsc")
_LISU = ("ꓐꓑꓒꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ", "bpddtgkjczfmnlsrvhwxyaeiou")
_SYLLABICS = ("ᗩᗷᑕᗪᙓᗴᖴᕼᒍᒪᗰᑎᑭᑫᖇᔕᑌᐯᗯ᙭ᘔ", "abcdeefhjlmnpqrsuvwxz")
_YI = ("ꋊꋬꃳꉔꍏꌃꉓꀸꍟꎇꁅꃅꀤꀭꀘ꒒ꂵꈤꂦꉣꆰꋪꌗ꓄ꀎꃴꅏꊼꌩꁴ", "nabcabcdefghijklmnopqrstuvwxyz")
_LOOK_ALIKE = [_CYRILLIC, _GREEK, _COPTIC, _CHEROKEE, _LISU, _SYLLABICS, _YI]
_LATINISE = str.maketrans(*("".join(letters) for letters in zip(*_LOOK_ALIKE, strict=True)))
_SCRIPTS = "\u0370-\u03ff\u0400-\u052f\u13a0-\u167f\u2c80-\u2cff\ua000-\ua4ff\uab70-\uabbf"
_FOREIGN = re.compile(f"[{_SCRIPTS}]+")
_LATIN = re.compile("[a-z]")
_FANCY = re.compile("[\u13a0-\u167f\ua000-\ua4cf\uab70-\uabbf]{3,}")
"""Runs of Cherokee, syllabics or Yi letters: real words of them are not spelt with look-alikes only."""
_WORD = re.compile(f"[A-Za-z0-9_{_SCRIPTS}]{{2,}}")
_CALLED = "".join(chr(letter) for letter, latin in _LATINISE.items() if chr(latin) in "vxqw" and chr(letter) != "ω")
_ADDED = re.compile(rf"(?<=[加+])(?<![a-z0-9{_SCRIPTS}]\+)[{_CALLED}](?![a-z{_SCRIPTS}])")
"""Look-alikes of v, x, q and w, which name services, after "add": 加ν：. In 加β受体阻滞剂 the letter is itself."""

_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff]+")
_SPELL = {0x1F1E6 + index: chr(ord("a") + index) for index in range(26)}

_LONG_RUN = re.compile("([^\\w\U0001f1e6-\U0001f1ff])\\1{3,}")
"""Runs of a symbol, except regional letters: shortening four of them, two flags, would split a flag."""

_OPENCC = opencc.OpenCC("t2s")


@dataclass(frozen=True)
class Normalized:
    """A text and its normalised form.

    Attributes:
        original: the text as written.
        text: the normalised text; empty only if the original is.
        starts, ends: half-open range of code points in `original` for each character of `text`; never decreasing.
    """

    original: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        """Span in `original`, in code points, of the non-empty range `start:end` of `text`."""
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True)
class FieldText:
    """A normalised text field, the input of text detectors."""

    field: Field
    normalized: Normalized

    @classmethod
    def of(cls, field: Field, text: str) -> FieldText:
        """Normalise the text of a field."""
        return cls(field, normalize(text))


def normalize(text: str) -> Normalized:
    """Normalise any text, also invalid Unicode, in time linear in its length.

    Text under a right-to-left override is put in reading order. Compatibility characters (full width, circled,
    superscript, mathematical, keycaps, digits of other scripts) become plain ones. Invisible and control characters are
    removed, and so are marks that their script does not need. Latin letters become lower case without accents, and
    look-alike letters in Latin words become Latin. Traditional and variant Han characters become simplified ones. White
    space becomes a space or a line feed, and runs of one symbol are cut to three. A text of invisible characters only
    becomes one space. The function is idempotent.
    """
    result = _as_shown(text)
    for _ in range(_MAX_PASSES):
        result, settled = _one_pass(result)
        if settled:
            break
    return result


def _as_shown(text: str) -> Normalized:
    """The text in the order in which it is read."""
    shown = display_order(text) if OVERRIDE in text else []
    if not shown:
        return Normalized(text, text, range(len(text)), range(1, len(text) + 1))
    indices, starts, ends = zip(*shown, strict=True)
    return Normalized(text, "".join([text[index] for index in indices]), starts, ends)


def _one_pass(before: Normalized) -> tuple[Normalized, bool]:
    """The text a step plainer, and whether a further step would change nothing."""
    folded, starts, ends = _fold_characters(before.text)
    text = _spell_letters(_latinise(_simplify(folded)))
    if text == before.text and not _LONG_RUN.search(text):
        return before, True
    settled = text == folded and isinstance(starts, range)
    if not text and before.text:
        text, starts, ends = " ", [0], [len(before.text)]
    if _LONG_RUN.search(text):
        text, starts, ends = _shorten_runs(text, list(starts), list(ends))
    if isinstance(starts, range):
        return Normalized(before.original, text, before.starts, before.ends), settled
    starts, ends = [before.starts[start] for start in starts], [before.ends[end - 1] for end in ends]
    return Normalized(before.original, text, starts, ends), settled


def _fold_characters(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """Every character with its marks as what it stands for, and where each of the new characters starts and ends.

    Ranges where no character moves.
    """
    folded = text.translate(SINGLE)
    if not _MARKER.search(folded):
        return folded, range(len(text)), range(1, len(text) + 1)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    start = 0
    for token in _TOKEN.findall(folded):
        end = start + len(token)
        if token[-1] in _MARKERS:
            piece = fold(text[start:end])
            starts += [start] * len(piece)
            ends += [end] * len(piece)
        else:
            piece = token
            starts += range(start, end)
            ends += range(start + 1, end + 1)
        pieces.append(piece)
        start = end
    return "".join(pieces), starts, ends


def _simplify(text: str) -> str:
    """Traditional characters as simplified ones, by phrase where that keeps the length, else one by one."""
    if text.isascii():
        return text
    simplified: str = _OPENCC.convert(SURROGATE.sub("\ufffd", text))
    if len(simplified) != len(text):
        simplified = "".join(map(_simplify_character, text))
    if SURROGATE.search(text):
        simplified = "".join(old if SURROGATE.match(old) else new for old, new in zip(text, simplified, strict=True))
    return simplified


@lru_cache(maxsize=1 << 15)
def _simplify_character(char: str) -> str:
    simplified: str = char if SURROGATE.match(char) else _OPENCC.convert(char)
    return simplified if len(simplified) == 1 else char


def _latinise(text: str) -> str:
    """Look-alike letters as Latin ones, in words that have Latin letters too, fancy ones, pairs that stand alone, and
    letters that are to be added.

    ВХ beside Chinese is a disguise; Москва, all look-alikes as well, is Russian.
    """
    if not _FOREIGN.search(text):
        return text
    text = _ADDED.sub(lambda letter: letter[0].translate(_LATINISE), _WORD.sub(_latin_word, text))
    if all(len(word) == 2 for word in _FOREIGN.findall(text)):
        latin = text.translate(_LATINISE)
        return text if _FOREIGN.search(latin) else latin
    return text


def _latin_word(word: re.Match[str]) -> str:
    latin = word[0].translate(_LATINISE)
    return latin if latin.isascii() and (_LATIN.search(word[0]) or _FANCY.fullmatch(word[0])) else word[0]


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
    return (
        "".join([text[part] for part in kept]),
        [start for part in kept for start in starts[part]],
        [end for part in kept for end in ends[part]],
    )
