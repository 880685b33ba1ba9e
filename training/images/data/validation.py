"""What a calibration is fitted on: imitations of owners never trained on, a gallery with them, harmless pictures."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import PIL.Image

from models.images.encoder.encoder import Encoder
from models.images.encoder.restyled import is_plain
from models.images.encoder.variants import variants
from models.images.gallery import gallery as galleries
from models.images.gallery.gallery import Gallery
from models.images.input.transparency import on_clearest_background
from models.profile import Label
from training.images.common.split import Fold, fold_of, owner_key
from training.images.data.batches import sample_identity
from training.images.sources.backgrounds import VALIDATION_PHOTOS, Backgrounds, Size
from training.images.sources.catalogue import CATALOGUE, own_drawings
from training.images.sources.graphics import Graphics, render_svg
from training.images.synthesis.augmentations import augment, degraded, harmless_picture
from training.images.synthesis.paintings import painted
from training.images.synthesis.signs import sign

ENROLLED_LOGOS, MAX_ARTISTS = 600, 3
"""Logos in the validation gallery beside flags and arms, one an owner, and drawings of each reference at most.
Packages hold an owner's logo several times, with its name and without, and taking one for the other is no error to
heed."""

DUPLICATE_COSINE = 0.9
"""Cosine from which two identities are taken for one under two names."""

KIND_WEIGHTS = {"state": 0.55, "own": 0.2, "logo": 0.25}
"""How often flags and arms are imitated, what we drew after mastheads and offices' emblems, and packages' logos: about
as many as there are of each in the default gallery."""

OTHER_ARTIST_PROBABILITY = 0.3
"""How often another artist's drawing is imitated than those enrolled, where there is one: each has shades and
proportions of its own."""

CALIBRATION_POSITIVES, CALIBRATION_NEGATIVES = 6_000, 14_000
PICTURE_SIZES: tuple[Size, ...] = ((256, 256), (256, 256), (256, 256), (160, 448))

NEGATIVE_KINDS = (
    "scene",
    "sign",
    "graphic",
    "graphic",
    "scene",
    "flag",
    "graphic",
    "sign",
    "graphic",
    "monogram",
    "painting",
)
"""Of harmless pictures, in turn."""

Array = np.ndarray


class CalibrationSample(NamedTuple):
    """A picture with a known answer.

    Attributes:
        picture: RGB uint8 (height, width, 3).
        reference: what it imitates; None for a harmless one.
        shown: a name of what was drawn, the same for all pictures of it.
    """

    picture: Array
    reference: str | None
    shown: str


@dataclass(frozen=True)
class GalleryEmblem:
    """One that a gallery holds.

    Attributes:
        kind: a key of `KIND_WEIGHTS`.
        label: as the reference has it.
        owner: whose it is.
        source: package, or our own.
        drawings: RGBA, uint8 (height, width, 4), by several artists where there are several.
        others: by more artists, not in the gallery; of those that are imitated none is nearly another reference's.
    """

    kind: str
    label: Label
    owner: str
    source: str
    drawings: Sequence[Array]
    others: Sequence[Array] = ()


def calibration_gallery(
    encoder: Encoder, rendered: Graphics, scratch: Path, limit: int | None
) -> tuple[Gallery, dict[str, GalleryEmblem]]:
    """A gallery, and by their ids those of its references that are imitated: those of validation owners.

    The flags and arms that the encoder was trained on are enrolled too, and so is what we drew of owners of whom
    packages have nothing. They are never right: a flag is taken for another one, a masthead for another, and a platform
    enrols those of all states and papers. The encoder tells them apart better than what it never saw, so that they
    crowd the gallery less than a platform's do. They have up to `ARTISTS` drawings, as those that are imitated: what
    has more drawings is nearer to anything, and a scorer must not learn that it is right more often.
    """
    rows = _references(rendered, Fold.VALIDATION)
    chosen = set(_logos(rendered, rows)[:ENROLLED_LOGOS])
    rows = {name: places for name, places in rows.items() if name in chosen or not _is_logo(name)}
    own = _first(_drawn(rendered, rows) | _ours(rendered, Fold.VALIDATION), limit)
    known = {name: places for name, places in _references(rendered, Fold.TRAIN).items() if not _is_logo(name)}
    trained = _first(_drawn(rendered, known) | _ours(rendered, Fold.TRAIN), limit)
    enrolled = _told_apart(encoder, own | trained)
    lines = [line for name, emblem in enrolled.items() for line in _enrolled(name, emblem, scratch)]
    (scratch / "references.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    galleries.build(scratch / "references.jsonl", scratch / "gallery", encoder)
    gallery = Gallery.load(scratch / "gallery", encoder)
    imitable = [name for name in own if name in enrolled]
    return gallery, {name: _without_anothers(encoder, gallery, name, enrolled[name]) for name in imitable}


def _first(emblems: Mapping[str, GalleryEmblem], limit: int | None) -> dict[str, GalleryEmblem]:
    """At most so many of each kind."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for name, emblem in emblems.items():
        kinds[emblem.kind].append(name)
    kept = {name for names in kinds.values() for name in names[:limit]}
    return {name: emblem for name, emblem in emblems.items() if name in kept}


