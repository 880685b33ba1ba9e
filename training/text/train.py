"""Fine-tune the text classifier on the labelled corpus.

Reproducible: every random choice comes from the seed and the number of the epoch. Resumable: a run that was stopped
goes on from its last whole epoch when started again with the same output.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import f1_score
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm

from models.profile import CLASSIFIER_LABELS, Field
from models.text.normalize import FieldText
from models.text.windows import Windows
from training.text.base import PAD, Base, pretrained
from training.text.corpus import Case, CasesError, Split, near_duplicates, read_cases, read_split
from training.text.disguises import Marked, disguise, renew_contacts
from training.text.model import TextModel

LENGTH = 128
"""Most tokens in a window: 99 in 100 texts of the corpus have fewer than 98."""

BATCH = 32
RATE, HEAD_RATE, WARM_UP = 1e-4, 1e-3, 0.06
"""Learning rates of the encoder and of the heads, which start from nothing, and the share of steps that warm up."""

DISGUISED, JOINED = 0.3, 0.12
"""Share of training texts that are disguised, and that are joined to another one (real bios are longer than ours)."""

SEPARATORS = ("\n", " ", "，", "。", "｜", " / ", "；")


@dataclass(frozen=True)
class Settings:
    """What a run is: the same settings give the same model."""

    epochs: int
    seed: int
    limit: int | None


@dataclass(frozen=True)
class Example:
    """One window, ready for the model.

    Attributes:
        ids: token ids.
        labels: float32 (labels,), 0 or 1.
        tokens: float32 (length, labels), 1 where the token is evidence.
    """

    ids: list[int]
    labels: np.ndarray
    tokens: np.ndarray


def fit(output: Path, settings: Settings, cases: Sequence[Path] = (), base: Base | None = None) -> Path:
    """Train, leaving `checkpoint.pt`, `tokenizer.json`, `encoder.json` and `history.jsonl` in `output`.

    Args:
        cases: files of further labelled texts, added to the training part.
        base: another pretrained encoder than the project's own.

    Returns:
        The checkpoint.

    Raises:
        CasesError: a cases file is broken or holds a text of the test part.
    """
    torch.manual_seed(settings.seed)
    training = (read_split(Split.TRAIN) + new_cases(cases))[: settings.limit]
    validation = read_split(Split.VALIDATION)[: settings.limit]
    base = base or pretrained()
    output.mkdir(parents=True, exist_ok=True)
    base.tokenizer.save(str(output / "tokenizer.json"), pretty=False)
    base.encoder.config.to_json_file(output / "encoder.json")
    Trainer(base, settings, output).run(training, validation)
    return output / "checkpoint.pt"


def new_cases(paths: Sequence[Path]) -> list[Case]:
    """Further labelled texts for training.

    Raises:
        CasesError: a text is as good as one that the model will be tested on.
    """
    added = read_cases(*paths)
    if not added:
        return []
    test = read_split(Split.TEST)
    clusters = near_duplicates([case.text for case in test + added])
    tested = set(clusters[: len(test)])
    doubles = [case.id for case, cluster in zip(added, clusters[len(test) :], strict=True) if cluster in tested]
    if doubles:
        raise CasesError(f"{len(doubles)} cases repeat texts of the test part, first {doubles[0]!r}: leave them out")
    return added


class Trainer:
    """Runs the epochs of one training.

    Args:
        base: what to start from.
        output: folder of checkpoint and history.
    """

    def __init__(self, base: Base, settings: Settings, output: Path) -> None:
        self._settings, self._output = settings, output
        self._windows = Windows(base.tokenizer, LENGTH)
        self.model = TextModel(base.encoder)
        heads = [*self.model.scores.parameters(), *self.model.tokens.parameters()]
        groups = [{"params": base.encoder.parameters(), "lr": RATE}, {"params": heads, "lr": HEAD_RATE}]
        self._optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
        self._rates = [RATE, HEAD_RATE]

    def run(self, training: Sequence[Case], validation: Sequence[Case]) -> None:
        """Train the epochs that are left."""
        marked = [(case.field, Marked.of(case)) for case in training]
        held_out = [example for case in validation for example in self._examples(case.field, Marked.of(case))[:1]]
        for epoch in range(self._resume(), self._settings.epochs):
            loss = self._epoch(marked, epoch)
            self._note({"epoch": epoch + 1, "loss": loss, **self.evaluate(held_out)})
            self._save(epoch + 1)

    def _epoch(self, marked: Sequence[tuple[Field, Marked]], epoch: int) -> float:
        random = np.random.default_rng([self._settings.seed, epoch])
        torch.manual_seed(self._settings.seed * 1000 + epoch)
        examples = [example for field, text in varied(marked, random) for example in self._examples(field, text)]
        batches = bucketed(examples, random)
        self.model.train()
        losses = []
        for number, batch in enumerate(progress := tqdm(batches, desc=f"epoch {epoch + 1}", mininterval=10)):
            self._set_rates((epoch + number / len(batches)) / self._settings.epochs)
            losses.append(self._step(batch))
            progress.set_postfix(loss=f"{np.mean(losses[-50:]):.4f}", refresh=False)
        return float(np.mean(losses))

    def _step(self, batch: Sequence[Example]) -> float:
        ids, mask, labels, tokens = collate(batch)
        with torch.autocast("cpu", dtype=torch.bfloat16):
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
        factor = min(done / WARM_UP, (1 - done) / (1 - WARM_UP))
        for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * factor

    def evaluate(self, examples: Sequence[Example]) -> dict[str, float]:
        """Macro F1 and share of clean texts flagged at 0.5, uncalibrated: for watching a run, not for reporting."""
        self.model.eval()
        order = sorted(range(len(examples)), key=lambda index: len(examples[index].ids))
        ordered = [examples[index] for index in order]
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            given = torch.cat([self.model(*collate(ordered[at : at + 64])[:2])[0] for at in range(0, len(order), 64)])
        said, true = given.float().numpy() > 0, np.stack([example.labels for example in ordered]) > 0
        clean = ~true.any(1)
        return {
            "macro_f1": float(f1_score(true, said, average="macro", zero_division=0)),
            "clean_flagged": float(said[clean].any(1).mean()) if clean.any() else 0.0,
        }

    def _examples(self, field: Field, marked: Marked) -> list[Example]:
        """One example per window; a label counts where its evidence is, or everywhere if it has none."""
        text = FieldText.of(field, marked.text)
        shown = {label for label, _, _ in marked.spans}
        examples = []
        for window in self._windows(text):
            tokens = np.zeros((len(window.ids), len(CLASSIFIER_LABELS)), np.float32)
            for row, (first, last) in enumerate(window.spans):
                if first < last:
                    start, end = text.normalized.span(first, last)
                    for label, begin, stop in marked.spans:
                        tokens[row, CLASSIFIER_LABELS.index(label)] += start < stop and begin < end
            hidden = [label in marked.labels and label not in shown for label in CLASSIFIER_LABELS]
            examples.append(Example(window.ids, (tokens.any(0) | np.array(hidden)).astype(np.float32), tokens > 0))
        return examples

    def _resume(self) -> int:
        path = self._output / "checkpoint.pt"
        if not path.is_file():
            return 0
        saved = torch.load(path, weights_only=True)
        if saved["settings"] != asdict(self._settings):
            raise FileExistsError(f"{self._output} holds a run with other settings: choose another folder")
        self.model.load_state_dict(saved["model"])
        self._optimizer.load_state_dict(saved["optimizer"])
        return int(saved["epoch"])

    def _save(self, epoch: int) -> None:
        state = {
            "settings": asdict(self._settings),
            "epoch": epoch,
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
        }
        draft = self._output / "checkpoint.new"
        torch.save(state, draft)
        draft.replace(self._output / "checkpoint.pt")

    def _note(self, numbers: dict[str, float]) -> None:
        with (self._output / "history.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(numbers) + "\n")


def varied(marked: Sequence[tuple[Field, Marked]], random: np.random.Generator) -> Iterator[tuple[Field, Marked]]:
    """Every text once, as it looks this time: contacts renewed, some disguised, some bios joined to another."""
    bios = [text for field, text in marked if field is Field.BIO]
    for field, text in marked:
        seen = renew_contacts(text, random)
        if random.random() < DISGUISED:
            seen = disguise(seen, random)
        if field is Field.BIO and random.random() < JOINED:
            other = renew_contacts(bios[random.integers(len(bios))], random)
            pair = (seen, other) if random.random() < 0.5 else (other, seen)
            seen = pair[0].followed_by(pair[1], str(random.choice(SEPARATORS)))
        yield field, seen


def bucketed(examples: Sequence[Example], random: np.random.Generator) -> list[list[Example]]:
    """Batches of texts of similar length in random order: little padding, little bias."""
    noisy = [len(example.ids) * random.uniform(0.9, 1.1) for example in examples]
    order = np.argsort(noisy)
    batches = [[examples[index] for index in order[at : at + BATCH]] for at in range(0, len(order), BATCH)]
    return [batches[index] for index in random.permutation(len(batches))]


def collate(batch: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Padded ids and mask, int64 (batch, length); labels (batch, labels), tokens (batch, length, labels), float32."""
    length = math.ceil(max(len(example.ids) for example in batch) / 8) * 8
    ids = np.full((len(batch), length), PAD, np.int64)
    tokens = np.zeros((len(batch), length, len(CLASSIFIER_LABELS)), np.float32)
    for row, example in enumerate(batch):
        ids[row, : len(example.ids)] = example.ids
        tokens[row, : len(example.ids)] = example.tokens
    labels = np.stack([example.labels for example in batch])
    tensors = (torch.from_numpy(ids), torch.from_numpy((ids != PAD).astype(np.int64)))
    return (*tensors, torch.from_numpy(labels), torch.from_numpy(tokens))
