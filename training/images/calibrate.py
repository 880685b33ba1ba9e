"""From similarities to probabilities that hold for any gallery: the cohort and the calibration of an encoder.

Fitted on owners and harmless pictures of the validation fold, in a gallery of those owners, so that nothing depends on
what a platform enrols. The threshold one half is placed where few harmless pictures pass, for an account refused
without cause costs more than an imitation that a reader reports.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from models.images import gallery as galleries
from models.images.emblems import FEATURES, Calibration, EmblemDetector
from models.images.encoder import Encoder
from models.images.gallery import Gallery
from models.images.variants import variants
from models.profile import Label
from training.images.backgrounds import TRAINING_PHOTOS, VALIDATION_PHOTOS, Backgrounds, Size
from training.images.graphics import Graphics, load
from training.images.imitations import harmless, imitate, initials, reference
from training.images.split import Fold

COHORT_GRAPHICS, COHORT_PICTURES, COHORT_INITIALS = 1_600, 500, 300
"""Harmless graphics, photographs and patterns, and letters, that similarities are compared with."""

OWN_LOGOS, ARTISTS = 600, 3
"""Logos in the validation gallery beside all its flags and arms, and drawings of each reference at most: with them the
gallery has about as many references as the default one, and takes a minute or two to make."""

IMITATIONS, HARMLESS = 1_500, 2_400
SHAPES: tuple[Size, ...] = ((256, 256), (256, 256), (256, 256), (160, 448))
MAX_HARMLESS_PASSING = 0.003
"""Of harmless validation pictures, how many may score one half or more."""

CONSIDERED = 3
"""Candidates per picture that the fit sees: those that can become an answer."""

Array = np.ndarray


def calibrate(directory: Path, *, seed: int = 0, limit: int | None = None) -> Path:
    """Write `cohort.npy` and `calibration.json` into an encoder's artefact folder.

    Args:
        directory: holds `model.onnx` and `config.json`.
        limit: at most this many drawings a package and pictures of each sort, for tests.

    Returns:
        `calibration.json`.
    """
    cv2.setNumThreads(1)
    encoder, rendered = Encoder(directory), load(limit)
    draw = np.random.default_rng(seed)
    validation = rendered.rows(lambda item: item.harmless and item.fold is Fold.VALIDATION)
    drawn = draw.permutation(validation)
    cohort, rest = drawn[: len(drawn) // 2][:COHORT_GRAPHICS], drawn[len(drawn) // 2 :]
    np.save(directory / "cohort.npy", _cohort(encoder, rendered, cohort, draw, limit))
    with tempfile.TemporaryDirectory() as scratch:
        gallery, rows = _gallery(encoder, rendered, Path(scratch), limit)
    detector = EmblemDetector(encoder, gallery, Calibration(np.zeros(len(FEATURES)), 0.0))
    pictures = chain(_imitated(rendered, rows, draw, limit), _harmless(rendered, rest, draw, limit))
    values = fit(list(_candidates(detector, pictures)))
    path = directory / "calibration.json"
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    return path


def fit(samples: list[tuple[Array, Array]]) -> dict[str, Any]:
    """Weights and bias of the logistic function.

    Args:
        samples: per picture, the features of its candidates, float (n, features), and which are right, bool (n,); of a
            harmless picture none is.

    Returns:
        "weights" by feature, "bias", and what they give on the samples.
    """
    features = np.concatenate([found[:CONSIDERED] for found, _ in samples])
    right = np.concatenate([truth[:CONSIDERED] for _, truth in samples])
    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=1.0, max_iter=1_000).fit(scaler.transform(features), right)
    weights = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - weights @ scaler.mean_)
    tops = np.array([float((found @ weights).max()) + bias for found, _ in samples])
    passing = float(np.quantile(tops[[not truth.any() for _, truth in samples]], 1 - MAX_HARMLESS_PASSING))
    bias -= max(passing, 0.0)
    imitations = [(found @ weights + bias, truth) for found, truth in samples if truth.any()]
    recall = float(np.mean([truth[values.argmax()] and values.max() >= 0 for values, truth in imitations]))
    return {
        "weights": dict(zip(FEATURES, map(float, weights), strict=True)),
        "bias": bias,
        "pictures": len(samples),
        "recall_at_half_of_candidates": recall,
        "harmless_passing": MAX_HARMLESS_PASSING,
    }


def _cohort(encoder: Encoder, rendered: Graphics, rows: Array, draw: np.random.Generator, limit: int | None) -> Array:
    backgrounds = Backgrounds.load(TRAINING_PHOTOS, limit)
    pictures = [reference(draw, rendered.drawing(row), (256, 256)) for row in rows]
    pictures += [harmless(draw, (256, 256), backgrounds) for _ in range(min(COHORT_PICTURES, limit or COHORT_PICTURES))]
    pictures += [initials(draw, (256, 256)) for _ in range(min(COHORT_INITIALS, limit or COHORT_INITIALS))]
    batches = (pictures[start : start + 16] for start in range(0, len(pictures), 16))
    return np.concatenate([found.vectors[:1] for batch in tqdm(batches, "cohort") for found in encoder(batch)])


def _gallery(
    encoder: Encoder, rendered: Graphics, scratch: Path, limit: int | None
) -> tuple[Gallery, dict[str, list[int]]]:
    """A gallery of validation owners, and the rows of each of its references."""
    rows: dict[str, list[int]] = {}
    for row in rendered.rows(lambda item: not item.harmless and item.fold is Fold.VALIDATION):
        rows.setdefault(rendered.items[row].identity, []).append(row)
    logos = [name for name in rows if name.startswith("logo.")]
    names = [name for name in rows if name not in set(logos[OWN_LOGOS:])][:limit]
    # A gallery refuses blank drawings.
    drawn = {name: [row for row in rows[name] if variants(rendered.drawing(row))][:ARTISTS] for name in names}
    rows = {name: places for name, places in drawn.items() if places}
    lines = [_enrolled(rendered, row, scratch) for places in rows.values() for row in places]
    (scratch / "references.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    galleries.build(scratch / "references.jsonl", scratch / "gallery", encoder)
    return Gallery.load(scratch / "gallery", encoder), rows


def _enrolled(rendered: Graphics, row: int, scratch: Path) -> dict[str, str]:
    item = rendered.items[row]
    cv2.imwrite(str(scratch / f"{row}.png"), cv2.cvtColor(rendered.drawing(row), cv2.COLOR_RGBA2BGRA))
    names = {"name_zh": item.identity, "name_en": item.identity, "source": item.source, "licence": "see package"}
    label = Label.ORGANIZATION_LOGO if item.kind == "logo" else Label.NATIONAL_SYMBOL
    image = f"{row}.png"
    return {"reference_id": item.identity, "label": str(label), "image": image, "owner_id": item.owner, **names}


Sample = tuple[Array, str | None]


def _imitated(
    rendered: Graphics, rows: dict[str, list[int]], draw: np.random.Generator, limit: int | None
) -> Iterator[Sample]:
    backgrounds = Backgrounds.load(VALIDATION_PHOTOS, limit)
    names = list(rows)
    for _ in range(min(IMITATIONS, limit or IMITATIONS)):
        name = names[int(draw.integers(len(names)))]
        size = SHAPES[int(draw.integers(len(SHAPES)))]
        yield imitate(draw, rendered.drawing(int(draw.choice(rows[name]))), size, backgrounds).picture, name


def _harmless(rendered: Graphics, rows: Array, draw: np.random.Generator, limit: int | None) -> Iterator[Sample]:
    backgrounds = Backgrounds.load(VALIDATION_PHOTOS, limit)
    for number in range(min(HARMLESS, limit or HARMLESS)):
        size = SHAPES[int(draw.integers(len(SHAPES)))]
        if number % 3:
            yield imitate(draw, rendered.drawing(int(draw.choice(rows))), size, backgrounds).picture, None
        else:
            yield harmless(draw, size, backgrounds), None


def _candidates(detector: EmblemDetector, samples: Iterable[Sample]) -> Iterator[tuple[Array, Array]]:
    for picture, name in tqdm(samples, "calibration", unit=""):
        found = detector.candidates(detector.encoder([picture])[0])
        named = [detector.references[place].reference_id for place in found.references]
        yield found.features, np.array([reference_id == name for reference_id in named])
