"""Fine-tuning of the text classifier.

Runs are reproducible: every random choice comes from the seed and the number of the epoch. Runs resume: an interrupted
one continues after its last complete epoch.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import f1_score
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm

from models.profile import CLASSIFIER_LABELS, Field
from models.runtime import atomic
from training.precision import mixed_precision
from training.runs.curves import write_history
from training.runs.record import Record
from training.text.data.corpus import Case
from training.text.data.disguises import Marked
from training.text.data.examples import Example, Examples, augmented, bucketed, collate
from training.text.networks.base import PretrainedEncoder
from training.text.networks.model import TextModel

ENCODER_RATE, HEAD_RATE = 1e-4, 1e-3
"""Learning rates of the pretrained encoder and of the new heads."""

CONTINUED_RATE = 6e-5
"""Learning rate of encoder and heads that go on from a released model."""

WARM_UP_SHARE = 0.06
"""Fraction of the steps in which the learning rates rise."""


@dataclass(frozen=True)
class RunSettings:
    """Settings of a run; the same settings give the same model.

    Attributes:
        epochs: passes over the training texts.
        seed: of every random choice.
        corpus: digest of the training texts.
        base: name of the encoder that it starts from.
    """

    epochs: int
    seed: int
    corpus: str
    base: str


class TextTrainer:
    """Trains a model, and resumes an interrupted run in the same folder.

    Args:
        base: pretrained encoder to start from.
        output: folder of checkpoint and history.
        record: is told the numbers of every epoch.

    Raises:
        FileExistsError: the folder holds a run with other settings; nothing in it was changed.
    """

    def __init__(
        self, base: PretrainedEncoder, settings: RunSettings, output: Path, record: Record | None = None
    ) -> None:
        self._settings, self._output, self._record = settings, output, record or Record()
        self._examples = Examples(base.tokenizer)
        self.model = TextModel(base.encoder)
        for name, weights in base.heads.items():
            self.model.get_submodule(name).load_state_dict(weights)
        heads = [*self.model.scores.parameters(), *self.model.tokens.parameters()]
        self._rates = [CONTINUED_RATE] * 2 if base.heads else [ENCODER_RATE, HEAD_RATE]
        groups = zip((base.encoder.parameters(), heads), self._rates, strict=True)
        parameters = [{"params": weights, "lr": rate} for weights, rate in groups]
        self._optimizer = torch.optim.AdamW(parameters, weight_decay=0.01, fused=True)
        self._history: list[dict[str, float]] = []
        self._resume()

    def run(self, training: Sequence[Case], validation: Sequence[Case]) -> None:
        """Train the epochs that are left."""
        marked = [(case.field, Marked.of(case)) for case in training]
        held_out = [example for case in validation for example in self._examples(case.field, Marked.of(case))[:1]]
        for epoch in range(len(self._history), self._settings.epochs):
            loss = self._epoch(marked, epoch)
            numbers = {"loss": loss, **self.evaluate(held_out)}
            self._history.append({"epoch": epoch + 1, **numbers})
            self._save()
            self._record.log(epoch + 1, numbers)

    def _epoch(self, marked: Sequence[tuple[Field, Marked]], epoch: int) -> float:
        rng = np.random.default_rng([self._settings.seed, epoch])
        torch.manual_seed(self._settings.seed * 1000 + epoch)
        examples = [example for field, text in augmented(marked, rng) for example in self._examples(field, text)]
        batches = bucketed(examples, rng)
        self.model.train()
        losses, begun = [], time.monotonic()
        for number, batch in enumerate(progress := tqdm(batches, desc=f"epoch {epoch + 1}", mininterval=10)):
            self._set_rates((epoch + number / len(batches)) / self._settings.epochs)
            losses.append(self._step(batch))
            steps_left = (self._settings.epochs - epoch) * len(batches) - number - 1
            left = tqdm.format_interval((time.monotonic() - begun) / (number + 1) * steps_left)
            progress.set_postfix(loss=f"{np.mean(losses[-50:]):.4f}", all_epochs=f"{left} left", refresh=False)
        return float(np.mean(losses))

    def _step(self, batch: Sequence[Example]) -> float:
        ids, mask, labels, tokens = collate(batch)
        with mixed_precision():
            scores, marks = self.model(ids, mask)
        evidence = binary_cross_entropy_with_logits(marks.float(), tokens, reduction="none")
        present = mask[:, :, None]
        loss = binary_cross_entropy_with_logits(scores.float(), labels)
        loss = loss + (evidence * present).sum() / present.sum() / len(CLASSIFIER_LABELS)
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimizer.step()
        return float(loss.detach())

    def _set_rates(self, done: float) -> None:
        factor = min(done / WARM_UP_SHARE, (1 - done) / (1 - WARM_UP_SHARE))
        for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * factor

    def evaluate(self, examples: Sequence[Example]) -> dict[str, float]:
        """Macro F1 and share of clean texts flagged, at 0.5 and uncalibrated: to watch a run, not to report."""
        self.model.eval()
        order = sorted(range(len(examples)), key=lambda index: len(examples[index].ids))
        ordered = [examples[index] for index in order]
        with torch.no_grad(), mixed_precision():
            logits = torch.cat([self.model(*collate(ordered[at : at + 64])[:2])[0] for at in range(0, len(order), 64)])
        predicted, true = logits.float().numpy() > 0, np.stack([example.labels for example in ordered]) > 0
        clean = ~true.any(1)
        return {
            "macro_f1": float(f1_score(true, predicted, average="macro", zero_division=0)),
            "clean_flagged": float(predicted[clean].any(1).mean()) if clean.any() else 0.0,
        }

    def _resume(self) -> None:
        path = self._output / "checkpoint.pt"
        if not path.is_file():
            return
        saved = torch.load(path, weights_only=True)
        if saved["settings"] != asdict(self._settings):
            raise FileExistsError(f"{self._output} holds a run with other settings: choose another folder")
        self.model.load_state_dict(saved["model"])
        self._optimizer.load_state_dict(saved["optimizer"])
        self._history = saved["history"]

    def _save(self) -> None:
        state = {
            "settings": asdict(self._settings),
            "history": self._history,
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
        }
        with atomic.replacing(self._output / "checkpoint.pt") as draft:
            torch.save(state, draft)
        write_history(self._output, self._history)
