"""The model card of an encoder: purpose, training, measurements and sources."""

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
stride-32 features joined and projected to 256 numbers per patch token. A window's embedding is the mean of its tokens,
so one pass embeds the whole picture and all its windows. Input: RGB uint8, about 256 x 256 pixels, sides multiples of
32.

**For** matching pictures with a gallery of emblems. **Not for** recognising people or telling what a picture is about.
A reference of nearly one colour, or of plain bands of colour, is easily matched by chance.

## How it was made
`huijian train images` (training/images/fit/train.py): {start},
then {pictures:,} augmented pictures of {identities:,} graphics, and harmless pictures, in {minutes:.0f} minutes on a
CPU. Owners of the validation and test folds (training/images/common/split.py) were not trained on. Cohort, calibration
and part of the reranker's training set come from the validation fold.
{note}
## Measurements
{results}

Largest difference between torch and ONNX: {parity:.1e} of the largest value.
{localizer}{core}{reranker}{phrases}
## Sources
| package | version | licence |
|---|---|---|
{sources}

Logos, flags and emblems in these packages are marks of their owners; none of them is in the weights as a picture.
"""


LOCALIZER = """
## The localizer
`localizer.onnx` predicts an emblem's box from a region: 12 x 12 patch tokens of the retrieval stage and 96 x 96 pixels.
The box may reach beyond the region. It was trained on {places:,} regions of augmented pictures of the encoder's
training set: around a window near the emblem (half of them), a window on a part of it, or its jittered box.
**For** cropping an emblem for the verification stage.

On {held_out_places:,} regions of held-out owners the mean intersection over union of predicted and true boxes is
{mean_overlap:.3f}; of the boxes that the regions surround, {mean_overlap_begun_with:.3f}. It is at least 0.5 for
{overlap_of_half:.3f} of them and at least 0.75 for {overlap_of_three_quarters:.3f}.
"""

CORE = """
## The core detector
`core.onnx` finds {classes} classes of protected emblems, most of them China's party, state and military emblems, flags,
international bodies and news media, wherever they are in a picture. It was trained on {scenes:,} synthetic scenes
around the catalogue's drawings: gold relief, cloth, pictograms, banners, figures dressed in flags, silhouettes,
captions, icons of a few pixels, and the same without an emblem. It starts from the encoder's weights.
**For** emblems that the default gallery enrols. **Not for** others: those are retrieved.

The gallery decides what is reported: a class without an enrolled reference is silent.
"""

RERANKER = """
## The reranker
`reranker_tokens.onnx` makes tokens of a region's or a drawing's patch tokens (8 x 8; 4 x 16 if one side is more than
twice the other) and of the pixels beneath them (8 x 8 each). `reranker.onnx` compares a region's tokens with a
drawing's. Both were trained{begun} on regions of {pictures:,} pictures with the drawings that the encoder's search
finds for them. Half of the augmented pictures show drawings that the encoder never saw: of validation owners that the
calibration leaves out, and drawings invented for this alone.
**For** reranking the few drawings that a search has found.

On {held_out_places:,} regions with a drawing of a held-out owner, recall@1 is {recall@1:.3f}; by the search's cosines
{recall@1_of_cosines:.3f}. Recall at 1% of the other regions is {recall_at_1%:.3f} and {recall_at_1%_of_cosines:.3f}.
The calibration uses both scores.
"""

PHRASES = """
## Phrases as references
The text tower (`text.onnx`, 3 layers of open_clip's transformer) was trained against the locked image tower on Chinese
and English names of {subjects:,} graphics of the training fold. **For** phrases about subjects and in words that it
was trained on. A new name is seldom found, and only by words that it shares with others.

Recall of names among the {test_subjects:,} graphics of the test fold, whose names were not trained on. The last column
is recall@1 of trained names among the {subjects:,} graphics of the training fold:

| | language | names | r@1 | r@5 | r@10 | trained on, r@1 |
|---|---|---|---|---|---|---|
{recall}

Average precision of common phrases over {pictures:,} pictures of the test fold (chance: the share of true pictures):

| phrase | true of | average precision | by chance |
|---|---|---|---|
{precision}

\\* true of no picture of the test fold: measured on those of the training fold, which flatters.
"""


def _start(base: str | None, package: str) -> str:
    if base:
        return f"weights of encoder `{base}`, with which the result is averaged (WiSE-FT)"
    return f"ImageNet weights of the package `{package}`"


def write_card(directory: Path) -> Path:
    """Write `card.md` from `metrics.json` (with its "evaluation" and "note", if there are any)."""
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
        core=CORE.format(**metrics["core"]) if "core" in metrics else "",
        reranker=_reranker(metrics.get("reranker")),
        phrases=_phrases(metrics["captions"]) if "captions" in metrics else "",
        results=_results(metrics.get("evaluation")),
        sources="\n".join(f"| {package.name} | {package.version} | {package.licence} |" for package in used),
    )
    path = directory / ArtifactFile.CARD
    path.write_text(card, encoding="utf-8")
    return path


def _reranker(measured: dict[str, Any] | None) -> str:
    """The reranker's section; empty for an encoder without one, or a trial too small to measure it."""
    if not measured or "recall@1" not in measured:
        return ""
    base = measured.get("base")
    return RERANKER.format(begun=f", starting from those of encoder `{base}`," if base else "", **measured)


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
    lines += ["r@1: the best reference is right; ok@x: it is right at the threshold that x of harmless pictures pass."]
    return "\n".join(lines)


def _false_alarms(overall: dict[str, Any], policy: str) -> str:
    """The line of false positives, with their interval, which older evaluations lack."""
    low, high = overall["interval"].get("false@policy", (None, None))
    spread = "" if low is None else f" (95% {low:.2%} to {high:.2%})"
    return f"Harmless pictures with a finding under the policy ({policy}): {overall['false@policy']:.2%}{spread}."


def _row(name: str, numbers: dict[str, Any]) -> str:
    values = (numbers.get(column) for column in ("r@1", "ok@1%", "ok@.1%", "recall@policy"))
    cells = ("-" if value is None else f"{value:.3f}" for value in values)
    return f"| {name} | {numbers['pictures']} | " + " | ".join(cells) + " |"
