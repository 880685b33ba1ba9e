"""Texts whose characters are shown in another order than they are written in.

U+202E RIGHT-TO-LEFT OVERRIDE has what follows it shown from right to left: what is written 赔不赚稳 reads 稳赚不赔.
Nothing but a disguise needs it in Chinese. Only overrides are undone: Arabic and Hebrew are read in the order in which
they are written, and so is all that other controls contain.

Source: Unicode Standard Annex 9, explicit levels and directions (rules X1 to X8).
"""

from __future__ import annotations

from models.text.normalize.characters import is_mark

OVERRIDE = "\u202e"
_EMBEDDING = frozenset("\u202a\u202b\u202d\u202e")
_ISOLATE = frozenset("\u2066\u2067\u2068")
_END_OF_EMBEDDING, _END_OF_ISOLATE = "\u202c", "\u2069"
_PARAGRAPH_ENDS = frozenset("\n\r\x1c\x1d\x1e\x85\u2029")

_MAX_DEPTH = 125
"""Controls within each other that count; what opens deeper has no effect."""


def display_order(text: str) -> list[tuple[int, int, int]]:
    """What a reader sees, character by character, without the controls.

    Returns:
        Of each the index in `text`, and start and end of what it is spanned by there: the character itself, or all that
        the outermost control around it contains, so that starts and ends never decrease.
    """
    shown: list[tuple[int, int, int]] = []
    nested, first = _Nested(), 0
    for index, char in enumerate(text):
        first = first if nested.is_open else index
        if char in _PARAGRAPH_ENDS:
            shown += [(at, first, index) for at in nested.close_all()]
            shown.append((index, index, index + 1))
        elif char in _EMBEDDING or char in _ISOLATE:
            nested.open(char)
        elif char in (_END_OF_EMBEDDING, _END_OF_ISOLATE):
            shown += [(at, first, index + 1) for at in nested.close(char)]
        elif nested.is_open:
            nested.add(index, is_mark(char))
        else:
            shown.append((index, index, index + 1))
    return shown + [(at, first, len(text)) for at in nested.close_all()]


class _Nested:
    """The controls that are open, outermost first, and what each contains: blocks of indices as they are shown."""

    def __init__(self) -> None:
        self._open: list[tuple[str, list[list[int]]]] = []
        self._embeddings_too_deep = self._isolates_too_deep = 0

    @property
    def is_open(self) -> bool:
        return bool(self._open)

    def open(self, control: str) -> None:
        if len(self._open) < _MAX_DEPTH:
            self._open.append((control, []))
        elif control in _ISOLATE:
            self._isolates_too_deep += 1
        elif not self._isolates_too_deep:
            self._embeddings_too_deep += 1

    def add(self, index: int, is_part: bool) -> None:
        """A character, or a mark that is part of the one before it."""
        blocks = self._open[-1][1]
        if is_part and blocks:
            blocks[-1].append(index)
        else:
            blocks.append([index])

    def close(self, end: str) -> list[int]:
        """What an end closes, if anything; all indices as they are shown, once nothing is open any more.

        The end of an embedding closes no isolate; that of an isolate closes the embeddings within as well.
        """
        return self._end_isolate() if end == _END_OF_ISOLATE else self._end_embedding()

    def _end_isolate(self) -> list[int]:
        isolates = [place for place, (control, _) in enumerate(self._open) if control in _ISOLATE]
        if self._isolates_too_deep:
            self._isolates_too_deep -= 1
        elif isolates:
            self._embeddings_too_deep = 0
            return self._close_to(isolates[-1])
        return []

    def _end_embedding(self) -> list[int]:
        if self._isolates_too_deep:
            return []
        if self._embeddings_too_deep:
            self._embeddings_too_deep -= 1
        elif self._open and self._open[-1][0] in _EMBEDDING:
            return self._close_to(len(self._open) - 1)
        return []

    def close_all(self) -> list[int]:
        """All indices as they are shown, with everything closed."""
        self._embeddings_too_deep = self._isolates_too_deep = 0
        return self._close_to(0)

    def _close_to(self, kept: int) -> list[int]:
        order: list[int] = []
        while len(self._open) > kept:
            control, blocks = self._open.pop()
            order = [index for block in (reversed(blocks) if control == OVERRIDE else blocks) for index in block]
            if self._open:
                self._open[-1][1].append(order)
        return [] if self._open else order
