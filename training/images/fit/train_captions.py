"""Training the text tower against the locked image tower, so that a phrase can be a reference.

Captions and pictures are contrasted: a caption should be nearer to the pictures it is true of than to all others, and
a picture nearer to its captions. As the image tower is locked, its vectors are computed once, and each caption is
contrasted with all pictures and not only with those of its batch. Several pictures may be right at once ("a flag"), so
that the target is spread over them.

Sources: locked-image tuning, Zhai et al. 2022 (LiT); several positives, Khosla et al. 2020.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from scipy import sparse
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from tqdm import trange

from models.images.encoder.encoder import Encoder
from training.images.common.metrics import record_metrics
from training.images.common.split import Fold
from training.images.data.caption_views import CaptionViews, embed
from training.images.fit import caption_metrics
from training.images.fit.phrase_calibration import calibrate_phrases
from training.images.networks import text_tower
from training.images.sources import captions
from training.precision import mixed_precision

STEPS, BATCH = 300, 256
SHARES = {"flag": 0.18, "arms": 0.12, "emblem": 0.12, "emoji": 0.3, "icon": 0.18, "logo": 0.1}
"""How often captions of each kind are drawn: what a phrase may protect, and what teaches words that others share."""

GENERAL_SHARE = 0.15
"""How often a subject's general caption is drawn and not its own."""

RATE, DECAY, WARM_UP = 2e-3, 0.1, 40
START_SCALE = 20.0
"""What cosines are multiplied with at first; learnt. On the validation fold an emoji's English name found it first of
3,157 graphics in 6.5% of cases; with 14 as in open_clip, half the rate and half the steps, in 2.4%."""

FORGET = 0.1
"""Part of a caption's tokens that are hidden, so that no single word is relied on."""

Array = np.ndarray


@dataclass(frozen=True)
class CaptionExamples:
    """Captions and pictures of the training fold.

    Attributes:
        tokens: int64 (captions, context).
        truths: bool (captions, subjects + 1), whether a caption is true of a subject; the last column is of harmless
            pictures and empty.
        own, general: each subject's captions, as rows of `tokens`.
        kinds: places of the subjects of each kind.
        views: the pictures.
    """

    tokens: Tensor
    truths: sparse.csr_array
    own: tuple[Array, ...]
    general: tuple[Array, ...]
    kinds: dict[str, Array]
    views: CaptionViews


def train_captions(directory: Path, *, seed: int = 0, limit: int | None = None, steps: int = STEPS) -> dict[str, Any]:
    """Add a text tower to an encoder's artefact folder.

    Args:
        directory: holds `model.onnx`, `config.json` and `cohort.npy`, which stay as they are; gets `text.onnx`,
            `tokenizer.json` and `phrase_calibration.json`, and "captions" in its `metrics.json`.
        seed: for pictures, weights and drawing.
        limit: at most this many drawings of every source, for tests.
        steps: of `BATCH` captions each.

    Returns:
        What was measured on the validation and test folds.
    """
    cv2.setNumThreads(1)
    torch.manual_seed(seed)
    encoder, subjects = Encoder(directory), captions.load_subjects(limit)
    views = {fold: embed(encoder, subjects, fold, seed, limit) for fold in Fold}
    model, tokenizer = train(views[Fold.TRAIN], seed, steps)
    samples = [subject.captions[0] for subject in views[Fold.VALIDATION].subjects[:500]]
    parity = text_tower.export(model.text, tokenizer, directory, samples)
    calibration = calibrate_phrases(directory, subjects, seed, limit)
    metrics = {"steps": steps, "calibration": calibration, "subjects": len(views[Fold.TRAIN].subjects), **parity}
    metrics |= {str(fold): measure(model.text, tokenizer, views[fold], views[Fold.TRAIN]) for fold in Fold}
    record_metrics(directory, "captions", metrics)
    return metrics


def train(views: CaptionViews, seed: int, steps: int = STEPS) -> tuple[nn.Module, Tokenizer]:
    """A trained open_clip model (its image tower untouched) and its tokenizer."""
    said = [caption for subject in views.subjects for caption in (*subject.captions, *subject.generic_captions)]
    tokenizer = text_tower.make_tokenizer(said)
    examples, rng = prepare(views, tokenizer), np.random.default_rng(seed)
    model = text_tower.create(views.vectors.shape[1])
    trained = [*model.text.parameters(), model.logit_scale]
    model.logit_scale.data.fill_(np.log(START_SCALE))
    optimizer = torch.optim.AdamW(trained, lr=RATE, weight_decay=DECAY, betas=(0.9, 0.98))
    pictures = torch.from_numpy(views.vectors)
    for step in (bar := trange(steps, desc="captions")):
        optimizer.param_groups[0]["lr"] = RATE * _rate_at(step, steps)
        loss = contrast(model, examples, pictures, rng)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
    model.eval()
    return model, tokenizer


