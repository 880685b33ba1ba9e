"""Labelled pictures of emblems for training, from JSON Lines.

A line has `labels` and `image`, a path. `reference_id` names the emblem, else `id`; `owner_id` names its owner where
the catalogue does not know it. A key that no case has is refused: a misspelt one would drop the case without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import cv2

from models.arrays import Pixels
from models.images.input.decode import decode_rgba
from models.profile import EMBLEM_LABELS, Label, ProfileError
from training.cases import check_keys, parse_object, raise_problems, read_lines
from training.images.common.split import Fold, fold_of, is_held_out, owner_key
from training.images.sources import graphics
from training.images.sources.catalogue import CATALOGUE, read_catalogue

TEXT_KEYS = ("text", "evidence", "hard", "group", "disguised")
"""Keys of labelled texts, which may stand in the same file."""

KEYS = ("id", "field", "image", "labels", "source", "reference_id", "owner_id", "name_zh", "name_en", *TEXT_KEYS)
"""Every key of a case."""


class LabelledCase(NamedTuple):
    """A case that shows an emblem.

    Attributes:
        identity: the emblem.
        owner: its owner, as `split.owner_key`.
        drawing: RGBA uint8 (height, width, 4), longest side `graphics.GRAPHIC_SIDE`.
    """

    identity: str
    owner: str
    drawing: Pixels


def read_pictures(paths: Sequence[Path], known: Iterable[graphics.Graphic]) -> list[LabelledCase]:
    """Every case that shows an emblem, in order; texts and harmless pictures are left out.

    A case's identity is its "reference_id" or else its "id". Its owner is the catalogue's, else its "owner_id", else
    derived from the identity.

    Args:
        paths: files of cases; pictures are relative to their file.
        known: graphics of the packages, whose owners may be held out.

    Raises:
        CasesError: broken lines, unknown keys, unreadable pictures, or owners that calibration or test imitate.
    """
    owners = {entry.reference_id: entry.owner_id for entry in read_catalogue(CATALOGUE)}
    held_out = _held_out(owners.values(), (item.owner for item in known if not item.harmless))
    found: list[LabelledCase] = []
    problems: list[str] = []
    for path in paths:
        for number, line in enumerate(read_lines(path), start=1):
            try:
                found += _labelled(line, path.parent, owners, held_out)
            except ValueError as error:
                problems.append(f"{path.name}, line {number}: {error}")
    raise_problems(problems)
    return found


def _labelled(line: str, folder: Path, owners: dict[str, str], held_out: frozenset[str]) -> list[LabelledCase]:
    """The line's picture in a list; empty if it shows no emblem.

    Raises:
        ValueError: the line is broken or its owner held out.
    """
    case = parse_object(line)
    check_keys(case, KEYS)
    labels, image, emblem = case.get("labels"), case.get("image"), case.get("reference_id") or case.get("id")
    if not isinstance(labels, list) or not set(map(str, labels)) <= set(Label):
        raise ValueError("labels must be a list of labels of the taxonomy")
    if not image and not case.get("text"):
        raise ValueError("it has neither image nor text")
    if not image or not set(labels) & set(EMBLEM_LABELS):
        return []
    if not isinstance(image, str) or not isinstance(emblem, str):
        raise ValueError("image, and id or reference_id, must be non-empty strings")
    owner = owner_key(str(owners.get(emblem) or case.get("owner_id") or emblem))
    if owner in held_out:
        raise ValueError(f"the owner of {emblem} is held out for calibration or test")
    return [LabelledCase(emblem, owner, _drawing(folder / image))]


def _held_out(catalogued: Iterable[str], packaged: Iterable[str]) -> frozenset[str]:
    """Keys of the owners that calibration or test imitate; the test imitates only the catalogue's."""
    tested = {owner_key(owner) for owner in catalogued if is_held_out(owner)}
    calibrated = {owner_key(owner) for owner in chain(catalogued, packaged) if fold_of(owner) is Fold.VALIDATION}
    return frozenset(tested | calibrated)


def _drawing(file: Path) -> Pixels:
    try:
        picture = decode_rgba(file.read_bytes(), "image")
    except (OSError, ProfileError) as error:
        reason = error.message if isinstance(error, ProfileError) else type(error).__name__
        raise ValueError(f"its picture cannot be read ({reason})") from error
    scale = graphics.GRAPHIC_SIDE / max(picture.shape[:2])
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
