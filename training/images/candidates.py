"""What the reranker learns from: places of pictures, each with the drawings that a search finds for it.

Half of the imitations are of drawings that the encoder never saw, since those that it was trained on it tells apart
more surely than it will a platform's. They are validation graphics that no calibration is fitted on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import cast

import numpy as np
import PIL.Image
from tqdm import tqdm

from models.boxes import area, shared
from models.images.encoder import Embedding, Encoder
from models.images.matching import REFERENCE_SHARE, nearness
from models.images.reranker import DRAWING_SCALE, DRAWING_SIDE, PLACE_SIDE, cells_of
from models.images.transparency import seen
from models.images.verify import CLOSER_SCALE, cut, distinct, large_windows, widened
from models.profile import Box
from training.images.backgrounds import Backgrounds, Generator, Size
from training.images.batches import pick
from training.images.cohort import halves, nobodys
from training.images.corpus import Corpus
from training.images.graphics import Graphics
from training.images.imitations import harmless, imitate
from training.images.signs import sign
from training.images.validation import left_out

SIZES: tuple[Size, ...] = ((256, 256), (256, 256), (160, 448), (384, 384), (224, 224))
"""Heights and widths of pictures, as they are uploaded."""

IMITATED, UNSEEN, BESIDE = 0.68, 0.5, 0.3
"""Part of the pictures that imitate something; of these, part that imitates what the encoder never saw, and part with
another emblem beside it."""

SCENES, SIGNS = 0.35, 0.3
"""Part of the harmless pictures that show nothing in particular, and part that shows a sign of nobody; the others show
flags and monograms of nobody."""

SHARES = {
    **{"flag": 0.15, "invented flag": 0.08, "arms": 0.08, "own": 0.06},
    **{"logo": 0.33, "wordmark": 0.08, "emoji": 0.12, "icon": 0.1},
}
"""How often each kind is imitated."""

CANDIDATES = 8
"""Drawings per place, each of another identity; the first is the right one where the place shows one."""

ENROLLED = (0.04, 0.4)
"""Least and greatest part of the drawings that a picture's gallery holds: from a thousand to ten thousand."""

SAME = 0.9
"""Cosine from which two identities are taken for one under two names, which is no wrong answer to learn from."""

SHOWN, HIDDEN = 0.4, 0.15
"""Part of an emblem from which a place shows it, and below which it does not; what lies between is not learnt from."""

OTHER_ARTIST = 0.5
"""How often a picture's gallery lacks the very drawing that was imitated, where there are others of its identity."""

Array = np.ndarray


@dataclass(frozen=True)
class Pool:
    """Drawings that are imitated, and found by a search.

    Attributes:
        drawings: RGBA, uint8 (height, width, 4).
        identities: int64 (n,), what each depicts.
        seen, unseen: identities of each kind that the encoder was trained on, and those that it was not.
        plain: identities that their colours alone tell from others.
        usual: RGBA drawings that are nobody's and are imitated as harmless pictures.
        backgrounds: what imitations are put on.
    """

    drawings: tuple[Array, ...]
    identities: Array
    seen: dict[str, Array]
    unseen: dict[str, Array]
    plain: frozenset[int]
    usual: tuple[Array, ...]
    backgrounds: Backgrounds

    @classmethod
    def of(cls, corpus: Corpus, rendered: Graphics, seed: int, limit: int | None = None) -> Pool:
        """The trainer's drawings, and such as neither encoder nor calibration learns from.

        Args:
            seed: of the cohort and the calibration.
            limit: as `rendered` was loaded with.
        """
        unseen = _unseen(rendered, seed)
        groups = [*corpus.drawings, *unseen.values()]
        kinds: dict[str, list[int]] = defaultdict(list)
        for number, (kind, _) in enumerate(unseen, len(corpus.drawings)):
            kinds[kind].append(number)
        return cls(
            tuple(chain.from_iterable(groups)),
            np.repeat(np.arange(len(groups)), [len(drawings) for drawings in groups]),
            corpus.kinds,
            {kind: np.array(numbers) for kind, numbers in kinds.items()},
            corpus.plain,
            (*nobodys(rendered, limit)[0], *corpus.monograms),
            corpus.backgrounds,
        )


def _unseen(rendered: Graphics, seed: int) -> dict[tuple[str, str], list[Array]]:
    """By kind and identity: logos that the validation gallery leaves out, and graphics of the cohort's half."""
    first, second = halves(rendered, np.random.default_rng(seed))
    calibrated = {rendered.items[row].identity for row in second}
    rows = [*chain.from_iterable(left_out(rendered).values()), *first]
    drawings: dict[tuple[str, str], list[Array]] = defaultdict(list)
    for item, drawing in ((rendered.items[row], rendered.drawing(row)) for row in rows):
        if item.identity not in calibrated:
            drawings[item.kind, item.identity].append(drawing)
    return drawings


@dataclass(frozen=True)
class Places:
    """Places of pictures, and the drawings found for each.

    Attributes:
        cells: float16 (places, PLACE_SIDE squared, dimension).
        drawings: int64 (places, CANDIDATES), of a pool; where fewer were found the last one is repeated.
        cosines: float32 (places, CANDIDATES), what the search said: normalised cosines of both looks, summed.
        shown: bool (places,), whether the place shows what its first drawing depicts; else none is right.
        identities: int64 (places,), what the picture imitates; -1 for harmless ones.
    """

    cells: Array
    drawings: Array
    cosines: Array
    shown: Array
    identities: Array