def prepare(views: CaptionViews, tokenizer: Tokenizer) -> CaptionExamples:
    """Number the captions, and note what each is true of."""
    numbers: dict[str, int] = {}
    own = [_numbered(subject.captions, numbers) for subject in views.subjects]
    general = [_numbered(subject.generic_captions, numbers) for subject in views.subjects]
    rows = [np.concatenate(pair) for pair in zip(own, general, strict=True)]
    columns = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    entries = (np.ones(len(columns), np.float32), (np.concatenate(rows), columns))
    truths = sparse.csr_array(entries, shape=(len(numbers), len(rows) + 1))
    kinds = np.array([subject.kind for subject in views.subjects])
    places = {str(kind): np.flatnonzero(kinds == kind) for kind in dict.fromkeys(kinds)}
    tokens = torch.from_numpy(text_tower.tokens_of(tokenizer, list(numbers)))
    return CaptionExamples(tokens, truths, tuple(own), tuple(general), places, views)


def contrast(model: nn.Module, examples: CaptionExamples, pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """The loss of one batch of captions: each against all pictures, and a picture of each against the batch."""
    subjects = draw_subjects(rng, examples)
    said = np.array([_caption(rng, examples, subject) for subject in subjects])
    with mixed_precision():
        texts = text_tower.embed(model.text, _forgetful(rng, examples.tokens[said]))
    scale = model.logit_scale.exp().clamp(max=100)
    truths = examples.truths[said]
    to_pictures = shared_cross_entropy(scale * texts @ pictures.T, _dense(truths, examples.views.shown))
    shown = torch.from_numpy(_pictures_of(rng, examples, subjects))
    to_texts = shared_cross_entropy(scale * pictures[shown] @ texts.T, _dense(truths, subjects).T)
    return (to_pictures + to_texts) / 2


def shared_cross_entropy(logits: Tensor, truths: Tensor) -> Tensor:
    """Mean cross entropy of rows whose target is spread evenly over all that is true.

    Args:
        logits: float32 (rows, choices).
        truths: 0 or 1, float32 (rows, choices), at least one 1 a row.
    """
    return -((functional.log_softmax(logits, dim=1) * truths).sum(dim=1) / truths.sum(dim=1)).mean()


def measure(text: nn.Module, tokenizer: Tokenizer, views: CaptionViews, trained: CaptionViews) -> dict[str, Any]:
    """Recall of names and average precision of general phrases on one fold's pictures."""

    def vectors(phrases: Sequence[str]) -> Array:
        tokens = torch.from_numpy(text_tower.tokens_of(tokenizer, phrases))
        with torch.inference_mode():
            return torch.cat([text_tower.embed(text, part) for part in tokens.split(BATCH)]).numpy()

    return {
        "pictures": len(views.vectors),
        "subjects": len(views.subjects),
        "recall": caption_metrics.recall(vectors, views),
        "phrases": caption_metrics.precision(vectors, views, trained),
    }


def draw_subjects(rng: np.random.Generator, examples: CaptionExamples) -> Array:
    """Places of a batch of subjects, by the kinds' shares."""
    names = [kind for kind in SHARES if kind in examples.kinds]
    shares = np.array([SHARES[name] for name in names])
    kinds = rng.choice(len(names), BATCH, p=shares / shares.sum())
    return np.array([rng.choice(examples.kinds[names[kind]]) for kind in kinds])


def _caption(rng: np.random.Generator, examples: CaptionExamples, subject: int) -> int:
    general = len(examples.general[subject]) > 0 and rng.random() < GENERAL_SHARE
    return int(rng.choice(examples.general[subject] if general else examples.own[subject]))


def _pictures_of(rng: np.random.Generator, examples: CaptionExamples, subjects: Array) -> Array:
    """One random picture of each subject, as rows of the views."""
    first = np.searchsorted(examples.views.shown, subjects)
    return rng.integers(first, np.searchsorted(examples.views.shown, subjects, side="right"))


def _forgetful(rng: np.random.Generator, tokens: Tensor) -> Tensor:
    hidden = torch.from_numpy(rng.random(tokens.shape) < FORGET)
    return torch.where(hidden & (tokens > text_tower.END), text_tower.UNKNOWN, tokens)


def _dense(truths: sparse.csr_array, columns: Array) -> Tensor:
    return torch.from_numpy(truths[:, columns].toarray())


def _numbered(captions_: Sequence[str], numbers: dict[str, int]) -> Array:
    return np.array([numbers.setdefault(caption.lower(), len(numbers)) for caption in captions_], np.int64)


def _rate_at(step: int, steps: int) -> float:
    return float(min(1.0, (step + 1) / WARM_UP) * 0.5 * (1 + np.cos(np.pi * step / steps)))
