"""Verification stage: compares crops of a picture's most promising regions with the drawings retrieved for them.

It costs more than retrieval, so only pictures whose retrieval scores or words justify it are verified. In each region
the embedding, keypoints, patch tokens, text and colours of the crop are compared with those of a few drawings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np

from models.arrays import Float32, Int64, Pixels
from models.boxes import as_box, crop, crop_to_picture
from models.images.drawings.cache import DrawingCache
from models.images.encoder.encoder import Embedding, Encoder, pool
from models.images.gallery.gallery import Gallery
from models.images.matching.calibration import Scorer
from models.images.matching.candidates import Candidates
from models.images.matching.colours import colour_distance, crop_colours
from models.images.matching.features import (
    VERIFICATION_FEATURES,
    Features,
    colour_features,
    crop_features,
    keypoint_features,
    retrieval_features,
    stacked,
    text_features,
    token_features,
)
from models.images.matching.keypoints import NO_AGREEMENT, Agreement, Keypoints, agreement, crop_keypoints
from models.images.matching.leads import nearest_regions, with_leads
from models.images.matching.localizer import Localizer
from models.images.matching.regions import (
    Region,
    compared_windows,
    crop_scale,
    is_apart,
    large_windows,
    select_regions,
    text_line_region,
)
from models.images.matching.reranker import RERANKER_WEIGHT, Reranker
from models.images.matching.retrieval import RetrievalScores, Retriever, top_references
from models.images.ocr.inscriptions import UNREAD, Inscriptions, PictureText
from models.profile import Box

MAX_REFERENCES = 4
"""References verified per region, each with one or two drawings: the nearest, then the reranker's likeliest."""

MIN_BOX_INLIERS = 6
"""Inliers from which the fitted drawing gives the evidence box, in place of the window or localizer."""

MIN_LETTERED_REFERENCES = 2
"""Retrieved references with text in their drawings from which a picture to be verified is read."""

KEYPOINTS_FROM = 0.01
"""Best score without any inlier from which keypoints are compared; seven in ten harmless pictures stay under it, and
none of 525 positives that keypoints decide (`docs/experiments/093-cascade-in-verification.md`)."""

MAX_NAMED_REFERENCES = 3
"""References that a picture's words add in each region; the first one's line of text may become a region."""


class RegionResult(NamedTuple):
    """The references verified in one region.

    Attributes:
        region: the region.
        pixels: its crop, RGB, uint8 (height, width, 3).
        references: int64 (n,), indices into the retriever's references.
        entries: for each reference the gallery's entries that were compared, one or two.
        similarities: float32 (n,), plain cosines, the greater of both stages.
        normalized: float32 (n,), normalised cosines of the crop.
        windows: n boxes of the crop, where each reference is nearest.
        features: `REGION_FEATURES` but for those of keypoints.
    """

    region: Region
    pixels: Pixels
    references: Int64
    entries: Sequence[Sequence[int]]
    similarities: Float32
    normalized: Float32
    windows: Sequence[Box]
    features: Features


Fit: TypeAlias = tuple[Agreement, int]
"""The best agreement with a reference's drawings, and the number of that drawing's keypoints."""


class Selection(NamedTuple):
    """The references to verify in one region.

    Attributes:
        chosen: int64 (n,), their indices in the scores.
        log_odds: float32 (n,), of the reranker; zero without one.
        entries: for each reference the gallery's entries to compare, one or two.
    """

    chosen: Int64
    log_odds: Float32
    entries: Sequence[Sequence[int]]


