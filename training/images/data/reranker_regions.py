"""Training data of the reranker: regions of synthetic pictures, each with the drawings that retrieval finds for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from models.arrays import Bool, Float32, Int64, Pixels
from models.boxes import area, as_box, crop, intersection
from models.images.encoder.encoder import pool
from models.images.encoder.restyled import is_plain
from models.images.matching.regions import (
    MAX_REGIONS,
    compared_windows,
    crop_scale,
    large_windows,
    select_regions,
    with_context,
)
from models.images.matching.reranker import Patches, patches
from models.profile import Box
from training.images.data.batches import sample_identity
from training.images.data.patch_store import PatchStore
from training.images.data.pool import DrawingPool, PoolSearch
from training.images.data.validation import DUPLICATE_COSINE
from training.images.sources.backgrounds import Generator, Size
from training.images.synthesis.augmentations import augment, harmless_picture
from training.images.synthesis.signs import sign

PICTURE_SIZES: tuple[Size, ...] = ((256, 256), (256, 256), (160, 448), (384, 384), (224, 224))
"""Heights and widths of pictures, like those of uploads."""

IMITATED_SHARE = 0.68
"""Fraction of pictures that imitate an emblem; the rest are harmless."""

UNSEEN_SHARE = 0.5
"""Fraction of imitations whose emblem the encoder never saw in training."""

SECOND_EMBLEM_SHARE = 0.3
"""Fraction of imitations with another emblem beside the imitated one."""

SCENE_SHARE, SIGN_SHARE = 0.35, 0.3
"""Fractions of harmless pictures that show a scene or an invented sign; the rest show invented flags and monograms."""

KIND_SHARES = {
    **{"flag": 0.15, "invented flag": 0.17, "arms": 0.09, "own": 0.06},
    **{"logo": 0.23, "wordmark": 0.18, "emoji": 0.07, "icon": 0.05},
}
"""Fraction of imitations by kind of emblem."""

CANDIDATES_PER_REGION = 8
"""Drawings per region, each of another identity; the first is the right one, if the region shows one."""

ENROLLED_SHARE = (0.04, 0.4)
"""Least and greatest fraction of the drawings in a picture's gallery: one thousand to ten thousand."""

SHOWN_OVERLAP, HIDDEN_OVERLAP = 0.4, 0.15
"""Fraction of an emblem from which a region shows it, and up to which it does not; regions between are skipped."""

MIN_EMBLEM_SHARE = 0.25
"""Least fraction of a strip or localized box that its emblem fills; other regions are skipped."""

OTHER_ARTIST_SHARE = 0.5
"""Fraction of galleries that lack the imitated drawing itself, if its identity has others."""


@dataclass(frozen=True)
class RerankerRegions:
    """Regions of pictures, and the drawings found for each.

    Attributes:
        patches: of all regions; entries beyond them are not set.
        drawings: int64 (regions, CANDIDATES_PER_REGION), of a pool; the last one is repeated if fewer were found.
        cosines: float32 (regions, CANDIDATES_PER_REGION), sum of the normalised cosines of picture and crop.
        shown: bool (regions,), whether the region shows what its first drawing depicts; else none is right.
        identities: int64 (regions,), what the picture imitates; -1 for harmless ones.
    """

    patches: PatchStore
    drawings: Int64
    cosines: Float32
    shown: Bool
    identities: Int64


def sample_regions(search: PoolSearch, pictures: int, seed: Sequence[int], threads: int) -> RerankerRegions:
    """Regions of random pictures; the same seed, of any length, gives the same regions with any number of threads."""
    stored = PatchStore(pictures * MAX_REGIONS, search.encoder.dimension)
    rows: list[tuple[Int64, Float32, bool, int]] = []
    with ThreadPoolExecutor(threads) as workers:
        generators = (np.random.default_rng((*seed, number)) for number in range(pictures))
        made = workers.map(lambda rng: list(_regions(rng, search)), generators)
        for row in (row for rows_of_picture in tqdm(made, "regions", pictures) for row in rows_of_picture):
            # Patches are stored at once; a list of them would double the memory.
            stored[len(rows)] = row.patches
            rows.append(row[1:])
    return RerankerRegions(stored, *map(np.array, zip(*rows, strict=True)))


@dataclass(frozen=True)
class SamplePicture:
    """A picture and what it shows.

    Attributes:
        picture: RGB, uint8 (height, width, 3).
        box: of the emblem; None in a harmless picture.
        identity: of the imitated emblem; -1 in a harmless picture.
        imitated, beside: indices of the pool's drawings in the picture; None for none.
    """

    picture: Pixels
    box: Box | None = None
    identity: int = -1
    imitated: int | None = None
    beside: int | None = None


class Row(NamedTuple):
    """One region, with the attributes of `RerankerRegions`."""

    patches: Patches
    drawings: Int64
    cosines: Float32
    shown: bool
    identity: int


