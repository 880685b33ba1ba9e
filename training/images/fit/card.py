"""The model card: what an encoder is, what it was made from and how well it does, for whoever must answer for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.runtime.artifact_files import ArtifactFile
from training import packages
from training.images.drawings.type import TYPEFACE_PACKAGES
from training.images.sources.backgrounds import TRAINING_PHOTOS
from training.images.sources.captions import CAPTION_PACKAGES
from training.images.sources.graphics import GRAPHIC_PACKAGES

CARD = """# 徽鉴图像编码器 · Huijian's image encoder

An open_clip image tower (`training/images/model_configs/huijian-lite0.json`): EfficientNet-Lite0, its stride-16 and
stride-32 features joined, projected to 256 numbers per cell. A window's embedding is the mean of its cells, so that one
pass gives the whole picture and all of its regions. Input: RGB uint8, about 256 x 256 pixels, sides multiples of 32.

**For** matching pictures with a gallery of emblems. **Not for** recognising people or telling what a picture is about;
a reference that is nearly one colour, or plain bands of colour, is easily met by chance.

## How it was made
`huijian train images` (training/images/fit/train.py): {start},
then {pictures:,} imitations of {identities:,} graphics and harmless pictures in {minutes:.0f} minutes on a CPU. Owners
of the validation and test folds (training/images/common/split.py) were not trained on; cohort, calibration and part
of what the reranker learns come from the validation fold.
{note}
## What it was measured at
{results}

Largest difference between torch and ONNX: {parity:.1e} of the largest value.
{localizer}{reranker}{phrases}
## What it was made from
| package | version | licence |
|---|---|---|
{sources}

Logos, flags and emblems in these packages are marks of their owners; none of them is in the weights as a picture.
"""


LOCALIZER = """
## The localizer
`localizer.onnx` sees a place of a picture, as cells of the first look's grid (12 x 12) and as pixels (96 x 96), and
says where the emblem in it begins and ends, or how far beyond the place. It was trained on {places:,} places of
imitations of what the encoder was trained on: around a window near to the emblem (half of them), or on a part of it,
or around a box that is roughly its own. **For** cutting an emblem out, to look at it closely.

Boxes of {held_out_places:,} places that show graphics of owners that this training leaves out have an intersection over
union of {mean_overlap:.3f} with those of the emblems, {overlap_of_half:.3f} of them of at least half and
{overlap_of_three_quarters:.3f} of three quarters; what the places are around {mean_overlap_begun_with:.3f}.
"""

RERANKER = """
## The reranker
`reranker_tokens.onnx` makes tokens of the cells of a place that is looked at closely or of a drawing (8 x 8; of what is
more than twice as long as wide 4 x 16) and of the pixels beneath them (8 x 8 each);
`reranker.onnx` compares those of a place with those of a drawing. Both were trained{begun}
on places of {pictures:,} pictures beside the drawings that the encoder's search finds for them; half of the imitations
are of drawings that the encoder never saw: of validation owners that the calibration leaves out, and invented for this
alone.
**For** telling the few drawings apart that a search has found.

