"""What each kind of prototype brings to the first look: a gallery with all of them, with none, and with one left out.

Imitations of the validation fold's emblems, made by the benchmark's code (`edits.py`), beside harmless pictures; the
nearest reference by normalised similarity answers. A quarter of an hour on one core.

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
from PIL import Image
from tqdm import tqdm

from models.images.encoder.encoder import Embedding, Encoder
from models.images.encoder.prototypes import KINDS, changed
from models.images.gallery.files import Contents, index_of
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

HARMLESS_COUNT, FALSE_POSITIVE_RATES = 1_500, (0.01, 0.003)
TABLE_KINDS = ("copy", "one_colour", "rotated", "crop", "by_hand", "other_style", "several", "corner")
"""Kinds of imitation that the table names, by recall at the first share; recall of all is of all kinds."""

Array = np.ndarray


@dataclass(frozen=True)
class Query:
    """A picture as the encoder sees it, which reference it imitates and how; nothing where it is harmless."""

    embedding: Embedding
    name: str | None = None
    kind: str = ""


def main(
    encoder: Annotated[Path | None, typer.Option(help="Artefact folder; by default the encoder in force.")] = None,
    emblems: Annotated[int, typer.Option(help="Imitated, each in every way.")] = 150,
) -> None:
    """Print recall of the first look for galleries that know more and less."""
    used = Encoder(encoder or Settings.from_environment().encoder_directory())
    rendered, rng = load_graphics(), np.random.default_rng(2)
    with tempfile.TemporaryDirectory() as scratch:
        gallery, imitable = validation.calibration_gallery(used, rendered, Path(scratch), None)
    queries = [*imitations(used, rendered, imitable, rng, emblems), *harmless(used, rendered, rng)]
    kinds = kinds_of(gallery)
    galleries = {"none": gallery_of(gallery, kinds == "")}
    galleries |= {f"all but {kind}": gallery_of(gallery, kinds != kind) for kind in KINDS}
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
    """Some of the gallery's references in every way of the benchmark."""
    names = sorted(imitable)
    chosen = [names[place] for place in sorted(rng.permutation(len(names))[:emblems])]
    others = rendered.rows(lambda item: item.harmless and not is_mark(item) and item.fold is Fold.VALIDATION)
    other = lambda: opened(rendered.drawing(int(rng.choice(others))))  # noqa: E731 - what a scene asks for
    scene = Scene(rng, Backgrounds.load(VALIDATION_PHOTOS), other, partial(portraits.portrait, rng), TYPEFACES)
    for name in tqdm(chosen, "imitations"):
        for kind, imitate in edits.IMITATION_KINDS.items():
            drawings = imitable[name].drawings
            made = imitate(scene, opened(drawings[int(rng.integers(len(drawings)))]))
            yield Query(windows_of(encoder, np.array(made.picture.convert("RGB"))), name, kind)


def opened(drawn: Array) -> Picture:
    """A drawing at twice its size, as the benchmark's are larger than what the trainer keeps."""
    drawing = Image.fromarray(np.ascontiguousarray(drawn))
    return drawing.resize((2 * drawing.width, 2 * drawing.height))


def harmless(encoder: Encoder, rendered: Graphics, rng: np.random.Generator) -> Iterator[Query]:
    """Pictures of the validation fold that imitate nobody."""
    rest = cohort.harmless_halves(rendered)[1]
    _, others = cohort.invented_negatives(rendered, None)
    for sample in tqdm(
        validation.negative_samples(rendered, rest, others, rng, HARMLESS_COUNT), "harmless", HARMLESS_COUNT
    ):
        yield Query(windows_of(encoder, sample.picture))


def windows_of(encoder: Encoder, picture: Array) -> Embedding:
    """A picture's windows without the grid that they were pooled from: of thousands, grids take a gigabyte."""
    return replace(encoder([picture])[0], grids=())


def kinds_of(gallery: Gallery) -> Array:
    """The kind of prototype that each row is, str (rows,); empty for looks."""
    kinds: list[str] = []
    for number, entry in enumerate(gallery.entries):
        known = list(changed(gallery.drawing(number))) if entry.prototypes else []
        kinds += [""] * (entry.rows - entry.prototypes) + known
    return np.array(kinds)


def gallery_of(gallery: Gallery, kept: Array) -> Gallery:
    """The same references with some of their rows."""
    ends = np.cumsum([entry.rows for entry in gallery.entries])
    counts = [int(part.sum()) for part in np.split(kept, ends[:-1])]
    entries = [replace(entry, rows=count, prototypes=0) for entry, count in zip(gallery.entries, counts, strict=True)]
    return Gallery(Contents("made", "made", tuple(entries), index_of(gallery.vectors[kept])))


def row(gallery: Gallery, encoder: Encoder, queries: Sequence[Query]) -> str:
    """Recall@1, recall at each share of harmless pictures, and at the first of these by kind, for a table."""
    matcher = Retriever(gallery, load_cohort(encoder))
    looks = [matcher(query.embedding) for query in queries]
    scores = np.array([look.normalized.max() for look in looks])
    best = [matcher.references[look.references[look.normalized.argmax()]].reference_id for look in looks]
    names, kinds = [query.name for query in queries], np.array([query.kind for query in queries])
    right, unprotected = np.array([a == b for a, b in zip(best, names, strict=True)]), kinds == ""
    limits = [threshold_for(scores[unprotected], share) for share in FALSE_POSITIVE_RATES]
    passed = [right, *(right & (scores > limit) for limit in limits)]
    values = [values[~unprotected].mean() for values in passed]
    values += [passed[1][kinds == kind].mean() for kind in TABLE_KINDS]
    return " | ".join(f"{value:.3f}" for value in values)


if __name__ == "__main__":
    typer.run(main)
