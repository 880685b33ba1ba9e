"""Bounds a JSON body before it is parsed.

44 MB of empty lists take a parser four seconds and 3 GB, during which no other thread of the process runs. A scan for
brackets, commas and strings stops at the first value too many.
"""

from __future__ import annotations

import re
from typing import Final

from models.profile import ProfileError

MAX_DEPTH: Final = 16
"""Nested lists and objects; a batch has 4."""

# Possessive, and closed by the end of the body too: each byte is passed once.
_TOKEN = re.compile(rb'[\[\]{},:]|"[^"\\]*+(?:\\(?:.|\Z)[^"\\]*+)*+(?:"|\Z)', re.DOTALL)

_OPENING, _CLOSING, _SEPARATING = frozenset(b"[{"), frozenset(b"]}"), frozenset(b",:")


def check_json(body: bytes, max_values: int) -> None:
    """Refuse a body of too many or too deeply nested values.

    Args:
        body: to be parsed.
        max_values: lists, objects, names, numbers and strings in it, all together.

    Raises:
        ProfileError: `malformed_json`.
    """
    # Pictures in base64 have none of these characters, so that most bodies need no scan.
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH and body.count(b",") + body.count(b":") < max_values:
        return
    values, depth, strings = 1, 0, 0
    for token in _TOKEN.finditer(body):
        kind = body[token.start()]
        if kind in _SEPARATING:
            values += 1
        elif kind in _OPENING:
            values, depth = values + 1, depth + 1
        elif kind in _CLOSING:
            depth -= 1
        else:
            strings += 1
        if max(values, strings) > max_values:
            raise ProfileError("malformed_json", f"the body has more than {max_values:,} values")
        if depth < 0:  # millions of them would each be scanned
            raise ProfileError("malformed_json", "the body closes more lists and objects than it opens")
        if depth > MAX_DEPTH:
            raise ProfileError("malformed_json", f"the body is nested more than {MAX_DEPTH} deep")
