"""Training the image tower to know an emblem again however it was imitated, and harmless pictures for what they are.

Every graphic has a proxy, a learnt vector that its imitations are pulled to and all others pushed from; the vectors are
pooled from the windows that the encoder will use, so that a small emblem in a cover is learnt as it will be met.

Sources: proxies with a margin, Wang et al. 2018 (CosFace) and Movshovitz-Attias et al. 2017 (Proxy-NCA); regions,
Tolias et al. 2016. The open-set term keeps whatever has no proxy below a ceiling, so that one threshold serves all.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from models.images.decode import decode_rgba
from models.images.encoder import windows
from training.images import graphics, tower
from training.images.backgrounds import TRAINING_PHOTOS, Backgrounds, Size
from training.images.calibrate import calibrate
from training.images.card import write_card
from training.images.export import export
from training.images.imitations import harmless, imitate, reference
from training.images.split import Fold

SIZES: tuple[Size, ...] = ((160, 160), (160, 160), (160, 160), (192, 192), (128, 192), (192, 128), (96, 256))
"""Heights and widths of training pictures, one per step: smaller than served, for speed, and as wide as covers."""

IMITATIONS, HARMLESS = 26, 6
"""Pictures of a step; batches of 32 are the fastest on a CPU."""

SHARES = {"flag": 0.22, "arms": 0.08, "logo": 0.28, "emoji": 0.24, "icon": 0.18}
"""How often each kind is drawn: what must be recognised most, not what packages hold most."""

SCALE, MARGIN = 20.0, 0.2
CEILING_WRONG, CEILING_HARMLESS, CEILING_PAIRS = 0.35, 0.25, 0.2
"""Cosines above these are pushed down: for other graphics' proxies, for windows that show none, and between pictures.
Without the last, all pictures came to share one direction away from all proxies, and plain ground was near to every
reference drawn on plain ground: cosines of 0.7 and 0.8."""

TOP = 5
"""Nearest wrong ones that the open-set terms look at."""

RATES = {"trunk": 3e-4, "head": 5e-4}
PROXY_RATE = 0.3
"""Of plain gradient descent: a proxy moves when it is drawn. Adam would move all of them at every step, and did: with
ten thousand proxies and ten views of each, they lost what they started from before they were first met."""

WARM_UP = 100
WEIGHT_SIZE = 0.03
"""Root mean square of the first projection; its length does not matter to cosines, but to Adam's steps."""

SAVE_EVERY = 100

Array = np.ndarray


@dataclass(frozen=True)
class Corpus:
    """What is learnt from.

    Attributes:
        drawings: RGBA drawings of each identity, by several artists where there are several.
        kinds: identities of each kind.
        backgrounds: what imitations are put on.
    """

    drawings: tuple[tuple[Array, ...], ...]
    kinds: dict[str, Array]
    backgrounds: Backgrounds


@dataclass(frozen=True)
class Batch:
    """One step's pictures.

    Attributes:
        pixels: uint8 (batch, height, width, 3).
        masks: float32 (batch, 4, cells): mean over the whole picture, over the window nearest to the emblem, over the
            emblem's box, over a window that shows no emblem.
        identities: int64 (batch,), -1 for harmless pictures.
        positive, negative: float32 (batch, 4), how much each window counts as showing the identity, or as showing none.
    """

    pixels: Tensor
    masks: Tensor
    identities: Tensor
    positive: Tensor
    negative: Tensor


def train_images(  # noqa: PLR0913 - a command's options
    output: Path,
    *,
    cases: Sequence[Path] = (),
    minutes: float = 60.0,
    seed: int = 0,
    limit: int | None = None,
    threads: int = 1,
) -> Path:
    """Train for a while and export; a run that was broken off goes on from its last checkpoint.

    Args:
        output: artefact folder, also of `checkpoint.pt`.
        cases: files of labelled pictures (the contract's "Cases") that are learnt as further identities.
        minutes: of training, without preparation; the learning rate falls to zero over them.
        seed: for weights, drawing and imitations.
        limit: at most this many drawings a package, for tests.
        threads: of the network.

    Returns:
        `output`, with all that the service needs; the checkpoint is gone once the run is whole.
    """
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    torch.manual_seed(seed)
    corpus = load_corpus(cases, limit)
    trainer = Trainer(corpus, seed, output / "checkpoint.pt")
    trainer.run(minutes * 60)
    metrics = {"seed": seed, "identities": len(corpus.drawings), "minutes": minutes, **trainer.metrics()}
    export(trainer.tower, output, metrics)
    calibrate(output, seed=seed, limit=limit)
    write_card(output)
    trainer.checkpoint.unlink()
    return output


