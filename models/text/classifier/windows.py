"""Converts a normalised text to the classifier's input, in training and in service.

The encoder takes a fixed number of tokens, so a longer text is split into overlapping windows. Every window starts with
the name of the field, because words mean more in a name than in a bio.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tokenizers import Encoding, Tokenizer

from models.profile import MAX_LENGTH, Field, Span
from models.text.normalize.characters import MAX_EXPANSION, SURROGATE, expanding
from models.text.normalize.normalize import FieldText, Normalized

_UNREAD = re.compile(f"{SURROGATE.pattern}|[{''.join(expanding(MAX_EXPANSION))}]")
"""Characters that the encoder reads as unknown: halves of pairs, and those that the tokenizer would fold to more
characters than the normaliser accepts. A text of 2,000 times U+FDFA would else be 12,000 tokens."""

_REPLACEMENT = "\ufffd"
"""Read as unknown; several in a row are one token."""

MAX_CHARACTERS = max(MAX_LENGTH.values())
"""Normalised characters from which foldings to several are read as unknown: ½ is 1/2, so a text of them would cost
nearly three times as much as any other of its length."""

PREFIXES: Mapping[Field, str] = {Field.NAME: "昵称:", Field.BIO: "简介:", Field.SIGNATURE: "签名:"}


@dataclass(frozen=True)
class Window:
    """One input of the encoder.

    Attributes:
        ids: token ids: start token, field prefix, text, end token.
        spans: span of every token in the normalised text; (0, 0) for tokens that are not text.
    """

    ids: list[int]
    spans: list[Span]


class Windows:
    """Splits texts into windows of at most `length` tokens that overlap by a quarter.

    Args:
        tokenizer: a fast tokenizer without truncation or padding that adds one start token (<s>, [CLS]) and one end
            token (</s>, [SEP]).
        length: tokens in a window at most, including start, prefix and end.

    Raises:
        ValueError: the tokenizer adds other tokens.
    """

    def __init__(self, tokenizer: Tokenizer, length: int) -> None:
        self._tokenizer, self._length = tokenizer, length
        around = tokenizer.encode("").ids
        if len(around) != 2:
            raise ValueError(f"the tokenizer puts {len(around)} tokens around a text; one start and one end are needed")
        start, self._end = around
        self._prefixes = {field: [start, *self._encode(prefix).ids] for field, prefix in PREFIXES.items()}

    def __call__(self, text: FieldText) -> list[Window]:
        """At least one window, in order; together they hold every token of the text."""
        encoded, prefix = self._encode(_affordable(text.normalized)), self._prefixes[text.field]
        size = self._length - len(prefix) - 1
        stop = max(len(encoded.ids) - size // 4, 1)
        return [
            Window(
                [*prefix, *encoded.ids[first : first + size], self._end],
                [(0, 0)] * len(prefix) + encoded.offsets[first : first + size] + [(0, 0)],
            )
            for first in range(0, stop, size - size // 4)
        ]

    def _encode(self, text: str) -> Encoding:
        # One replacement character for each keeps offsets unchanged.
        return self._tokenizer.encode(_UNREAD.sub(_REPLACEMENT, text), add_special_tokens=False)


def _affordable(normalized: Normalized) -> str:
    """The normalised text, in which the last foldings to several characters are unknown if it exceeds the limit."""
    text, starts = list(normalized.text), normalized.starts
    surplus = len(text) - MAX_CHARACTERS
    for index in range(len(text) - 1, 0, -1):
        if surplus <= 0:
            break
        if starts[index] == starts[index - 1]:
            text[index - 1] = text[index] = _REPLACEMENT
            surplus -= 1
    return "".join(text)
