"""What the image tower learns from: drawings by identity, so that several artists' versions of one thing are one.

Besides the packages' graphics there are our own drawings of protected emblems, and invented wordmarks: logos of news
media are mostly type, of which packages hold little, and what tells two apart is the shapes of their letters.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import cv2
import numpy as np

from models.images.decode import decode_rgba
from training.cases import CasesError
from training.images import graphics
from training.images.backgrounds import TRAINING_PHOTOS, Backgrounds
from training.images.catalogue import CATALOGUE, own_drawings, read
from training.images.split import Fold, fold_of, is_held_out, name_of
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

    def digest(self) -> str:
        """Of every pixel, and of which drawings are one identity and one kind: another one means another training."""
        kinds = {kind: members.tolist() for kind, members in self.kinds.items()}
        digest = hashlib.sha256(repr((kinds, [len(drawn) for drawn in self.drawings])).encode())
        for pixels in chain(*self.drawings, self.backgrounds.photos):
            digest.update(repr(pixels.shape).encode() + pixels.tobytes())
        return digest.hexdigest()[:16]


def load_corpus(cases: Sequence[Path] = (), limit: int | None = None) -> Corpus:
    """Everything of the training fold, grouped by what it depicts, and the cases.

    Args:
        cases: files of labelled pictures (the contract's "Cases") that are learnt as further identities, by their
            "reference_id" or else each by itself. The owner is the catalogue's, else the case's "owner_id", else told
            by the reference id.
        limit: at most this many drawings of every source, for tests.

    Raises:
        CasesError: cases of owners that calibration or test imitate.
        training.packages.PackageError: a package could not be fetched.
    """
    rendered = graphics.load(limit)
    held_out = _held_out(rendered.items)
    labelled = [case for path in cases for case in _cases(path, held_out)]
    drawings: dict[tuple[str, str], list[Array]] = defaultdict(list)
    for kind, name, drawing in _everything(rendered, limit):
        drawings[kind, name].append(drawing)
    for reference_id, image in labelled:
        drawings["logo", reference_id].append(_rgba(image))
    kinds: dict[str, list[int]] = defaultdict(list)
    for number, (kind, _) in enumerate(drawings):
        kinds[kind].append(number)
    backgrounds = Backgrounds.load(TRAINING_PHOTOS, limit)
    return Corpus(
        tuple(map(tuple, drawings.values())), {kind: np.array(members) for kind, members in kinds.items()}, backgrounds
    )


Named = Iterator[tuple[str, str, Array]]
"""Kind, identity and RGBA drawing, uint8 (height, width, 4)."""


def _everything(rendered: graphics.Graphics, limit: int | None) -> Named:
    for row in rendered.rows(lambda item: item.fold is Fold.TRAIN):
        yield rendered.items[row].kind, rendered.items[row].identity, rendered.drawing(row)
    yield from _own(limit)
    for number, svg in enumerate(invented(min(WORDMARKS, limit or WORDMARKS))):
        drawing = graphics.render(svg)
        if drawing is not None:
            yield "wordmark", str(number), drawing


def _own(limit: int | None) -> Named:
    """Drawings of the catalogue that are ours, of owners that are trained on."""
    for entry in own_drawings()[:limit]:
        if fold_of(entry.owner_id) is Fold.TRAIN:
            drawing = graphics.render((CATALOGUE.parent / entry.image).read_text("utf-8"))
            if drawing is not None:
                yield "own", entry.reference_id, drawing


def _cases(path: Path, held_out: frozenset[str]) -> list[tuple[str, Path]]:
    """Identity and picture of every case that shows an emblem; texts and harmless pictures are left out."""
    owners = {entry.reference_id: entry.owner_id for entry in read(CATALOGUE)}
    faults: list[str] = []
    found: list[tuple[str, Path]] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            case = json.loads(line or "{}")
        except json.JSONDecodeError as error:
            faults.append(f"line {number}: not JSON ({error.msg})")
            continue
        if not (case.get("image") and case.get("labels")):
            continue
        emblem = str(case.get("reference_id") or case["id"])
        if name_of(owners.get(emblem) or case.get("owner_id") or emblem) in held_out:
            faults.append(f"line {number}: the owner of {emblem} is held out for calibration or test")
        found.append((emblem, path.parent / case["image"]))
    if faults:
        raise CasesError(f"{path.name}: {len(faults)} cases cannot be trained on: {'; '.join(faults[:20])}")
    return found


def _held_out(items: Iterable[graphics.Graphic]) -> frozenset[str]:
    """Names of the owners that calibration or test imitate: of packages and of the catalogue."""
    owners = {item.owner for item in items if not item.harmless}
    owners |= {entry.owner_id for entry in read(CATALOGUE)}
    return frozenset(name_of(owner) for owner in owners if fold_of(owner) is Fold.VALIDATION or is_held_out(owner))


def _rgba(file: Path) -> Array:
    picture = decode_rgba(file.read_bytes(), "image")
    scale = graphics.SIDE / max(picture.shape[:2])
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
