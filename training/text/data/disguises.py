"""Augmentations of training texts: disguises that evade filters, and new contacts; evidence moves with the text.

The normalizer undoes what can be undone with certainty. Sound-alikes, split characters and symbols between characters
remain for the classifier. It must see them in training, also in harmless texts, because a strange spelling alone proves
nothing. Contacts change every time, so that no id or number of the corpus can be learnt.
"""

from __future__ import annotations

import re
import string
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import opencc
from pypinyin import lazy_pinyin

from models.profile import Label, Span
from models.text.normalize.readings import COMPONENTS_FILE
from training.text.data.corpus import Case

SEPARATORS = (" ", "·", ".", "-", "_", "*", "/", "~", "丨", "+", "、", "\u200b", "❤", "🌸", "✨")

LOOK_ALIKES = {
    "微": ("徽", "薇", "溦"),
    "信": ("亻言", "芯", "伩"),
    "加": ("力口", "➕", "茄", "咖"),
    "群": ("裙", "君羊", "羣"),
    "扣": ("口口", "抠"),
    "赚": ("贝兼", "專"),
    "钱": ("米", "💰", "戋"),
    "投": ("殳", "骰"),
    "彩": ("采", "綵"),
    "赌": ("贝者", "睹"),
    "博": ("搏", "愽"),
    "贷": ("代", "货"),
    "款": ("歀", "kuan"),
    "证": ("正", "zheng"),
    "枪": ("木仓", "呛"),
    "票": ("飘", "piao"),
    "约": ("yue", "哟"),
    "炮": ("泡", "包"),
    "国": ("囯", "囻"),
    "央": ("泱", "殃"),
    "视": ("礻见", "是"),
    "警": ("敬言", "憼"),
    "察": ("擦", "詧"),
    "官": ("宮", "管"),
    "方": ("仿", "fang"),
    "医": ("酉", "毉"),
    "药": ("葯", "yao"),
    "师": ("帅", "狮"),
    "第": ("弟", "苐"),
    "一": ("①", "壹", "1"),
    "最": ("蕞", "嘬"),
    "号": ("hao", "昊"),
    "联": ("耳关", "连"),
    "电": ("☎", "dian"),
}
"""Substitutes seen in the wild for characters that filters look for."""