def _drawn(rendered: Graphics, rows: Mapping[str, Sequence[int]]) -> dict[str, GalleryEmblem]:
    """References of packages; a gallery refuses blank drawings."""
    found: dict[str, GalleryEmblem] = {}
    for name, places in rows.items():
        item = rendered.items[places[0]]
        drawings = [drawing for drawing in map(rendered.drawing, places) if variants(drawing)]
        kind, label = ("logo", Label.ORGANIZATION_LOGO) if _is_logo(name) else ("state", Label.NATIONAL_SYMBOL)
        if drawings:
            found[name] = GalleryEmblem(
                kind, label, item.owner, item.source, drawings[:MAX_ARTISTS], drawings[MAX_ARTISTS:]
            )
    return found


def _ours(rendered: Graphics, fold: Fold) -> dict[str, GalleryEmblem]:
    """Our own drawings of a fold's owners, but for owners of whom packages have any graphic."""
    known = {owner_key(item.owner) for item in rendered.items}
    found: dict[str, GalleryEmblem] = {}
    for entry in own_drawings():
        if fold_of(entry.owner_id) is fold and owner_key(entry.owner_id) not in known:
            drawing = render_svg((CATALOGUE.parent / entry.image).read_text("utf-8"))
            if drawing is None or not variants(drawing):
                continue
            before = found.get(entry.reference_id, GalleryEmblem("own", entry.label, entry.owner_id, entry.source, []))
            found[entry.reference_id] = replace(before, drawings=[*before.drawings, drawing][:MAX_ARTISTS])
    return found


def _told_apart(encoder: Encoder, emblems: Mapping[str, GalleryEmblem]) -> dict[str, GalleryEmblem]:
    """References of which no drawing is nearly one of an earlier reference.

    Norway's flag is Bouvet Island's too: whichever is imitated, the other is no wrong answer to be unsure of.
    """
    kept: dict[str, GalleryEmblem] = {}
    known = np.empty((0, encoder.dimension), np.float32)
    for name, emblem in emblems.items():
        vectors = _vectors(encoder, emblem.drawings)
        if (vectors @ known.T).max(initial=0.0) <= DUPLICATE_COSINE:
            kept[name], known = emblem, np.concatenate([known, vectors])
    return kept


def _without_anothers(encoder: Encoder, gallery: Gallery, name: str, emblem: GalleryEmblem) -> GalleryEmblem:
    """A reference without what other artists draw for it and is nearly another's: France's flag for Mayotte."""
    if not emblem.others:
        return emblem
    similar, rows = gallery.search(_vectors(encoder, emblem.others), 1)
    nearest = zip(emblem.others, similar[:, 0], rows[:, 0], strict=True)
    own = [
        drawing
        for drawing, near, row in nearest
        if near <= DUPLICATE_COSINE or gallery.reference_of(row).reference_id == name
    ]
    return replace(emblem, others=own)


def _vectors(encoder: Encoder, drawings: Sequence[Array]) -> Array:
    """Of whole drawings, RGBA uint8 (height, width, 4), at least one: unit float32 (drawings, dimension)."""
    pictures = [PIL.Image.fromarray(np.ascontiguousarray(drawing)) for drawing in drawings]
    embeddings = encoder([on_clearest_background(picture) for picture in pictures])
    return np.concatenate([embedding.vectors[:1] for embedding in embeddings])


def unenrolled_logos(rendered: Graphics) -> dict[str, list[int]]:
    """Rows of the validation fold's logos whose owners are not in the validation gallery, one logo an owner."""
    rows = _references(rendered, Fold.VALIDATION)
    logos = _logos(rendered, rows)
    owners = {name: owner_key(rendered.items[rows[name][0]].owner) for name in logos}
    enrolled = {owners[name] for name in logos[:ENROLLED_LOGOS]}
    return {name: rows[name] for name in logos[ENROLLED_LOGOS:] if owners[name] not in enrolled}


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


