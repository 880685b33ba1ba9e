"""Training the image tower to know an emblem again however it was imitated, and harmless pictures for what they are.

Every graphic has a proxy, a learnt vector that its imitations are pulled to and all others pushed from; the vectors are
pooled from the windows that the encoder will use, so that a small emblem in a cover is learnt as it will be met.

The rate stays level and falls to zero over the last steps (Hägele et al. 2024), so that a run can be made longer
without beginning again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from models.runtime import atomic
from models.runtime.artifact_files import ArtifactFile
from training.accounts import calibrate_avatars
from training.images.common.fingerprint import code_of, fingerprint
from training.images.common.resume import Resumable, environment_digest, weights_digest
from training.images.data.batches import NEGATIVES_PER_BATCH, POSITIVES_PER_BATCH, Batch, sample_batch
from training.images.data.cohort import write_cohort
from training.images.data.corpus import Corpus, load_corpus
from training.images.fit.calibrate import calibrate
from training.images.fit.card import write_card
from training.images.fit.losses import open_set_contrast, region_vectors
from training.images.fit.train_captions import STEPS as CAPTION_STEPS
from training.images.fit.train_captions import train_captions
from training.images.fit.train_localizer import train_localizer
from training.images.fit.train_reranker import train_reranker
from training.images.networks import tower
from training.images.networks.export import export
from training.images.networks.fused import fused
from training.images.networks.released import Base, BaseError, interpolate_with_base, load_base_weights, read_base
from training.images.synthesis.augmentations import reference
from training.precision import mixed_precision

RATES = {"trunk": 3e-4, "head": 5e-4}
PROXY_RATE = 0.3
"""Of plain gradient descent: a proxy moves when it is drawn. Adam would move all of them at every step, and did: with
ten thousand proxies and ten views of each, they lost what they started from before they were first met."""

WARM_UP_STEPS = 100
DECAY_FRACTION = 0.25
"""Part of the steps over which the rate falls."""

PROJECTION_RMS = 0.03
"""Root mean square of the first projection; its length does not matter to cosines, but to Adam's steps."""

CHECKPOINT_INTERVAL = 200

Array = np.ndarray


def train_images(  # noqa: PLR0913 - a command's options
    output: Path,
    *,
    cases: Sequence[Path] = (),
    steps: int,
    seed: int = 0,
    limit: int | None = None,
    threads: int = 2,
    base: Path | None = None,
) -> Path:
    """Train both towers, the localizer and the reranker, and export; a run that was broken off goes on from its last
    checkpoint or stage.

    Args:
        output: artefact folder, also of `checkpoint.pt`.
        cases: files of labelled pictures (the contract's "Cases"), of identities that are there or of further ones.
        steps: of 32 pictures each, all runs together; the text tower takes no more steps than that either.
        seed: for weights, drawing and imitations.
        limit: at most this many drawings a package, for tests.
        threads: of torch, of the searches and of the calibration.
        base: artefact folder of an encoder of ours to start from, in place of weights that know photographs alone; what
            is exported lies halfway between it and what was learnt. Its reranker is trained further.

    Returns:
        `output`, with all that the service needs; the checkpoint is gone once the run is whole.

    Raises:
        training.cases.CasesError: cases that cannot be trained on, such as those of owners that are held out.
        training.packages.PackageError: a package could not be fetched.
        training.images.networks.released.BaseError: the base is no encoder to start from, or the run's own folder.
        FileExistsError: the output holds a run with another seed, base, other pictures or other code, or of more steps.
    """
    if base is not None and base.resolve() == output.resolve():
        raise BaseError(f"{base} is the folder of the run itself: choose another output")
    start = read_base(base) if base is not None else None
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    torch.manual_seed(seed)
    code_and_data = environment_digest(Path(__file__))  # taken now: files may be edited during the run
    corpus = load_corpus(cases, limit)
    trainer = Trainer(corpus, seed, output / "checkpoint.pt", start)
    trainer.run(steps)
    if start is not None:
        interpolate_with_base(trainer.tower, start)
    weights = weights_digest(trainer.tower.state_dict()), weights_digest(start.reranker if start else {})
    run = (code_and_data, trainer.settings, corpus.owners, weights, steps, limit)
    do = Resumable(output / "finished.json", fingerprint((), run))
    do(
        export,
        (ArtifactFile.MODEL, ArtifactFile.CONFIG, ArtifactFile.METRICS),
        trainer.tower,
        output,
        trainer.metrics(),
    )
    do(write_cohort, (ArtifactFile.COHORT,), output, limit=limit)
    do(train_localizer, (ArtifactFile.LOCALIZER,), output, corpus, seed=seed, limit=limit, threads=threads)
    do(
        train_reranker,
        (ArtifactFile.RERANKER_TOKENS, ArtifactFile.RERANKER),
        output,
        corpus,
        base=start,
        seed=seed,
        limit=limit,
        threads=threads,
    )
    do(calibrate, (ArtifactFile.CALIBRATION,), output, seed=seed, limit=limit, threads=threads)
    do(calibrate_avatars, (ArtifactFile.CLOSED_CALIBRATION,), output, limit=limit)
    do(
        train_captions,
        (ArtifactFile.TEXT_TOWER, ArtifactFile.TOKENIZER, ArtifactFile.PHRASE_CALIBRATION),
        output,
        seed=seed,
        limit=limit,
        steps=min(steps, CAPTION_STEPS),
    )
    write_card(output)
    do.forget()
    trainer.checkpoint.unlink()
    return output