def _regions(rng: Generator, search: PoolSearch) -> Iterator[Row]:
    made = _picture(rng, search.pool)
    rows, is_right = _gallery(rng, search, made)
    embedding = search.encoder([made.picture])[0]
    similar = search.similarities(embedding, rows)
    of_picture, identities = similar.max(axis=0), search.pool.identities[rows]
    best = _first_of_each(identities, np.argsort(-of_picture))
    windows = [as_box(embedding.boxes[similar[:, row].argmax()]) for row in best]
    locate = partial(search.localizer, made.picture, embedding) if search.localizer else None
    for window, emblem, region in select_regions(made.picture, windows, locate):
        is_shown = _is_shown(made.box, with_context(window), region, emblem is not None)
        if is_shown is None:
            continue
        pixels = crop(made.picture, region)
        grid = search.encoder.grids([pixels], crop_scale(search.localizer))[0]
        of_crop = compared_windows(large_windows(pool(*grid)), search.localizer)
        both = of_picture + search.similarities(of_crop, rows).max(axis=0)
        # The right drawing is always among the candidates, wherever retrieval ranks it.
        chosen = _first_of_each(identities, np.lexsort((-both, ~(is_shown & is_right))))
        chosen += [chosen[-1]] * (CANDIDATES_PER_REGION - len(chosen))  # only where tests have few drawings
        yield Row(patches(pixels, grid[0]), rows[chosen], both[chosen], is_shown, made.identity)


def _is_shown(emblem: Box | None, context: Box, region: Box, is_located: bool) -> bool | None:
    """True if a region shows a picture's emblem, False if not, None if the region is to be skipped.

    Args:
        emblem: its box, if there is one.
        context: the window with its margin.
        region: the box to crop: the context, a strip in it, or a localized emblem.
        is_located: whether it is a localized emblem.
    """
    if emblem is None:
        return False
    # A strip may be a small part of the emblem that it was cut from; a localized box should hold most of it.
    part = intersection(emblem, region if is_located else context) / area(emblem)
    fills = intersection(emblem, region) / area(region)
    if part >= SHOWN_OVERLAP:
        return True if region == context or fills >= MIN_EMBLEM_SHARE else None
    is_detail = is_located and fills >= MIN_EMBLEM_SHARE
    return False if part <= HIDDEN_OVERLAP and not is_detail else None


def _picture(rng: Generator, drawn: DrawingPool) -> SamplePicture:
    size, strength = PICTURE_SIZES[int(rng.integers(len(PICTURE_SIZES)))], float(rng.random())
    if rng.random() < IMITATED_SHARE:
        identities = drawn.unseen if drawn.unseen and rng.random() < UNSEEN_SHARE else drawn.seen
        identity = sample_identity(rng, identities, KIND_SHARES)
        imitated = int(rng.choice(np.flatnonzero(drawn.identities == identity)))
        beside = int(rng.integers(len(drawn.drawings))) if rng.random() < SECOND_EMBLEM_SHARE else None
        other = None if beside is None else drawn.drawings[beside]
        plain = identity in drawn.plain
        made = augment(rng, drawn.drawings[imitated], size, drawn.backgrounds, other, strength, plain)
        return SamplePicture(made.picture, made.box, identity, imitated, beside)
    choice = rng.random()
    if choice < SCENE_SHARE:
        return SamplePicture(harmless_picture(rng, size, drawn.backgrounds))
    is_sign = choice < SCENE_SHARE + SIGN_SHARE
    drawing = sign(rng) if is_sign else drawn.negatives[int(rng.integers(len(drawn.negatives)))]
    # If colours could change here, the network would take any stripes for a state's flag.
    plain = is_plain(drawing)
    return SamplePicture(augment(rng, drawing, size, drawn.backgrounds, strength=strength, plain=plain).picture)


def _gallery(rng: Generator, search: PoolSearch, made: SamplePicture) -> tuple[Int64, Bool]:
    """Drawings of a random gallery, int64 (rows,), and which show the imitated identity, bool (rows,).

    Drawings that are nearly right are left out, for they would be false negatives.
    """
    identities, owners = search.pool.identities, search.pool.owners
    enrolled = rng.random(len(identities)) < rng.uniform(*ENROLLED_SHARE)
    for shown in (made.imitated, made.beside):
        if shown is not None:
            enrolled &= (search.vectors @ search.vectors[shown] <= DUPLICATE_COSINE) & (owners != owners[shown])
    own = np.flatnonzero(identities == made.identity)
    enrolled[own] = True
    if len(own) > 1 and rng.random() < OTHER_ARTIST_SHARE:
        enrolled[made.imitated] = False
    rows = np.flatnonzero(enrolled)
    return rows, np.isin(rows, own)


def _first_of_each(identities: Int64, order: Iterable[int]) -> list[int]:
    """The first drawing of each identity in an order, at most CANDIDATES_PER_REGION."""
    found: dict[int, int] = {}
    for row in order:
        if len(found) == CANDIDATES_PER_REGION:
            break
        found.setdefault(int(identities[row]), int(row))
    return list(found.values())
