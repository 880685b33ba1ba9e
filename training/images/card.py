"""The model card: what an encoder is, what it was made from and how well it does, for whoever must answer for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from training import packages
from training.images.backgrounds import TRAINING_PHOTOS
from training.images.graphics import SOURCES

CARD = """# 徽鉴图像编码器 · Huijian's image encoder

An open_clip image tower (`training/images/model_configs/huijian-lite0.json`): EfficientNet-Lite0, its stride-16 and
stride-32 features joined, projected to 256 numbers per cell. A window's embedding is the mean of its cells, so that one
pass gives the whole picture and all of its regions. Input: RGB uint8, about 256 x 256 pixels, sides multiples of 32.

**For** matching pictures with a gallery of emblems. **Not for** recognising people or telling what a picture is about;
a reference that is nearly one colour, or plain bands of colour, is easily met by chance.

## How it was made
`huijian train images` (training/images/train.py): ImageNet weights of the package `{start}`,
then {pictures:,} imitations of {identities:,} graphics and harmless pictures in {minutes:.0f} minutes on a CPU. Owners
of the validation and test folds (training/images/split.py) were not trained on; cohort and calibration come from the
validation fold.
{note}
## What it was measured at
{results}

Largest difference between torch and ONNX: {parity:.1e} of the largest value.

## What it was made from
| package | version | licence |
|---|---|---|
{sources}

Logos, flags and emblems in these packages are marks of their owners; none of them is in the weights as a picture.
"""


def write_card(directory: Path) -> Path:
    """Write `card.md` from `metrics.json` (its "evaluation" and its "note" where it has them)."""
    metrics = json.loads((directory / "metrics.json").read_text("utf-8"))
    known = packages.packages()
    used = [known[key] for key in ("efficientnet-lite0", *SOURCES, *TRAINING_PHOTOS)]
    card = CARD.format(
        start=known["efficientnet-lite0"].name,
        pictures=metrics["pictures"],
        identities=metrics["identities"],
        minutes=metrics["seconds"] / 60,
        note=f"\n{metrics['note']}\n" if "note" in metrics else "",
        parity=metrics["parity_max_relative_difference"],
        results=_results(metrics.get("evaluation")),
        sources="\n".join(f"| {package.name} | {package.version} | {package.licence} |" for package in used),
    )
    path = directory / "card.md"
    path.write_text(card, encoding="utf-8")
    return path


def _results(evaluation: dict[str, Any] | None) -> str:
    if evaluation is None:
        return "Not evaluated yet: `huijian evaluate images`."
    lines = ["| | pictures | r@1 | ok@1% | ok@.1% | recall at 0.5 |", "|---|---|---|---|---|---|"]
    for method, numbers in evaluation.items():
        groups = {method: numbers["all"], **(numbers["labels"] | numbers["kinds"] if method == "emblems" else {})}
        lines += [_row(name, values) for name, values in groups.items()]
    overall = evaluation["emblems"]["all"]
    lines += ["", f"Harmless pictures at 0.5 or more: {overall['false@.5']:.2%}."]
    lines += [f"Calibration error (ten bins): {overall['ece']:.3f}."]
    lines += ["r@1: the best reference is the right one; ok@x: and its score is one that x of harmless pictures pass."]
    return "\n".join(lines)


def _row(name: str, numbers: dict[str, Any]) -> str:
    values = (numbers[column] for column in ("r@1", "ok@1%", "ok@.1%", "recall@.5"))
    return f"| {name} | {numbers['pictures']} | " + " | ".join(f"{value:.3f}" for value in values) + " |"
