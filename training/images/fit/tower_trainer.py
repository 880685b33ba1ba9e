"""Training of the image tower with proxies: embeddings that survive augmentation and keep harmless pictures apart.

Every graphic has a proxy, a learnt vector that attracts its augmented pictures and repels all others. Embeddings are
pooled from the encoder's own windows, so a small emblem in a cover is learnt as it is searched.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from models.arrays import Pixels
from models.runtime import atomic
from training.images.common.fingerprint import code_of, fingerprint
from training.images.data.batches import NEGATIVES_PER_BATCH, POSITIVES_PER_BATCH, Batch, sample_batch
from training.images.data.corpus import Corpus
from training.images.fit.losses import open_set_contrast, region_vectors
from training.images.fit.schedule import parameter_group, rate_at, set_rates, update_averages
from training.images.networks import tower
from training.images.networks.fused import fused
from training.images.networks.released import Base, load_base_weights
from training.images.synthesis.augmentations import reference
from training.precision import mixed_precision
from training.runs.curves import write_history
from training.runs.record import Record

RATES = {"trunk": 3e-4, "head": 5e-4}
PROXY_RATE = 0.3
"""Rate of plain SGD, which moves a proxy only when it is sampled. Adam moved all at every step, so that they lost
their initial values."""

PROJECTION_RMS = 0.03
"""Initial root mean square of the projection; cosines ignore it, Adam's relative step size does not."""

CHECKPOINT_INTERVAL = 200


