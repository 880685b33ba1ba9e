"""Reorders texts whose characters are displayed in another order than they are stored.

U+202E RIGHT-TO-LEFT OVERRIDE displays the following characters from right to left: the stored 赔不赚稳 reads 稳赚不赔.
In Chinese only a disguise needs it. Only overrides are undone: Arabic, Hebrew and text in other controls are read in
stored order.

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
"""Depth of nested controls up to which they take effect."""


def display_order(text: str) -> list[tuple[int, int, int]]:
    """The characters in display order, without the controls.

    Returns:
        For each character: its index in `text`, and start and end of its span there. Inside controls that is the span
        of the outermost control, so that starts and ends never decrease.
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
    """Stack of open controls, outermost first, each with its content: blocks of indices in display order."""

    def __init__(self) -> None:
        self._open: list[tuple[str, list[list[int]]]] = []
        self._embeddings_too_deep = self._isolates_too_deep = 0

    @property
    def is_open(self) -> bool:
        """Whether characters are inside some control."""
        return bool(self._open)

    def open(self, control: str) -> None:
        """Open an embedding or isolate; beyond `_MAX_DEPTH` it is only counted, so that its end closes nothing."""
        if len(self._open) < _MAX_DEPTH:
            self._open.append((control, []))
        elif control in _ISOLATE:
            self._isolates_too_deep += 1
        elif not self._isolates_too_deep:
            self._embeddings_too_deep += 1

    def add(self, index: int, is_part: bool) -> None:
        """Add a character, or a mark that combines with the one before it."""
        blocks = self._open[-1][1]
        if is_part and blocks:
            blocks[-1].append(index)
        else:
            blocks.append([index])

    def close(self, end: str) -> list[int]:
        """Close what an end control closes; returns all indices in display order once nothing is open, else none.

        The end of an embedding closes no isolate; the end of an isolate also closes the embeddings inside.
        """
        return self._end_isolate() if end == _END_OF_ISOLATE else self._end_embedding()

    def _end_isolate(self) -> list[int]:
        isolates = [depth for depth, (control, _) in enumerate(self._open) if control in _ISOLATE]
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
        """Close everything; returns all indices in display order."""
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
