"""What the reranker's training searches among: the trainer's drawings, and such as the encoder never saw.

Those that it was trained on it tells apart more surely than it will a platform's. The others are validation graphics
whose owners no calibration is fitted on, and invented flags and wordmarks that follow those of trainer and calibration.
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
"""Invented for the reranker alone; 1,013 of the 1,800 flags are near a state's or an earlier one and left out. Most
media's logos are letters and nothing else: who is to tell them apart must have seen many."""

Array = np.ndarray


@dataclass(frozen=True)
class DrawingPool:
    """Drawings that are imitated, and found by a search.

    Attributes:
        drawings: RGBA, uint8 (height, width, 4).
        identities: int64 (n,), what each depicts.
        owners: str (n,), whose each is.
        seen, unseen: identities of each kind that the encoder was trained on, and those that it was not.
        plain: identities that their colours alone tell from others.
        usual: RGBA drawings that are nobody's and are imitated as harmless pictures.
        backgrounds: what imitations are put on.
    """

    drawings: tuple[Array, ...]
    identities: Array
    owners: Array
    seen: dict[str, Array]
    unseen: dict[str, Array]
    plain: frozenset[int]
    negatives: tuple[Array, ...]
    backgrounds: Backgrounds

    @classmethod
    def of(cls, corpus: Corpus, rendered: Graphics, limit: int | None = None) -> DrawingPool:
        """The trainer's drawings, and such as neither encoder nor calibration learns from.

        Args:
            limit: as `rendered` was loaded with.
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


def _unseen(rendered: Graphics, limit: int | None) -> dict[tuple[str, str, str], list[Array]]:
    """By kind, identity and owner: logos that the validation gallery leaves out, graphics of the cohort's half, and
    what is invented for this alone.
    """
    first, second = harmless_halves(rendered)
    calibrated = {owner_key(rendered.items[row].owner) for row in second}
    rows = [*chain.from_iterable(unenrolled_logos(rendered).values()), *first]
    drawings: dict[tuple[str, str, str], list[Array]] = defaultdict(list)
    for item, drawing in ((rendered.items[row], rendered.drawing(row)) for row in rows):
        owner = owner_key(item.owner)
        if owner not in calibrated:
            drawings[item.kind, item.identity, owner].append(drawing)
    for kind, number, drawing in _invented(rendered, limit):
        drawings[kind, str(number), f"{kind} {number}"].append(drawing)
    return drawings


def _invented(rendered: Graphics, limit: int | None) -> Iterator[tuple[str, int, Array]]:
    """Kind, number and drawing of flags and wordmarks that neither trainer nor calibration has."""
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
        encoder: whose `cohort.npy` says what is usual.
        pool: what is searched.
        threads: of the encoder's passes, one drawing each.

    Attributes:
        encoder, pool: as given.
        localizer: the encoder's; nothing where it has none.
        vectors: unit float32 (drawings, dimension).
        patches: of all drawings.
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

    def similarities(self, embedding: Embedding, rows: Array) -> Array:
        """Normalised cosines of windows with some drawings, float32 (windows, rows)."""
        raw = embedding.vectors @ self.vectors[rows].T
        return cast(Array, raw - cohort_mean(embedding.vectors, self._cohort)[:, None] - self._confusability[rows])

    def _enrolled(self, drawing: Array) -> tuple[Array, Patches]:
        picture = PIL.Image.fromarray(np.ascontiguousarray(drawing))
        vector = self.encoder([on_clearest_background(picture)])[0].vectors[0]
        return vector, drawing_patches(self.encoder, picture)
