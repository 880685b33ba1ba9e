"""What the reranker learns from: places of pictures, each with the drawings that a search finds for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from tqdm import tqdm

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
"""Heights and widths of pictures, as they are uploaded."""

IMITATED_SHARE, UNSEEN_SHARE, SECOND_EMBLEM_SHARE = 0.68, 0.5, 0.3
"""Part of the pictures that imitate something; of these, part that imitates what the encoder never saw, and part with
another emblem beside it."""

SCENE_SHARE, SIGN_SHARE = 0.35, 0.3
"""Part of the harmless pictures that show nothing in particular, and part that shows a sign of nobody; the others show
flags and monograms of nobody."""

KIND_SHARES = {
    **{"flag": 0.15, "invented flag": 0.17, "arms": 0.09, "own": 0.06},
    **{"logo": 0.23, "wordmark": 0.18, "emoji": 0.07, "icon": 0.05},
}
"""How often each kind is imitated."""

CANDIDATES_PER_REGION = 8
"""Drawings per place, each of another identity; the first is the right one where the place shows one."""

ENROLLED_SHARE = (0.04, 0.4)
"""Least and greatest part of the drawings that a picture's gallery holds: from a thousand to ten thousand."""

SHOWN_OVERLAP, HIDDEN_OVERLAP = 0.4, 0.15
"""Part of an emblem from which a place shows it, and below which it does not; what lies between is not learnt from."""

MIN_EMBLEM_SHARE = 0.25
"""Least part that its emblem has of a strip or of what was located: what is cut to something else is not learnt from.
"""

OTHER_ARTIST_SHARE = 0.5
"""How often a picture's gallery lacks the very drawing that was imitated, where there are others of its identity."""

Array = np.ndarray


@dataclass(frozen=True)
class CandidateRegions:
    """Places of pictures, and the drawings found for each.

    Attributes:
        patches: of all places; what lies behind these is not set.
        drawings: int64 (places, CANDIDATES), of a pool; where fewer were found the last one is repeated.
        cosines: float32 (places, CANDIDATES), what the search said: normalised cosines of both looks, summed.
        shown: bool (places,), whether the place shows what its first drawing depicts; else none is right.
        identities: int64 (places,), what the picture imitates; -1 for harmless ones.
    """

    patches: PatchStore
    drawings: Array
    cosines: Array
    shown: Array
    identities: Array


def sample_regions(search: PoolSearch, pictures: int, seed: Sequence[int], threads: int) -> CandidateRegions:
    """Places of so many random pictures; the same seed, of any length, gives the same, whatever the threads."""
    seen = PatchStore(pictures * MAX_REGIONS, search.encoder.dimension)
    rows: list[tuple[Array, Array, bool, int]] = []
    with ThreadPoolExecutor(threads) as workers:
        draws = (np.random.default_rng((*seed, number)) for number in range(pictures))
        made = workers.map(lambda rng: list(_places(rng, search)), draws)
        for place in (place for places in tqdm(made, "places", pictures) for place in places):
            # Gathered in a list first, they would need their memory twice.
            seen[len(rows)] = place[0]
            rows.append(place[1:])
    return CandidateRegions(seen, *map(np.array, zip(*rows, strict=True)))


@dataclass(frozen=True)
class SamplePicture:
    """A picture and what it shows.

    Attributes:
        picture: RGB, uint8 (height, width, 3).
        box: where the emblem is; none in a harmless picture.
        identity: what is imitated, -1 in a harmless picture.
        imitated, beside: the pool's drawings that are in it; none where there are none.
    """

    picture: Array
    box: Box | None = None
    identity: int = -1
    imitated: int | None = None
    beside: int | None = None


Row = tuple[Patches, Array, Array, bool, int]
"""Of one place, in the order of `Places`."""


