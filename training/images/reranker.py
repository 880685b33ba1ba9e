"""The network that compares a place with a drawing, and its export.

A token is made of each cell and of the pixels beneath it. Each token of the one attends to those of the other and is
compared with what it found there: how alike they are, how surely, and where it lies. Two convolutions then see whether
neighbours found neighbours. The same is done from the other side, so that what a drawing has and the place lacks is
seen too.

Sources: Wang and Jiang 2017 (compare-aggregate); Rocco et al. 2018 (consensus among neighbouring correspondences).
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.images.reranker import DRAWING_SIDE, ENCODER, FILE, PIXELS, PLACE_SIDE, TOKENS_FILE
from training.images.export import MAX_DIFFERENCE, OPSET, ExportError

WIDTH = 64
"""Of a token, and of what a comparison is told by."""

CELL_SIZE = 1.4
"""Cells are divided by about their root mean square: rates are chosen for inputs near one."""

SHARPNESS = 8.0
"""What cosines between cells are multiplied with at first; learnt."""

PLACED = 6
"""Numbers beside the features of a comparison: both cells' places, the greatest cosine, and the attention's entropy."""


class Tokens(nn.Module):
    """What a cell and the pixels beneath it say.

    Args:
        dimension: of the encoder's cells.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.project, self.norm = nn.Linear(dimension, WIDTH), nn.LayerNorm(WIDTH)
        self.see = nn.Sequential(
            *(nn.Conv2d(3, 24, 4, stride=2, padding=1), nn.ReLU()),
            *(nn.Conv2d(24, 48, 4, stride=2, padding=1), nn.ReLU()),
            *(nn.Conv2d(48, WIDTH, 3, padding=1), nn.ReLU()),
            nn.Conv2d(WIDTH, WIDTH, PIXELS // 4, stride=PIXELS // 4),
        )

    def forward(self, cells: Tensor, pixels: Tensor) -> Tensor:
        """Tokens, float (n, side * side, WIDTH).

        Args:
            cells: float (n, side * side, dimension).
            pixels: uint8 (n, side * PIXELS, side * PIXELS, 3).
        """
        seen = self.see(pixels.permute(0, 3, 1, 2).float() / 127.5 - 1).flatten(2).transpose(1, 2)
        return cast(Tensor, self.norm(self.project(cells / CELL_SIZE) + seen))


class TokenComparison(nn.Module):
    """Log odds that places show drawings."""

    def __init__(self) -> None:
        super().__init__()
        self.key, self.sharpness = nn.Linear(WIDTH, WIDTH), nn.Parameter(torch.tensor(SHARPNESS))
        self.compare = nn.Sequential(nn.Linear(4 * WIDTH + PLACED, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH))
        self.neighbours = nn.ModuleList([nn.Conv2d(WIDTH, WIDTH, 3, padding=1) for _ in range(2)])
        self.register_buffer("place_centers", _centers(PLACE_SIDE), persistent=False)
        self.register_buffer("drawing_centers", _centers(DRAWING_SIDE), persistent=False)
        self.judge = nn.Sequential(nn.Linear(4 * WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 1))

    def forward(self, place: Tensor, drawings: Tensor) -> Tensor:
        """Logits, float (batch, n).

        Args:
            place: float (batch, tokens, WIDTH).
            drawings: float (batch, n, tokens, WIDTH).
        """
        shown = place[:, None].expand(-1, drawings.shape[1], -1, -1).flatten(0, 1)
        drawn = drawings.flatten(0, 1)
        keys = [functional.normalize(self.key(tokens), dim=-1) for tokens in (shown, drawn)]
        centers = (self.place_centers, self.drawing_centers)
        alike = keys[0] @ keys[1].transpose(1, 2)
        sides = [
            self._side(alike, shown, drawn, *centers),
            self._side(alike.transpose(1, 2), drawn, shown, *centers[::-1]),
        ]
        return cast(Tensor, self.judge(torch.cat(sides, dim=1)).view(drawings.shape[0], drawings.shape[1]))

    def _side(self, alike: Tensor, tokens: Tensor, others: Tensor, here: Tensor, there: Tensor) -> Tensor:
        """What one side found in the other, float (pairs, 2 * WIDTH).

        Args:
            alike: cosines, (pairs, tokens, others).
            tokens, others: (pairs, tokens, WIDTH) and (pairs, others, WIDTH).
            here, there: centres of both, (side, side, 2).
        """
        attention = (self.sharpness * alike).softmax(dim=-1)
        found, where = attention @ others, attention @ there.flatten(0, 1).to(attention.dtype)
        entropy = -(attention * (attention + 1e-6).log()).sum(dim=-1, keepdim=True)
        placed = [here.flatten(0, 1).to(where.dtype).expand_as(where), where, alike.amax(dim=-1, keepdim=True), entropy]
        features = [tokens, found, (tokens - found).abs(), tokens * found, *placed]
        x = self.compare(torch.cat(features, dim=-1)).relu().transpose(1, 2).unflatten(2, here.shape[:2])
        for convolution in self.neighbours:
            x = x + convolution(x).relu()
        return torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)


