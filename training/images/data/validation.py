"""The calibration's data: a gallery, augmented pictures of owners that were not trained on, and harmless pictures."""

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

from models.arrays import Float32, Int64, Pixels
from models.images.encoder.encoder import Encoder
from models.images.encoder.restyled import is_plain
from models.images.encoder.variants import variants
from models.images.gallery import gallery as galleries
from models.images.gallery.gallery import Gallery
from models.images.input.transparency import on_clearest_background
from models.profile import Label
from training.images.common.split import Fold, fold_of, owner_key
from training.images.data.batches import sample_identity
from training.images.data.cohort import look_alike
from training.images.sources.backgrounds import VALIDATION_PHOTOS, Backgrounds, Size
from training.images.sources.catalogue import CATALOGUE, own_drawings
from training.images.sources.graphics import Graphics, render_svg
from training.images.synthesis.augmentations import augment, degraded, harmless_picture
from training.images.synthesis.paintings import painted
from training.images.synthesis.signs import sign

ENROLLED_LOGOS, MAX_ARTISTS = 600, 3
"""Logos in the gallery beside flags and arms, and most drawings of a reference. One logo an owner: confusing two of an
owner's is no error."""

DUPLICATE_COSINE = 0.9
"""Cosine from which two identities count as one under two names."""

KIND_WEIGHTS = {"state": 0.55, "own": 0.2, "logo": 0.25}
"""Sampling weights of flags and arms, our drawings of mastheads and offices' emblems, and logos, as in the default
gallery."""

OTHER_ARTIST_PROBABILITY = 0.3
"""Probability of a drawing by an artist who is not enrolled, if there is one."""

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
    "look_alike",
    "look_alike",
)
"""Kinds of the harmless pictures, in turn."""


class CalibrationSample(NamedTuple):
    """A picture with a known answer.

    Attributes:
        picture: RGB uint8 (height, width, 3).
        reference: id of the imitated reference; None for a harmless picture.
        shown: name of the drawn thing, the same for all its pictures; groups them in cross-validation.
    """

    picture: Pixels
    reference: str | None
    shown: str


@dataclass(frozen=True)
class GalleryEmblem:
    """An emblem of the gallery.

    Attributes:
        kind: a key of `KIND_WEIGHTS`.
        label: the reference's label.
        owner: the reference's owner.
        source: package of the drawings, or our own.
        drawings: enrolled drawings, RGBA, uint8 (height, width, 4), by one or more artists.
        others: drawings by further artists, not enrolled and, if imitated, not nearly another reference's.
    """

    kind: str
    label: Label
    owner: str
    source: str
    drawings: Sequence[Pixels]
    others: Sequence[Pixels] = ()