def _places(rng: Generator, search: PoolSearch) -> Iterator[Row]:
    made = _picture(rng, search.pool)
    rows, is_right = _gallery(rng, search, made)
    embedding = search.encoder([made.picture])[0]
    similar = search.similarities(embedding, rows)
    first, identities = similar.max(axis=0), search.pool.identities[rows]
    best = _of_each(identities, np.argsort(-first))
    boxes = [as_box(embedding.boxes[similar[:, row].argmax()]) for row in best]
    locate = partial(search.localizer, made.picture, embedding) if search.localizer else None
    for window, emblem, place in select_regions(made.picture, boxes, locate):
        is_shown = _is_shown(made.box, with_context(window), place, emblem is not None)
        if is_shown is None:
            continue
        cutting = crop(made.picture, place)
        grid = search.encoder.grids([cutting], crop_scale(search.localizer))[0]
        windows = compared_windows(large_windows(pool(*grid)), search.localizer)
        both = first + search.similarities(windows, rows).max(axis=0)
        # The right one is learnt from wherever it stands among the others.
        chosen = _of_each(identities, np.lexsort((-both, ~(is_shown & is_right))))
        chosen += [chosen[-1]] * (CANDIDATES_PER_REGION - len(chosen))  # which only a trial's few drawings need
        yield patches(cutting, grid[0]), rows[chosen], both[chosen], is_shown, made.identity


def _is_shown(box: Box | None, around: Box, place: Box, is_located: bool) -> bool | None:
    """Whether a place shows a picture's emblem; nothing where that is not to be learnt from.

    Args:
        box: the emblem's, if there is one.
        around: the window with what is around it.
        place: what is cut out: that, a strip in it, or an emblem that was located.
    """
    if box is None:
        return False
    # A strip may be a small part of the emblem that it was cut from, and what was located should be most of it.
    part = intersection(box, place if is_located else around) / area(box)
    fills = intersection(box, place) / area(place)
    if part >= SHOWN_OVERLAP:
        return True if place == around or fills >= MIN_EMBLEM_SHARE else None
    is_detail = is_located and fills >= MIN_EMBLEM_SHARE
    return False if part <= HIDDEN_OVERLAP and not is_detail else None


def _picture(rng: Generator, drawn: DrawingPool) -> SamplePicture:
    size, strength = PICTURE_SIZES[int(rng.integers(len(PICTURE_SIZES)))], float(rng.random())
    if rng.random() < IMITATED_SHARE:
        identity = sample_identity(
            rng, drawn.unseen if drawn.unseen and rng.random() < UNSEEN_SHARE else drawn.seen, KIND_SHARES
        )
        imitated = int(rng.choice(np.flatnonzero(drawn.identities == identity)))
        beside = int(rng.integers(len(drawn.drawings))) if rng.random() < SECOND_EMBLEM_SHARE else None
        other = None if beside is None else drawn.drawings[beside]
        plain = identity in drawn.plain
        made = augment(rng, drawn.drawings[imitated], size, drawn.backgrounds, other, strength, plain)
        return SamplePicture(made.picture, made.box, identity, imitated, beside)
    choice = rng.random()
    if choice < SCENE_SHARE:
        return SamplePicture(harmless_picture(rng, size, drawn.backgrounds))
    drawing = (
        sign(rng) if choice < SCENE_SHARE + SIGN_SHARE else drawn.negatives[int(rng.integers(len(drawn.negatives)))]
    )
    # Whoever learns that colours do not matter takes stripes of nobody for a state's.
    plain = is_plain(drawing)
    return SamplePicture(augment(rng, drawing, size, drawn.backgrounds, strength=strength, plain=plain).picture)


def _gallery(rng: Generator, search: PoolSearch, made: SamplePicture) -> tuple[Array, Array]:
    """Random drawings, int64 (rows,), among them those of what is imitated, and which these are, bool (rows,).

    What else is right, or nearly, is not enrolled: it is no wrong answer to learn from.
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


def _of_each(identities: Array, order: Iterable[int]) -> list[int]:
    """The first of an order with each identity, at most `CANDIDATES`."""
    found: dict[int, int] = {}
    for row in order:
        if len(found) == CANDIDATES_PER_REGION:
            break
        found.setdefault(int(identities[row]), int(row))
    return list(found.values())
