"""The pool of drawings that the reranker's training searches: the trainer's, and drawings that the encoder never saw.

The encoder separates drawings of its training set better than a platform's. The unseen ones are validation graphics
whose owners the calibration leaves out, and further invented flags and wordmarks.
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
from numpy.typing import NDArray
from tqdm import tqdm

from models.arrays import Float32, Int64, Pixels
from models.images.encoder.encoder import Embedding, Encoder
from models.images.encoder.restyled import is_plain
from models.images.input.transparency import on_clearest_background
from models.images.matching.emblems import load_cohort
from models.images.matching.localizer import Localizer
from models.images.matching.reranker import Patches, drawing_patches
from models.images.matching.retrieval import REFERENCE_COHORT_WEIGHT, cohort_mean
from training.images.common.split import owner_key
from training.images.data.cohort import harmless_halves, invented_negatives, reserved_flag_numbers
from training.images.data.corpus import FLAG_KINDS, TRAINED_WORDMARKS, Corpus
from training.images.data.patch_store import PatchStore
from training.images.data.validation import unenrolled_logos
from training.images.sources.backgrounds import Backgrounds
from training.images.sources.graphics import Graphics, render_svg
from training.images.synthesis.flags import invented_flags
from training.images.synthesis.wordmarks import invented_wordmarks

RERANKER_FLAGS, RERANKER_WORDMARKS = 1_800, 4_000
"""Flags and wordmarks invented for the reranker alone. 1,013 of the 1,800 flags resemble a state's or an earlier one
and are left out."""


@dataclass(frozen=True)
class DrawingPool:
    """Drawings to augment and to search.

    Attributes:
        drawings: RGBA, uint8 (height, width, 4).
        identities: int64 (n,), identity of each drawing.
        owners: str (n,), owner of each drawing.
        seen, unseen: identities of each kind that the encoder was trained on, and others.
        plain: identities that differ from others only by colour.
        negatives: RGBA drawings without an owner, augmented as harmless pictures.
        backgrounds: backgrounds of augmented pictures.
    """

    drawings: tuple[Pixels, ...]
    identities: Int64
    owners: NDArray[np.str_]
    seen: dict[str, Int64]
    unseen: dict[str, Int64]
    plain: frozenset[int]
    negatives: tuple[Pixels, ...]
    backgrounds: Backgrounds

    @classmethod
    def of(cls, corpus: Corpus, rendered: Graphics, limit: int | None = None) -> DrawingPool:
        """The trainer's drawings, and others that neither encoder nor calibration learns from.

        Args:
            corpus: the encoder's training set.
            rendered: the packages' graphics.
            limit: the limit that `rendered` was loaded with.
        """
        unseen = _unseen(rendered, limit)
        groups = [*corpus.drawings, *unseen.values()]
        counts = [len(drawings) for drawings in groups]
        kinds: dict[str, list[int]] = defaultdict(list)
        plain = set(corpus.plain)
        for number, ((kind, _, _), drawn) in enumerate(unseen.items(), len(corpus.drawings)):
            kinds[kind].append(number)
            if kind in FLAG_KINDS and all(map(is_plain, drawn)):
                plain.add(number)
        return cls(
            tuple(chain.from_iterable(groups)),
            np.repeat(np.arange(len(groups)), counts),
            np.repeat([*corpus.owners, *(owner for _, _, owner in unseen)], counts),
            corpus.kinds,
            {kind: np.array(numbers) for kind, numbers in kinds.items()},
            frozenset(plain),
            (*invented_negatives(rendered, limit)[0], *corpus.monograms),
            corpus.backgrounds,
        )


def _unseen(rendered: Graphics, limit: int | None) -> dict[tuple[str, str, str], list[Pixels]]:
    """Unseen drawings by kind, identity and owner.

    They are logos that the calibration's gallery leaves out, graphics of the cohort's half, and invented drawings.
    """
    first, second = harmless_halves(rendered)
    calibrated = {owner_key(rendered.items[row].owner) for row in second}
    rows = [*chain.from_iterable(unenrolled_logos(rendered).values()), *first]
    drawings: dict[tuple[str, str, str], list[Pixels]] = defaultdict(list)
    for item, drawing in ((rendered.items[row], rendered.drawing(row)) for row in rows):
        owner = owner_key(item.owner)
        if owner not in calibrated:
            drawings[item.kind, item.identity, owner].append(drawing)
    for kind, number, drawing in _invented(rendered, limit):
        drawings[kind, str(number), f"{kind} {number}"].append(drawing)
    return drawings


def _invented(rendered: Graphics, limit: int | None) -> Iterator[tuple[str, int, Pixels]]:
    """Kind, number and drawing of flags and wordmarks that neither trainer nor calibration uses."""
    flags, wordmarks = (min(count, limit or count) for count in (RERANKER_FLAGS, RERANKER_WORDMARKS))
    _, first = reserved_flag_numbers(limit)
    for number, drawing in invented_flags(rendered, first + flags):
        if number >= first:
            yield "invented flag", number, drawing
    for number, svg in enumerate(invented_wordmarks(wordmarks, start=TRAINED_WORDMARKS), TRAINED_WORDMARKS):
        drawn = render_svg(svg)
        if drawn is not None:
            yield "wordmark", number, drawn


class PoolSearch:
    """An encoder's search among a pool's drawings.

    Args:
        encoder: its `cohort.npy` normalises the similarities.
        pool: the drawings to search.
        threads: for embedding the drawings.

    Attributes:
        encoder, pool: as given.
        localizer: the encoder's; None if it has none.
        vectors: unit embeddings of the drawings, float32 (drawings, dimension).
        patches: patches of all drawings.
    """

    def __init__(self, encoder: Encoder, pool: DrawingPool, threads: int) -> None:
        self.encoder, self.pool, self.localizer = encoder, pool, Localizer.load(encoder)
        self._cohort = load_cohort(encoder)
        count = len(pool.drawings)
        self.vectors = np.empty((count, encoder.dimension), np.float32)
        self.patches = PatchStore(count, encoder.dimension)
        with ThreadPoolExecutor(threads) as workers:
            for row, found in enumerate(tqdm(workers.map(self._enrolled, pool.drawings), "drawings", count)):
                self.vectors[row], self.patches[row] = found
        self._confusability = REFERENCE_COHORT_WEIGHT * cohort_mean(self.vectors, self._cohort)

    def similarities(self, embedding: Embedding, rows: Int64) -> Float32:
        """Normalised cosines of a picture's windows with some drawings, float32 (windows, rows)."""
        raw = embedding.vectors @ self.vectors[rows].T
        return cast(Float32, raw - cohort_mean(embedding.vectors, self._cohort)[:, None] - self._confusability[rows])

    def _enrolled(self, drawing: Pixels) -> tuple[Float32, Patches]:
        picture = PIL.Image.fromarray(np.ascontiguousarray(drawing))
        vector = self.encoder([on_clearest_background(picture)])[0].vectors[0]
        return vector, drawing_patches(self.encoder, picture)