def load_corpus(cases: Sequence[Path] = (), limit: int | None = None) -> Corpus:
    """Graphics of the training fold, grouped by what they depict, and the cases."""
    rendered = graphics.load(limit)
    drawings: dict[tuple[str, str], list[Array]] = defaultdict(list)
    for row in rendered.rows(lambda item: item.fold is Fold.TRAIN):
        item = rendered.items[row]
        drawings[item.kind, item.identity].append(rendered.drawing(row))
    for path in cases:
        for name, drawing in _cases(path):
            drawings["logo", name].append(drawing)
    kinds: dict[str, list[int]] = defaultdict(list)
    for number, (kind, _) in enumerate(drawings):
        kinds[kind].append(number)
    backgrounds = Backgrounds.load(TRAINING_PHOTOS, limit)
    return Corpus(
        tuple(map(tuple, drawings.values())), {kind: np.array(members) for kind, members in kinds.items()}, backgrounds
    )


class Trainer:
    """One run: tower, proxies, optimiser, and where they are saved.

    Args:
        corpus: what is learnt.
        seed: of the drawing.
        checkpoint: written every `SAVE_EVERY` steps; taken up where it exists.
    """

    def __init__(self, corpus: Corpus, seed: int, checkpoint: Path) -> None:
        self.corpus, self.checkpoint, self.seed = corpus, checkpoint, seed
        self.tower = tower.create()
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
            self.proxies.data = start_from_whitening(self.tower, corpus, np.random.default_rng(seed))

    def run(self, seconds: float) -> None:
        """Take steps until so many seconds of training have passed, all runs together."""
        bar = tqdm(total=round(seconds), initial=round(self.elapsed), unit="s", desc="training")
        # Pictures of the next step are drawn while this one is computed.
        with bar, ThreadPoolExecutor(1) as painter:
            waiting = painter.submit(self._draw, self.step)
            while self.elapsed < seconds:
                start = time.monotonic()
                batch, waiting = waiting.result(), painter.submit(self._draw, self.step + 1)
                self._take_step(batch, self.elapsed / seconds)
                self.elapsed += time.monotonic() - start
                bar.set_postfix({"step": self.step, **{name: f"{v:.3f}" for name, v in self.averages.items()}}, False)
                bar.update(round(self.elapsed) - bar.n)
                if self.step % SAVE_EVERY == 0:
                    self._save()
        self._save()

    def metrics(self) -> dict[str, Any]:
        """What training cost and where its losses ended."""
        pictures = self.step * (IMITATIONS + HARMLESS)
        return {"steps": self.step, "pictures": pictures, "seconds": round(self.elapsed), "losses": self.averages}

    def _draw(self, step: int) -> Batch:
        # The generator of a step depends on its number alone, so that a resumed run draws what an unbroken one would.
        return draw_batch(np.random.default_rng((self.seed, step)), self.corpus)

    def _take_step(self, batch: Batch, progress: float) -> None:
        rate = float(min(1.0, (self.step + 1) / WARM_UP) * 0.5 * (1 + np.cos(np.pi * min(progress, 1.0))))
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["top"] * rate
        with torch.autocast("cpu", torch.bfloat16):
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
            "begun_with": (self.seed, len(self.proxies)),
        }
        torch.save(state, self.checkpoint.with_suffix(".new"))
        self.checkpoint.with_suffix(".new").replace(self.checkpoint)

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True)
        if state["begun_with"] != (self.seed, len(self.proxies)):
            raise FileExistsError(f"{self.checkpoint.parent} holds a run of other data: choose another folder")
        self.tower.load_state_dict(state["tower"])
        self.proxies.data.copy_(state["proxies"])
        for optimizer, values in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(values)
        self.step, self.elapsed, self.averages = state["progress"]


def _group(weights: Iterable[nn.Parameter], rate: float) -> dict[str, Any]:
    return {"params": [weight for weight in weights if weight.requires_grad], "lr": rate, "top": rate}


