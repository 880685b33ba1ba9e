"""What a calibration is fitted on: imitations of owners never trained on, a gallery with them, harmless pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import PIL.Image

from models.images import gallery as galleries
from models.images.encoder import Encoder
from models.images.gallery import Gallery
from models.images.restyled import is_plain
from models.images.transparency import on_clearest_background
from models.images.variants import variants
from models.profile import Label
from training.images.backgrounds import VALIDATION_PHOTOS, Backgrounds, Size
from training.images.graphics import Graphics
from training.images.imitations import harmless, imitate
from training.images.signs import sign
from training.images.split import Fold, name_of

OWN_LOGOS, ARTISTS = 600, 3
"""Logos in the validation gallery beside flags and arms, one an owner, and drawings of each reference at most.
Packages hold an owner's logo several times, with its name and without, and taking one for the other is no error to
heed."""

SAME = 0.9
"""Cosine from which two identities are taken for one under two names."""

STATES = 0.5
"""Part of the imitations that imitates a flag or arms: of the default gallery's references 56% are such, of those
that are imitated here 14%."""

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
    """A gallery, and the rows of each of its references that is imitated: those of validation owners.

    The flags and arms that the encoder was trained on are enrolled too, one drawing each, and are never right: a flag
    is taken for another one, and a platform enrols those of all states. The encoder tells them apart better than what
    it never saw, so that they crowd the gallery less than a platform's do.
    """
    rows = _references(rendered, Fold.VALIDATION)
    chosen = set(_logos(rendered, rows)[:OWN_LOGOS])
    names = [name for name in rows if name in chosen or not _is_logo(name)][:limit]
    own = _drawn(rendered, {name: rows[name] for name in names}, ARTISTS)
    trained = {name: places for name, places in _references(rendered, Fold.TRAIN).items() if not _is_logo(name)}
    crowd = _drawn(rendered, dict(list(trained.items())[:limit]), 1)
    enrolled = _told_apart(encoder, rendered, own | crowd)
    lines = [_enrolled(rendered, row, scratch) for row in chain.from_iterable(enrolled.values())]
    (scratch / "references.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    galleries.build(scratch / "references.jsonl", scratch / "gallery", encoder)
    return Gallery.load(scratch / "gallery", encoder), {name: enrolled[name] for name in own if name in enrolled}


def _drawn(rendered: Graphics, rows: Mapping[str, Sequence[int]], artists: int) -> dict[str, list[int]]:
    """At most so many drawings of each reference; a gallery refuses blank ones."""
    seen = {name: [row for row in places if variants(rendered.drawing(row))] for name, places in rows.items()}
    return {name: places[:artists] for name, places in seen.items() if places}


def _told_apart(encoder: Encoder, rendered: Graphics, rows: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """References of which no drawing is nearly one of an earlier reference.

    Norway's flag is Bouvet Island's too: whichever is imitated, the other is no wrong answer to be unsure of.
    """
    kept: dict[str, list[int]] = {}
    known = np.empty((0, encoder.dimension), np.float32)
    for name, places in rows.items():
        pictures = [PIL.Image.fromarray(np.ascontiguousarray(rendered.drawing(row))) for row in places]
        embeddings = encoder([on_clearest_background(picture) for picture in pictures])
        vectors = np.concatenate([embedding.vectors[:1] for embedding in embeddings])
        if (vectors @ known.T).max(initial=0.0) <= SAME:
            kept[name], known = places, np.concatenate([known, vectors])
    return kept


def left_out(rendered: Graphics) -> dict[str, list[int]]:
    """Rows of the validation fold's logos whose owners are not in the validation gallery, one logo an owner."""
    rows = _references(rendered, Fold.VALIDATION)
    logos = _logos(rendered, rows)
    owners = {name: name_of(rendered.items[rows[name][0]].owner) for name in logos}
    enrolled = {owners[name] for name in logos[:OWN_LOGOS]}
    return {name: rows[name] for name in logos[OWN_LOGOS:] if owners[name] not in enrolled}


def _references(rendered: Graphics, fold: Fold) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row in rendered.rows(lambda item: not item.harmless and item.fold is fold):
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
    logos, states = list(filter(_is_logo, rows)), [name for name in rows if not _is_logo(name)]
    plain = {
        name
        for name in states
        if name.startswith("flag.") and all(is_plain(rendered.drawing(row)) for row in rows[name])
    }
    for _ in range(min(IMITATIONS, limit or IMITATIONS)):
        names = states if states and (not logos or draw.random() < STATES) else logos
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
