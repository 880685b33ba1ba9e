"""A closer look at the places where a picture may show an emblem: retrieve, then verify.

The first look sees a small emblem in a wide cover as a few cells of its grid. Cut out and looked at by itself it is as
large as the gallery's drawings are, and its details can be compared with a drawing's. That costs more than the first
look, so only pictures that gave cause for it are looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple, cast

import cv2
import numpy as np
import PIL.Image

from models.boxes import area, as_box, crop, crop_to_picture, expanded, intersection, iou, with_margin
from models.images.encoder.encoder import Embedding, Encoder, pool
from models.images.gallery.gallery import Gallery
from models.images.input.transparency import on_clearest_background
from models.images.matching.calibration import CLOSER
from models.images.matching.colours import colour_distance, crop_colours, drawing_colours
from models.images.matching.keypoints import NO_AGREEMENT, Agreement, Keypoints, agreement, detect
from models.images.matching.localizer import REGION_MARGIN, Localizer
from models.images.matching.reranker import Reranker
from models.images.matching.retrieval import RetrievalScores, Retriever, top_references
from models.images.matching.strips import STRIP_MARGIN, find_strip
from models.images.ocr.inscriptions import UNREAD, Inscriptions, Reading
from models.profile import Box

MAX_REGIONS = 2
"""Places of a picture that are looked at closely for their looks; with a third one more than the time that an upload
has is gone, but few have words that name an emblem elsewhere."""

REGION_NMS_IOU = 0.5
"""Intersection over union below which two windows are different places."""

MAX_CONTAINMENT = 0.99
"""Part of a window within what is cut out around an emblem that was located, from which on it is no place of its own:
mostly it is a part of that emblem. Of 1,399 imitations of the validation fold and as many harmless pictures, recall@1
is .985 so, .986 without, at 0.3% .950 and .949, with 1.54 and 1.87 places."""

MAX_REFERENCES = 4
"""References verified per place, each with one or two of its drawings: the one that is nearest by both looks, and those
after it that the reranker makes most likely; those that the picture's words name are verified besides."""

RERANKER_WEIGHT = 0.1
"""Of the reranker's log odds, as a difference of cosines. With an earlier reranker, of 1,200 imitations of the
validation fold the right one was among the eight nearest of either place for .958, among these four for .954, by
cosines alone for .953."""

CROP_MARGIN = 0.06
"""Of its sides, what is cut out around an emblem that was located: where its edge lies within the place it is told to
within a bin, a twenty-fourth of the place's side."""

MIN_WINDOW_SIDE = 0.45
"""Smallest windows of the cutting that count, as parts of its side: the emblem fills most of it."""

REGION_SCALE, LOCALIZED_SCALE = 0.75, 0.5
"""Factors on the sides of the network's input for a place, and for an emblem that was located: either is seen about as
large as the trainer's are, in half or a quarter of the time."""

KEYPOINT_SIDE = 224
"""Square root of the area in pixels at which a place's details are looked for: a little more than the drawings have."""

MIN_DRAWING_SIDE = 128
"""Square root of the area in pixels that a drawing is enlarged to at least: the letters of a masthead that is kept 192
pixels wide are too low to have details. Of 177 imitations of lettering of the validation fold, cut to their lines, the
right drawing had 17 agreeing details as kept and 23 enlarged (median), and the best of 39 others 5 and 6."""

MIN_BOX_INLIERS = 6
"""Agreeing details from which their arrangement tells the emblem's place, whatever window or localizer say."""

CHANCE_INLIERS = 5
"""Agreeing details that harmless pictures reach: of 7,000 of the validation fold 2,450 were looked at closely, and
15 had more."""

MIN_LETTERED_REFERENCES = 2
"""References of the first look that say something, from which on a picture that is looked at closely is read."""

MAX_NAMED_REFERENCES = 3
"""References that a picture's words add to those verified, those with most letters in common; the first one's words are
a place, too."""

KEYPOINT_CACHE_SIZE, TOKEN_CACHE_SIZE, COLOUR_CACHE_SIZE = 512, 4_096, 4_096
"""Drawings whose keypoints, whose tokens and whose colours stay in memory: some 25, 32 and 20 MB. One that is not there
costs 11, 5 and 1 ms, the second for each of eight references at each place."""

Array = np.ndarray