class Network(nn.Module):
    """Tokens and their comparison, which are trained together.

    Args:
        dimension: of the encoder's cells.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.tokens, self.comparison = Tokens(dimension), TokenComparison()

    def forward(self, place: tuple[Tensor, Tensor], drawings: tuple[Tensor, Tensor]) -> Tensor:
        """Logits, float (batch, n).

        Args:
            place: cells, float (batch, cells, dimension), and pixels, uint8 (batch, height, width, 3).
            drawings: the same of each place's drawings, (batch, n, ...).
        """
        count = drawings[0].shape[1]
        drawn = self.tokens(*(part.flatten(0, 1) for part in drawings)).unflatten(0, (-1, count))
        return cast(Tensor, self.comparison(self.tokens(*place), drawn))


def export_reranker(network: Network, fingerprint: str, directory: Path) -> float:
    """Write the graphs that the service runs, having compared them with the network.

    Args:
        fingerprint: of the encoder whose cells are compared.

    Returns:
        Largest difference of a token or logit between torch and ONNX, relative to the largest one.

    Raises:
        ExportError: they differ too much.
    """
    network.eval()
    draw = torch.Generator().manual_seed(0)
    drawing, place = (_anything(draw, *shape, network) for shape in ((2, DRAWING_SIDE), (1, PLACE_SIDE)))
    square = {0: "n", 1: "height", 2: "width"}
    axes = {"cells": {0: "n", 1: "cells"}, "pixels": square, "tokens": {0: "n", 1: "cells"}}
    difference = _export(network.tokens, drawing, place, axes, directory / TOKENS_FILE)
    shown, drawn = (
        torch.randn(shape, generator=draw) for shape in ((1, PLACE_SIDE**2, WIDTH), (1, 3, DRAWING_SIDE**2, WIDTH))
    )
    axes = {"drawings": {1: "n"}, "logits": {1: "n"}}
    fewer, all_of_them = ({"place": shown, "drawings": drawn[:, :count]} for count in (2, 3))
    difference = max(difference, _export(network.comparison, fewer, all_of_them, axes, directory / FILE))
    for path in (directory / TOKENS_FILE, directory / FILE):
        write_for(fingerprint, path, path)
    return difference


def _anything(draw: torch.Generator, count: int, side: int, network: Network) -> dict[str, Tensor]:
    """Cells and pixels of so many squares."""
    cells = torch.randn((count, side**2, network.tokens.project.in_features), generator=draw)
    square = (count, side * PIXELS, side * PIXELS, 3)
    return {"cells": cells, "pixels": torch.randint(256, square, generator=draw, dtype=torch.uint8)}


def _export(
    network: nn.Module,
    example: dict[str, Tensor],
    given: dict[str, Tensor],
    axes: dict[str, dict[int, str]],
    path: Path,
) -> float:
    """Trace with an example, compare with what is given, of other sizes: those of the example may not be built in."""
    output = next(name for name in axes if name not in given)
    torch.onnx.export(
        network,
        tuple(example.values()),
        str(path),
        opset_version=OPSET,
        input_names=list(given),
        output_names=[output],
        dynamic_axes=axes,
        dynamo=False,
    )
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run([output], {name: values.numpy() for name, values in given.items()})[0]
    with torch.inference_mode():
        expected = network(*given.values()).numpy()
    difference = float(np.abs(found - expected).max() / np.abs(expected).max())
    if not difference <= MAX_DIFFERENCE:
        raise ExportError(f"torch and ONNX differ by {difference:.2g}")
    return difference


def write_for(fingerprint: str, source: Path, target: Path) -> None:
    """Write a graph again as that of another encoder, whose cells are nearly the same: its weights in 8 bits."""
    graph = onnx.load(source)
    onnx.helper.set_model_props(graph, {ENCODER: fingerprint})
    onnx.save(graph, target)


def _centers(side: int) -> Tensor:
    """Of the cells of a square, from -1 to 1, x then y: float32 (side, side, 2)."""
    line = (torch.arange(side) + 0.5) / side * 2 - 1
    down, across = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([across, down], dim=-1)
