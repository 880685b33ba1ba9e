"""Writing cases with their pictures, readable by their owner only: they are other people's profiles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from models.images.input.filetypes import kind_of
from models.runtime import atomic
from training.cases import CasesError
from training.feedback.parts import Parted
from training.feedback.reviews import CaseLine, Draft

PICTURES = "pictures"


def write_parts(folder: Path, parted: Parted) -> dict[str, int]:
    """Write a folder with a file for each kind and part that has cases, and the pictures.

    Returns:
        Numbers of cases by file name.

    Raises:
        CasesError: the folder exists.
    """
    if folder.exists():
        raise CasesError(f"{folder} exists: name a folder that does not")
    written: dict[str, int] = {}
    with atomic.replacing_folder(folder) as draft:
        draft.chmod(0o700)
        for part, cases in (("train", parted.train), ("test", parted.test)):
            texts = [one.case for one in cases if one.picture is None]
            of_kind = {"texts": texts, "pictures": _with_files(draft, cases)}
            for kind, lines in of_kind.items():
                if lines:
                    name = f"{kind}-{part}.jsonl"
                    write_lines(draft / name, lines)
                    written[name] = len(lines)
    return written


def write_lines(path: Path, cases: Iterable[CaseLine]) -> None:
    """Write cases as JSON Lines, whole or not at all."""
    lines = (json.dumps(case, ensure_ascii=False) for case in cases)
    atomic.write_text(path, "".join(f"{line}\n" for line in lines), private=True)


def _with_files(folder: Path, cases: Sequence[Draft]) -> list[CaseLine]:
    """The lines of picture cases, each naming its picture, which is written."""
    lines = []
    for one in cases:
        if one.picture is not None:
            name = f"{PICTURES}/{hashlib.sha256(one.picture).hexdigest()[:16]}.{kind_of(one.picture).lower()}"
            (folder / PICTURES).mkdir(exist_ok=True)
            (folder / name).write_bytes(one.picture)
            lines.append({**one.case, "image": name})
    return lines