class Search:
    """An encoder's search among a pool's drawings.

    Args:
        encoder: whose `cohort.npy` says what is usual.
        pool: what is searched.

    Attributes:
        vectors: unit float32 (drawings, dimension).
        cells: float16 (drawings, DRAWING_SIDE squared, dimension).
    """

    def __init__(self, encoder: Encoder, pool: Pool, threads: int) -> None:
        self.encoder, self.pool = encoder, pool
        self._cohort = np.load(encoder.directory / "cohort.npy").astype(np.float32)
        with ThreadPoolExecutor(threads) as workers:
            bar = tqdm(workers.map(self._enrolled, pool.drawings), "drawings", len(pool.drawings))
            self.vectors, self.cells = map(np.stack, zip(*bar, strict=True))
        self._confusability = REFERENCE_SHARE * nearness(self.vectors, self._cohort)

    def similarities(self, embedding: Embedding, rows: Array) -> Array:
        """Normalised cosines of windows with some drawings, float32 (windows, rows)."""
        raw = embedding.vectors @ self.vectors[rows].T
        return cast(Array, raw - nearness(embedding.vectors, self._cohort)[:, None] - self._confusability[rows])

    def _enrolled(self, drawing: Array) -> tuple[Array, Array]:
        pixels = seen(PIL.Image.fromarray(np.ascontiguousarray(drawing)))
        small = self.encoder([pixels], DRAWING_SCALE)[0].grid
        return self.encoder([pixels])[0].vectors[0], cells_of(small, DRAWING_SIDE)


def draw_places(search: Search, pictures: int, seed: int, threads: int) -> Places:
    """Places of so many random pictures; the same seed gives the same."""
    with ThreadPoolExecutor(threads) as workers:
        made = workers.map(lambda number: list(_places(np.random.default_rng((seed, number)), search)), range(pictures))
        found = [place for places in tqdm(made, "places", pictures) for place in places]
    return Places(*map(np.array, zip(*found, strict=True)))


Row = tuple[Array, Array, Array, bool, int]
"""Of one place, in the order of `Places`."""


def _places(draw: Generator, search: Search) -> Iterator[Row]:
    pool = search.pool
    picture, box, identity, imitated = _picture(draw, pool)
    rows, is_right = _gallery(draw, search, identity, imitated)
    embedding = search.encoder([picture])[0]
    similar = search.similarities(embedding, rows)
    first = similar.max(axis=0)
    best = _distinct_identities(pool.identities[rows], np.argsort(-first))
    boxes = [cast(Box, tuple(map(float, embedding.boxes[similar[:, row].argmax()]))) for row in best]
    for place in map(widened, distinct(boxes)):
        part = shared(box, place) / area(box) if box else 0.0
        if HIDDEN < part < SHOWN:
            continue
        look = search.encoder([cut(picture, place)], CLOSER_SCALE)[0]
        both = first + search.similarities(large_windows(look), rows).max(axis=0)
        is_shown = part >= SHOWN
        # The right one is learnt from wherever it stands among the others.
        order = np.lexsort((-both, ~(is_shown & is_right)))
        chosen = _distinct_identities(pool.identities[rows], order)
        chosen += [chosen[-1]] * (CANDIDATES - len(chosen))
        yield cells_of(look.grid, PLACE_SIDE), rows[chosen], both[chosen], is_shown, identity


def _picture(draw: Generator, pool: Pool) -> tuple[Array, Box | None, int, int]:
    """A picture, where it shows what, and the drawing that was imitated; nothing and -1 where it is harmless."""
    size, effort = SIZES[int(draw.integers(len(SIZES)))], float(draw.random())
    if draw.random() < IMITATED:
        identity = pick(draw, pool.unseen if pool.unseen and draw.random() < UNSEEN else pool.seen, SHARES)
        imitated = int(draw.choice(np.flatnonzero(pool.identities == identity)))
        other = pool.drawings[int(draw.integers(len(pool.drawings)))] if draw.random() < BESIDE else None
        plain = identity in pool.plain
        made = imitate(draw, pool.drawings[imitated], size, pool.backgrounds, other, effort, plain)
        return made.picture, made.box, identity, imitated
    choice = draw.random()
    if choice < SCENES:
        return harmless(draw, size, pool.backgrounds), None, -1, -1
    drawing = sign(draw) if choice < SCENES + SIGNS else pool.usual[int(draw.integers(len(pool.usual)))]
    return imitate(draw, drawing, size, pool.backgrounds, effort=effort).picture, None, -1, -1


def _gallery(draw: Generator, search: Search, identity: int, imitated: int) -> tuple[Array, Array]:
    """Random drawings, int64 (rows,), among them those of an identity, and which these are, bool (rows,)."""
    enrolled = draw.random(len(search.vectors)) < draw.uniform(*ENROLLED)
    own = np.flatnonzero(search.pool.identities == identity)
    if identity >= 0:
        enrolled &= search.vectors @ search.vectors[imitated] <= SAME
        enrolled[own] = True
        if len(own) > 1 and draw.random() < OTHER_ARTIST:
            enrolled[imitated] = False
    rows = np.flatnonzero(enrolled)
    return rows, np.isin(rows, own)


def _distinct_identities(identities: Array, order: Array | list[int]) -> list[int]:
    """The first of an order with each identity, at most `CANDIDATES`."""
    found: dict[int, int] = {}
    for row in order:
        if len(found) == CANDIDATES:
            break
        found.setdefault(int(identities[row]), int(row))
    return list(found.values())