class Trainer:
    """One run: tower, proxies, optimizers and their checkpoint.

    Args:
        corpus: the training set.
        seed: for sampling batches.
        checkpoint: file written every `CHECKPOINT_INTERVAL` steps; resumed from if it exists.
        base: encoder to start from.
        record: is told the losses at every checkpoint.

    Attributes:
        settings: everything that the steps depend on.

    Raises:
        FileExistsError: the checkpoint is of a run with another seed, base, other pictures or other code.
    """

    def __init__(
        self, corpus: Corpus, seed: int, checkpoint: Path, base: Base | None = None, record: Record | None = None
    ) -> None:
        self.corpus, self.checkpoint, self.seed, self.record = corpus, checkpoint, seed, record or Record()
        self.tower = tower.create()
        if base is not None:
            load_base_weights(self.tower, base)
        start = base and base.fingerprint
        self.settings = {"seed": seed, "base": start, "pictures": corpus.digest(), "code": _code_digest()}
        tower.freeze(self.tower)
        dimension = self.tower.visual.head.proj.out_features
        self.proxies = nn.Parameter(torch.zeros(len(corpus.drawings), dimension))
        self.tower.to(memory_format=torch.channels_last).eval()  # keeps the pretrained batch statistics
        self.optimizers = self._optimizers()
        self.step, self.elapsed, self.averages = 0, 0.0, dict[str, float]()
        self.history: list[dict[str, float]] = []
        if checkpoint.exists():
            self._resume()
        else:
            features = clean_features(self.tower, corpus, np.random.default_rng(seed))
            if base is None:
                start_from_whitening(self.tower, features)
            with torch.no_grad():
                self.proxies.data = functional.normalize(self.tower.visual.head.proj(features), dim=1)

    def _optimizers(self) -> tuple[torch.optim.AdamW, torch.optim.SGD]:
        visual = self.tower.visual
        groups = [
            parameter_group(visual.trunk.parameters(), RATES["trunk"]),
            parameter_group(visual.head.parameters(), RATES["head"]),
        ]
        proxies = [parameter_group([self.proxies], PROXY_RATE)]
        return torch.optim.AdamW(groups, weight_decay=1e-4), torch.optim.SGD(proxies)

    def run(self, steps: int) -> None:
        """Train until `steps` steps are taken, over all runs.

        Raises:
            FileExistsError: more steps are taken already, the last of them before the rate has fallen.
        """
        if self.step > steps:
            taken = f"{self.checkpoint} has taken {self.step} steps already"
            raise FileExistsError(f"{taken}: ask for as many at least, or choose another folder")
        bar = tqdm(total=steps, initial=self.step, unit="step", desc="training")
        # The next batch is sampled while this one is computed.
        with bar, ThreadPoolExecutor(1) as painter, fused(self.tower):
            waiting = painter.submit(self._sample, self.step)
            while self.step < steps:
                start = time.monotonic()
                batch, waiting = waiting.result(), painter.submit(self._sample, self.step + 1)
                self._take_step(batch, rate_at(self.step, steps))
                self.elapsed += time.monotonic() - start
                bar.set_postfix({name: f"{value:.3f}" for name, value in self.averages.items()}, refresh=False)
                bar.update()
                if self.step % CHECKPOINT_INTERVAL == 0:
                    self._save()
        self._save()

    def metrics(self) -> dict[str, Any]:
        """The run's entries of `metrics.json`: its start, cost and final losses."""
        start = {name: self.settings[name] for name in ("seed", "base")}
        start |= {"drawings_digest": self.settings["pictures"], "identities": len(self.corpus.drawings)}
        pictures = self.step * (POSITIVES_PER_BATCH + NEGATIVES_PER_BATCH)
        cost = {"steps": self.step, "pictures": pictures, "seconds": round(self.elapsed), "losses": self.averages}
        return start | cost

    def _sample(self, step: int) -> Batch:
        # A generator for each step, so that a resumed run samples the same batches as an uninterrupted one.
        return sample_batch(np.random.default_rng((self.seed, step)), self.corpus)

    def _take_step(self, batch: Batch, rate: float) -> None:
        for optimizer in self.optimizers:
            set_rates(optimizer, rate)
        with mixed_precision():
            grid = self.tower(batch.pixels)
        losses = open_set_contrast(region_vectors(grid.float(), batch.masks), self.proxies, batch)
        torch.stack(list(losses.values())).sum().backward()
        nn.utils.clip_grad_norm_(self.tower.parameters(), 5.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        update_averages(self.averages, losses)

    def _save(self) -> None:
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        if not self.history or self.history[-1]["step"] < self.step:
            self.history.append({"step": self.step, **self.averages})
            self.record.log(self.step, self.averages)
        write_history(self.checkpoint.parent, self.history)
        state = {
            "tower": self.tower.state_dict(),
            "proxies": self.proxies.detach(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "progress": (self.step, self.elapsed, self.averages),
            "history": self.history,
            "settings": self.settings,
        }
        with atomic.replacing(self.checkpoint) as draft:
            torch.save(state, draft)

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True)
        saved = state.get("settings", {})
        others = [name for name, value in self.settings.items() if saved.get(name) != value]
        if others:
            raise FileExistsError(
                f"{self.checkpoint.parent} holds a run with other settings ({', '.join(others)}): choose another folder"
            )
        self.tower.load_state_dict(state["tower"])
        self.proxies.data.copy_(state["proxies"])
        for optimizer, values in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(values)
        self.step, self.elapsed, self.averages = state["progress"]
        self.history = state["history"]


def _code_digest() -> str:
    """Digest of the code that samples and trains; later stages depend on `environment_digest`."""
    here = Path(__file__)
    others = [here.with_name("schedule.py"), here.parents[1] / "networks" / "fused.py", here]
    return fingerprint([*code_of(here.with_name("losses.py")), *others])


def clean_features(model: tower.GridTower, corpus: Corpus, rng: np.random.Generator) -> Tensor:
    """The trunk's features of one random drawing of each identity, not augmented, float32 (identities, channels)."""
    pictures = [reference(rng, drawings[int(rng.integers(len(drawings)))], (128, 128)) for drawings in corpus.drawings]
    return torch.cat([_features(model, pictures[at : at + 32]) for at in range(0, len(pictures), 32)])


def start_from_whitening(model: tower.GridTower, features: Tensor) -> None:
    """Initialise the projection with the whitening of clean features, float32 (identities, channels)."""
    mean = features.mean(dim=0)
    projection = model.visual.head.proj
    variances, directions = torch.linalg.eigh(torch.cov(features.T))  # ascending
    deviations = variances.clamp(min=0).sqrt()[-projection.out_features :]
    # Full whitening would amplify directions of little variance, which are noise.
    whitening = directions.T[-projection.out_features :] / (deviations + 0.1 * deviations[-1])[:, None]
    whitening *= PROJECTION_RMS / whitening.square().mean().sqrt()
    with torch.no_grad():
        projection.weight.copy_(whitening)
        projection.bias.copy_(-whitening @ mean)


def _features(model: tower.GridTower, pictures: Sequence[Pixels]) -> Tensor:
    pixels = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode(), mixed_precision():
        return model.visual.trunk((pixels - model.mean) / model.std).float()