class Verifier:
    """Verifies the regions of a picture.

    Args:
        encoder: of the gallery.
        gallery: its drawings are compared with the crops.
        retriever: of the same gallery.
        prepared: folder of prepared drawings; None for none.

    Raises:
        EncoderError: the encoder's localizer or reranker cannot be used.
        ArtifactError: the gallery's drawings have text, and the OCR networks are not installed.
    """

    def __init__(self, encoder: Encoder, gallery: Gallery, retriever: Retriever, prepared: Path | None = None) -> None:
        self._encoder, self._retriever = encoder, retriever
        self._localizer, self._reranker = Localizer.load(encoder), Reranker.load(encoder)
        self._drawings = DrawingCache(gallery, self._reranker, prepared)
        self._inscriptions = Inscriptions(retriever.writings())

    def read(self, pixels: Pixels, retrieved: Candidates, is_likely: bool) -> PictureText:
        """Text of a picture that is worth reading; UNREAD where it would not lead to verification.

        Args:
            pixels: RGB, uint8 (height, width, 3).
            retrieved: candidates of the retrieval stage.
            is_likely: whether their scores justify verification.
        """
        is_lettered = np.count_nonzero(self._inscriptions.letters[retrieved.references]) >= MIN_LETTERED_REFERENCES
        if not (is_likely and is_lettered) and not self._inscriptions.may_have_text(pixels):
            return UNREAD
        read = self._inscriptions(pixels)
        return read if is_likely or any(words.justifies_verification for words in read.matches.values()) else UNREAD

    def __call__(
        self,
        pixels: Pixels,
        scores: RetrievalScores,
        windows: Sequence[Box],
        read: PictureText,
        score: Scorer,
    ) -> Candidates:
        """Candidates of the verification stage, one per region and reference.

        Keypoints are half of the work. They are only compared if some candidate is likely without them, for few of a
        harmless picture's candidates have any inliers.

        Args:
            pixels: RGB, uint8 (height, width, 3).
            scores: of the retrieval stage.
            windows: that may be verified, the likeliest first; empty if only the picture's words justify verification.
            read: from `read`; it matches some reference if there are no windows.
            score: probabilities of features in the order of `VERIFICATION_FEATURES`.
        """
        regions = self._regions(pixels, scores.embedding, windows, read)
        crops = [crop(pixels, region.crop) for region in regions]
        grids = self._encoder.grids(crops, crop_scale(self._localizer))
        scores = self._retriever.including(scores, _named(read))
        parts = zip(regions, crops, grids, strict=True)
        results = [self._compared(region, part, grid, scores, read) for region, part, grid in parts]
        unfitted = _joined(results, [self._no_agreements(result) for result in results])
        if score(unfitted.features).max() < KEYPOINTS_FROM:
            return unfitted
        return _joined(results, [self._agreements(result) for result in results])

    def _regions(self, pixels: Pixels, embedding: Embedding, windows: Sequence[Box], read: PictureText) -> list[Region]:
        locate = partial(self._localizer, pixels, embedding) if self._localizer else None
        regions = select_regions(pixels, windows, locate)
        lines = [text_line_region(read.matches[reference].box, pixels) for reference in _named(read)[:1]]
        return regions + [line for line in lines if is_apart(line.crop, (region.crop for region in regions))]

    def _compared(
        self, region: Region, pixels: Pixels, grid: tuple[Float32, ...], retrieved: RetrievalScores, read: PictureText
    ) -> RegionResult:
        """The references to verify in one region, whose crop has these pixels and this grid."""
        windows = large_windows(pool(*grid))
        of_crop = self._retriever(compared_windows(windows, self._localizer), windows)
        retrieved, of_crop = self._retriever.aligned(retrieved, of_crop)
        chosen, log_odds, entries = self._selected(pixels, grid[0], (retrieved, of_crop), _named(read))
        references = retrieved.references[chosen]
        features = {
            **retrieval_features(self._retriever, retrieved, chosen),
            **crop_features(self._retriever, of_crop, chosen, self._retriever.window_shares(windows, references)),
            **token_features(log_odds),
            **text_features(region.crop, references, read, self._inscriptions),
            **colour_features(self._colour_distances(pixels, entries)),
        }
        return RegionResult(
            region,
            pixels,
            references,
            entries,
            similarities=np.maximum(retrieved.similarity[chosen], of_crop.similarity[chosen]),
            normalized=of_crop.normalized[chosen],
            windows=[as_box(of_crop.embedding.boxes[window]) for window in of_crop.best_windows[chosen]],
            features=features,
        )

    def _selected(
        self, pixels: Pixels, grid: Float32, scores: tuple[RetrievalScores, RetrievalScores], named: Sequence[int]
    ) -> Selection:
        """The references to verify in a crop, by the scores of the picture and of the crop, and by name."""
        both = scores[0].normalized + scores[1].normalized
        by_name = np.flatnonzero(np.isin(scores[0].references, named))
        nearest = top_references(both)
        nearest = np.append(nearest, np.setdiff1d(by_name, nearest))
        entries = [self._entries(number, scores) for number in nearest.tolist()]
        log_odds = self._log_odds(pixels, grid, entries)
        rank = both[nearest] + RERANKER_WEIGHT * log_odds
        # The nearest and the named stay, for the reranker may be wrong about them.
        rank[np.isin(nearest, [nearest[0], *by_name])] = np.inf
        best = np.argsort(-rank, kind="stable")[: MAX_REFERENCES + len(by_name)]
        return Selection(nearest[best], log_odds[best], [entries[number] for number in best])

    def _entries(self, number: int, scores: Iterable[RetrievalScores]) -> list[int]:
        """The gallery's entries of a reference that picture and crop are nearest to, one or two."""
        return sorted({int(self._retriever.entries[some.best_rows[number]]) for some in scores})

    def _log_odds(self, pixels: Pixels, grid: Float32, entries: Sequence[Sequence[int]]) -> Float32:
        """The reranker's log odds of each reference, float32 (references,); zero without a reranker."""
        if self._reranker is None:
            return np.zeros(len(entries), np.float32)
        references = [[self._drawings.tokens(entry) for entry in some] for some in entries]
        return self._reranker(self._reranker.region_tokens(pixels, grid), references)

    def _agreements(self, result: RegionResult) -> list[Fit]:
        """The best fit of each reference."""
        keypoints = crop_keypoints(result.pixels)
        return [self._agreement(keypoints, some) for some in result.entries]

    def _no_agreements(self, result: RegionResult) -> list[Fit]:
        """What `_agreements` gives where no drawing fits."""
        return [(NO_AGREEMENT, self._drawings.keypoints(some[0]).count) for some in result.entries]

    def _agreement(self, keypoints: Keypoints, entries: Sequence[int]) -> Fit:
        drawings = [self._drawings.keypoints(entry) for entry in entries]
        found = [(agreement(keypoints, drawing), drawing.count) for drawing in drawings]
        return max(found, key=lambda pair: pair[0].inliers, default=(NO_AGREEMENT, 0))

    def _colour_distances(self, pixels: Pixels, entries: Sequence[Sequence[int]]) -> list[float]:
        """The least colour distance from a crop of each reference's drawings."""
        colours = crop_colours(pixels)
        return [min(colour_distance(self._drawings.colours(entry), colours) for entry in some) for some in entries]


