"""Detects restricted words in account names, with any spacing.

Names with 中国, 中华, 中央, 全国, 国家 and similar words require strict verification (Art. 10). The words are data
(`datasets/names/restricted_words.yaml`), each with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from models.profile import Field, Finding, Label
from models.runtime.paths import DATASETS
from models.text.evidence import evidence_at
from models.text.normalize.normalize import FieldText

DETECTOR = "names@2026.11.2"
WORDS_FILE = DATASETS / "names" / "restricted_words.yaml"

_SEPARATED = r"[\W_]{0,3}"  # 中·国, 中 - 国; more between two characters is no longer one word


class RestrictedWordDetector:
    """Finds restricted words in names, except inside longer harmless words.

    Source: Regulations on the Management of Internet User Account Information, Art. 10.
    """

    def __init__(self) -> None:
        table = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
        self._scores: dict[str, float] = {entry["word"]: entry["score"] for entry in table["words"]}
        words = [*self._scores, *(entry["word"] for entry in table["allowed"])]
        longest_first = sorted(words, key=len, reverse=True)
        self._pattern = re.compile("|".join(f"({_spaced(word)})" for word in longest_first))
        self._words = longest_first

    def __call__(self, texts: Sequence[FieldText]) -> list[list[Finding]]:
        """At most one finding per text, in order; none for a text that is not a name."""
        return [self._findings(text) if text.field is Field.NAME else [] for text in texts]

    def _findings(self, text: FieldText) -> list[Finding]:
        found = [(match.span(), self._score(match)) for match in self._pattern.finditer(text.normalized.text)]
        restricted = [(span, score) for span, score in found if score is not None]
        if not restricted:
            return []
        evidence = evidence_at(text.normalized, [span for span, _ in restricted])
        score = max(score for _, score in restricted)
        return [Finding(Label.RESTRICTED_WORD, text.field, score, DETECTOR, evidence)]

    def _score(self, match: re.Match[str]) -> float | None:
        """The matched word's score, or None for an allowed word."""
        return self._scores.get(self._words[(match.lastindex or 0) - 1])


def _spaced(word: str) -> str:
    spaced = _SEPARATED.join(map(re.escape, word))
    return rf"(?<![a-z]){spaced}(?![a-z])" if word.isascii() else spaced
