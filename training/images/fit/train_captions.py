"""Training of the text tower against the locked image tower, so that a phrase can be a reference.

The loss contrasts captions and pictures in both directions. The image tower is locked, so its embeddings are computed
once and each caption is contrasted with all pictures. Several pictures may match one caption ("a flag"): the target is
spread over them.

Sources: Zhai et al. 2022 (LiT, locked-image tuning); Khosla et al. 2020 (several positives).
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

from models.arrays import Float32, Int64
from models.images.encoder.encoder import Encoder
from training.images.common.metrics import record_metrics
from training.images.common.split import Fold
from training.images.data.caption_views import CaptionViews, embed
from training.images.fit import caption_metrics
from training.images.fit.phrase_calibration import calibrate_phrases
from training.images.networks import text_tower
from training.images.sources import captions
from training.precision import mixed_precision

CAPTION_STEPS, BATCH_SIZE = 300, 256
KIND_WEIGHTS = {"flag": 0.18, "arms": 0.12, "emblem": 0.12, "emoji": 0.3, "icon": 0.18, "logo": 0.1}
"""Sampling weights of captions by kind: kinds that a phrase may protect, and kinds that teach shared words."""

GENERAL_PROBABILITY = 0.15
"""Probability of a subject's general caption in place of its own."""

PEAK_RATE, WEIGHT_DECAY, WARM_UP_STEPS = 2e-3, 0.1, 40
INITIAL_SCALE = 20.0
"""Initial value of the learnt factor on cosines. English emoji names reach recall@1 of 6.5% on validation; 2.4% with
14, half the rate and half the steps."""

MASK_PROBABILITY = 0.1
"""Probability that a token is masked, so that the tower relies on no single word."""


@dataclass(frozen=True)
class CaptionExamples:
    """Captions and pictures of the training fold.

    Attributes:
        tokens: int64 (captions, context).
        truths: float32 (captions, subjects + 1), 1 where a caption is true of a subject; the last column, of harmless
            pictures, is empty.
        own, general: int64 rows of `tokens` for each subject.
        kinds: int64 numbers of the subjects of each kind.
        views: the pictures.
    """

    tokens: Tensor
    truths: sparse.csr_array
    own: tuple[Int64, ...]
    general: tuple[Int64, ...]
    kinds: dict[str, Int64]
    views: CaptionViews


def train_captions(
    directory: Path, *, seed: int = 0, limit: int | None = None, steps: int = CAPTION_STEPS
) -> dict[str, Any]:
    """Add a text tower to an encoder's artefact folder.

    Args:
        directory: holds `model.onnx`, `config.json` and `cohort.npy`, which stay unchanged; gets `text.onnx`,
            `tokenizer.json` and `phrase_calibration.json`, and "captions" in its `metrics.json`.
        seed: for pictures, weights and sampling.
        limit: at most this many drawings of every source, for tests.
        steps: of `BATCH_SIZE` captions each.

    Returns:
        Measurements on all folds.
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


def train(views: CaptionViews, seed: int, steps: int = CAPTION_STEPS) -> tuple[nn.Module, Tokenizer]:
    """A trained open_clip model (its image tower untouched) and its tokenizer."""
    texts = [caption for subject in views.subjects for caption in (*subject.captions, *subject.generic_captions)]
    tokenizer = text_tower.make_tokenizer(texts)
    examples, rng = prepare(views, tokenizer), np.random.default_rng(seed)
    model = text_tower.create(views.vectors.shape[1])
    trained = [*model.text.parameters(), model.logit_scale]
    model.logit_scale.data.fill_(np.log(INITIAL_SCALE))
    optimizer = torch.optim.AdamW(trained, lr=PEAK_RATE, weight_decay=WEIGHT_DECAY, betas=(0.9, 0.98))
    pictures = torch.from_numpy(views.vectors)
    for step in (bar := trange(steps, desc="captions")):
        optimizer.param_groups[0]["lr"] = PEAK_RATE * _rate_at(step, steps)
        loss = contrast(model, examples, pictures, rng)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
    model.eval()
    return model, tokenizer


def prepare(views: CaptionViews, tokenizer: Tokenizer) -> CaptionExamples:
    """Tokenized captions of one fold's subjects, with the subjects that each is true of."""
    numbers: dict[str, int] = {}
    own = [_numbered(subject.captions, numbers) for subject in views.subjects]
    general = [_numbered(subject.generic_captions, numbers) for subject in views.subjects]
    rows = [np.concatenate(pair) for pair in zip(own, general, strict=True)]
    columns = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    entries = (np.ones(len(columns), np.float32), (np.concatenate(rows), columns))
    truths = sparse.csr_array(entries, shape=(len(numbers), len(rows) + 1))
    kinds = np.array([subject.kind for subject in views.subjects])
    members = {str(kind): np.flatnonzero(kinds == kind) for kind in dict.fromkeys(kinds)}
    tokens = torch.from_numpy(text_tower.tokens_of(tokenizer, list(numbers)))
    return CaptionExamples(tokens, truths, tuple(own), tuple(general), members, views)


