"""What new emblems would catch before they are enrolled: in kept embeddings, and among harmless pictures.

The harmless pictures are the encoder's cohort, whose vectors ship with it. A cohort cannot normalise its own members,
so each half is scored against the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.arrays import Float32
from models.images.encoder.encoder import Encoder
from models.images.gallery.clashes import Clash, clashes
from models.images.gallery.embedding import embedded
from models.images.gallery.gallery import Gallery
from models.images.gallery.references import Drawing, GalleryError, ReferenceSource
from models.images.gallery.screening import DUPLICATE, Refuse
from models.images.kept.regions import quantized
from models.images.matching.emblems import load_cohort
from models.images.matching.retrieval import cohort_mean
from serving.batch.embeddings.layout import EmbeddingsFolder
from serving.batch.embeddings.search import EmblemSearch, Pictures, gallery_of, stream

POSSIBLE, LIKELY = 0.1, 0.5
"""Probabilities from which a picture possibly, and likely, shows the emblem."""


@dataclass(frozen=True)
class Catch:
    """Pictures that the emblems would catch.

    Attributes:
        pictures: compared.
        possible, likely: those with a probability of at least `POSSIBLE` and `LIKELY`.
    """

    pictures: int
    possible: int
    likely: int

    def __str__(self) -> str:
        """The counts in a line."""
        possible, likely = f"{self.possible} 可能 possible (≥{POSSIBLE})", f"{self.likely} 很可能 likely (≥{LIKELY})"
        return f"{self.pictures} 张 pictures: {possible}, {likely}"


@dataclass(frozen=True)
class Preview:
    """What new emblems would do.

    Attributes:
        harmless: among harmless pictures; whatever is caught there would be a false alarm.
        kept: in kept embeddings; None without any.
        clashes: references in force that the new ones resemble, in words.
    """

    harmless: Catch
    kept: Catch | None
    clashes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Lines for a terminal."""
        lines = [f"无害图片 harmless: {self.harmless}"]
        lines += [f"存量图片 kept embeddings: {self.kept}"] if self.kept else []
        return "\n".join([*lines, *(f"note: {clash}" for clash in self.clashes)])


def preview(  # noqa: PLR0913, PLR0917 - each caller has a rule of its own for what it cannot use
    encoder: Encoder,
    known: Gallery,
    sources: Sequence[ReferenceSource],
    embeddings: Path | None,
    limit: int | None = None,
    refuse: Refuse | None = None,
) -> Preview:
    """Compare new emblems with harmless pictures and kept ones; nothing is enrolled.

    Args:
        encoder: of the gallery in force.
        known: the gallery in force.
        sources: pictures of the emblems.
        embeddings: a folder of kept embeddings, if there is one.
        limit: kept pictures to compare, about; hashes are random, so the first ones are a sample.
        refuse: is told of every source that is a phrase, or whose picture cannot be used; raises the error if None.

    Raises:
        GalleryError: no source can be used.
        InputError: the embeddings are of another encoder.
    """
    compared = _compared(encoder, known, sources, embeddings, limit, refuse or _refuse)
    if compared is None:
        raise GalleryError("没有可以预览的图片 no picture can be previewed")
    return compared.preview()


def preview_each(  # noqa: PLR0913, PLR0917 - as of `preview`
    encoder: Encoder,
    known: Gallery,
    sources: Sequence[ReferenceSource],
    embeddings: Path | None,
    limit: int | None,
    refuse: Refuse,
) -> dict[str, Preview]:
    """The same of each emblem that can be used, by its id, if all of them were enrolled.

    Args:
        encoder, known, sources, embeddings, limit, refuse: as for `preview`.

    Raises:
        InputError: the embeddings are of another encoder.
    """
    compared = _compared(encoder, known, sources, embeddings, limit, refuse)
    return {one: compared.preview(one) for one in compared.references} if compared else {}