KEPT_WORDS = re.compile(
    r"https?|www|com|cn|net|org|top|weixin|wechat|wx|vx|qq|telegram|tg|whatsapp|line|skype|email|mail|gmail|qun|jia|"
    r"taobao|douyin|weibo|discord|twitter|instagram|facebook|youtube|bilibili|id|app",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{5,}")
_IDENTIFIER = re.compile(r"[A-Za-z0-9_]{4,}")


@dataclass(frozen=True)
class Marked:
    """A text with its evidence as spans, which rewriting keeps.

    Attributes:
        labels: violations of the text.
        spans: label, start and end (code points) of each piece of evidence.
    """

    text: str
    labels: frozenset[Label]
    spans: tuple[tuple[Label, int, int], ...]

    @classmethod
    def of(cls, case: Case) -> Marked:
        """Find a case's evidence in its text, wherever it occurs."""
        spans = [
            (label, match.start(), match.end())
            for label, parts in case.evidence.items()
            for part in parts
            for match in re.finditer(re.escape(part), case.text)
        ]
        return cls(case.text, frozenset(case.labels), tuple(spans))

    def rewritten(self, pieces: Sequence[str]) -> Marked:
        """The text with character i replaced by `pieces[i]`, its evidence moved along."""
        ends = np.cumsum([0, *map(len, pieces)])
        spans = tuple((label, int(ends[start]), int(ends[end])) for label, start, end in self.spans)
        return Marked("".join(pieces), self.labels, spans)

    def followed_by(self, other: Marked, separator: str) -> Marked:
        """Both texts joined, with the labels of both."""
        shift = len(self.text) + len(separator)
        moved = tuple((label, start + shift, end + shift) for label, start, end in other.spans)
        return Marked(self.text + separator + other.text, self.labels | other.labels, self.spans + moved)


Disguise = Callable[[str, np.random.Generator], str]
"""Rewrites one character."""


def renew_contacts(marked: Marked, rng: np.random.Generator) -> Marked:
    """Replace digits of long numbers, and letters and digits of contact ids; length, case and known words stay."""
    pieces = list(marked.text)
    numbers = [match.span() for match in _NUMBER.finditer(marked.text)]
    spans = [span for start, end in numbers for span in [(start + 1, end)]] + list(_identifiers(marked))
    for start, end in spans:
        pieces[start:end] = [_renewed(character, rng) for character in pieces[start:end]]
    return marked.rewritten(pieces)


def disguise(marked: Marked, rng: np.random.Generator) -> Marked:
    """Disguise one piece of evidence in one way; of a harmless text, a random piece."""
    spans = [(start, end) for _, start, end in marked.spans]
    start, end = spans[rng.integers(len(spans))] if spans else _somewhere(len(marked.text), rng)
    rewrite = _DISGUISES[rng.integers(len(_DISGUISES))](rng)
    pieces = list(marked.text)
    pieces[start:end] = [rewrite(character, rng) for character in pieces[start:end]]
    return marked.rewritten(pieces)


def separated(rng: np.random.Generator) -> Disguise:
    """One symbol after most characters."""
    symbol = SEPARATORS[rng.integers(len(SEPARATORS))]
    return lambda character, rng: character + (symbol if rng.random() < 0.8 else "")


def full_width(_: np.random.Generator) -> Disguise:
    """ASCII as full-width characters."""
    return lambda character, _: chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character


def traditional(_: np.random.Generator) -> Disguise:
    """Traditional characters."""
    return lambda character, _: _to_traditional().convert(character)


def sound_alike(_: np.random.Generator) -> Disguise:
    """Some characters as others of the same sound, or as their pinyin."""
    return _sound_alike


def look_alike(_: np.random.Generator) -> Disguise:
    """Characters that filters look for as their usual substitutes."""
    return lambda character, rng: str(rng.choice(LOOK_ALIKES.get(character, (character,))))


def split_apart(_: np.random.Generator) -> Disguise:
    """Characters as their components: 你 as 亻尔."""
    return lambda character, rng: _components().get(character, character) if rng.random() < 0.6 else character


def initials(_: np.random.Generator) -> Disguise:
    """Some characters as the first letter of their pinyin: 微信 as wx."""
    return lambda character, rng: _sound(character)[0] if _is_han(character) and rng.random() < 0.5 else character


_DISGUISES = (
    separated, full_width, traditional, sound_alike, look_alike, split_apart, sound_alike, look_alike, initials
)  # fmt: skip
"""Ways of disguise; the most frequent ones stand twice."""


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _sound_alike(character: str, rng: np.random.Generator) -> str:
    if not _is_han(character) or rng.random() > 0.4:
        return character
    sound = _sound(character)
    others = _characters_of_sound().get(sound, [character])
    return sound if rng.random() < 0.2 else str(rng.choice(others))


@cache
def _sound(character: str) -> str:
    return str(lazy_pinyin(character)[0])


@cache
def _characters_of_sound() -> dict[str, list[str]]:
    """The 3,755 everyday characters (GB 2312, level 1) by pinyin."""
    sounds: dict[str, list[str]] = defaultdict(list)
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            for character in bytes([high, low]).decode("gb2312", errors="ignore"):
                sounds[_sound(character)].append(character)
    return sounds


@cache
def _components() -> dict[str, str]:
    lines = COMPONENTS_FILE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines)


@cache
def _to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def _identifiers(marked: Marked) -> list[Span]:
    contacts = [(start, end) for label, start, end in marked.spans if label is Label.CONTACT_DIVERSION]
    return [
        (start + match.start(), start + match.end())
        for start, end in contacts
        for match in _IDENTIFIER.finditer(marked.text[start:end])
        if not KEPT_WORDS.fullmatch(match.group())
    ]


def _renewed(character: str, rng: np.random.Generator) -> str:
    for alphabet in (string.digits, string.ascii_lowercase, string.ascii_uppercase):
        if character in alphabet:
            return alphabet[rng.integers(len(alphabet))]
    return character


def _somewhere(length: int, rng: np.random.Generator) -> Span:
    size = min(length, int(rng.integers(2, 10)))
    start = int(rng.integers(length - size + 1))
    return start, start + size