@dataclass(frozen=True)
class Candidates:
    """References that one picture may show, and what is known of each.

    Attributes:
        references: int64 (n,), places in the detector's list of references, which begins with the matcher's.
        similarities: float32 (n,), plain cosines of what is shown as evidence.
        boxes: n boxes, where each was seen.
        features: float64 (n, features), in the order of `calibration.FIRST` or `calibration.CLOSER`.
    """

    references: Array
    similarities: Array
    boxes: Sequence[Box]
    features: Array

    def joined(self, others: Candidates) -> Candidates:
        """These, then others; without features, for each kind has its own."""
        references = np.concatenate([self.references, others.references])
        similarities = np.concatenate([self.similarities, others.similarities])
        return Candidates(references, similarities, [*self.boxes, *others.boxes], np.empty((len(references), 0)))


class Region(NamedTuple):
    """Where a picture is looked at closely.

    Attributes:
        window: of the first look, or what was read.
        emblem: what the localizer takes for the emblem there, or what was read; nothing without a localizer.
        cut: what is cut out.
    """

    window: Box
    emblem: Box | None
    crop: Box


def retrieved_candidates(matcher: Retriever, seen: RetrievalScores) -> Candidates:
    """The strongest references of a picture, best first by normalised similarity."""
    chosen = top_references(seen.normalized)
    similar, entire = seen.similarity[chosen], seen.whole_similarity[chosen]
    # A window inside a copy is as near as the whole; the whole is what a reviewer wants to be shown.
    windows = np.where(entire >= similar, 0, seen.best_windows[chosen])
    boxes = [as_box(seen.embedding.boxes[window]) for window in windows]
    features = retrieval_features(matcher, seen, chosen)
    return Candidates(seen.references[chosen], np.maximum(entire, similar), boxes, features)


def retrieval_features(matcher: Retriever, seen: RetrievalScores, chosen: Array) -> Array:
    """What the first look knows of some of its references, in the order of `calibration.FIRST`."""
    boxes = seen.embedding.boxes[seen.best_windows[chosen]]
    columns = [
        seen.normalized[chosen],
        seen.similarity[chosen],
        matcher.margins(seen, chosen),
        np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)),
        matcher.confusability[seen.best_rows[chosen]],
        seen.whole_normalized[chosen],
        seen.prototype_gain[chosen],
    ]
    return np.stack(columns, axis=1).astype(np.float64)


