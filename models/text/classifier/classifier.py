"""What a text says, beyond patterns: eight labels scored by a fine-tuned Chinese encoder, with the words behind them.

Character n-grams give a second opinion; what the two are worth for each label was measured when the model was
calibrated. The model is an artefact folder made by `huijian train text`; this room only runs it. No training library is
needed: ONNX Runtime, the fast tokenizer and numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from models.profile import CLASSIFIER_LABELS, Evidence, Finding, Span
from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from models.runtime.sessions import session
from models.settings import ArtifactError
from models.text.classifier.ngrams import Ngrams
from models.text.classifier.windows import Window, Windows
from models.text.evidence import evidence_at
from models.text.normalize.normalize import FieldText

Array = np.ndarray[Any, np.dtype[np.float32]]

CLASSIFIER_FILES = (ArtifactFile.MODEL, ArtifactFile.TOKENIZER, ArtifactFile.NGRAMS)
"""What judges, in an artefact folder."""

PUNCTUATION = " \n,.;:!?|/~、。·…—"
"""Normalised characters that are no evidence at the ends of it."""

RELATIVE_THRESHOLD = 0.5
"""Share of the likeliest word's probability from which another word is evidence too, where all are unlikely."""


@dataclass(frozen=True)
class ClassifierOutput:
    """What is said of one text, uncalibrated.

    Attributes:
        encoder, ngrams: logits, float32 (labels,): for each label of the window where the one or the other is loudest.
        spans: characters of the normalised text that each token stands for.
        tokens: logits of evidence, float32 (tokens, labels).
    """

    encoder: Array
    ngrams: Array
    spans: list[Span]
    tokens: Array


class TextClassifier:
    """Scores names, bios and signatures for every label of `CLASSIFIER_LABELS`.

    Source: multilingual-e5-small (Wang et al. 2024) fine-tuned on `datasets/bios`; see the artefact's `card.md`.

    Args:
        directory: artefact folder with `CLASSIFIER_FILES` and `config.json`, which lists their SHA-256.
        threads: threads that one pass may use.

    Attributes:
        version: the model's version, for answers.

    Raises:
        ArtifactError: a file is missing, was cut or edited, or does not fit.
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
            self._offsets = np.array([one["offset"] for one in calibration], np.float32)
            self._evidence = float(config["evidence_threshold"])
            self._windows = Windows(tokenizer, int(config["length"]))
        except Exception as error:  # the runtime and the tokenizer raise bare exceptions
            raise ArtifactError(f"{directory} is not a text model's artefact folder: {error}") from error
        if tuple(config["labels"]) != CLASSIFIER_LABELS:
            raise ArtifactError(f"{directory} scores other labels than this version of Huijian knows")
        if [given.name for given in self._session.get_inputs()] != ["ids"]:
            raise ArtifactError(f"{directory} was exported by another version of Huijian; train it again")

    def __call__(self, texts: Sequence[FieldText]) -> list[list[Finding]]:
        """For every text one finding per label of `CLASSIFIER_LABELS`, in that order.

        Scores are calibrated probabilities; evidence holds spans only where the network points at words. A text of one
        character, however often repeated, says nothing: its scores are 0.
        """
        return [self._findings(text, self.read(text)) for text in texts]

    def read(self, text: FieldText) -> ClassifierOutput:
        """The raw output of encoder and n-grams, for calibration.

        Windows are scored one at a time, so that no score depends on what else was asked; batches of 32 would save a
        tenth of the time.
        """
        windows = self._windows(text)
        outputs = [self._run(window) for window in windows]
        spans, tokens = _loudest(windows, [tokens for _, tokens in outputs])
        return ClassifierOutput(
            encoder=np.max([scores for scores, _ in outputs], axis=0),
            ngrams=np.max([self._ngrams(_words(text, window)) for window in windows], axis=0),
            spans=spans,
            tokens=tokens,
        )

    def _run(self, window: Window) -> tuple[Array, Array]:
        scores, tokens = self._session.run(["scores", "tokens"], {"ids": np.array([window.ids], np.int64)})
        return scores[0], tokens[0]

    def _findings(self, text: FieldText, reading: ClassifierOutput) -> list[Finding]:
        encoder, ngrams = self._weights
        scores = _sigmoid(encoder * reading.encoder + ngrams * reading.ngrams + self._offsets)
        scores *= _says_something(text.normalized.text)
        tokens = _sigmoid(reading.tokens)
        return [
            Finding(
                label=label,
                field=text.field,
                score=float(scores[index]),
                detector=f"classifier@{self.version}",
                evidence=self._proof(text, reading.spans, tokens[:, index], float(scores[index])),
            )
            for index, label in enumerate(CLASSIFIER_LABELS)
        ]

    def _proof(self, text: FieldText, spans: Sequence[Span], tokens: Array, score: float) -> Evidence:
        """The words of one label; a reported finding always points at its likeliest words."""
        shown = evidence_mask(tokens, self._evidence) if score >= 0.5 else tokens >= self._evidence
        chosen = [span for span, told in zip(spans, shown, strict=True) if told]
        places = joined_spans(chosen, text.normalized.text)
        return evidence_at(text.normalized, places) if places else Evidence()


def _loudest(windows: Sequence[Window], tokens: Sequence[Array]) -> tuple[list[Span], Array]:
    """Every token's characters once, in order, and the highest logits that a window gave them (tokens, labels)."""
    spans, logits = np.array([span for window in windows for span in window.spans]), np.concatenate(tokens)
    is_text = spans[:, 0] < spans[:, 1]
    found, places = np.unique(spans[is_text], axis=0, return_inverse=True)
    highest = np.full((len(found), logits.shape[1]), -np.inf, np.float32)
    np.maximum.at(highest, places, logits[is_text])
    return [(start, end) for start, end in found.tolist()], highest


def evidence_mask(tokens: Array, threshold: float) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which tokens are shown for a reported label: the likely ones, and the likeliest in any case.

    Args:
        tokens: probabilities of evidence, float (tokens,).

    Returns:
        bool (tokens,).
    """
    return tokens >= min(threshold, RELATIVE_THRESHOLD * float(tokens.max(initial=0)))


def _says_something(text: str) -> bool:
    """Two different characters and more; v, 666666 and 国国国 look like parts of contacts and claims, and are none."""
    return len(set("".join(text.split()))) > 1


def _words(text: FieldText, window: Window) -> str:
    """The part of the normalised text that a window holds."""
    places = [span for span in window.spans if span[0] < span[1]]
    return text.normalized.text[places[0][0] : places[-1][1]] if places else ""


def joined_spans(spans: Sequence[Span], text: str) -> list[Span]:
    """Sorted spans joined where at most two characters lie between them, without punctuation at their ends."""
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


def _sigmoid(logits: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)
