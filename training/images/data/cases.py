"""Labelled pictures of emblems for training, from JSON Lines.

A line has `labels` and `image`, a path. `reference_id` names the emblem, else `id`; `owner_id` names its owner where
the catalogue does not know it; `box` says where it is in a larger picture. A key that no case has is refused: a
misspelt one would drop the case without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import cv2

from models.arrays import Pixels
from models.boxes import WHOLE_PICTURE
from models.images.input.decode import decode_rgba
from models.profile import EMBLEM_LABELS, Box, Label, ProfileError
from training.cases import check_keys, parse_object, raise_problems, read_lines
from training.images.common.split import Fold, fold_of, is_held_out, owner_key
from training.images.sources import graphics
from training.images.sources.catalogue import CATALOGUE, read_catalogue

TEXT_KEYS = ("text", "evidence", "hard", "group", "disguised")
"""Keys of labelled texts, which may stand in the same file."""

PICTURE_KEYS = ("image", "reference_id", "owner_id", "box", "name_zh", "name_en")

KEYS = ("id", "field", "labels", "source", "provenance", *PICTURE_KEYS, *TEXT_KEYS)
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


class Owners:
    """Owners of emblems, and which of them calibration or test imitate; the test imitates only the catalogue's.

    Args:
        packaged: further owners whose graphics calibration imitates.
    """

    def __init__(self, packaged: Iterable[str] = ()) -> None:
        self._catalogued = {entry.reference_id: entry.owner_id for entry in read_catalogue(CATALOGUE)}
        catalogued = self._catalogued.values()
        tested = {owner_key(owner) for owner in catalogued if is_held_out(owner)}
        calibrated = {owner_key(owner) for owner in chain(catalogued, packaged) if fold_of(owner) is Fold.VALIDATION}
        self._held_out = frozenset(tested | calibrated)

    def key(self, emblem: str, owner_id: object) -> str:
        """Key of an emblem's owner: the catalogue's, else the given one, else derived from the emblem."""
        return owner_key(str(self._catalogued.get(emblem) or owner_id or emblem))

    def is_held_out(self, key: str) -> bool:
        """True if calibration or test imitate this owner."""
        return key in self._held_out


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
    owners = Owners(item.owner for item in known if not item.harmless)
    found: list[LabelledCase] = []
    problems: list[str] = []
    for path in paths:
        for number, line in enumerate(read_lines(path), start=1):
            try:
                found += labelled(parse_object(line), path.parent, owners)
            except ValueError as error:
                problems.append(f"{path.name}, line {number}: {error}")
    raise_problems(problems)
    return found


def labelled(case: Mapping[str, Any], folder: Path, owners: Owners) -> list[LabelledCase]:
    """A case's picture in a list; empty if it shows no emblem.

    Args:
        folder: of the file; its pictures are relative to it.

    Raises:
        ValueError: the case is wrong, its picture unreadable or its owner held out.
    """
    check_keys(case, KEYS)
    labels, image, emblem = case.get("labels"), case.get("image"), case.get("reference_id") or case.get("id")
    if not isinstance(labels, list):
        raise ValueError("labels must be a list of labels of the taxonomy")
    unknown = [label for label in map(str, labels) if label not in set(Label)]
    if unknown:
        raise ValueError(f"unknown label {unknown[0]!r:.40}: the taxonomy has {', '.join(Label)}")
    if not image and not case.get("text"):
        raise ValueError("it has neither image nor text")
    box = _box(case)
    if not image or not set(labels) & set(EMBLEM_LABELS):
        return []
    if not isinstance(image, str) or not isinstance(emblem, str):
        raise ValueError("image, and id or reference_id, must be non-empty strings")
    owner = owners.key(emblem, case.get("owner_id"))
    if owners.is_held_out(owner):
        raise ValueError(f"the owner of {emblem} is held out for calibration or test")
    return [LabelledCase(emblem, owner, _drawing(folder / image, box))]


def _box(case: Mapping[str, Any]) -> Box:
    box = case.get("box", WHOLE_PICTURE)
    if not (isinstance(box, list | tuple) and len(box) == 4 and all(isinstance(side, int | float) for side in box)):
        raise ValueError("box must be [left, top, right, bottom], as fractions of the picture")
    left, top, right, bottom = box
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError("box must lie within the picture: 0 <= left < right <= 1, and so for top and bottom")
    return (left, top, right, bottom)


def picture_of(file: Path) -> Pixels:
    """A case's picture, RGBA uint8 (height, width, 4).

    Raises:
        ValueError: it cannot be read.
    """
    try:
        return decode_rgba(file.read_bytes(), "image")
    except (OSError, ProfileError) as error:
        reason = error.message if isinstance(error, ProfileError) else type(error).__name__
        raise ValueError(f"its picture cannot be read ({reason})") from error


def _drawing(file: Path, box: Box) -> Pixels:
    whole = picture_of(file)
    height, width = whole.shape[:2]
    left, top, right, bottom = (round(side * length) for side, length in zip(box, (width, height) * 2, strict=True))
    picture = whole[top : max(bottom, top + 1), left : max(right, left + 1)]
    scale = graphics.GRAPHIC_SIDE / max(picture.shape[:2])
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
