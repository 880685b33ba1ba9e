"""What a calibration is fitted on: a gallery of owners never trained on, imitations of it, and harmless pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from models.images import gallery as galleries
from models.images.encoder import Encoder
from models.images.gallery import Gallery
from models.images.restyled import is_plain
from models.images.variants import variants
from models.profile import Label
from training.images.backgrounds import VALIDATION_PHOTOS, Backgrounds, Size
from training.images.graphics import Graphics
from training.images.imitations import harmless, imitate
from training.images.signs import sign
from training.images.split import Fold, name_of

OWN_LOGOS, ARTISTS = 600, 3
"""Logos in the validation gallery beside all its flags and arms, one an owner, and drawings of each reference at most:
with them the gallery has nearly as many references as the default one, and takes some five minutes to make. Packages
hold an owner's logo several times, with its name and without, and taking one for the other is no error to heed."""

IMITATIONS, HARMLESS = 3_000, 7_000
SHAPES: tuple[Size, ...] = ((256, 256), (256, 256), (256, 256), (160, 448))

KINDS = ("scene", "sign", "graphic", "graphic", "scene", "flag", "graphic", "sign", "graphic", "monogram")
"""Of harmless pictures, in turn."""

Array = np.ndarray
Sample = tuple[Array, str | None]
"""A picture, RGB uint8 (height, width, 3), and the reference that it imitates."""


def validation_gallery(
    encoder: Encoder, rendered: Graphics, scratch: Path, limit: int | None
) -> tuple[Gallery, dict[str, list[int]]]:
    """A gallery of validation owners, and the rows of each of its references."""
    rows = _references(rendered)
    chosen = set(_logos(rendered, rows)[:OWN_LOGOS])
    names = [name for name in rows if name in chosen or not _is_logo(name)][:limit]
    # A gallery refuses blank drawings.
    drawn = {name: [row for row in rows[name] if variants(rendered.drawing(row))][:ARTISTS] for name in names}
    rows = {name: places for name, places in drawn.items() if places}
    lines = [_enrolled(rendered, row, scratch) for places in rows.values() for row in places]
    (scratch / "references.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    galleries.build(scratch / "references.jsonl", scratch / "gallery", encoder)
    return Gallery.load(scratch / "gallery", encoder), rows


def left_out(rendered: Graphics) -> dict[str, list[int]]:
    """Rows of the validation fold's logos whose owners are not in the validation gallery, one logo an owner."""
    rows = _references(rendered)
    logos = _logos(rendered, rows)
    owners = {name: name_of(rendered.items[rows[name][0]].owner) for name in logos}
    enrolled = {owners[name] for name in logos[:OWN_LOGOS]}
    return {name: rows[name] for name in logos[OWN_LOGOS:] if owners[name] not in enrolled}


def _references(rendered: Graphics) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row in rendered.rows(lambda item: not item.harmless and item.fold is Fold.VALIDATION):
        rows.setdefault(rendered.items[row].identity, []).append(row)
    return rows


def _logos(rendered: Graphics, rows: Mapping[str, Sequence[int]]) -> list[str]:
    """The first logo of each owner."""
    first: dict[str, str] = {}
    for name in filter(_is_logo, rows):
        first.setdefault(rendered.items[rows[name][0]].owner, name)
    return list(first.values())


def _is_logo(name: str) -> bool:
    return name.startswith("logo.")


def _enrolled(rendered: Graphics, row: int, scratch: Path) -> dict[str, str]:
    item = rendered.items[row]
    cv2.imwrite(str(scratch / f"{row}.png"), cv2.cvtColor(rendered.drawing(row), cv2.COLOR_RGBA2BGRA))
    names = {"name_zh": item.identity, "name_en": item.identity, "source": item.source, "licence": "see package"}
    label = Label.ORGANIZATION_LOGO if item.kind == "logo" else Label.NATIONAL_SYMBOL
    image = f"{row}.png"
    return {"reference_id": item.identity, "label": str(label), "image": image, "owner_id": item.owner, **names}


def imitated(
    rendered: Graphics, rows: dict[str, list[int]], draw: np.random.Generator, limit: int | None
) -> Iterator[Sample]:
    """Imitations of the gallery's references, from plain copies to all that the trainer's generator can do at once.

    The emblem stands anywhere, as it does when it is learnt.
    """
    backgrounds = Backgrounds.load(VALIDATION_PHOTOS, limit)
    names = list(rows)
    plain = {
        name
        for name in names
        if name.startswith("flag.") and all(is_plain(rendered.drawing(row)) for row in rows[name])
    }
    for _ in range(min(IMITATIONS, limit or IMITATIONS)):
        name = names[int(draw.integers(len(names)))]
        size = SHAPES[int(draw.integers(len(SHAPES)))]
        drawing = rendered.drawing(int(draw.choice(rows[name])))
        yield imitate(draw, drawing, size, backgrounds, effort=_effort(draw), plain=name in plain).picture, name


def unprotected(
    rendered: Graphics,
    rows: Array,
    drawn: Mapping[str, Sequence[Array]],
    draw: np.random.Generator,
    limit: int | None,
) -> Iterator[Sample]:
    """Harmless pictures: graphics, signs, flags and letters of nobody, imitated like emblems, and what else there is.

    Args:
        rows: harmless graphics.
        drawn: drawings of kinds that no package has, as `nobodys` gives them.
        limit: at most this many pictures.
    """
    backgrounds = Backgrounds.load(VALIDATION_PHOTOS, limit)
    for number in range(min(HARMLESS, limit or HARMLESS)):
        size = SHAPES[int(draw.integers(len(SHAPES)))]
        kind = KINDS[number % len(KINDS)]
        if kind == "scene":
            yield harmless(draw, size, backgrounds), None
            continue
        if kind in drawn:
            drawing = drawn[kind][int(draw.integers(len(drawn[kind])))]
        else:
            drawing = sign(draw) if kind == "sign" else rendered.drawing(int(draw.choice(rows)))
        effort, plain = _effort(draw), kind == "flag" and is_plain(drawing)
        yield imitate(draw, drawing, size, backgrounds, effort=effort, plain=plain).picture, None


def _effort(draw: np.random.Generator) -> float:
    """Mostly little: people change a thing or two, and what was fitted on harder work is too cautious of theirs."""
    return float(draw.random() ** 2)
