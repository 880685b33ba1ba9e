"""Training of the core detector on synthetic scenes, resumable after every checkpoint."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from models.runtime import atomic
from training.images.core.network import CoreNetwork
from training.images.core.scenes import SceneSources, core_scene
from training.images.core.targets import CoreBatch, batch_of, core_losses
from training.images.fit.schedule import parameter_group, rate_at, set_rates, update_averages
from training.images.networks.fused import fused
from training.images.networks.released import Base, load_base_weights
from training.images.networks.tower import Lite0Trunk, convolutions_of, create
from training.images.sources.backgrounds import Size
from training.precision import mixed_precision

SCENES_PER_BATCH = 24
SIZES: tuple[Size, ...] = ((256, 256), (256, 256), (256, 256), (192, 352), (160, 416))
"""Height and width of a step's scenes, in turn."""

RATES = {"trunk": 4e-4, "head": 1.5e-3}
FURTHER_RATE = 0.5
"""Factor on the rates where training goes on from a released detector."""

CHECKPOINT_INTERVAL = 100

FROZEN_STAGES = 3
"""Leading stages of the trunk that are frozen; with the depthwise filters learnt too a step takes twice as long."""


class _Scenes(Dataset[CoreBatch]):
    """Batch number n, the same in every run with this seed."""

    def __init__(self, sources: SceneSources, seed: int) -> None:
        self._sources, self._seed = sources, seed

    def __getitem__(self, step: int) -> CoreBatch:
        cv2.setNumThreads(1)
        size = SIZES[step % len(SIZES)]
        numbers = range(SCENES_PER_BATCH)
        scenes = [core_scene(np.random.default_rng((self._seed, step, at)), size, self._sources) for at in numbers]
        return batch_of(scenes, len(self._sources.classes))


class CoreTrainer:
    """One run: network, optimizer and their checkpoint.

    Args:
        sources: of the scenes.
        base: an encoder to start from.
        seed: of scenes and weights.
        checkpoint: file written every `CHECKPOINT_INTERVAL` steps; resumed from if it exists.
        workers: processes that compose scenes.
        goes_on: start from the base's core detector, which has the same classes, and not from its encoder's trunk.

    Raises:
        FileExistsError: the checkpoint is of a run with another seed, base or number of classes.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a run is
        self,
        sources: SceneSources,
        base: Base,
        seed: int,
        checkpoint: Path,
        workers: int = 2,
        goes_on: bool = False,
    ) -> None:
        self._sources, self._seed, self._checkpoint, self._workers = sources, seed, checkpoint, workers
        settings = {"seed": seed, "base": base.fingerprint, "classes": len(sources.classes)}
        self._settings = settings | {"goes_on": goes_on}
        torch.manual_seed(seed)
        self._tower = create(pretrained=False)
        load_base_weights(self._tower, base)
        _freeze(self._tower.visual.trunk)
        self.network = CoreNetwork(self._tower.visual.trunk, len(sources.classes))
        if goes_on:
            self.network.load_released(base.core)
        self.network.to(memory_format=torch.channels_last).eval()  # keeps the pretrained batch statistics
        head = [weight for name, weight in self.network.named_parameters() if not name.startswith("trunk.")]
        groups = [
            parameter_group(weights, RATES[name] * (FURTHER_RATE if goes_on else 1))
            for name, weights in (("trunk", self.network.trunk.parameters()), ("head", head))
        ]
        self._optimizer = torch.optim.AdamW(groups, weight_decay=1e-4)
        self.step, self.averages = 0, dict[str, float]()
        if checkpoint.exists():
            self._resume()

    def run(self, steps: int) -> None:
        """Train until `steps` steps are taken, over all runs."""
        loader = DataLoader(
            _Scenes(self._sources, self._seed),
            None,
            sampler=range(self.step, steps),
            num_workers=self._workers,
            prefetch_factor=4 if self._workers else None,
        )
        bar = tqdm(total=steps, initial=self.step, unit="step", desc="core detector", mininterval=30)
        with bar, fused(self._tower):
            for batch in loader:
                self._take_step(batch, rate_at(self.step, steps))
                bar.set_postfix({name: f"{value:.3f}" for name, value in self.averages.items()}, refresh=False)
                bar.update()
                if self.step % CHECKPOINT_INTERVAL == 0:
                    self._save()
        self._save()

    def _take_step(self, batch: CoreBatch, rate: float) -> None:
        set_rates(self._optimizer, rate)
        with mixed_precision():
            logits, boxes = self.network(batch.pixels)
        losses = core_losses(logits.float(), boxes.float(), batch)
        torch.stack(list(losses.values())).sum().backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.step += 1
        update_averages(self.averages, losses)

    def _save(self) -> None:
        self._checkpoint.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "progress": (self.step, self.averages),
            "settings": self._settings,
        }
        with atomic.replacing(self._checkpoint) as draft:
            torch.save(state, draft)

    def _resume(self) -> None:
        state = torch.load(self._checkpoint, weights_only=True)
        if state["settings"] != self._settings:
            raise FileExistsError(f"{self._checkpoint} is of a run with other settings: choose another folder")
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.step, self.averages = state["progress"]


def _freeze(trunk: Lite0Trunk) -> None:
    """Freeze the stem, the early stages, and all depthwise filters with their gains."""
    for module in (trunk.net.conv_stem, trunk.net.bn1, *trunk.net.blocks[:FROZEN_STAGES]):
        module.requires_grad_(False)
    for convolution, norm in convolutions_of(trunk.net):
        if convolution.groups > 1:
            convolution.requires_grad_(False)
            norm.weight.requires_grad_(False)
