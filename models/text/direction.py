"""Texts whose characters are shown in another order than they are written in.

U+202E RIGHT-TO-LEFT OVERRIDE has what follows it shown from right to left: what is written 赔不赚稳 reads 稳赚不赔.
Nothing but a disguise needs it in Chinese. Only overrides are undone: Arabic and Hebrew are read in the order in which
they are written, and so is all that other controls contain.

Source: Unicode Standard Annex 9, explicit directional formatting characters.
"""

from __future__ import annotations

from models.text.characters import is_mark

OVERRIDE = "\u202e"
_OPENING = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
_CLOSING = frozenset("\u202c\u2069")
_PARAGRAPH_ENDS = frozenset("\n\r\x1c\x1d\x1e\x85\u2029")


def shown_order(text: str) -> list[tuple[int, int, int]]:
    """What a reader sees, character by character, without the controls.

    Returns:
        Of each the index in `text`, and start and end of what it is spanned by there: the character itself, or all that
        an override and the controls around it contain, so that starts and ends never decrease.
    """
    shown: list[tuple[int, int, int]] = []
    open_: list[_Embedding] = []
    first = 0
    for index, char in enumerate(text):
        if char in _OPENING:
            first = index if not open_ else first
            open_.append(_Embedding(char == OVERRIDE))
        elif not open_:
            shown += [] if char in _CLOSING else [(index, index, index + 1)]
        elif char in _PARAGRAPH_ENDS:
            shown += [(at, first, index) for at in _closed(open_, all_of_them=True)]
            shown.append((index, index, index + 1))
        elif char not in _CLOSING:
            open_[-1].add(index, is_mark(char))
        else:
            shown += [(at, first, index + 1) for at in _closed(open_)]
    return shown + [(at, first, len(text)) for at in _closed(open_, all_of_them=True)]


class _Embedding:
    """What stands between a control and its end: blocks of indices, each in the order in which it is shown."""

    def __init__(self, is_override: bool) -> None:
        self._is_override, self.blocks = is_override, list[list[int]]()

    def add(self, index: int, is_part: bool) -> None:
        """A character, or a mark that is part of the one before it."""
        if is_part and self.blocks:
            self.blocks[-1].append(index)
        else:
            self.blocks.append([index])

    def order(self) -> list[int]:
        """All indices as they are shown."""
        blocks = reversed(self.blocks) if self._is_override else self.blocks
        return [index for block in blocks for index in block]


def _closed(open_: list[_Embedding], all_of_them: bool = False) -> list[int]:
    """Close the innermost embedding, or all; the indices that are shown now that none is open any more."""
    while open_:
        order = open_.pop().order()
        if not open_:
            return order
        open_[-1].blocks.append(order)
        if not all_of_them:
            break
    return []
