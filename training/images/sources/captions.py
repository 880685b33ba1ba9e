"""Captions of the graphics in Chinese and English, for training the text tower.

The graphics come without descriptions, so captions are made of names. Sources: the catalogue for flags, arms and our
own drawings; Unicode CLDR for emoji; names of icons; titles of brands in simple-icons.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from models.arrays import Pixels
from training import packages
from training.images.common.split import Fold, fold_of
from training.images.sources import catalogue, graphics, pictures
from training.images.sources.catalogue import CATALOGUE, CatalogueEntry, own_drawings
from training.images.sources.graphics import EMOJI_PACKAGES, Graphic

CAPTION_PACKAGES = ("cldr-annotations", "cldr-annotations-derived")
"""Packages of emoji names, by their short names in `datasets/packages.yaml`."""

GENERIC_CAPTIONS = {
    r"^flag\.": ("国旗", "一面国旗", "national flag", "a national flag"),
    r"^flag\.|flag$": ("旗帜", "一面旗帜", "flag", "a flag"),
    r"^arms\.": ("国徽", "一枚国徽", "coat of arms", "a coat of arms", "national emblem"),
    r"^(logo|org)\.": ("标志", "商标", "企业标志", "logo", "a logo", "logo of a company"),
    r"^media\.": ("媒体标志", "新闻媒体的标志", "media logo", "logo of a news medium"),
    r"^emoji\.": ("表情符号", "一个表情符号", "emoji", "an emoji"),
    r"^icon\.": ("图标", "一个图标", "icon", "an icon"),
    r"^gov\.": ("政府机关徽章", "国家机关的标志", "emblem of a state organ", "government badge"),
    r"^gov\.police\.": ("警徽", "一枚警徽", "公安标志", "police badge", "a police badge"),
    r"^military\..*emblem$": ("军徽", "一枚军徽", "military emblem", "a military badge"),
    r"^party\..*emblem$": ("党徽", "一枚党徽", "政党的标志", "party emblem", "emblem of a political party"),
    r"^intl\.": ("国际组织标志", "国际组织的徽章", "emblem of an international organisation"),
}
"""Captions that hold for every graphic whose identity matches the pattern: phrases that a platform might enrol."""

ZH_SUFFIX = re.compile(r"(国旗|区旗|旗|国徽|区徽|徽)$")
EN_PREFIX = re.compile(r"^.*?(flag|emblem|arms) of ", re.IGNORECASE)
"""Parts of a flag's or coat of arms' name that surround the country's name."""

Names = tuple[tuple[str, ...], tuple[str, ...]]
"""Chinese and English captions of one identity, the name first."""


@dataclass(frozen=True)
class Subject:
    """One identity with its drawings and captions.

    Attributes:
        identity: the depicted thing, such as "flag.fr", "emoji.cat" or "gov.customs.emblem".
        fold: training, validation or test.
        drawings: RGBA uint8 (height, width, 4), by all artists.
        chinese, english: captions, the name first; one of the two may be empty.
        generic_captions: captions of a whole group, from `GENERIC_CAPTIONS`.
    """

    identity: str
    fold: Fold
    drawings: tuple[Pixels, ...]
    chinese: tuple[str, ...]
    english: tuple[str, ...]
    generic_captions: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The identity's first part, or "emblem" for our own drawings other than flags and arms."""
        first = self.identity.partition(".")[0]
        return first if first in {"flag", "arms", "logo", "emoji", "icon"} else "emblem"

    @property
    def captions(self) -> tuple[str, ...]:
        """The identity's own captions, Chinese before English, without the generic ones."""
        return (*self.chinese, *self.english)


def load_subjects(limit: int | None = None) -> list[Subject]:
    """Every identity that has a name, of all folds.

    Args:
        limit: at most this many drawings of every source, for tests.
    """
    names, drawings, folds = _Names(), defaultdict[str, list[Pixels]](list), dict[str, Fold]()
    for identity, fold, drawing in _drawings(limit):
        drawings[identity].append(drawing)
        folds[identity] = fold
    subjects = []
    for identity, drawn in drawings.items():
        chinese, english = names.of(identity)
        if chinese or english:
            groups = (phrases for pattern, phrases in GENERIC_CAPTIONS.items() if re.search(pattern, identity))
            generic = tuple(phrase for phrases in groups for phrase in phrases)
            subjects.append(Subject(identity, folds[identity], tuple(drawn), chinese, english, generic))
    return subjects


def _drawings(limit: int | None) -> Iterator[tuple[str, Fold, Pixels]]:
    rendered = graphics.load_graphics(limit)
    for row, item in enumerate(rendered.items):
        yield _subject_of(item), item.fold, rendered.drawing(row)
    for entry in own_drawings()[:limit]:
        drawn = pictures.load_picture(entry.image, CATALOGUE.parent, graphics.GRAPHIC_SIDE)
        yield entry.reference_id, fold_of(entry.owner_id), np.asarray(drawn.crop(drawn.getbbox()))