def _enrolled(name: str, emblem: GalleryEmblem, scratch: Path) -> Iterator[dict[str, str]]:
    """Lines of the references file, the drawings written beside it."""
    for number, drawing in enumerate(emblem.drawings):
        image = f"{name}-{number}.png"
        cv2.imwrite(str(scratch / image), cv2.cvtColor(drawing, cv2.COLOR_RGBA2BGRA))
        names = {"name_zh": name, "name_en": name, "source": emblem.source, "licence": "see source"}
        yield {"reference_id": name, "label": str(emblem.label), "image": image, "owner_id": emblem.owner, **names}


def positive_samples(
    emblems: Mapping[str, GalleryEmblem], rendered: Graphics, rows: Array, rng: np.random.Generator, limit: int | None
) -> Iterator[CalibrationSample]:
    """Imitations of the gallery's references, from plain copies to all that the trainer's generator can do at once.

    The emblem stands anywhere, as it does when it is learnt.

    Args:
        rows: harmless graphics, of which one may stand beside the emblem or be stuck on it.
        limit: at most this many pictures.
    """
    backgrounds = Backgrounds.load(VALIDATION_PHOTOS, limit)
    names = list(emblems)
    kinds = np.array([emblem.kind for emblem in emblems.values()])
    members = {kind: np.flatnonzero(kinds == kind) for kind in np.unique(kinds).tolist()}
    plain = {
        name for name, emblem in emblems.items() if name.startswith("flag.") and all(map(is_plain, emblem.drawings))
    }
    for _ in range(min(CALIBRATION_POSITIVES, limit or CALIBRATION_POSITIVES)):
        name = names[sample_identity(rng, members, KIND_WEIGHTS)]
        size = PICTURE_SIZES[int(rng.integers(len(PICTURE_SIZES)))]
        emblem = emblems[name]
        drawings = emblem.others if emblem.others and rng.random() < OTHER_ARTIST_PROBABILITY else emblem.drawings
        drawing = drawings[int(rng.integers(len(drawings)))]
        other, strength = rendered.drawing(int(rng.choice(rows))), _random_strength(rng)
        made = augment(rng, drawing, size, backgrounds, other, strength=strength, plain=name in plain)
        yield CalibrationSample(made.picture, name, name)


def negative_samples(
    rendered: Graphics,
    rows: Array,
    drawn: Mapping[str, Sequence[Array]],
    rng: np.random.Generator,
    limit: int | None,
) -> Iterator[CalibrationSample]:
    """Harmless pictures: graphics, signs, flags and letters of nobody, imitated like emblems, and what else there is.

    Args:
        rows: harmless graphics, of which one may also stand beside what is drawn or be stuck on it.
        drawn: drawings of kinds that no package has, as `invented_negatives` gives them.
        limit: at most this many pictures.
    """
    backgrounds = Backgrounds.load(VALIDATION_PHOTOS, limit)
    for number in range(min(CALIBRATION_NEGATIVES, limit or CALIBRATION_NEGATIVES)):
        size = PICTURE_SIZES[int(rng.integers(len(PICTURE_SIZES)))]
        kind = NEGATIVE_KINDS[number % len(NEGATIVE_KINDS)]
        if kind == "scene":
            yield CalibrationSample(harmless_picture(rng, size, backgrounds), None, f"{kind} {number}")
            continue
        if kind == "painting":
            picture = degraded(rng, painted(rng, backgrounds.photo(rng, size)))
            yield CalibrationSample(picture, None, f"{kind} {number}")
            continue
        if kind in drawn:
            chosen = int(rng.integers(len(drawn[kind])))
            drawing, shown = drawn[kind][chosen], f"{kind} {chosen}"
        elif kind == "sign":
            drawing, shown = sign(rng), f"{kind} {number}"
        else:
            row = int(rng.choice(rows))
            drawing, shown = rendered.drawing(row), f"{kind} {owner_key(rendered.items[row].owner)}"
        strength, plain = _random_strength(rng), kind == "flag" and is_plain(drawing)
        other = rendered.drawing(int(rng.choice(rows)))
        yield CalibrationSample(
            augment(rng, drawing, size, backgrounds, other, strength=strength, plain=plain).picture, None, shown
        )


def _random_strength(rng: np.random.Generator) -> float:
    """Mostly little: people change a thing or two, and what was fitted on harder work is too cautious of theirs."""
    return float(rng.random() ** 2)
