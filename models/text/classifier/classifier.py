"""Scores eight labels with a fine-tuned multilingual encoder and an n-gram model, and marks the evidence.

Weights of both models were fitted per label at calibration. The model is an artefact folder made by
`huijian train text`. Inference needs no training library: ONNX Runtime, the fast tokenizer and NumPy suffice.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from models.arrays import Bool, Float32
from models.profile import CLASSIFIER_LABELS, TEXT_FIELDS, Evidence, Field, Finding, Label, Span
from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from models.runtime.sessions import session
from models.settings import ArtifactError
from models.text.classifier.ngrams import Ngrams
from models.text.classifier.windows import Window, Windows
from models.text.evidence import evidence_at
from models.text.normalize.normalize import FieldText

CLASSIFIER_FILES = (ArtifactFile.MODEL, ArtifactFile.TOKENIZER, ArtifactFile.NGRAMS)
"""Files of an artefact folder that determine scores."""

PUNCTUATION = " \n,.;:!?|/~、。·…—"
"""Normalised characters stripped from both ends of evidence."""

RELATIVE_THRESHOLD = 0.5
"""Share of the likeliest token's probability from which other tokens are evidence too, if all are below the
threshold."""


@dataclass(frozen=True)
class ClassifierOutput:
    """Uncalibrated output for one text.

    Attributes:
        encoder, ngrams: logits of both models, float32 (labels,); the maximum over windows.
        spans: span of each token in the normalised text.
        tokens: evidence logits, float32 (tokens, labels).
    """

    encoder: Float32
    ngrams: Float32
    spans: list[Span]
    tokens: Float32


class TextClassifier:
    """Scores names, bios and signatures for every label of `CLASSIFIER_LABELS`.

    Source: multilingual-e5-small (Wang et al. 2024) fine-tuned on `datasets/bios`; see the artefact's `card.md`.

    Args:
        directory: artefact folder with `CLASSIFIER_FILES` and `config.json`, which lists their SHA-256.
        threads: ONNX Runtime threads of one pass.

    Attributes:
        version: the model's version, for answers.

    Raises:
        ArtifactError: a file is missing, truncated, edited or incompatible.
    """

    def __init__(self, directory: Path, threads: int = 1) -> None:
        try:
            config = versions.checked(directory, *CLASSIFIER_FILES)
            tokenizer = Tokenizer.from_file(str(directory / ArtifactFile.TOKENIZER))
            self._session = session(directory / ArtifactFile.MODEL, threads)
            self.version = str(config["version"])
            self._ngrams = Ngrams.load(directory / ArtifactFile.NGRAMS)
            calibration = [config["calibration"][label] for label in config["labels"]]
            self._weights = np.array([[one["encoder"], one["ngrams"]] for one in calibration], np.float32).T
            self._offsets = {
                field: np.array([one["offsets"][field] for one in calibration], np.float32) for field in TEXT_FIELDS
            }
            self._base_rates = {
                field: {label: float(config["base_rates"][field][label]) for label in config["labels"]}
                for field in TEXT_FIELDS
            }
            self._evidence = float(config["evidence_threshold"])
            self._windows = Windows(tokenizer, int(config["length"]))
        except Exception as error:  # the runtime and the tokenizer raise bare exceptions
            raise ArtifactError(f"{directory} is not a text model's artefact folder: {error}") from error
        if tuple(config["labels"]) != CLASSIFIER_LABELS:
            raise ArtifactError(f"{directory} scores other labels than this version of Huijian knows")
        if [given.name for given in self._session.get_inputs()] != ["ids"]:
            raise ArtifactError(f"{directory} was exported by another version of Huijian; train it again")

    def at_base_rates(self, rates: Mapping[Field, Mapping[Label, float]]) -> TextClassifier:
        """This model with scores for other base rates; one without a new rate keeps the artefact's.

        A logit moves by the difference of the rates' logits (Saerens et al. 2002).

        Args:
            rates: shares in (0, 1), by text field and label.
        """
        moved = copy.copy(self)
        moved._base_rates = {field: {**own, **rates.get(field, {})} for field, own in self._base_rates.items()}
        moved._offsets = {
            field: offsets + (_logits(moved._base_rates[field]) - _logits(self._base_rates[field]))
            for field, offsets in self._offsets.items()
        }
        return moved

    def __call__(self, texts: Sequence[FieldText]) -> list[list[Finding]]:
        """For every text, one finding per label of `CLASSIFIER_LABELS`, in that order.

        Scores are probabilities in [0, 1], calibrated for the base rates of the text's field. Evidence has spans only
        where tokens exceed the threshold. A text of one repeated character scores 0.
        """
        return [self._findings(text, self.read(text)) for text in texts]

    def read(self, text: FieldText) -> ClassifierOutput:
        """The raw output of both models, for calibration.

        Windows run one at a time, so that no score depends on the batch; batches of 32 would save a tenth of the time.
        """
        windows = self._windows(text)
        outputs = [self._run(window) for window in windows]
        spans, tokens = _max_over_windows(windows, [tokens for _, tokens in outputs])
        return ClassifierOutput(
            encoder=np.max([scores for scores, _ in outputs], axis=0),
            ngrams=np.max([self._ngrams(_words(text, window)) for window in windows], axis=0),
            spans=spans,
            tokens=tokens,
        )

    def _run(self, window: Window) -> tuple[Float32, Float32]:
        scores, tokens = self._session.run(["scores", "tokens"], {"ids": np.array([window.ids], np.int64)})
        return scores[0], tokens[0]

    def _findings(self, text: FieldText, output: ClassifierOutput) -> list[Finding]:
        encoder, ngrams = self._weights
        scores = _sigmoid(encoder * output.encoder + ngrams * output.ngrams + self._offsets[text.field])
        scores *= _says_something(text.normalized.text)
        tokens = _sigmoid(output.tokens)
        return [
            Finding(
                label=label,
                field=text.field,
                score=float(scores[index]),
                detector=f"classifier@{self.version}",
                evidence=self._label_evidence(text, output.spans, tokens[:, index], float(scores[index])),
            )
            for index, label in enumerate(CLASSIFIER_LABELS)
        ]

    def _label_evidence(self, text: FieldText, spans: Sequence[Span], tokens: Float32, score: float) -> Evidence:
        """Evidence of one label; from a score of 0.5 on it always has the likeliest tokens."""
        mask = evidence_mask(tokens, self._evidence) if score >= 0.5 else tokens >= self._evidence
        chosen = [span for span, is_evidence in zip(spans, mask, strict=True) if is_evidence]
        ranges = joined_spans(chosen, text.normalized.text)
        return evidence_at(text.normalized, ranges) if ranges else Evidence()


def _max_over_windows(windows: Sequence[Window], tokens: Sequence[Float32]) -> tuple[list[Span], Float32]:
    """Every token's span once, in order, and its highest logits over windows, float32 (tokens, labels)."""
    spans, logits = np.array([span for window in windows for span in window.spans]), np.concatenate(tokens)
    is_text = spans[:, 0] < spans[:, 1]
    distinct, index = np.unique(spans[is_text], axis=0, return_inverse=True)
    highest = np.full((len(distinct), logits.shape[1]), -np.inf, np.float32)
    np.maximum.at(highest, index, logits[is_text])
    return [(start, end) for start, end in distinct.tolist()], highest


