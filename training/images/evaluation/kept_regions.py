"""How many regions of a picture must be kept so that an emblem that is enrolled later is still found.

Each imitation is scored against the emblem that it shows, each harmless picture against every one of these emblems, as
`huijian rescore` does: by the greatest normalised cosine of any kept vector. Kept are the whole picture and a few of
its windows, by several ways to choose them.

    .venv/bin/python -m training.images.evaluation.kept_regions MANIFEST.jsonl
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from models.arrays import Float32, Int64
from models.images.encoder.encoder import Embedding, Encoder
from models.images.gallery.gallery import Gallery
from models.images.input.decode import decode
from models.images.kept.regions import dequantized, quantized, typical
from models.images.matching.emblems import load_cohort
from models.images.matching.retrieval import REFERENCE_COHORT_WEIGHT, cohort_mean
from models.profile import Field
from models.settings import Settings
from training.images.evaluation.manifest import field_of, read_manifest

COUNTS = (0, 1, 2, 4, 6, 8, 12, 16)
"""Windows kept besides the whole picture."""

FALSE_ALARMS = (0.01, 0.001)
"""Shares of pairs of harmless picture and emblem that reach the threshold."""

Choose = Callable[[Embedding, Float32, int], Int64]
"""Indices of the windows to keep, from the embedding, the windows' cohort means and how many."""


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path)
    options = parser.parse_args()
    settings = Settings.from_environment()
    encoder = Encoder(settings.encoder_directory())
    gallery, cohort = Gallery.load(settings.gallery_directory(), encoder), load_cohort(encoder)
    rows = read_manifest(options.manifest)
    rows = [row for row in rows if row["label"] == "neg" or row["reference_id"] in gallery.known_ids]
    pictures = [
        _embedding(encoder, options.manifest.parent / row["path"], field_of(row)) for row in tqdm(rows, disable=None)
    ]
    shown = [row["reference_id"] for row in rows]
    emblems = {name: _columns(gallery, name, cohort) for name in sorted({name for name in shown if name})}
    print(
        f"{len([name for name in shown if name])} imitations of {len(emblems)} emblems, {shown.count(None)} harmless\n"
    )
    print(f"{'windows kept':<24}{'bytes':>8}" + "".join(f"{f'recall at {rate:.1%}':>16}" for rate in FALSE_ALARMS))
    means = [cohort_mean(picture.vectors, cohort) for picture in pictures]
    everything = [np.arange(len(picture.vectors)) for picture in pictures]
    _print_row("all, float32", 0, _recalls(pictures, means, everything, shown, emblems))
    for name, choose in WAYS.items():
        for count in COUNTS if choose is typical_windows else COUNTS[1:]:
            kept = [choose(picture, mean, count) for picture, mean in zip(pictures, means, strict=True)]
            rounded = [_rounded(picture) for picture in pictures]
            size = (1 + count) * (encoder.dimension + 8)
            _print_row(f"{count} {name}", size, _recalls(rounded, means, kept, shown, emblems))


def typical_windows(picture: Embedding, _: Float32, count: int) -> Int64:
    """The whole picture and the windows that together are nearest to all others."""
    return typical(picture.vectors, count)


def unusual_windows(_: Embedding, means: Float32, count: int) -> Int64:
    """The whole picture and the windows that are least like harmless pictures."""
    return np.append(0, 1 + np.argsort(means[1:], kind="stable")[:count])


def spread_windows(picture: Embedding, _means: Float32, count: int) -> Int64:
    """The whole picture and windows each of which is the least like those before (Gonzalez 1985)."""
    chosen = [0]
    nearest = picture.vectors @ picture.vectors[0]
    for _ in range(min(count, len(nearest) - 1)):
        nearest[chosen[-1]] = np.inf
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, picture.vectors @ picture.vectors[chosen[-1]])
    return np.array(chosen)


WAYS: Mapping[str, Choose] = {"typical": typical_windows, "unusual": unusual_windows, "spread": spread_windows}


def _embedding(encoder: Encoder, file: Path, field: Field) -> Embedding:
    (embedding,) = encoder.embed_tiled([decode(file.read_bytes(), field)[0].pixels])
    return Embedding(embedding.vectors, embedding.boxes)


def _columns(gallery: Gallery, name: str, cohort: Float32) -> tuple[Float32, Float32]:
    """Vectors of an emblem's rows, (rows, dimension), and what is subtracted from their cosines, (rows,)."""
    rows = [row for row in range(len(gallery.vectors)) if gallery.reference_of(row).reference_id == name]
    vectors = gallery.vectors[rows]
    return vectors, REFERENCE_COHORT_WEIGHT * cohort_mean(vectors, cohort)


def _rounded(picture: Embedding) -> Embedding:
    return Embedding(dequantized(*quantized(picture.vectors)), picture.boxes)


def _recalls(
    pictures: Sequence[Embedding],
    means: Sequence[Float32],
    kept: Sequence[Int64],
    shown: Sequence[str | None],
    emblems: Mapping[str, tuple[Float32, Float32]],
) -> list[float]:
    """Recall at each rate of `FALSE_ALARMS`."""
    right, wrong = [], []
    for picture, mean, windows, name in zip(pictures, means, kept, shown, strict=True):
        vectors, offsets = picture.vectors[windows], mean[windows]
        if name:
            right.append(_score(vectors, offsets, *emblems[name]))
        else:
            wrong += [_score(vectors, offsets, *columns) for columns in emblems.values()]
    return [float(np.mean(np.array(right) > threshold)) for threshold in np.quantile(wrong, 1 - np.array(FALSE_ALARMS))]


def _score(vectors: Float32, means: Float32, columns: Float32, offsets: Float32) -> float:
    return float((vectors @ columns.T - means[:, None] - offsets).max())


def _print_row(name: str, size: int, recalls: Iterable[float]) -> None:
    print(f"{name:<24}{size or '':>8}" + "".join(f"{recall:>16.3f}" for recall in recalls), flush=True)


if __name__ == "__main__":
    main()