class Trainer:
    """One run: tower, proxies, optimiser, and where they are saved.

    Args:
        corpus: what is learnt.
        seed: of the drawing.
        checkpoint: written every `SAVE_EVERY` steps; taken up where it exists.
        base: encoder to start from.

    Attributes:
        settings: what steps depend on.

    Raises:
        FileExistsError: the checkpoint is of a run with another seed, base, other pictures or other code.
    """

    def __init__(self, corpus: Corpus, seed: int, checkpoint: Path, base: Base | None = None) -> None:
        self.corpus, self.checkpoint, self.seed = corpus, checkpoint, seed
        self.tower = tower.create()
        if base is not None:
            load_base_weights(self.tower, base)
        begun = base and base.fingerprint
        self.settings = {"seed": seed, "base": begun, "pictures": corpus.digest(), "code": _code()}
        tower.freeze(self.tower)
        dimension = self.tower.visual.head.proj.out_features
        self.proxies = nn.Parameter(torch.zeros(len(corpus.drawings), dimension))
        self.tower.to(memory_format=torch.channels_last).eval()  # batch statistics stay as pretrained
        visual = self.tower.visual
        self.optimizers = (
            torch.optim.AdamW(
                [
                    _group(visual.trunk.parameters(), RATES["trunk"]),
                    _group(visual.head.parameters(), RATES["head"]),
                ],
                weight_decay=1e-4,
            ),
            torch.optim.SGD([_group([self.proxies], PROXY_RATE)]),
        )
        self.step, self.elapsed, self.averages = 0, 0.0, dict[str, float]()
        if checkpoint.exists():
            self._resume()
        else:
            features = clean_features(self.tower, corpus, np.random.default_rng(seed))
            if base is None:
                start_from_whitening(self.tower, features)
            with torch.no_grad():
                self.proxies.data = functional.normalize(self.tower.visual.head.proj(features), dim=1)

    def run(self, steps: int) -> None:
        """Take steps until there are so many, all runs together.

        Raises:
            FileExistsError: there are more already, the last of them at a rate that has not fallen.
        """
        if self.step > steps:
            taken = f"{self.checkpoint} has taken {self.step} steps already"
            raise FileExistsError(f"{taken}: ask for as many at least, or choose another folder")
        bar = tqdm(total=steps, initial=self.step, unit="step", desc="training")
        # Pictures of the next step are drawn while this one is computed.
        with bar, ThreadPoolExecutor(1) as painter, fused(self.tower):
            waiting = painter.submit(self._draw, self.step)
            while self.step < steps:
                start = time.monotonic()
                batch, waiting = waiting.result(), painter.submit(self._draw, self.step + 1)
                self._take_step(batch, rate_at(self.step, steps))
                self.elapsed += time.monotonic() - start
                bar.set_postfix({name: f"{value:.3f}" for name, value in self.averages.items()}, refresh=False)
                bar.update()
                if self.step % CHECKPOINT_INTERVAL == 0:
                    self._save()
        self._save()

    def metrics(self) -> dict[str, Any]:
        """What was trained from, what that cost and where its losses ended."""
        begun = {name: self.settings[name] for name in ("seed", "base")} | {"identities": len(self.corpus.drawings)}
        pictures = self.step * (POSITIVES_PER_BATCH + NEGATIVES_PER_BATCH)
        cost = {"steps": self.step, "pictures": pictures, "seconds": round(self.elapsed), "losses": self.averages}
        return begun | cost

    def _draw(self, step: int) -> Batch:
        # The generator of a step depends on its number alone, so that a resumed run draws what an unbroken one would.
        return sample_batch(np.random.default_rng((self.seed, step)), self.corpus)

    def _take_step(self, batch: Batch, rate: float) -> None:
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["top"] * rate
        with mixed_precision():
            grid = self.tower(batch.pixels)
        losses = open_set_contrast(region_vectors(grid.float(), batch.masks), self.proxies, batch)
        torch.stack(list(losses.values())).sum().backward()
        nn.utils.clip_grad_norm_(self.tower.parameters(), 5.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        for name, value in losses.items():
            before = self.averages.get(name, float(value.detach()))
            self.averages[name] = 0.98 * before + 0.02 * float(value.detach())

    def _save(self) -> None:
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "tower": self.tower.state_dict(),
            "proxies": self.proxies.detach(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "progress": (self.step, self.elapsed, self.averages),
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


def _code() -> str:
    """Of what draws and learns; what follows has a digest of its own, `environment_digest`."""
    here = Path(__file__)
    return fingerprint([*code_of(here.with_name("losses.py")), here.parents[1] / "networks" / "fused.py", here])


def rate_at(step: int, steps: int) -> float:
    """Part of the full rates at a step: rises, stays, and falls to zero over the last quarter."""
    return min(1.0, (step + 1) / WARM_UP_STEPS, (steps - step) / (DECAY_FRACTION * steps))


def _group(weights: Iterable[nn.Parameter], rate: float) -> dict[str, Any]:
    return {"params": [weight for weight in weights if weight.requires_grad], "lr": rate, "top": rate}


def clean_features(model: tower.GridTower, corpus: Corpus, rng: np.random.Generator) -> Tensor:
    """The trunk's features of one clean drawing of each identity, float32 (identities, channels)."""
    pictures = [reference(rng, drawings[int(rng.integers(len(drawings)))], (128, 128)) for drawings in corpus.drawings]
    return torch.cat([_features(model, pictures[at : at + 32]) for at in range(0, len(pictures), 32)])


def start_from_whitening(model: tower.GridTower, features: Tensor) -> None:
    """Set the projection to the whitening of clean drawings' features, float32 (identities, channels)."""
    mean = features.mean(dim=0)
    projection = model.visual.head.proj
    variances, directions = torch.linalg.eigh(torch.cov(features.T))  # ascending
    deviations = variances.clamp(min=0).sqrt()[-projection.out_features :]
    # Directions that hardly vary are noise: whitened fully, they would be as loud as the rest.
    whitening = directions.T[-projection.out_features :] / (deviations + 0.1 * deviations[-1])[:, None]
    whitening *= PROJECTION_RMS / whitening.square().mean().sqrt()
    with torch.no_grad():
        projection.weight.copy_(whitening)
        projection.bias.copy_(-whitening @ mean)


def _features(model: tower.GridTower, pictures: Sequence[Array]) -> Tensor:
    pixels = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode(), mixed_precision():
        return model.visual.trunk((pixels - model.mean) / model.std).float()