def contrast(model: nn.Module, examples: CaptionExamples, pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """Loss of one batch: captions against all pictures, and one picture of each subject against the captions."""
    subjects = sample_subjects(rng, examples)
    rows = np.array([_caption(rng, examples, subject) for subject in subjects])
    with mixed_precision():
        texts = text_tower.embed(model.text, _masked(rng, examples.tokens[rows]))
    scale = model.logit_scale.exp().clamp(max=100)
    truths = examples.truths[rows]
    to_pictures = shared_cross_entropy(scale * texts @ pictures.T, _dense(truths, examples.views.shown))
    shown = torch.from_numpy(_pictures_of(rng, examples, subjects))
    to_texts = shared_cross_entropy(scale * pictures[shown] @ texts.T, _dense(truths, subjects).T)
    return (to_pictures + to_texts) / 2


def shared_cross_entropy(logits: Tensor, truths: Tensor) -> Tensor:
    """Mean cross entropy of rows whose target is spread evenly over all true choices.

    Args:
        logits: float32 (rows, choices).
        truths: 0 or 1, float32 (rows, choices), at least one 1 a row.
    """
    return -((functional.log_softmax(logits, dim=1) * truths).sum(dim=1) / truths.sum(dim=1)).mean()


def measure(text: nn.Module, tokenizer: Tokenizer, views: CaptionViews, trained: CaptionViews) -> dict[str, Any]:
    """Recall of names and average precision of general phrases on one fold's pictures."""

    def vectors(phrases: Sequence[str]) -> Float32:
        tokens = torch.from_numpy(text_tower.tokens_of(tokenizer, phrases))
        with torch.inference_mode():
            return torch.cat([text_tower.embed(text, part) for part in tokens.split(BATCH_SIZE)]).numpy()

    return {
        "pictures": len(views.vectors),
        "subjects": len(views.subjects),
        "recall": caption_metrics.recall(vectors, views),
        "phrases": caption_metrics.precision(vectors, views, trained),
    }


def sample_subjects(rng: np.random.Generator, examples: CaptionExamples) -> Int64:
    """Numbers of a batch of subjects, int64 (BATCH_SIZE,), sampled with the weights of their kinds."""
    names = [kind for kind in KIND_WEIGHTS if kind in examples.kinds]
    shares = np.array([KIND_WEIGHTS[name] for name in names])
    kinds = rng.choice(len(names), BATCH_SIZE, p=shares / shares.sum())
    return np.array([rng.choice(examples.kinds[names[kind]]) for kind in kinds])


def _caption(rng: np.random.Generator, examples: CaptionExamples, subject: int) -> int:
    general = len(examples.general[subject]) > 0 and rng.random() < GENERAL_PROBABILITY
    return int(rng.choice(examples.general[subject] if general else examples.own[subject]))


def _pictures_of(rng: np.random.Generator, examples: CaptionExamples, subjects: Int64) -> Int64:
    """Row of one random picture of each subject."""
    first = np.searchsorted(examples.views.shown, subjects)
    return rng.integers(first, np.searchsorted(examples.views.shown, subjects, side="right"))


def _masked(rng: np.random.Generator, tokens: Tensor) -> Tensor:
    hidden = torch.from_numpy(rng.random(tokens.shape) < MASK_PROBABILITY)
    return torch.where(hidden & (tokens > text_tower.END), text_tower.UNKNOWN, tokens)


def _dense(truths: sparse.csr_array, columns: Int64) -> Tensor:
    return torch.from_numpy(truths[:, columns].toarray())


def _numbered(captions_: Sequence[str], numbers: dict[str, int]) -> Int64:
    return np.array([numbers.setdefault(caption.lower(), len(numbers)) for caption in captions_], np.int64)


def _rate_at(step: int, steps: int) -> float:
    return float(min(1.0, (step + 1) / WARM_UP_STEPS) * 0.5 * (1 + np.cos(np.pi * step / steps)))
