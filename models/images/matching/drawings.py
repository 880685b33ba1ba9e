"""Keypoints, patch tokens and colours of a gallery's drawings, kept in memory."""

from __future__ import annotations

from functools import lru_cache, partial

import PIL.Image

from models.arrays import Float16, Float32
from models.images.gallery.gallery import Gallery
from models.images.input.transparency import on_clearest_background
from models.images.matching.colours import drawing_colours
from models.images.matching.keypoints import Keypoints, drawing_keypoints
from models.images.matching.reranker import Reranker

KEYPOINT_CACHE_SIZE = 512
"""Drawings whose keypoints stay in memory: about 25 MB; one costs 11 ms to detect."""

TOKEN_CACHE_SIZE = 4_096
"""Drawings whose tokens stay in memory: about 32 MB; one costs 5 ms, for each of eight references per region."""

COLOUR_CACHE_SIZE = 4_096
"""Drawings whose colours stay in memory: about 20 MB; one costs 1 ms."""


class DrawingCache:
    """Features of drawings by their entry in the gallery, in least-recently-used caches.

    Args:
        gallery: whose drawings they are.
        reranker: of the same encoder; None without one.

    Attributes:
        keypoints: of a drawing, by its entry.
        tokens: of a drawing, float16 (rows, columns, width), by its entry; only with a reranker.
        colours: of a drawing, float32 (n, 3) in CIELAB, by its entry.
    """

    def __init__(self, gallery: Gallery, reranker: Reranker | None) -> None:
        # Cached methods would refer to this object and keep a replaced gallery alive until garbage collection.
        self.keypoints = lru_cache(KEYPOINT_CACHE_SIZE)(partial(_keypoints, gallery))
        if reranker:
            self.tokens = lru_cache(TOKEN_CACHE_SIZE)(partial(_tokens, reranker, gallery))
        self.colours = lru_cache(COLOUR_CACHE_SIZE)(partial(_colours, gallery))


def _keypoints(gallery: Gallery, entry: int) -> Keypoints:
    return drawing_keypoints(on_clearest_background(PIL.Image.fromarray(gallery.drawing(entry))))


def _tokens(reranker: Reranker, gallery: Gallery, entry: int) -> Float16:
    return reranker.drawing_tokens(PIL.Image.fromarray(gallery.drawing(entry)))


def _colours(gallery: Gallery, entry: int) -> Float32:
    return drawing_colours(gallery.drawing(entry))