def open_set_contrast(vectors: Tensor, proxies: Tensor, batch: Batch) -> dict[str, Tensor]:
    """The loss: right proxies by a margin, wrong ones and harmless windows below their ceilings.

    Args:
        vectors: unit float32 (batch, 4, dimension), one per mask.
        proxies: float32 (identities, dimension), any length.

    Returns:
        Scalars "contrast", "wrong", "harmless" and "pairs", to be summed.
    """
    cosines = vectors @ functional.normalize(proxies, dim=1).T  # (batch, 4, identities)
    own = batch.identities.clamp(min=0)[:, None, None].expand(-1, cosines.shape[1], 1)
    right = cosines.gather(2, own)
    logits = SCALE * cosines.scatter(2, own, right - MARGIN)
    cross = functional.cross_entropy(logits.flatten(0, 1), own.flatten(), reduction="none").view(own.shape[:2])
    wrong = cosines.scatter(2, own, -1.0).topk(TOP, dim=2).values.sub(CEILING_WRONG).relu().sum(dim=2)
    nearest = cosines.topk(TOP, dim=2).values.sub(CEILING_HARMLESS).relu().sum(dim=2)
    return {
        "contrast": _weighted(cross, batch.positive),
        "wrong": 2.0 * _weighted(wrong, batch.positive),
        "harmless": 4.0 * _weighted(nearest, batch.negative),
        "pairs": 2.0 * _crowding(vectors, batch),
    }


def _crowding(vectors: Tensor, batch: Batch) -> Tensor:
    """How far the nearest windows of other pictures, and those that show no emblem, are above their ceiling."""
    shows = batch.positive > 0
    used = shows | (batch.negative > 0)
    names = torch.where(shows, batch.identities[:, None], -1)
    others = names[shows][:, None] != names[used][None, :]
    cosines = (vectors[shows] @ vectors[used].T).masked_fill(~others, -1.0)
    return cosines.topk(min(TOP, cosines.shape[1]), dim=1).values.sub(CEILING_PAIRS).relu().sum(dim=1).mean()


def region_vectors(grid: Tensor, masks: Tensor) -> Tensor:
    """Unit vectors (batch, windows, dimension) of a grid (batch, rows, columns, dimension) under its masks."""
    return functional.normalize(masks @ grid.flatten(1, 2), dim=2)


def draw_batch(draw: np.random.Generator, corpus: Corpus) -> Batch:
    """Random imitations and harmless pictures of one random size."""
    size = SIZES[draw.integers(len(SIZES))]
    rows = [_imitation(draw, corpus, size) for _ in range(IMITATIONS)]
    rows += [_harmless(draw, corpus, size) for _ in range(HARMLESS)]
    pixels, masks, identities, positive, negative = zip(*rows, strict=True)
    return Batch(
        torch.from_numpy(np.stack(pixels)),
        torch.from_numpy(np.stack(masks)),
        torch.tensor(identities),
        torch.tensor(positive, dtype=torch.float32),
        torch.tensor(negative, dtype=torch.float32),
    )


Row = tuple[Array, Array, int, tuple[float, ...], tuple[float, ...]]


def _imitation(draw: np.random.Generator, corpus: Corpus, size: Size) -> Row:
    identity = _pick(draw, corpus)
    drawing = _of(draw, corpus.drawings[identity])
    other = _of(draw, corpus.drawings[_pick(draw, corpus)]) if draw.random() < 0.35 else None
    if draw.random() < 0.1:
        picture, box = reference(draw, drawing, size), (0.0, 0.0, 1.0, 1.0)
    else:
        made = imitate(draw, drawing, size, corpus.backgrounds, other)
        picture, box = made.picture, made.box
    rows, columns = size[0] // tower.STRIDE, size[1] // tower.STRIDE
    cells = windows(rows, columns)
    exact = np.array(box) * (columns, rows, columns, rows)
    shared, union = _overlaps(cells, exact)
    apart = np.flatnonzero(shared == 0)
    empty = len(apart) > 0 and other is None
    chosen = [cells[0], cells[np.argmax(shared / union)], _around(exact, rows, columns), cells[0]]
    if empty:
        chosen[3] = cells[draw.choice(apart)]
    area = (box[2] - box[0]) * (box[3] - box[1])
    positive = (0.7 * float(np.clip((area - 0.2) / 0.3, 0, 1)), 1.0, 0.5, 0.0)
    return picture, _masks(chosen, rows, columns), identity, positive, (0.0, 0.0, 0.0, float(empty))


