"""Baselines that are measured beside ours: keyword lists, n-grams, and a frozen encoder with a linear classifier.

All get the same normalized texts and the same training part. The learnt ones are calibrated on the same validation part
as ours. A label is reported from a probability of 0.5 on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from models.arrays import Float32, Float64
from models.profile import CLASSIFIER_LABELS
from models.runtime import atomic
from models.text.classifier.windows import Windows
from models.text.normalize.normalize import FieldText
from training.packages import cache_directory
from training.precision import mixed_precision
from training.text.data.corpus import DATASET, Case
from training.text.data.examples import BATCH_SIZE, MAX_TOKENS
from training.text.fit.calibrate import calibrated_logits
from training.text.fit.ngrams import fit_ngrams
from training.text.measures import label_matrix
from training.text.networks import base

BASELINE_THRESHOLD = 0.5
"""Probability from which a baseline reports a label."""

Baseline = Callable[[Sequence[Case], Sequence[Case], Sequence[FieldText]], Float64]
"""Training cases, validation cases, texts to judge -> probabilities, float (texts, labels)."""


def keyword_lists(_: Sequence[Case], __: Sequence[Case], texts: Sequence[FieldText]) -> Float64:
    """1 where a text holds a word of the label's list (`datasets/bios/keywords.yaml`), 0 elsewhere."""
    table = yaml.safe_load((DATASET / "keywords.yaml").read_text(encoding="utf-8"))
    patterns = [re.compile("|".join(map(re.escape, table[label]))) for label in CLASSIFIER_LABELS]
    return np.array([[bool(one.search(text.normalized.text)) for one in patterns] for text in texts], float)


def ngrams(training: Sequence[Case], validation: Sequence[Case], texts: Sequence[FieldText]) -> Float64:
    """TF-IDF of 1 to 4 characters and a logistic regression per label."""
    model = fit_ngrams(training)

    def logits(some: Sequence[FieldText]) -> Float64:
        return np.stack([model(text.normalized.text) for text in some])

    return _probabilities(logits, validation, texts)


def frozen_encoder(training: Sequence[Case], validation: Sequence[Case], texts: Sequence[FieldText]) -> Float64:
    """Mean-pooled vectors of the pretrained encoder that ours starts from, and a logistic regression per label."""
    regression = OneVsRestClassifier(LogisticRegression(C=0.1, class_weight="balanced", max_iter=300))
    fitted = make_pipeline(StandardScaler(), regression)
    fitted.fit(embeddings(_texts(training)), label_matrix([case.labels for case in training]))
    return _probabilities(lambda some: fitted.decision_function(embeddings(some)), validation, texts)


def _probabilities(
    logits: Callable[[Sequence[FieldText]], Float64], validation: Sequence[Case], texts: Sequence[FieldText]
) -> Float64:
    """Probabilities from logits, calibrated on the validation cases."""
    truth = label_matrix([case.labels for case in validation])
    return np.asarray(expit(calibrated_logits(logits(_texts(validation)), truth, logits(texts))))


def _texts(cases: Sequence[Case]) -> list[FieldText]:
    return [FieldText.of(case.field, case.text) for case in cases]


BASELINES: Mapping[str, Baseline] = {"keywords": keyword_lists, "n-grams": ngrams, "frozen encoder": frozen_encoder}


def embeddings(texts: Sequence[FieldText]) -> Float32:
    """Mean-pooled embeddings of the texts' first windows, float32 (texts, hidden), cached on disk."""
    path = cache_directory().parent / "embeddings" / f"{_digest(texts)}.npy"
    if not path.is_file():
        vectors = _embed(base.pretrained(), texts)
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(path) as draft, draft.open("wb") as file:
            np.save(file, vectors)
    return np.asarray(np.load(path))


def _digest(texts: Sequence[FieldText]) -> str:
    """Cache key: the texts, and the code that makes the encoder."""
    content = hashlib.sha256(Path(base.__file__).read_bytes())
    for text in texts:
        content.update(f"{text.field} {text.normalized.text}\0".encode("utf-8", "surrogatepass"))
    return content.hexdigest()[:16]


def _embed(start: base.PretrainedEncoder, texts: Sequence[FieldText]) -> Float32:
    windows, encoder = Windows(start.tokenizer, MAX_TOKENS), start.encoder.eval()
    ids = [windows(text)[0].ids for text in texts]
    order = np.argsort([len(one) for one in ids])
    vectors = np.empty((len(ids), encoder.config.hidden_size), np.float32)
    with torch.inference_mode(), mixed_precision():
        for start_of_batch in tqdm(range(0, len(ids), BATCH_SIZE), "嵌入 · embedding", unit="batch", mininterval=1):
            rows = order[start_of_batch : start_of_batch + BATCH_SIZE]
            vectors[rows] = _pooled(encoder, [ids[row] for row in rows])
    return vectors


def _pooled(encoder: Any, batch: Sequence[list[int]]) -> Float32:
    padded = torch.nn.utils.rnn.pad_sequence([torch.tensor(one) for one in batch], batch_first=True)
    lengths = torch.tensor([len(one) for one in batch])[:, None]
    mask = torch.arange(padded.shape[1])[None] < lengths
    hidden = encoder(input_ids=padded, attention_mask=mask.long()).last_hidden_state.float()
    return np.asarray(((hidden * mask[..., None]).sum(1) / lengths).numpy())