class Verifier:
    """Looks closely at the places of a picture.

    Args:
        encoder: of the gallery.
        gallery: its drawings are what details are compared with.
        matcher: of the same gallery.

    Raises:
        EncoderError: the encoder's localizer or reranker cannot be used.
        ArtifactError: the gallery says something, and the networks that read are not installed.
    """

    def __init__(self, encoder: Encoder, gallery: Gallery, matcher: Retriever) -> None:
        self._encoder, self._matcher = encoder, matcher
        self._localizer, self._reranker = Localizer.load(encoder), Reranker.load(encoder)
        # Of methods of its own it would hold itself, and a replaced gallery with it, until the collector comes.
        self._keypoints = lru_cache(KEYPOINT_CACHE_SIZE)(partial(_drawing_keypoints, gallery))
        if self._reranker:
            self._tokens = lru_cache(TOKEN_CACHE_SIZE)(partial(_drawing_tokens, self._reranker, gallery))
        self._shades = lru_cache(COLOUR_CACHE_SIZE)(partial(_drawing_shades, gallery))
        self._inscriptions = Inscriptions(matcher.writings())

    def read(self, pixels: Array, found: Candidates, is_likely: bool) -> Reading:
        """What a picture says, where it is worth reading and a closer look is taken, be it for what was read.

        Args:
            pixels: RGB, uint8 (height, width, 3).
            found: of the first look.
            is_likely: whether that gives cause for a closer one.
        """
        is_lettered = np.count_nonzero(self._inscriptions.letters[found.references]) >= MIN_LETTERED_REFERENCES
        if not (is_likely and is_lettered) and not self._inscriptions.are_likely(pixels):
            return UNREAD
        read = self._inscriptions(pixels)
        return read if is_likely or any(words.is_telling for words in read.alike.values()) else UNREAD

    def __call__(
        self, pixels: Array, seen: RetrievalScores, found: Candidates, order: Sequence[int], read: Reading
    ) -> Candidates:
        """What a closer look at the best places says, one row per place and reference.

        Args:
            pixels: RGB, uint8 (height, width, 3).
            seen, found: of the first look.
            order: candidates of `found`, the most likely first; none where words alone give cause for the look.
            read: as `read` gives it; like some reference where `order` is empty.
        """
        named = _named(read)
        locate = partial(self._localizer, pixels, seen.embedding) if self._localizer else None
        places = select_regions(pixels, (found.boxes[number] for number in order), locate)
        lines = [text_line_region(read.alike[reference].box, pixels) for reference in named[:1]]
        places += [line for line in lines if _is_apart(line.crop, (place.crop for place in places))]
        cuttings = [crop(pixels, place.crop) for place in places]
        looks = zip(places, cuttings, self._encoder.grids(cuttings, crop_scale(self._localizer)), strict=True)
        seen = self._matcher.including(seen, named)
        results = [self._look(place, cutting, grid, seen, read) for place, cutting, grid in looks]
        references = np.concatenate([result.references for result in results])
        features = np.concatenate([result.features for result in results])
        boxes = [box for result in results for box in result.boxes]
        return Candidates(
            references,
            np.concatenate([result.similarities for result in results]),
            [boxes[row] for row in nearest_regions(references, features)],
            with_leads(references, features),
        )

    def _look(
        self,
        place: Region,
        cutting: Array,
        grid: tuple[Array, ...],
        seen: RetrievalScores,
        read: Reading,
    ) -> Candidates:
        windows = large_windows(pool(*grid))
        seen, near = self._matcher.aligned(seen, self._matcher(compared_windows(windows, self._localizer), windows))
        chosen, likely, entries = self._verified(cutting, grid[0], (seen, near), _named(read))
        details = detect(_scaled(cutting, KEYPOINT_SIDE))
        agreements = [self._agreement(details, of_one) for of_one in entries]
        columns = [near.normalized[chosen], near.similarity[chosen], self._matcher.margins(near, chosen)]
        references = seen.references[chosen]
        columns += [near.prototype_gain[chosen], self._matcher.window_shares(windows, references)]
        columns += _geometry(agreements, near.normalized[chosen])
        columns += [likely]
        columns += _reading(place.crop, references, read, self._inscriptions)
        columns += [self._colours(cutting, entries)]
        first = retrieval_features(self._matcher, seen, chosen)
        found = [
            place.emblem or crop_to_picture(place.crop, as_box(near.embedding.boxes[near.best_windows[n]]))
            for n in chosen
        ]
        boxes = [
            crop_to_picture(place.crop, agreed.box) if agreed.box and agreed.inliers >= MIN_BOX_INLIERS else box
            for (agreed, _), box in zip(agreements, found, strict=True)
        ]
        similarities = np.maximum(seen.similarity[chosen], near.similarity[chosen])
        return Candidates(references, similarities, boxes, np.column_stack([first, *columns]))

    def _verified(
        self, cutting: Array, grid: Array, looks: tuple[RetrievalScores, RetrievalScores], named: Sequence[int]
    ) -> tuple[Array, Array, list[list[int]]]:
        """Which references are verified at a place: where they are in both looks, what the reranker says of each, and
        the gallery's entries that the looks were nearest to.
        """
        both = looks[0].normalized + looks[1].normalized
        spoken = np.flatnonzero(np.isin(looks[0].references, named))
        nearest = top_references(both)
        nearest = np.append(nearest, np.setdiff1d(spoken, nearest))
        entries = [self._entries(number, looks) for number in nearest]
        likely = self._reranked(cutting, grid, entries)
        promising = both[nearest] + RERANKER_WEIGHT * likely
        # The reranker may be wrong about the nearest one, which has most to say for it, and about what is read.
        promising[np.isin(nearest, [nearest[0], *spoken])] = np.inf
        best = np.argsort(-promising, kind="stable")[: MAX_REFERENCES + len(spoken)]
        return nearest[best], likely[best], [entries[number] for number in best]

    def _colours(self, cutting: Array, entries: Sequence[Sequence[int]]) -> Array:
        """How far the colours of some references' drawings, of each the nearest, are from the place's."""
        place = crop_colours(cutting)
        return np.array([min(colour_distance(self._shades(entry), place) for entry in of_one) for of_one in entries])

    def _entries(self, number: int, looks: Iterable[RetrievalScores]) -> list[int]:
        """The gallery's entries of a reference that the looks were nearest to, one or two."""
        return sorted({int(self._matcher.entries[look.best_rows[number]]) for look in looks})

    def _agreement(self, details: Keypoints, entries: Sequence[int]) -> tuple[Agreement, int]:
        """The best agreement with some drawings, and how many details that one has."""
        drawings = [self._keypoints(entry) for entry in entries]
        found = [(agreement(details, drawing), drawing.count) for drawing in drawings]
        return max(found, key=lambda pair: pair[0].inliers, default=(NO_AGREEMENT, 0))

    def _reranked(self, cutting: Array, grid: Array, entries: Sequence[Sequence[int]]) -> Array:
        """What the reranker says of each reference, float32 (references,); zero without one."""
        if self._reranker is None:
            return np.zeros(len(entries), np.float32)
        references = [[self._tokens(entry) for entry in of_one] for of_one in entries]
        return self._reranker(self._reranker.region_tokens(cutting, grid), references)


