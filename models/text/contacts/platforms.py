"""Services that profiles name, as data (`datasets/policy/platforms.yaml`).

On a public service (微博, 公众号) a name is the author's account elsewhere; on a messenger it is an id to write to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import yaml

from models.runtime.paths import REPOSITORY
from models.text.contacts.tokens import tokens
from models.text.normalize.normalize import normalize
from models.text.words import any_of

PLATFORMS_FILE = "datasets/policy/platforms.yaml"


@dataclass(frozen=True)
class NamedServices:
    """The services that a text names.

    Attributes:
        platforms: names of the public ones.
        messengers: whether a messenger is among them, plainly or in disguise.
    """

    platforms: frozenset[str]
    messengers: bool


class Services:
    """The words for services, found in normalised texts; the longest word wins (企鹅号 is no 企鹅)."""

    def __init__(self) -> None:
        table = yaml.load((REPOSITORY / PLATFORMS_FILE).read_text(encoding="utf-8"), yaml.CSafeLoader)
        self._public = {_plain(word): _plain(words[0]) for words in table["public"] for word in words}
        self._messengers = frozenset(_plain(word) for words in table["messenger"] for word in words)
        self._words = any_of({*self._public, *self._messengers})
        self._disguised = re.compile(tokens().pattern("<messenger>"))

    def platform(self, word: str) -> str | None:
        """The name of the public service that a word, in any writing, stands for; None if there is none."""
        return self._public.get(_plain(word))

    def is_word(self, word: str) -> bool:
        """True if a normalised word is the name of a service."""
        return word in self._public or word in self._messengers

    def named_in(self, text: str) -> NamedServices:
        """The services in a normalised text."""
        found = self._words.findall(text)
        rest = self._words.sub(lambda word: " " * len(word[0]), text)
        platforms = frozenset(self._public[word] for word in found if word in self._public)
        return NamedServices(
            platforms, any(word in self._messengers for word in found) or bool(self._disguised.search(rest))
        )


@cache
def services() -> Services:
    """The services of `datasets/policy/platforms.yaml`, read once."""
    return Services()


def _plain(word: str) -> str:
    return normalize(str(word)).text.strip()