def _subject_of(item: Graphic) -> str:
    """The identity without the suffix of a brand's variants, which share captions."""
    return ".".join(item.identity.split(".")[:2]) if item.kind == "logo" else item.identity


class _Names:
    """Looks up the names of identities."""

    def __init__(self) -> None:
        self._catalogue = {entry.reference_id: entry for entry in catalogue.read_catalogue(CATALOGUE)}
        self._brands = {_plain(entry.owner_id): entry.name_zh for entry in self._catalogue.values() if _is_brand(entry)}
        self._titles = {icon["slug"]: icon["title"] for icon in _json("simple-icons", "data/simple-icons.json")}
        self._words = _emoji_words()
        self._characters = _emoji_characters()
        self._chinese, self._english = _annotations("zh"), _annotations("en")
        named = {_plain(names[0]): character for character, names in self._english.items() if names}
        # Icon sets have plain English names. An icon named as CLDR names a character gets its Chinese name.
        self._characters = named | self._characters

    def of(self, identity: str) -> Names:
        """Captions in Chinese and English without duplicates; both empty for an identity without a name."""
        kind, _, name = identity.partition(".")
        describe = {"emoji": self._emoji, "icon": self._icon, "logo": self._logo}
        chinese, english = describe[kind](name) if kind in describe else self._emblem(identity)
        return tuple(dict.fromkeys(filter(None, chinese))), tuple(dict.fromkeys(filter(None, english)))

    def _emoji(self, name: str) -> Names:
        character = self._characters.get(name, "")
        return self._chinese.get(character, ()), (self._words.get(name, name), *self._english.get(character, ()))

    def _icon(self, name: str) -> Names:
        words = _split(name.partition(".")[2])
        return self._chinese.get(self._characters.get(_plain(words), ""), ()), (words,)

    def _logo(self, slug: str) -> Names:
        title = self._titles.get(slug, _split(slug))
        brand = self._brands.get(_plain(slug), title)
        return (f"{brand}标志", f"{brand}的标志"), (f"{title} logo", title, f"logo of {title}")

    def _emblem(self, identity: str) -> Names:
        entry = self._catalogue.get(identity)
        if entry is None:
            return (), ()
        if identity.startswith(("flag.", "arms.")) and EN_PREFIX.match(entry.name_en):
            return _state_names(entry)
        return (entry.name_zh, f"{entry.name_zh}图案"), (entry.name_en,)


def _state_names(entry: CatalogueEntry) -> Names:
    """Other ways to say "法国国旗" and "National flag of France"."""
    country, land = ZH_SUFFIX.sub("", entry.name_zh), EN_PREFIX.sub("", entry.name_en)
    of_land = land.removeprefix("the ")
    if entry.reference_id.startswith("flag."):
        chinese: tuple[str, ...] = (entry.name_zh, f"{country}的旗帜", f"{country}旗", f"一面{entry.name_zh}")
        return chinese, (entry.name_en, f"flag of {land}", f"{of_land} flag")
    chinese = (entry.name_zh, f"{country}徽章", f"一枚{entry.name_zh}")
    return chinese, (entry.name_en, f"coat of arms of {land}", f"{of_land} coat of arms")


def _is_brand(entry: CatalogueEntry) -> bool:
    return entry.label in {"organization_logo", "media_logo"}


def _emoji_words() -> dict[str, str]:
    """Names of emoji drawings in words, by the name without separators."""
    names = [name for source in EMOJI_PACKAGES for name in _json(source, "icons.json")["icons"]]
    return {_plain(name): _split(name) for name in names}


def _emoji_characters() -> dict[str, str]:
    """The character of each emoji drawing, by the drawing's name without separators."""
    tables = [_json(source, "chars.json") for source in EMOJI_PACKAGES]
    return {_plain(name): _character(codes) for table in tables for codes, name in table.items()}


def _character(codes: str) -> str:
    # CLDR's keys omit the variation selector.
    return "".join(chr(int(code, 16)) for code in codes.split("-")).replace("\ufe0f", "")


@lru_cache
def _annotations(language: str) -> dict[str, tuple[str, ...]]:
    """Name and keywords of every character that CLDR describes, by the character."""
    plain = _json(CAPTION_PACKAGES[0], f"annotations/{language}/annotations.json")
    derived = _json(CAPTION_PACKAGES[1], f"annotationsDerived/{language}/annotations.json")
    entries = derived["annotationsDerived"]["annotations"] | plain["annotations"]["annotations"]
    return {
        character.replace("\ufe0f", ""): (*entry.get("tts", ()), *entry.get("default", ()))
        for character, entry in entries.items()
    }


def _json(package: str, path: str) -> Any:
    return json.loads((packages.fetch(package) / "package" / path).read_text(encoding="utf-8"))


def _split(name: str) -> str:
    """An icon's name in words, without the numbers of variants."""
    return " ".join(word for word in re.split(r"[-_ ]+", name) if not word.isdigit()) or name


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.rpartition(".")[2].lower()))