def evidence_mask(tokens: Float32, threshold: float) -> Bool:
    """Tokens shown as evidence of a reported label: those above the threshold, and the likeliest in any case.

    Args:
        tokens: evidence probabilities, float32 (tokens,).
        threshold: probability in [0, 1].

    Returns:
        bool (tokens,).
    """
    return tokens >= min(threshold, RELATIVE_THRESHOLD * float(tokens.max(initial=0)))


def _says_something(text: str) -> bool:
    """True if the text has two different characters; v, 666666 and 国国国 resemble contacts and claims but are none."""
    return len(set("".join(text.split()))) > 1


def _words(text: FieldText, window: Window) -> str:
    """The part of the normalised text in a window."""
    spans = [span for span in window.spans if span[0] < span[1]]
    return text.normalized.text[spans[0][0] : spans[-1][1]] if spans else ""


def joined_spans(spans: Sequence[Span], text: str) -> list[Span]:
    """Sorted spans, joined across gaps of at most two characters, without punctuation at their ends."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start - joined[-1][1] <= 2:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    bounds = [
        (end - len(text[start:end].lstrip(PUNCTUATION)), start + len(text[start:end].rstrip(PUNCTUATION)))
        for start, end in joined
    ]
    return [(start, end) for start, end in bounds if start < end]


def _logits(rates: Mapping[Label, float]) -> Float32:
    """Logits of a field's base rates, float32 (labels,)."""
    shares = np.array([rates[label] for label in CLASSIFIER_LABELS])
    return np.asarray(np.log(shares / (1 - shares)), np.float32)


def _sigmoid(logits: Float32) -> Float32:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)
