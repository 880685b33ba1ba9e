"""Reading files of labelled cases, texts or pictures: JSON Lines, accepted whole or refused whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

MAX_LISTED_PROBLEMS = 20
"""Problems listed in one error: thousands would hide what they have in common."""


class CasesError(ValueError):
    """A cases file that cannot be used; the message names file and lines, never the text."""


def read_lines(path: Path) -> list[str]:
    """The file's lines, split at line feeds alone: other line separators of Unicode are part of a text.

    Raises:
        CasesError: it cannot be read, is not UTF-8 or holds nothing.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CasesError(f"{path.name}: not readable as UTF-8 text ({type(error).__name__})") from error
    if not content.strip():
        raise CasesError(f"{path.name}: holds no case")
    return content.removesuffix("\n").split("\n")


def parse_object(line: str) -> dict[str, Any]:
    """The JSON object of a line.

    Raises:
        ValueError: it is not a JSON object; the message says why.
    """
    try:
        raw = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg})") from error
    except RecursionError as error:
        raise ValueError("not a JSON object: nested too deeply") from error
    if not isinstance(raw, dict):
        raise ValueError("not a JSON object")
    return raw


def check_keys(raw: Mapping[str, Any], known: Iterable[str]) -> None:
    """Refuse a case with a key that no case has.

    Raises:
        ValueError: there is one; the message names it and the nearest known key.
    """
    names = sorted(known)
    for key in sorted(raw.keys() - set(names)):
        near = get_close_matches(key, names, n=1)
        raise ValueError(
            f"unknown key {key!r:.40}" + (f": did you mean {near[0]!r}?" if near else f"; known are {', '.join(names)}")
        )


def raise_problems(problems: list[str]) -> None:
    """Raise `CasesError` if there are problems, each "file, line 3: what is wrong"."""
    if problems:
        more = f"\n... and {len(problems) - MAX_LISTED_PROBLEMS} more" if len(problems) > MAX_LISTED_PROBLEMS else ""
        raise CasesError("\n".join(problems[:MAX_LISTED_PROBLEMS]) + more)