@dataclass(frozen=True)
class _Scores:
    """The highest score of each emblem on each picture that possibly shows it.

    Attributes:
        compared: pictures.
        best: by emblem and picture.
    """

    compared: int
    best: Mapping[tuple[str, bytes], float]

    def catch(self, reference_id: str | None) -> Catch:
        """Different pictures that an emblem, or any of them, would catch."""
        caught: dict[bytes, float] = {}
        for (name, sha256), score in self.best.items():
            if reference_id in {None, name}:
                caught[sha256] = max(score, caught.get(sha256, 0.0))
        return Catch(self.compared, len(caught), sum(score >= LIKELY for score in caught.values()))


@dataclass(frozen=True)
class _Compared:
    """New emblems, compared with pictures and with the references in force.

    Attributes:
        references: ids of the new ones, in order.
        harmless: of the halves of the cohort.
        kept: of kept embeddings; None without any.
        clashes: with references in force.
    """

    references: Sequence[str]
    harmless: Sequence[_Scores]
    kept: _Scores | None
    clashes: Sequence[Clash]

    def preview(self, reference_id: str | None = None) -> Preview:
        """What an emblem would do, or all of them."""
        halves = [scores.catch(reference_id) for scores in self.harmless]
        return Preview(
            Catch(*(sum(pair) for pair in zip(*map(_counts, halves), strict=True))),
            self.kept.catch(reference_id) if self.kept else None,
            tuple(str(clash) for clash in self.clashes if reference_id in {None, clash.reference_id}),
        )


def _compared(  # noqa: PLR0913, PLR0917 - as of `preview`
    encoder: Encoder,
    known: Gallery,
    sources: Sequence[ReferenceSource],
    embeddings: Path | None,
    limit: int | None,
    refuse: Refuse,
) -> _Compared | None:
    """The comparison; None if no source can be used."""
    found = embedded([source for source in sources if _is_drawing(source, refuse)], encoder, refuse)
    if not found:
        return None
    gallery, cohort = gallery_of(encoder, found), load_cohort(encoder)
    halves = np.ascontiguousarray(cohort[::2]), np.ascontiguousarray(cohort[1::2])
    harmless = [
        _scored(EmblemSearch(encoder, gallery, other), [_as_pictures(half, other)])
        for half, other in (halves, halves[::-1])
    ]
    kept = None
    if embeddings is not None:
        folder = EmbeddingsFolder.open(embeddings, encoder.fingerprint)
        kept = _scored(EmblemSearch(encoder, gallery), stream(folder), limit)
    joined = gallery_of(encoder, found, known)
    alike = tuple(clashes(joined.entries, joined.vectors, len(known.entries)))
    return _Compared([one.reference_id for one in gallery.references], harmless, kept, alike)


def _is_drawing(source: ReferenceSource, refuse: Refuse) -> bool:
    if isinstance(source, Drawing):
        return True
    refuse(GalleryError(f"{source.origin}: text: only pictures can be previewed", "value_invalid", "text"))
    return False


def _refuse(error: GalleryError) -> None:
    if error.code != DUPLICATE:
        raise error


def _counts(catch: Catch) -> tuple[int, int, int]:
    return catch.pictures, catch.possible, catch.likely


def _scored(search: EmblemSearch, shown: Iterable[Pictures], limit: int | None = None) -> _Scores:
    compared, best = 0, dict[tuple[str, bytes], float]()
    for pictures in shown:
        compared += len(pictures.sha256)
        for one in search(pictures, POSSIBLE):
            place = one.reference_id, one.sha256
            best[place] = max(one.score, best.get(place, 0.0))
        if limit is not None and compared >= limit:
            break
    return _Scores(compared, best)


def _as_pictures(vectors: Float32, cohort: Float32) -> Pictures:
    """Pictures of which only the whole is known, named by their number."""
    rounded, scales = quantized(vectors)
    names = np.zeros((len(vectors), 32), np.uint8)
    names[:, :4] = np.arange(len(vectors), dtype="<u4")[:, None].view(np.uint8)
    boxes = np.tile(np.array([0, 0, 255, 255], np.uint8), (len(vectors), 1, 1))
    means = cohort_mean(vectors, cohort).astype(np.float16)
    return Pictures(names, rounded[:, None], scales[:, None], means[:, None], boxes)