def _drawing_keypoints(gallery: Gallery, entry: int) -> Keypoints:
    return detect(enlarged(on_clearest_background(PIL.Image.fromarray(gallery.drawing(entry)))))


def _drawing_tokens(reranker: Reranker, gallery: Gallery, entry: int) -> Array:
    return reranker.drawing_tokens(PIL.Image.fromarray(gallery.drawing(entry)))


def _drawing_shades(gallery: Gallery, entry: int) -> Array:
    return drawing_colours(gallery.drawing(entry))


def _named(read: Reading) -> list[int]:
    return [*read.alike][:MAX_NAMED_REFERENCES]


def _reading(place: Box, references: Array, read: Reading, inscriptions: Inscriptions) -> list[Array]:
    """What words say of some references at a place, in the order of `calibration.READING`."""
    alike = read.at(place)
    found = [alike.get(reference) for reference in references.tolist()]
    likeness = np.array([words.likeness if words else 0.0 for words in found])
    intersection = np.log1p([words.letters if words else 0.0 for words in found])
    drawn = [(reference, inscriptions.writings[reference]) for reference in references.tolist()]
    besides = np.log1p([read.besides(reference, own, place) if own else 0.0 for reference, own in drawn])
    letters = inscriptions.letters[references]
    return [likeness, intersection, besides, np.zeros(len(letters)) if read is UNREAD else np.log1p(letters)]


def _geometry(agreements: Sequence[tuple[Agreement, int]], similar: Array) -> list[Array]:
    """What details say, in the order of `calibration.GEOMETRY`."""
    agreeing = np.array([found.inliers for found, _ in agreements])
    count = np.array([count for _, count in agreements])
    details, richness = np.log1p(agreeing), np.log1p(count)
    beyond = np.maximum(details - np.log1p(CHANCE_INLIERS), 0)
    return [details, beyond, richness, agreeing / np.maximum(count, 1), similar * richness]


def nearest_regions(references: Array, features: Array) -> Array:
    """For each candidate the row of its reference's nearest place: at another one it is not what is shown.

    Args:
        references: int64 (n,).
        features: float64 (n, features), in the order of `calibration.CLOSER`, with or without what comes last.

    Returns:
        int64 (n,).
    """
    nearness = features[:, CLOSER.index("closer_normalized")] + RERANKER_WEIGHT * features[:, CLOSER.index("cells")]
    same = references[:, None] == references[None, :]
    return cast(Array, np.where(same, nearness[None, :], -np.inf).argmax(axis=1))


def with_leads(references: Array, features: Array) -> Array:
    """What is known of each candidate, and beside it how it and its reference stand among the others:
    `calibration.LEADS`.

    Words and colours are a reference's, not a place's: what it shares with any place speaks for it, and what its
    nearest place has otherwise speaks against it, at a place that shows something else as well.

    Args:
        references: int64 (n,).
        features: float64 (n, features), all but the leads.
    """
    same, nearest = references[:, None] == references[None, :], nearest_regions(references, features)
    known = {name: features[:, CLOSER.index(name)] for name in CLOSER[: features.shape[1]]}
    known |= {name: _greatest(known[name], same) for name in ("reading", "letters")}
    known |= {name: known[name][nearest] for name in ("unlike_in_letters", "unlike_in_colours")}
    both = known["normalized"] + known["closer_normalized"]
    leads = [both.argmax() == np.arange(len(both)), both - both.max()]
    leads += [values - values.max() for values in (known["details"], known["cells"])]
    leads += [known["letters"] - _of_others(known["letters"], same)]
    leads += [known["unlike_in_colours"].min() - known["unlike_in_colours"]]
    best = [_greatest(known[name], same) for name in ("closer_normalized", "details", "cells")]
    ahead = [values - _of_others(values, same) for values in best]
    return np.column_stack([*known.values(), *leads, *best, *ahead])


