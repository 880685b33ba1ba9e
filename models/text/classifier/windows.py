"""How a normalised text becomes the classifier's input, the same in training and in service.

The encoder reads a fixed number of tokens; a longer text is read in overlapping windows, so that nothing at its end
goes unjudged. Every window starts with the name of the field, because the same words mean more in a name than in a bio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tokenizers import Encoding, Tokenizer

from models.profile import Field, Span
from models.text.normalize.characters import SURROGATE
from models.text.normalize.normalize import FieldText

PREFIXES: Mapping[Field, str] = {Field.NAME: "昵称:", Field.BIO: "简介:", Field.SIGNATURE: "签名:"}


@dataclass(frozen=True)
class Window:
    """One input of the encoder.

    Attributes:
        ids: token ids: the tokenizer's start, the field's prefix, the text, the tokenizer's end.
        spans: for every id the characters of the normalised text it stands for; (0, 0) for what is not text.
    """

    ids: list[int]
    spans: list[Span]


class Windows:
    """Cuts texts into windows of at most `length` tokens that overlap by a quarter.

    Args:
        tokenizer: a fast tokenizer without truncation or padding, which puts one token before a text (<s>, [CLS]) and
            one behind it (</s>, [SEP]).
        length: most tokens in a window, start, prefix and end included.

    Raises:
        ValueError: the tokenizer puts anything else around a text.
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
        encoded, prefix = self._encode(text.normalized.text), self._prefixes[text.field]
        room = self._length - len(prefix) - 1
        stop = max(len(encoded.ids) - room // 4, 1)
        return [
            Window(
                [*prefix, *encoded.ids[first : first + room], self._end],
                [(0, 0)] * len(prefix) + encoded.offsets[first : first + room] + [(0, 0)],
            )
            for first in range(0, stop, room - room // 4)
        ]

    def _encode(self, text: str) -> Encoding:
        # One replacement character for each keeps places as they are.
        return self._tokenizer.encode(SURROGATE.sub("\ufffd", text), add_special_tokens=False)
