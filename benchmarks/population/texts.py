"""Texts of accounts: everyday Chinese from the labelled corpus, and short lines in other languages."""

from __future__ import annotations

import json
from functools import lru_cache

import numpy as np

from benchmarks.profiles import CORPUS
from models.profile import Field, Label

CHINESE = "zh"
LANGUAGES = {CHINESE: 0.8, "en": 0.12, "ja": 0.03, "ko": 0.02, "ru": 0.01, "es": 0.02}
"""Share of accounts by language; assumed, as of a platform whose readers are mostly in China."""

SUBJECTS = {
    "en": ("cats", "old films", "long walks", "jazz", "street food", "paper planes", "night trains", "tea"),
    "ja": ("猫", "古い映画", "散歩", "音楽", "ラーメン", "写真", "夜の電車", "お茶"),
    "ko": ("고양이", "옛날 영화", "산책", "음악", "떡볶이", "사진", "기차 여행", "커피"),
    "ru": ("кошки", "старое кино", "прогулки", "джаз", "пироги", "фотография", "поезда", "чай"),
    "es": ("gatos", "cine antiguo", "paseos", "música", "cocina", "fotos", "trenes", "café"),
}
"""Things that people write about, by language."""

SENTENCES = {
    "en": "Mostly {} and {}. Sometimes {}.",
    "ja": "{}と{}が好きです。ときどき{}。",
    "ko": "{}, {} 좋아해요. 가끔 {}.",
    "ru": "Люблю {} и {}. Иногда {}.",
    "es": "Me gustan {} y {}. A veces {}.",
}


@lru_cache
def harmless(field: Field) -> tuple[str, ...]:
    """Chinese texts of a field to which the corpus gives no label."""
    return tuple(text for case_field, labels, text in _cases() if case_field == field and not labels)


@lru_cache
def violating(field: Field, label: Label) -> tuple[str, ...]:
    """Chinese texts of a field to which the corpus gives this label alone."""
    return tuple(text for case_field, labels, text in _cases() if case_field == field and labels == [label])


def written(rng: np.random.Generator, field: Field, language: str) -> str:
    """A random harmless text.

    Args:
        rng: decides on the text.
        field: name, bio or signature.
        language: a key of `LANGUAGES`.
    """
    if language == CHINESE:
        known = harmless(field)
        return known[int(rng.integers(len(known)))]
    subjects = SUBJECTS[language]
    chosen = [subjects[int(number)] for number in rng.integers(len(subjects), size=3)]
    return " & ".join(chosen[:2]) if field is Field.NAME else SENTENCES[language].format(*chosen)


@lru_cache
def _cases() -> tuple[tuple[str, list[str], str], ...]:
    with CORPUS.open(encoding="utf-8") as lines:
        return tuple((case["field"], case["labels"], case["text"]) for case in map(json.loads, lines))