def _greatest(values: Array, among: Array) -> Array:
    """The greatest of some values for each candidate.

    Args:
        values: float64 (n,).
        among: bool (n, n), which count for each.
    """
    return cast(Array, np.where(among, values[None, :], -np.inf).max(axis=1))


def _of_others(values: Array, same: Array) -> Array:
    """The greatest value of any other reference, for each candidate; zero where there is none.

    Args:
        values: float64 (n,).
        same: bool (n, n), which are of one reference.
    """
    return np.where(same.all(axis=1), 0.0, _greatest(values, ~same))


def select_regions(
    pixels: Array, boxes: Iterable[Box], locate: Callable[[Box, list[Box]], Box] | None = None
) -> list[Region]:
    """Where a picture, (height, width, 3), is looked at closely: at most `LOOKS` places that lie apart.

    Args:
        boxes: windows of the first look, the most likely first.
        locate: tells from a window with what is around it, or a strip in that, where its emblem is; it is given those
            that were located before, too.
    """
    places: list[Region] = []
    tried: list[Box] = []
    for window in boxes:
        if len(places) == MAX_REGIONS or not _is_apart(window, tried) or _is_seen(window, places):
            continue
        tried.append(window)
        wide = with_context_or_strip(pixels, window)
        emblem = locate(wide, [place.emblem for place in places if place.emblem]) if locate else None
        place = Region(window, emblem, with_margin(emblem, CROP_MARGIN) if emblem else wide)
        is_window = emblem is None and wide == with_context(window)
        if is_window or _is_apart(place.crop, (other.crop for other in places)):
            places.append(place)
    return places


def with_context_or_strip(pixels: Array, window: Box) -> Box:
    """A window of a picture, (height, width, 3), with what is around it, or the strip in that."""
    around = with_context(window)
    strip = find_strip(crop(pixels, around))
    return crop_to_picture(around, strip) if strip else around


def text_line_region(box: Box, pixels: Array) -> Region:
    """A line of a picture, (height, width, 3), with as much around it as around a strip, as far as the picture goes."""
    down = STRIP_MARGIN * (box[3] - box[1])
    return Region(box, box, expanded(box, down * pixels.shape[0] / pixels.shape[1], down))


def _is_apart(box: Box, others: Iterable[Box]) -> bool:
    return all(iou(box, other) < REGION_NMS_IOU for other in others)


def _is_seen(window: Box, places: Iterable[Region]) -> bool:
    """Whether a window lies within what is cut out around an emblem that was located."""
    return any(place.emblem and intersection(window, place.crop) >= MAX_CONTAINMENT * area(window) for place in places)


def with_context(box: Box) -> Box:
    """A window with what is around it, as far as the picture goes."""
    return with_margin(box, REGION_MARGIN)


def enlarged(drawing: Array) -> Array:
    """A drawing, RGB uint8 (height, width, 3), large enough for details."""
    return _scaled(drawing, max(_side(drawing), MIN_DRAWING_SIDE))


def _side(pixels: Array) -> float:
    """Square root of a picture's area."""
    return float((pixels.shape[0] * pixels.shape[1]) ** 0.5)


def _scaled(pixels: Array, side: float) -> Array:
    scale = side / _side(pixels)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = (max(round(pixels.shape[1] * scale), 1), max(round(pixels.shape[0] * scale), 1))
    return cv2.resize(pixels, size, interpolation=way)


def large_windows(embedding: Embedding) -> Embedding:
    """The windows of a cutting that its emblem may fill."""
    sides = np.sqrt(np.prod(embedding.boxes[:, 2:] - embedding.boxes[:, :2], axis=1))
    large = sides >= MIN_WINDOW_SIDE
    large[0] = True
    return Embedding(embedding.vectors[large], embedding.boxes[large])


def compared_windows(windows: Embedding, localizer: Localizer | None) -> Embedding:
    """What of a cutting is compared with drawings: the whole alone, where an emblem that was located fills it.

    Args:
        windows: the large ones.
    """
    return Embedding(windows.vectors[:1], windows.boxes[:1]) if localizer else windows


def crop_scale(localizer: Localizer | None) -> float:
    """Factor on the sides of the network's input for what is cut out."""
    return LOCALIZED_SCALE if localizer else REGION_SCALE
