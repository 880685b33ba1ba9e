"""Embeds references for a gallery, on several processes where there are many.

All pictures of one reference are embedded by one process, for later ones leave out what earlier ones showed. Results
keep the order of the sources, so a gallery has the same bytes whatever the number of processes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence, Set
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
from tqdm import tqdm

from models.arrays import Float32
from models.images.encoder.encoder import Encoder, EncoderError
from models.images.encoder.phrases import PhraseEncoder, PhraseError
from models.images.encoder.prototypes import prototypes
from models.images.gallery.files import GalleryEntry
from models.images.gallery.references import Drawing, GalleryError, Phrase, ReferenceSource
from models.images.gallery.screening import Refuse
from models.images.input import thumbnails
from models.images.ocr.inscriptions import writing_of
from models.runtime.cores import cores

DUPLICATE_VARIANT_COSINE = 0.9
"""Cosine from which a variant duplicates one of its reference. At .97 the gallery was 1.6 times as large and found no
more."""

MAX_SILENT_PICTURES = 8
"""Pictures enrolled without a progress bar; they take a few seconds."""

MIN_POOLED_PICTURES = 16
"""Pictures from which processes are started: a process takes two seconds to start, a picture half a second."""


@dataclass(frozen=True, eq=False)
class Embedded:
    """A source, its entry, and the entry's vectors, unit float32 (dimension,) each: variants first, then prototypes."""

    source: ReferenceSource
    entry: GalleryEntry
    vectors: Sequence[Float32]


def embedded(
    sources: Sequence[ReferenceSource],
    encoder: Encoder,
    refuse: Refuse,
    with_prototypes: Set[str] = frozenset(),
    processes: int | None = None,
) -> list[Embedded]:
    """The sources with their vectors: first pictures, then phrases, each in order.

    Args:
        sources: none twice.
        refuse: is told of every source that cannot be embedded.
        with_prototypes: references that have prototypes already and get no further ones.
        processes: at most so many; None for one per core.
    """
    drawings = [source for source in sources if isinstance(source, Drawing)]
    phrases = [source for source in sources if isinstance(source, Phrase)]
    pooled = processes or (cores() if len(drawings) >= MIN_POOLED_PICTURES else 1)
    pictures = _of_drawings(drawings, encoder, refuse, with_prototypes, pooled)
    return [*pictures, *_of_phrases(phrases, encoder, refuse)]


def _of_drawings(
    drawings: Sequence[Drawing], encoder: Encoder, refuse: Refuse, with_prototypes: Set[str], processes: int
) -> list[Embedded]:
    """The drawings with their vectors, in order."""
    groups: dict[str, list[int]] = {}
    for number, drawing in enumerate(drawings):
        groups.setdefault(drawing.reference.reference_id, []).append(number)
    tasks = [([drawings[number] for number in group], name not in with_prototypes) for name, group in groups.items()]
    found: dict[int, Embedded] = {}
    silent = None if len(drawings) > MAX_SILENT_PICTURES else True
    with (
        closing(_results(tasks, encoder, processes)) as results,
        tqdm(total=len(drawings), desc="标志库 gallery", unit="", disable=silent) as progress,
    ):
        for group, results_of_group in zip(groups.values(), results, strict=True):
            for number, result in zip(group, results_of_group, strict=True):
                if isinstance(result, GalleryError):
                    refuse(result)
                else:
                    found[number] = result
            progress.update(len(group))
    return [found[number] for number in sorted(found)]


Task = tuple[Sequence[Drawing], bool]
"""All drawings of one reference, and whether its first one gets prototypes."""

Result = Embedded | GalleryError
"""What became of a drawing."""


def _results(tasks: Sequence[Task], encoder: Encoder, processes: int) -> Generator[list[Result], None, None]:
    """One list per task, in order, with one item per drawing."""
    if processes == 1 or len(tasks) < 2:
        yield from map(partial(_embed, encoder), tasks)
        return
    # A forked process would share the state of ONNX Runtime's and OpenCV's threads.
    start = get_context("spawn")
    try:
        with ProcessPoolExecutor(min(processes, len(tasks)), start, _start, (encoder.directory,)) as pool:
            yield from pool.map(_embed_in_worker, tasks)
    except BrokenProcessPool as error:
        raise GalleryError("a process that embeds pictures was ended, perhaps for lack of memory") from error


_worker_encoder: Encoder | None = None


def _start(encoder: Path) -> None:
    """Prepare a worker process, which uses one core."""
    global _worker_encoder  # noqa: PLW0603 - the state of a worker process
    cv2.setNumThreads(1)
    _worker_encoder = Encoder(encoder)


def _embed_in_worker(task: Task) -> list[Result]:
    assert _worker_encoder is not None  # noqa: S101 - `_start` ran
    return _embed(_worker_encoder, task)


def _embed(encoder: Encoder, task: Task) -> list[Result]:
    """The drawings of one reference, in order: each embedded, or the reason why it cannot be."""
    drawings, needs_prototypes = task
    known: list[Float32] = []
    made: list[Result] = []
    for drawing in drawings:
        try:
            made.append(_of_drawing(drawing, encoder, known, needs_prototypes and not known))
        except GalleryError as error:
            made.append(error)
    return made


def _of_drawing(drawing: Drawing, encoder: Encoder, known: list[Float32], needs_prototypes: bool) -> Embedded:
    picture = drawing.read()
    kept = _distinct([embedding.vectors[0] for embedding in encoder(picture.variants)], known)
    shown = thumbnails.decode_thumbnail(picture.thumbnail)
    means = prototypes(encoder, shown) if needs_prototypes else []
    entry = GalleryEntry(
        drawing.reference,
        picture.sha256,
        len(kept) + len(means),
        picture.thumbnail,
        prototypes=len(means),
        writing=writing_of(shown),
    )
    return Embedded(drawing, entry, [*kept, *means])


def _distinct(variants: Sequence[Float32], known: list[Float32]) -> list[Float32]:
    """The first variant, and the others that duplicate none in `known`; kept ones are appended to `known`."""
    kept = []
    for number, variant in enumerate(variants):
        if number == 0 or max(float(variant @ other) for other in known) < DUPLICATE_VARIANT_COSINE:
            known.append(variant)
            kept.append(variant)
    return kept


def _of_phrases(phrases: Sequence[Phrase], encoder: Encoder, refuse: Refuse) -> Iterator[Embedded]:
    """The phrases with their vectors, in order; refused are all without a text tower, and some by it."""
    tower: PhraseEncoder | None = None
    for phrase in phrases:
        try:
            tower = tower or PhraseEncoder(encoder.directory)
            entry = GalleryEntry(phrase.reference, phrase.sha256, 1, text=phrase.text)
            yield Embedded(phrase, entry, list(tower([phrase.text])))
        except (EncoderError, PhraseError) as error:
            refuse(phrase.fault(str(error)))
