"""Keypoints, patch tokens and colours of a gallery's drawings: prepared ones, and others when first needed."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path

import PIL.Image

from models.arrays import Float16, Float32
from models.images.drawings.prepared import PreparedDrawings
from models.images.gallery.gallery import Gallery
from models.images.input.transparency import on_clearest_background
from models.images.matching.colours import drawing_colours
from models.images.matching.keypoints import Keypoints, drawing_keypoints
from models.images.matching.reranker import Reranker

KEYPOINT_CACHE_SIZE = 2_048
"""Drawings whose keypoints stay in memory: about 26 MB; one costs 13 ms to detect."""

TOKEN_CACHE_SIZE = 4_096
"""Drawings whose tokens stay in memory: about 32 MB; one costs 8 ms, for each of eight references per region."""

COLOUR_CACHE_SIZE = 4_096
"""Drawings whose colours stay in memory: about 15 MB; one costs 2 ms."""


class DrawingCache:
    """Features of drawings by their entry in the gallery, in least-recently-used caches.

    Args:
        gallery: whose drawings they are.
        reranker: of the same encoder; None without one.
        prepared: folder of prepared drawings; it may lack some or all.

    Attributes:
        keypoints: of a drawing, by its entry.
        tokens: of a drawing, float16 (rows, columns, width), by its entry; only with a reranker.
        colours: of a drawing, float32 (n, 3) in CIELAB, by its entry.
    """

    def __init__(self, gallery: Gallery, reranker: Reranker | None, prepared: Path | None = None) -> None:
        known = PreparedDrawings.find(prepared, reranker) if prepared else None
        # Cached methods would refer to this object and keep a replaced gallery alive until garbage collection.
        self.keypoints = lru_cache(KEYPOINT_CACHE_SIZE)(partial(_keypoints, gallery, known))
        if reranker:
            self.tokens = lru_cache(TOKEN_CACHE_SIZE)(partial(_tokens, reranker, gallery, known))
        self.colours = lru_cache(COLOUR_CACHE_SIZE)(partial(_colours, gallery, known))


def _keypoints(gallery: Gallery, known: PreparedDrawings | None, entry: int) -> Keypoints:
    if known and (found := known.get(gallery.entries[entry].drawing)):
        return found.keypoints
    return drawing_keypoints(on_clearest_background(PIL.Image.fromarray(gallery.drawing(entry))))


def _tokens(reranker: Reranker, gallery: Gallery, known: PreparedDrawings | None, entry: int) -> Float16:
    if known and (found := known.get(gallery.entries[entry].drawing)):
        return found.tokens
    return reranker.drawing_tokens(PIL.Image.fromarray(gallery.drawing(entry)))


def _colours(gallery: Gallery, known: PreparedDrawings | None, entry: int) -> Float32:
    if known and (found := known.get(gallery.entries[entry].drawing)):
        return found.colours
    return drawing_colours(gallery.drawing(entry))
