"""Files of labelled cases, of texts or of pictures: JSON Lines that are read whole, or refused whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SHOWN = 20
"""Problems of one refusal; thousands would hide what they have in common."""


class CasesError(ValueError):
    """A cases file that cannot be used; the message names file and lines, never the text."""


def read_lines(path: Path) -> list[str]:
    """The file's lines; characters that only some programs take for line ends are none.

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
    """What a line holds.

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


def raise_problems(problems: list[str]) -> None:
    """Raise `CasesError` if there are problems, each "file, line 3: what is wrong"."""
    if problems:
        more = f"\n... and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise CasesError("\n".join(problems[:SHOWN]) + more)