On {held_out_places:,} places that show a drawing of an owner that this training never shows, that one is the first
for {recall@1:.3f}, by the search's cosines for {recall@1_of_cosines:.3f}, and over what 1% of other places reach for
{recall_at_1%:.3f} and {recall_at_1%_of_cosines:.3f}; the calibration knows both.
"""

PHRASES = """
## Phrases as references
The text tower (`text.onnx`, 3 layers of open_clip's transformer) was trained against the locked image tower on names
of {subjects:,} graphics of the training fold, in Chinese and English. **For** phrases of what it was trained on, in
words that it was trained on. A name that it never read is seldom found: what it shares with others is all there is.

How often a name finds its graphic among the {test_subjects:,} of the test fold, whose names were not trained on, and
last how often a name that was trained on finds its graphic first among the {subjects:,} of the training fold:

| | language | names | first | first five | first ten | trained on, first |
|---|---|---|---|---|---|---|
{recall}

Average precision of common phrases over {pictures:,} pictures of the test fold (by chance: the share it is true of):

| phrase | true of | average precision | by chance |
|---|---|---|---|
{precision}

\\* true of no picture of the test fold: those of the training fold stand in, which flatters.
"""


def _start(base: str | None, package: str) -> str:
    if base:
        return f"weights of encoder `{base}`, to which the result goes halfway back"
    return f"ImageNet weights of the package `{package}`"


def write_card(directory: Path) -> Path:
    """Write `card.md` from `metrics.json` (its "evaluation" and its "note" where it has them)."""
    metrics = json.loads((directory / ArtifactFile.METRICS).read_text("utf-8"))
    known = packages.packages()
    keys = ("efficientnet-lite0", *GRAPHIC_PACKAGES, *TYPEFACE_PACKAGES, *CAPTION_PACKAGES, *TRAINING_PHOTOS)
    used = [known[key] for key in dict.fromkeys(keys)]
    card = CARD.format(
        start=_start(metrics.get("base"), known["efficientnet-lite0"].name),
        pictures=metrics["pictures"],
        identities=metrics["identities"],
        minutes=metrics["seconds"] / 60,
        note=f"\n{metrics['note']}\n" if "note" in metrics else "",
        parity=metrics["parity_max_relative_difference"],
        localizer=LOCALIZER.format(**metrics["localizer"]) if "localizer" in metrics else "",
        reranker=_reranker(metrics.get("reranker")),
        phrases=_phrases(metrics["captions"]) if "captions" in metrics else "",
        results=_results(metrics.get("evaluation")),
        sources="\n".join(f"| {package.name} | {package.version} | {package.licence} |" for package in used),
    )
    path = directory / ArtifactFile.CARD
    path.write_text(card, encoding="utf-8")
    return path


def _reranker(measured: dict[str, Any] | None) -> str:
    """Nothing of an encoder without one, or of a trial too small to measure it on."""
    if not measured or "recall@1" not in measured:
        return ""
    base = measured.get("base")
    return RERANKER.format(begun=f", from those of encoder `{base}` on," if base else "", **measured)


def _phrases(captions: dict[str, Any]) -> str:
    test = captions["test"]
    trained = captions["train"]["recall"]
    recall = [
        f"| {kind} | {language} | {found['queries']} | {found['r@1']:.3f} | {found['r@5']:.3f} | {found['r@10']:.3f} | "
        f"{trained[kind][language]['r@1']:.3f} |"
        for kind, languages in test["recall"].items()
        for language, found in languages.items()
    ]
    precision = [
        f"| {phrase}{' *' * found['trained']} | {found['pictures']} | "
        f"{found['average_precision']:.3f} | {found['chance']:.4f} |"
        for phrase, found in test["phrases"].items()
    ]
    return PHRASES.format(
        subjects=captions["subjects"],
        test_subjects=test["subjects"],
        pictures=test["pictures"],
        recall="\n".join(recall),
        precision="\n".join(precision),
    )


def _results(evaluation: dict[str, Any] | None) -> str:
    if evaluation is None:
        return "Not evaluated yet: `huijian evaluate images --encoder FOLDER`."
    lines = ["| | pictures | r@1 | ok@1% | ok@.1% | recall with the policy |", "|---|---|---|---|---|---|"]
    for method, numbers in evaluation.items():
        groups = {method: numbers["all"], **(numbers["labels"] | numbers["kinds"] if method == "emblems" else {})}
        lines += [_row(name, values) for name, values in groups.items()]
    overall = evaluation["emblems"]["all"]
    lines += ["", _false_alarms(overall, evaluation["emblems"].get("policy", "not recorded"))]
    lines += [f"Expected calibration error: {overall['ece']:.3f}."]
    lines += ["r@1: the best reference is the right one; ok@x: and its score is one that x of harmless pictures pass."]
    return "\n".join(lines)


def _false_alarms(overall: dict[str, Any], policy: str) -> str:
    """With their interval, which older evaluations lack."""
    low, high = overall["interval"].get("false@policy", (None, None))
    spread = "" if low is None else f" (95% {low:.2%} to {high:.2%})"
    return f"Harmless pictures with a finding under the policy ({policy}): {overall['false@policy']:.2%}{spread}."


def _row(name: str, numbers: dict[str, Any]) -> str:
    values = (numbers.get(column) for column in ("r@1", "ok@1%", "ok@.1%", "recall@policy"))
    cells = ("-" if value is None else f"{value:.3f}" for value in values)
    return f"| {name} | {numbers['pictures']} | " + " | ".join(cells) + " |"
