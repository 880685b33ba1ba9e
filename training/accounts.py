"""Fits the recognition of closed accounts: likelihood ratios of avatars, and how common names are.

    python -m training.accounts avatars ENCODER_FOLDER --output ENCODER_FOLDER/closed_calibration.json
    python -m training.accounts names

The first command fits a logistic regression on the similarity of two avatars (`models.accounts.likelihood`). Positives
are avatars uploaded again with changes; negatives are pairs of unrelated people. It fits on half of the people and
measures on the other half. Without `--output` the result is only printed.

The second counts the names of the training corpus (`models.accounts.rarity`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from models.accounts.rarity import NAME_EDGE, PAIRS_FILE
from models.accounts.signatures import LAYOUT_DIMENSION, AvatarSignature
from models.arrays import Float32
from models.images.encoder.encoder import MAX_BATCH, Encoder
from models.images.input.decode import Image
from models.runtime.artifact_files import ArtifactFile
from models.runtime.paths import REPOSITORY
from models.text.normalize.normalize import normalize
from models.text.normalize.readings import ReadingKind, readings
from training.images.data.reuploads import REUPLOADS, unrelated_avatars
from training.images.synthesis.scenes import Picture

LIKELIHOOD_RATIO_POWERS = (2, 3, 4, 5)
"""Likelihood ratios that are reported, as powers of ten."""

AVATARS_PER_SORT = 200
"""Avatars of each of four sorts: photographs, portraits, graphics, letters."""

AVATAR_SEED = 3
"""Seed of the avatars; the released calibrations were fitted with it."""

OUTPUT = (
    "File to write it to: closed_calibration.json in the encoder's folder is what the service reads. "
    "Printed only, if not given."
)

app = typer.Typer(no_args_is_help=True, add_completion=False)

Pairs = Float32
"""Cosines of embedding and of layout, float32 (pairs, 2)."""


@app.command()
def avatars(
    encoder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Its artefact folder.")],
    each: Annotated[int, typer.Option(help="Avatars of each of four sorts.")] = AVATARS_PER_SORT,
    output: Annotated[Path | None, typer.Option(dir_okay=False, help=OUTPUT)] = None,
) -> None:
    """Fit likelihood ratios of avatars and print what they recognise.

    Example: `python -m training.accounts avatars models/artifacts/encoders/20a40d0efa83`
    """
    text = json.dumps(_avatars(encoder, unrelated_avatars(each, seed=AVATAR_SEED)), indent=2)
    if output is not None:
        output.write_text(text + "\n", encoding="utf-8")
    typer.echo(text)


@app.command()
def names() -> None:
    """Count pairs of neighbouring characters in the names of the training corpus.

    Example: `python -m training.accounts names`
    """
    cases = (REPOSITORY / "datasets" / "bios" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [case["text"] for case in map(json.loads, cases) if case["field"] == "name"]
    joined = [readings(normalize(text), [ReadingKind.JOINED])[0].text.strip() for text in texts]
    pairs = Counter(pair for text in joined if text for pair in pairwise([NAME_EDGE, *text, NAME_EDGE]))
    lines = [
        f"{before}{after}".replace(NAME_EDGE, "_") + f"\t{count}\n" for (before, after), count in sorted(pairs.items())
    ]
    PAIRS_FILE.write_text("".join(line for line in lines if len(line.split("\t")[0]) == 2), encoding="utf-8")
    typer.echo(f"{len(lines)} pairs of {len(joined)} names in {PAIRS_FILE}")


def calibrate_avatars(directory: Path, *, limit: int | None = None) -> Path:
    """Write `closed_calibration.json` into an encoder's artefact folder.

    Args:
        limit: at most this many avatars of each sort, for tests.

    Returns:
        The file.
    """
    values = _avatars(
        directory, unrelated_avatars(min(AVATARS_PER_SORT, limit or AVATARS_PER_SORT), seed=AVATAR_SEED, limit=limit)
    )
    path = directory / ArtifactFile.CLOSED_CALIBRATION
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    return path


def _avatars(directory: Path, pictures: Sequence[Picture]) -> dict[str, Any]:
    """The calibration fitted on half of these people, with "measured" on the other half."""
    cv2.setNumThreads(1)
    encoder = Encoder(directory)
    known = embedded(encoder, pictures)
    again = {name: _uploaded_again(encoder, name, pictures) for name in REUPLOADS}
    half = np.arange(len(pictures)) % 2 == 0
    values = fitted(np.concatenate([same(known, found)[half] for found in again.values()]), others(known[half]))
    report = measured(values, {name: same(known, found)[~half] for name, found in again.items()}, others(known[~half]))
    return {**values, "measured": report}


def embedded(encoder: Encoder, pictures: Sequence[Picture]) -> Float32:
    """Queries of each picture, as it is and mirrored, float32 (pictures, 2, dimension): embedding, then layout."""
    pixels = [np.asarray(picture.convert("RGB")) for picture in pictures]
    batches = [pixels[start : start + MAX_BATCH] for start in range(0, len(pixels), MAX_BATCH)]
    looks = [found.vectors[0] for batch in tqdm(batches, "avatars", disable=None) for found in encoder(batch)]
    return np.stack(
        [AvatarSignature.of(Image(picture), look).query_vectors for look, picture in zip(looks, pixels, strict=True)]
    )


def _uploaded_again(encoder: Encoder, name: str, pictures: Sequence[Picture]) -> Float32:
    change = REUPLOADS[name]
    return embedded(encoder, [change(np.random.default_rng([9, seed]), one) for seed, one in enumerate(pictures)])


def same(known: Float32, again: Float32) -> Pairs:
    """Cosines of each avatar with itself, uploaded again; arguments as `embedded` gives them."""
    look = (again[:, 0, :-LAYOUT_DIMENSION] * known[:, 0, :-LAYOUT_DIMENSION]).sum(1)
    layout = (again[:, :, -LAYOUT_DIMENSION:] * known[:, :1, -LAYOUT_DIMENSION:]).sum(2).max(1)
    return 2 * np.stack([look, layout], axis=1)


def others(known: Float32) -> Pairs:
    """Cosines of every two people's avatars."""
    upper = np.triu_indices(len(known), 1)
    looks, layouts = known[:, :, :-LAYOUT_DIMENSION], known[:, :, -LAYOUT_DIMENSION:]
    look = looks[:, 0] @ looks[:, 0].T
    layout = np.maximum(*(layouts[:, side] @ layouts[:, 0].T for side in (0, 1)))
    return 2 * np.stack([look[upper], layout[upper]], axis=1)


def fitted(alike: Pairs, unlike: Pairs) -> dict[str, Any]:
    """Weights and bias of the natural logarithm of the likelihood ratio."""
    features, truth = np.concatenate([alike, unlike]), np.repeat([1, 0], [len(alike), len(unlike)])
    model = LogisticRegression(C=100, max_iter=2_000).fit(features, truth)
    look, layout = map(float, model.coef_[0])
    return {"look": look, "layout": layout, "bias": float(model.intercept_[0] - np.log(len(alike) / len(unlike)))}


def measured(values: dict[str, float], alike: dict[str, Pairs], unlike: Pairs) -> dict[str, Any]:
    """Shares of avatars uploaded again, and of pairs of unrelated people, above each of `LIKELIHOOD_RATIO_POWERS`."""

    def shares(pairs: Pairs) -> dict[str, float]:
        powers = (pairs @ [values["look"], values["layout"]] + values["bias"]) / np.log(10)
        return {f"1e{power}": float(np.mean(powers > power)) for power in LIKELIHOOD_RATIO_POWERS}

    found = {name: shares(pairs) for name, pairs in alike.items()}
    return {"again": found, "others": shares(unlike), "pairs_of_others": len(unlike)}


if __name__ == "__main__":
    app()
