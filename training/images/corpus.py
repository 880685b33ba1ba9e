"""What the image tower learns from: drawings by identity, so that several artists' versions of one thing are one.

Besides the packages' graphics there are our own drawings of protected emblems, and invented wordmarks: logos of news
media are mostly type, of which packages hold little, and what tells two apart is the shapes of their letters.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.images.decode import decode_rgba
from training.images import graphics
from training.images.backgrounds import TRAINING_PHOTOS, Backgrounds
from training.images.catalogue import CATALOGUE, own_drawings
from training.images.split import Fold, fold_of
from training.images.wordmarks import invented

WORDMARKS = 1_200

Array = np.ndarray


@dataclass(frozen=True)
class Corpus:
    """What is learnt from.

    Attributes:
        drawings: RGBA drawings of each identity, by several artists where there are several.
        kinds: identities of each kind.
        backgrounds: what imitations are put on.
    """

    drawings: tuple[tuple[Array, ...], ...]
    kinds: dict[str, Array]
    backgrounds: Backgrounds


def load_corpus(cases: Sequence[Path] = (), limit: int | None = None) -> Corpus:
    """Everything of the training fold, grouped by what it depicts, and the cases.

    Args:
        cases: files of labelled pictures (the contract's "Cases") that are learnt as further identities.
        limit: at most this many drawings of every source, for tests.
    """
    drawings: dict[tuple[str, str], list[Array]] = defaultdict(list)
    for kind, name, drawing in _everything(cases, limit):
        drawings[kind, name].append(drawing)
    kinds: dict[str, list[int]] = defaultdict(list)
    for number, (kind, _) in enumerate(drawings):
        kinds[kind].append(number)
    backgrounds = Backgrounds.load(TRAINING_PHOTOS, limit)
    return Corpus(
        tuple(map(tuple, drawings.values())), {kind: np.array(members) for kind, members in kinds.items()}, backgrounds
    )


Named = Iterator[tuple[str, str, Array]]
"""Kind, identity and RGBA drawing, uint8 (height, width, 4)."""


def _everything(cases: Sequence[Path], limit: int | None) -> Named:
    rendered = graphics.load(limit)
    for row in rendered.rows(lambda item: item.fold is Fold.TRAIN):
        yield rendered.items[row].kind, rendered.items[row].identity, rendered.drawing(row)
    yield from _own(limit)
    for number, svg in enumerate(invented(min(WORDMARKS, limit or WORDMARKS))):
        drawing = graphics.render(svg)
        if drawing is not None:
            yield "wordmark", str(number), drawing
    for path in cases:
        yield from _cases(path)


def _own(limit: int | None) -> Named:
    """Drawings of the catalogue that are ours, of owners that are trained on."""
    for entry in own_drawings()[:limit]:
        if fold_of(entry.owner_id) is Fold.TRAIN:
            drawing = graphics.render((CATALOGUE.parent / entry.image).read_text("utf-8"))
            if drawing is not None:
                yield "own", entry.reference_id, drawing


def _cases(path: Path) -> Named:
    """Every case that has a picture; harmless ones have no labels and are left out."""
    cases = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    for case in filter(_is_emblem, cases):
        yield "logo", str(case.get("reference_id", case["id"])), _rgba(path.parent / case["image"])


def _is_emblem(case: dict[str, Any]) -> bool:
    return bool(case.get("image")) and bool(case.get("labels"))


def _rgba(file: Path) -> Array:
    picture = decode_rgba(file.read_bytes(), "image")
    scale = graphics.SIDE / max(picture.shape[:2])
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