def _harmless(draw: np.random.Generator, corpus: Corpus, size: Size) -> Row:
    rows, columns = size[0] // tower.STRIDE, size[1] // tower.STRIDE
    cells = windows(rows, columns)
    chosen = [cells[0], *cells[draw.integers(len(cells), size=3)]]
    picture = harmless(draw, size, corpus.backgrounds)
    return picture, _masks(chosen, rows, columns), -1, (0.0,) * 4, (1.0,) * 4


def _pick(draw: np.random.Generator, corpus: Corpus) -> int:
    names = [kind for kind in SHARES if kind in corpus.kinds]
    shares = np.array([SHARES[kind] for kind in names])
    return int(draw.choice(corpus.kinds[draw.choice(names, p=shares / shares.sum())]))


def _of(draw: np.random.Generator, drawings: Sequence[Array]) -> Array:
    return drawings[int(draw.integers(len(drawings)))]


def _overlaps(cells: Array, exact: Array) -> tuple[Array, Array]:
    """Areas of intersection and union of each window with the emblem's box, in cells."""
    low, high = np.maximum(cells[:, :2], exact[:2]), np.minimum(cells[:, 2:], exact[2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    return shared, np.prod(cells[:, 2:] - cells[:, :2], axis=1) + np.prod(exact[2:] - exact[:2]) - shared


def _around(exact: Array, rows: int, columns: int) -> Array:
    """The whole cells that the box touches by half or more, at least one."""
    left, top = np.minimum(np.round(exact[:2]), (columns - 1, rows - 1))
    right, bottom = np.maximum(np.round(exact[2:]), (left + 1, top + 1))
    return np.array([left, top, right, bottom], dtype=np.int64)


def _masks(chosen: Sequence[Array], rows: int, columns: int) -> Array:
    masks = np.zeros((len(chosen), rows, columns), np.float32)
    for mask, (left, top, right, bottom) in zip(masks, chosen, strict=True):
        mask[top:bottom, left:right] = 1.0 / ((bottom - top) * (right - left))
    return masks.reshape(len(chosen), -1)


def _weighted(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp(min=1e-6)


def start_from_whitening(model: tower.GridTower, corpus: Corpus, draw: np.random.Generator) -> Tensor:
    """Set the projection to the whitening of clean drawings' features, and return each identity's first proxy.

    Returns:
        float32 (identities, dimension), unit length.
    """
    pictures = [reference(draw, _of(draw, drawings), (128, 128)) for drawings in corpus.drawings]
    features = torch.cat([_features(model, pictures[at : at + 32]) for at in range(0, len(pictures), 32)])
    mean = features.mean(dim=0)
    projection = model.visual.head.proj
    variances, directions = torch.linalg.eigh(torch.cov(features.T))  # ascending
    deviations = variances.clamp(min=0).sqrt()[-projection.out_features :]
    # Directions that hardly vary are noise: whitened fully, they would be as loud as the rest.
    whitening = directions.T[-projection.out_features :] / (deviations + 0.1 * deviations[-1])[:, None]
    whitening *= WEIGHT_SIZE / whitening.square().mean().sqrt()
    with torch.no_grad():
        projection.weight.copy_(whitening)
        projection.bias.copy_(-whitening @ mean)
        return functional.normalize(projection(features), dim=1)


def _features(model: tower.GridTower, pictures: Sequence[Array]) -> Tensor:
    pixels = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        return model.visual.trunk((pixels - model.mean) / model.std).float()


def _cases(path: Path) -> list[tuple[str, Array]]:
    """Identity and RGBA drawing of every case that has a picture; harmless ones have no labels and are left out."""
    cases = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    named = [(case.get("reference_id", case["id"]), path.parent / case["image"]) for case in cases if _is_emblem(case)]
    return [(str(name), _rgba(file)) for name, file in named]


def _is_emblem(case: dict[str, Any]) -> bool:
    return bool(case.get("image")) and bool(case.get("labels"))


def _rgba(file: Path) -> Array:
    picture = decode_rgba(file.read_bytes(), "image")
    scale = graphics.SIDE / max(picture.shape[:2])
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
