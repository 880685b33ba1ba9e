"""How well imitations are found and harmless pictures left alone, beside a perceptual hash in the same run.

The evaluator takes the detector that is served, so that what is measured is what judges.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pdqhash
from PIL import Image as PillowImage
from sklearn.calibration import calibration_curve
from tqdm import tqdm

from models.images.decode import decode
from models.images.emblems import EmblemDetector
from models.images.references import read_references
from models.profile import Field

THRESHOLD = 0.5
"""Of the policy, for every label that an emblem may carry."""

RESAMPLES = 1_000
BATCH = 16

Array = np.ndarray


@dataclass(frozen=True)
class Scored:
    """What one method says of every picture of a manifest.

    Attributes:
        scores: float64 (pictures,), of the best reference; higher is surer.
        right: bool (pictures,), whether that reference is the imitated one.
    """

    scores: Array
    right: Array


def evaluate_images(
    manifest: Path,
    detector: EmblemDetector,
    *,
    references: Path | None = None,
    output: Path | None = None,
    command: str = "huijian evaluate images MANIFEST.jsonl",
) -> dict[str, Any]:
    """Measure, print the table and then the command that made it.

    Args:
        manifest: the contract's, JSON Lines {"path", "label": "pos" | "neg", "reference_id", "kind", "field"}.
        detector: with the gallery that the reference ids are from.
        references: the gallery's source, for the perceptual hash beside it; left out without.
        output: also gets the numbers, as JSON.

    Returns:
        The numbers: "emblems" and "pdq", each with "all", "kinds" and "labels".

    Raises:
        ValueError: a manifest without imitations or without harmless pictures.
    """
    rows = [json.loads(line) for line in manifest.read_text("utf-8").splitlines() if line.strip()]
    positive = np.array([row["label"] == "pos" for row in rows])
    if positive.all() or not positive.any():
        raise ValueError(f"{manifest}: a manifest needs imitations (pos) and harmless pictures (neg)")
    label_of = {reference.reference_id: str(reference.label) for reference in detector.references}
    labels = [label_of.get(row["reference_id"], "not enrolled") for row in rows]
    methods = {"emblems": score_pictures(rows, manifest.parent, detector)}
    if references is not None:
        methods["pdq"] = _by_hash(rows, manifest.parent, references)
    result = {name: _measured(rows, labels, positive, scored) for name, scored in methods.items()}
    _print(result, command)
    if output is not None:
        output.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return result


def score_pictures(rows: Sequence[dict[str, Any]], directory: Path, detector: EmblemDetector) -> Scored:
    """What the detector says of every row of a manifest; paths are relative to `directory`."""
    scores, right = [], []
    for batch in _batches(tqdm(rows, "emblems", unit="")):
        frames = [decode((directory / row["path"]).read_bytes(), Field(row.get("field") or "avatar")) for row in batch]
        matches = iter(detector([image for images in frames for image in images]))
        for row, images in zip(batch, frames, strict=True):
            best = max((match for _ in images for match in next(matches)), key=lambda match: match.score)
            scores.append(best.score)
            right.append(best.reference_id == row["reference_id"])
    return Scored(np.array(scores), np.array(right))


def _by_hash(rows: Sequence[dict[str, Any]], directory: Path, references: Path) -> Scored:
    """The nearest enrolled picture by PDQ (Meta 2019), a hash of 256 bits; the score is the share of equal bits."""
    drawings = read_references(references)
    hashes = np.stack([_pdq(drawing.image) for drawing in tqdm(drawings, "pdq references", unit="")])
    scores, right = [], []
    for row in tqdm(rows, "pdq", unit=""):
        equal = (hashes == _pdq(directory / row["path"])).mean(axis=1)
        scores.append(equal.max())
        right.append(drawings[int(equal.argmax())].reference.reference_id == row["reference_id"])
    return Scored(np.array(scores), np.array(right))


def _pdq(image: Path | bytes) -> Array:
    """The hash of a picture on white, bool (256,)."""
    with PillowImage.open(io.BytesIO(image) if isinstance(image, bytes) else image) as file:
        picture = file.convert("RGBA")
    white = PillowImage.new("RGBA", picture.size, "white")
    flat = PillowImage.alpha_composite(white, picture).convert("RGB")
    return np.array(pdqhash.compute(np.asarray(flat))[0], dtype=bool)


def _measured(rows: Sequence[dict[str, Any]], labels: Sequence[str], positive: Array, scored: Scored) -> dict[str, Any]:
    numbers = {"all": _numbers(positive, ~positive, scored)}
    numbers["all"]["ece"] = _calibration_error(scored.scores, scored.right & positive)
    kinds = _groups([row.get("kind") or "" for row in rows], positive)
    named = _groups(labels, positive)
    numbers["kinds"] = {kind: _numbers(members, ~positive, scored) for kind, members in kinds}
    numbers["labels"] = {label: _numbers(members, ~positive, scored) for label, members in named}
    harmless = _groups([row.get("kind") or "" for row in rows], ~positive)
    numbers["harmless"] = {kind: float((scored.scores[members] >= THRESHOLD).mean()) for kind, members in harmless}
    return numbers


def _groups(names: Sequence[str], members: Array) -> list[tuple[str, Array]]:
    values = np.array(names)
    return [(str(name), members & (values == name)) for name in dict.fromkeys(values[members])]


def _numbers(members: Array, harmless: Array, scored: Scored) -> dict[str, Any]:
    right, scores = scored.right[members], scored.scores[members]
    background = scored.scores[harmless]
    passed = {"r@1": right}
    for name, share in (("ok@1%", 0.01), ("ok@.1%", 0.001)):
        passed[name] = right & (scores > np.quantile(background, 1 - share))
    passed["recall@.5"] = right & (scores >= THRESHOLD)
    numbers: dict[str, Any] = {name: float(values.mean()) for name, values in passed.items()}
    numbers["interval"] = {name: _interval(values) for name, values in passed.items()}
    return {"pictures": len(right), "false@.5": float((background >= THRESHOLD).mean()), **numbers}


def _interval(values: Array) -> tuple[float, float]:
    """95% of bootstrap means."""
    draws = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), (0.025, 0.975))
    return float(low), float(high)


def _calibration_error(scores: Array, truth: Array) -> float:
    """Expected calibration error over ten equally filled bins."""
    happened, said = calibration_curve(truth, np.clip(scores, 0, 1), n_bins=10, strategy="quantile")
    return float(np.abs(happened - said).mean())


COLUMNS = ("r@1", "ok@1%", "ok@.1%", "recall@.5")


def _print(result: dict[str, Any], command: str) -> None:
    print(f"{'':24}{'n':>6}" + "".join(f"{name:>16}" for name in COLUMNS))
    for method, numbers in result.items():
        print(_line(f"{method}: all", numbers["all"], with_interval=True))
        for group in ("labels", "kinds"):
            for name, values in numbers[group].items():
                print(_line(f"  {name}", values))
    overall = result["emblems"]
    kinds = ", ".join(f"{kind} {share:.1%}" for kind, share in overall["harmless"].items())
    print(f"harmless at {THRESHOLD} or more: {overall['all']['false@.5']:.2%} ({kinds})")
    print(
        f"calibration error {overall['all']['ece']:.3f}; a hash's scores are no probabilities: its recall@.5 is its r@1"
    )
    print(command)


def _line(name: str, numbers: dict[str, Any], with_interval: bool = False) -> str:
    cells = []
    for column in COLUMNS:
        low, high = numbers["interval"][column]
        spread = f" {low:.2f}-{high:.2f}" if with_interval else ""
        cells.append(f"{numbers[column]:.3f}{spread}".rjust(16))
    return f"{name:24}{numbers['pictures']:>6}" + "".join(cells)


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