def _named(read: PictureText) -> list[int]:
    return [*read.matches][:MAX_NAMED_REFERENCES]


def _boxes(result: RegionResult, fits: Sequence[Fit]) -> list[Box]:
    """Evidence boxes: the fitted drawing if it has enough inliers, else the localized emblem or best window."""
    region = result.region
    return [
        crop_to_picture(region.crop, fit.box)
        if fit.box and fit.inliers >= MIN_BOX_INLIERS
        else region.emblem or crop_to_picture(region.crop, window)
        for (fit, _), window in zip(fits, result.windows, strict=True)
    ]


def _joined(results: Sequence[RegionResult], fits: Sequence[Sequence[Fit]]) -> Candidates:
    """The candidates of all regions, each with the box of its reference's nearest region.

    Args:
        results: of each region.
        fits: of each region, one for each of its references.
    """
    references = np.concatenate([result.references for result in results])
    parts = [
        {**result.features, **keypoint_features(some, result.normalized)}
        for result, some in zip(results, fits, strict=True)
    ]
    features = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    boxes = [box for result, some in zip(results, fits, strict=True) for box in _boxes(result, some)]
    return Candidates(
        references,
        np.concatenate([result.similarities for result in results]),
        [boxes[row] for row in nearest_regions(references, features)],
        stacked(with_leads(references, features), VERIFICATION_FEATURES),
    )
