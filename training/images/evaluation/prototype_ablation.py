"""Ablation of prototypes: recall of the retrieval stage with all kinds, with none, and with one left out.

Emblems of the validation fold are imitated by the benchmark's code (`edits.py`). The reference with the highest
normalised cosine answers. Takes a quarter of an hour on one core.

    .venv/bin/python -m training.images.evaluation.prototype_ablation
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from models.arrays import Bool, Pixels
from models.images.encoder.encoder import Embedding, Encoder
from models.images.encoder.prototypes import ALTERATIONS, altered_copies
from models.images.gallery.files import Contents, build_index
from models.images.gallery.gallery import Gallery
from models.images.matching.emblems import load_cohort
from models.images.matching.retrieval import Retriever
from models.settings import Settings
from training.images.common.measures import threshold_for
from training.images.common.split import Fold
from training.images.data import cohort, validation
from training.images.sources.backgrounds import VALIDATION_PHOTOS, Backgrounds
from training.images.sources.graphics import Graphics, load_graphics
from training.images.sources.marks import is_mark
from training.images.synthesis import edits, portraits
from training.images.synthesis.scenes import TYPEFACES, Picture, Scene

HARMLESS_COUNT = 1_500
"""Harmless pictures that set the thresholds."""

FALSE_POSITIVE_RATES = (0.01, 0.003)
TABLE_KINDS = ("copy", "one_colour", "rotated", "crop", "by_hand", "other_style", "several", "corner")
"""Kinds of imitation with a column of their own, at the first of the FALSE_POSITIVE_RATES."""


@dataclass(frozen=True)
class Query:
    """An embedded picture.

    Attributes:
        embedding: its windows.
        name: the reference that it imitates; None for a harmless one.
        kind: of imitation; empty for a harmless one.
    """

    embedding: Embedding
    name: str | None = None
    kind: str = ""


def main(
    encoder: Annotated[Path | None, typer.Option(help="Artefact folder; by default the encoder in force.")] = None,
    emblems: Annotated[int, typer.Option(help="Imitated, each in every way.")] = 150,
) -> None:
    """Print the table: a row for each gallery."""
    used = Encoder(encoder or Settings.from_environment().encoder_directory())
    rendered, rng = load_graphics(), np.random.default_rng(2)
    with tempfile.TemporaryDirectory() as scratch:
        gallery, imitable = validation.calibration_gallery(used, rendered, Path(scratch), None)
    queries = [*imitations(used, rendered, imitable, rng, emblems), *harmless(used, rendered, rng)]
    kinds = kinds_of(gallery)
    galleries = {"none": gallery_of(gallery, kinds == "")}
    galleries |= {f"all but {kind}": gallery_of(gallery, kinds != kind) for kind in ALTERATIONS}
    print("| prototypes | rows | recall@1 | at 1% | at 0.3% | " + " | ".join(TABLE_KINDS) + " |")
    print("|---" * (5 + len(TABLE_KINDS)) + "|")
    for name, known in {**galleries, "all": gallery}.items():
        print(f"| {name} | {len(known.vectors)} | {row(known, used, queries)} |", flush=True)


def imitations(
    encoder: Encoder,
    rendered: Graphics,
    imitable: Mapping[str, validation.GalleryEmblem],
    rng: np.random.Generator,
    emblems: int,
) -> Iterator[Query]:
    """Some of the gallery's references, imitated in every way of the benchmark."""
    names = sorted(imitable)
    chosen = [names[number] for number in sorted(rng.permutation(len(names))[:emblems])]
    others = rendered.rows(lambda item: item.harmless and not is_mark(item) and item.fold is Fold.VALIDATION)
    other = lambda: opened(rendered.drawing(int(rng.choice(others))))  # noqa: E731 - what a scene asks for
    scene = Scene(rng, Backgrounds.load(VALIDATION_PHOTOS), other, partial(portraits.portrait, rng), TYPEFACES)
    for name in tqdm(chosen, "imitations"):
        for kind, imitate in edits.IMITATION_KINDS.items():
            drawings = imitable[name].drawings
            made = imitate(scene, opened(drawings[int(rng.integers(len(drawings)))]))
            yield Query(windows_of(encoder, np.array(made.picture.convert("RGB"))), name, kind)


def opened(drawn: Pixels) -> Picture:
    """A drawing at twice its size, for the benchmark's drawings are larger than the trainer's."""
    drawing = Image.fromarray(np.ascontiguousarray(drawn))
    return drawing.resize((2 * drawing.width, 2 * drawing.height))


def harmless(encoder: Encoder, rendered: Graphics, rng: np.random.Generator) -> Iterator[Query]:
    """Negatives of the validation fold."""
    rest = cohort.harmless_halves(rendered)[1]
    _, others = cohort.invented_negatives(rendered, None)
    samples = validation.negative_samples(rendered, rest, others, rng, HARMLESS_COUNT)
    for sample in tqdm(samples, "harmless", HARMLESS_COUNT):
        yield Query(windows_of(encoder, sample.picture))


def windows_of(encoder: Encoder, picture: Pixels) -> Embedding:
    """A picture's windows without their grids, which would take a gigabyte for thousands of pictures."""
    return replace(encoder([picture])[0], grids=())


def kinds_of(gallery: Gallery) -> NDArray[np.str_]:
    """Kind of prototype of each row, str (rows,); empty for rows of drawings."""
    kinds: list[str] = []
    for number, entry in enumerate(gallery.entries):
        known = list(altered_copies(gallery.drawing(number))) if entry.prototypes else []
        kinds += [""] * (entry.rows - entry.prototypes) + known
    return np.array(kinds)


def gallery_of(gallery: Gallery, kept: Bool) -> Gallery:
    """The same references with the kept rows, bool (rows,)."""
    ends = np.cumsum([entry.rows for entry in gallery.entries])
    counts = [int(part.sum()) for part in np.split(kept, ends[:-1])]
    entries = [replace(entry, rows=count, prototypes=0) for entry, count in zip(gallery.entries, counts, strict=True)]
    return Gallery(Contents("made", "made", tuple(entries), build_index(gallery.vectors[kept])))


def row(gallery: Gallery, encoder: Encoder, queries: Sequence[Query]) -> str:
    """Recall@1, recall at each of the FALSE_POSITIVE_RATES, and at the first of them by kind, as cells of a table."""
    retriever = Retriever(gallery, load_cohort(encoder))
    found = [retriever(query.embedding) for query in queries]
    scores = np.array([one.normalized.max() for one in found])
    best = [retriever.references[one.references[one.normalized.argmax()]].reference_id for one in found]
    names, kinds = [query.name for query in queries], np.array([query.kind for query in queries])
    right, unprotected = np.array([a == b for a, b in zip(best, names, strict=True)]), kinds == ""
    limits = [threshold_for(scores[unprotected], share) for share in FALSE_POSITIVE_RATES]
    passed = [right, *(right & (scores > limit) for limit in limits)]
    values = [values[~unprotected].mean() for values in passed]
    values += [passed[1][kinds == kind].mean() for kind in TABLE_KINDS]
    return " | ".join(f"{value:.3f}" for value in values)


if __name__ == "__main__":
    typer.run(main)