def calibration_gallery(
    encoder: Encoder, rendered: Graphics, scratch: Path, limit: int | None
) -> tuple[Gallery, dict[str, GalleryEmblem]]:
    """A gallery, and its references that are imitated (those of validation owners), by id.

    Flags, arms and our own drawings of the training fold are enrolled too, as distractors that are never right. A
    platform also enrols all states and papers. The encoder separates trained emblems better, so they are easier
    distractors than a platform's. Every reference has at most `MAX_ARTISTS` drawings, because more drawings raise its
    similarity to anything.

    Args:
        encoder: embeds the drawings.
        rendered: the packages' graphics.
        scratch: folder for references file, drawings and gallery.
        limit: at most this many emblems of each kind, for tests.
    """
    rows = _references(rendered, Fold.VALIDATION)
    chosen = set(_logos(rendered, rows)[:ENROLLED_LOGOS])
    rows = {name: numbers for name, numbers in rows.items() if name in chosen or not _is_logo(name)}
    own = _first(_drawn(rendered, rows) | _ours(rendered, Fold.VALIDATION), limit)
    known = {name: numbers for name, numbers in _references(rendered, Fold.TRAIN).items() if not _is_logo(name)}
    trained = _first(_drawn(rendered, known) | _ours(rendered, Fold.TRAIN), limit)
    enrolled = _without_duplicates(encoder, own | trained)
    lines = [line for name, emblem in enrolled.items() for line in _enrolled(name, emblem, scratch)]
    (scratch / "references.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    galleries.build(scratch / "references.jsonl", scratch / "gallery", encoder)
    gallery = Gallery.load(scratch / "gallery", encoder)
    imitable = [name for name in own if name in enrolled]
    return gallery, {name: _without_confusable(encoder, gallery, name, enrolled[name]) for name in imitable}


def _first(emblems: Mapping[str, GalleryEmblem], limit: int | None) -> dict[str, GalleryEmblem]:
    """At most `limit` emblems of each kind."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for name, emblem in emblems.items():
        kinds[emblem.kind].append(name)
    kept = {name for names in kinds.values() for name in names[:limit]}
    return {name: emblem for name, emblem in emblems.items() if name in kept}


def _drawn(rendered: Graphics, rows: Mapping[str, Sequence[int]]) -> dict[str, GalleryEmblem]:
    """Emblems of packages; blank drawings, which a gallery refuses, are left out."""
    found: dict[str, GalleryEmblem] = {}
    for name, numbers in rows.items():
        item = rendered.items[numbers[0]]
        drawings = [drawing for drawing in map(rendered.drawing, numbers) if variants(drawing)]
        kind, label = ("logo", Label.ORGANIZATION_LOGO) if _is_logo(name) else ("state", Label.NATIONAL_SYMBOL)
        if drawings:
            found[name] = GalleryEmblem(
                kind, label, item.owner, item.source, drawings[:MAX_ARTISTS], drawings[MAX_ARTISTS:]
            )
    return found


def _ours(rendered: Graphics, fold: Fold) -> dict[str, GalleryEmblem]:
    """Our own drawings of a fold's owners of whom no package has a graphic."""
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


def _without_duplicates(encoder: Encoder, emblems: Mapping[str, GalleryEmblem]) -> dict[str, GalleryEmblem]:
    """Emblems without those that have a drawing nearly equal to an earlier emblem's.

    Norway's flag is Bouvet Island's too: confusing the two is no error.
    """
    kept: dict[str, GalleryEmblem] = {}
    known = np.empty((0, encoder.dimension), np.float32)
    for name, emblem in emblems.items():
        vectors = _vectors(encoder, emblem.drawings)
        if (vectors @ known.T).max(initial=0.0) <= DUPLICATE_COSINE:
            kept[name], known = emblem, np.concatenate([known, vectors])
    return kept


def _without_confusable(encoder: Encoder, gallery: Gallery, name: str, emblem: GalleryEmblem) -> GalleryEmblem:
    """An emblem without further drawings that are nearly another reference's: France's flag for Mayotte."""
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


def _vectors(encoder: Encoder, drawings: Sequence[Pixels]) -> Float32:
    """Unit embeddings of drawings, float32 (drawings, dimension), of at least one RGBA uint8 (height, width, 4)."""
    pictures = [PIL.Image.fromarray(np.ascontiguousarray(drawing)) for drawing in drawings]
    embeddings = encoder([on_clearest_background(picture) for picture in pictures])
    return np.concatenate([embedding.vectors[:1] for embedding in embeddings])


def unenrolled_logos(rendered: Graphics) -> dict[str, list[int]]:
    """Rows of validation logos whose owners are not in the calibration's gallery, by identity, one logo an owner."""
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
    """Lines of the references file; the drawings are written beside it."""
    for number, drawing in enumerate(emblem.drawings):
        image = f"{name}-{number}.png"
        cv2.imwrite(str(scratch / image), cv2.cvtColor(drawing, cv2.COLOR_RGBA2BGRA))
        names = {"name_zh": name, "name_en": name, "source": emblem.source, "licence": "see source"}
        yield {"reference_id": name, "label": str(emblem.label), "image": image, "owner_id": emblem.owner, **names}


def positive_samples(
    emblems: Mapping[str, GalleryEmblem], rendered: Graphics, rows: Int64, rng: np.random.Generator, limit: int | None
) -> Iterator[CalibrationSample]:
    """Augmented pictures of the gallery's references, from plain copies to the trainer's strongest augmentation.

    Args:
        rows: rows of harmless graphics, one of which may be beside the emblem or stuck on it.
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
    rows: Int64,
    drawn: Mapping[str, Sequence[Pixels]],
    rng: np.random.Generator,
    limit: int | None,
) -> Iterator[CalibrationSample]:
    """Harmless pictures: scenes and paintings; augmented graphics, signs, look-alikes, invented flags and monograms.

    Args:
        rows: rows of harmless graphics, one of which may also be beside the drawing or stuck on it.
        drawn: drawings by kind of kinds that no package has, as `invented_negatives` gives them.
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
        elif kind == "look_alike":
            drawing, shown = look_alike(rng), f"{kind} {number}"
        else:
            row = int(rng.choice(rows))
            drawing, shown = rendered.drawing(row), f"{kind} {owner_key(rendered.items[row].owner)}"
        strength, plain = _random_strength(rng), kind == "flag" and is_plain(drawing)
        other = rendered.drawing(int(rng.choice(rows)))
        yield CalibrationSample(
            augment(rng, drawing, size, backgrounds, other, strength=strength, plain=plain).picture, None, shown
        )


def _random_strength(rng: np.random.Generator) -> float:
    """Mostly weak: people change a thing or two, and a calibration on stronger augmentation underrates them."""
    return float(rng.random() ** 2)
