"""Training examples: texts augmented anew in each epoch, split into windows, batched by length."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer

from models.arrays import Float32
from models.profile import CLASSIFIER_LABELS, Field
from models.text.classifier.windows import Window, Windows
from models.text.normalize.normalize import FieldText
from training.text.data.disguises import Marked, disguise, renew_contacts
from training.text.networks.base import PAD

MAX_TOKENS = 128
"""Tokens of a window: 99% of the corpus' texts have fewer than 98."""

BATCH_SIZE = 32

DISGUISED_SHARE, JOINED_SHARE = 0.35, 0.12
"""Fractions of training texts that are disguised, and joined to another one: real bios are longer than ours."""

SEPARATORS = ("\n", " ", "，", "。", "｜", " / ", "；")


@dataclass(frozen=True)
class Example:
    """One window as the model takes it.

    Attributes:
        ids: token ids.
        labels: float32 (labels,), 0 or 1.
        tokens: float32 (length, labels), 1 where the token is evidence.
    """

    ids: list[int]
    labels: Float32
    tokens: Float32


class Examples:
    """Makes examples of marked texts.

    Args:
        tokenizer: the base's.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._windows = Windows(tokenizer, MAX_TOKENS)

    def __call__(self, field: Field, marked: Marked) -> list[Example]:
        """One example per window; a label counts where its evidence is, or in every window if it has none."""
        text = FieldText.of(field, marked.text)
        evident = {label for label, _, _ in marked.spans}
        everywhere = np.array([label in marked.labels - evident for label in CLASSIFIER_LABELS])
        examples = []
        for window in self._windows(text):
            tokens = _evidence(window, text, marked)
            labels = (tokens.any(axis=0) | everywhere).astype(np.float32)
            examples.append(Example(window.ids, labels, tokens))
        return examples


def _evidence(window: Window, text: FieldText, marked: Marked) -> Float32:
    tokens = np.zeros((len(window.ids), len(CLASSIFIER_LABELS)), np.float32)
    for row, (first, last) in enumerate(window.spans):
        if first < last:
            start, end = text.normalized.span(first, last)
            for label, begin, stop in marked.spans:
                if start < stop and begin < end:
                    tokens[row, CLASSIFIER_LABELS.index(label)] = 1
    return tokens


def augmented(marked: Sequence[tuple[Field, Marked]], rng: np.random.Generator) -> Iterator[tuple[Field, Marked]]:
    """Every text once, augmented: contacts renewed, some texts disguised, some bios joined to another."""
    bios = [text for field, text in marked if field is Field.BIO]
    for field, text in marked:
        changed = renew_contacts(text, rng)
        if rng.random() < DISGUISED_SHARE:
            changed = disguise(changed, rng)
        if field is Field.BIO and rng.random() < JOINED_SHARE:
            other = renew_contacts(bios[rng.integers(len(bios))], rng)
            pair = (changed, other) if rng.random() < 0.5 else (other, changed)
            changed = pair[0].followed_by(pair[1], str(rng.choice(SEPARATORS)))
        yield field, changed


def bucketed(examples: Sequence[Example], rng: np.random.Generator) -> list[list[Example]]:
    """Batches of examples of similar length, in random order: little padding, little bias."""
    noisy = [len(example.ids) * rng.uniform(0.9, 1.1) for example in examples]
    order = np.argsort(noisy)
    batches = [[examples[index] for index in order[at : at + BATCH_SIZE]] for at in range(0, len(order), BATCH_SIZE)]
    return [batches[index] for index in rng.permutation(len(batches))]


def collate(batch: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Padded ids and mask, int64 (batch, length); labels (batch, labels), tokens (batch, length, labels), float32."""
    length = math.ceil(max(len(example.ids) for example in batch) / 8) * 8
    ids = np.full((len(batch), length), PAD, np.int64)
    mask = np.zeros((len(batch), length), np.int64)  # from lengths: in other vocabularies PAD is the id of a token
    tokens = np.zeros((len(batch), length, len(CLASSIFIER_LABELS)), np.float32)
    for row, example in enumerate(batch):
        ids[row, : len(example.ids)], mask[row, : len(example.ids)] = example.ids, 1
        tokens[row, : len(example.ids)] = example.tokens
    labels = np.stack([example.labels for example in batch])
    return torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(labels), torch.from_numpy(tokens)
