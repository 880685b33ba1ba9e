"""The network that compares a place's cells with a drawing's, and its export.

Each cell of the one attends to the cells of the other and is compared with what it found there: how alike they are, how
surely, and where it lies. Two convolutions then see whether neighbours found neighbours. The same is done from the
other side, so that what a drawing has and the place lacks is seen too.

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

from models.images.reranker import DRAWING_SIDE, ENCODER, PLACE_SIDE
from training.images.export import MAX_DIFFERENCE, OPSET, ExportError

WIDTH = 64
"""Of a cell, and of what a comparison is told by."""

CELL_SIZE = 1.4
"""Cells are divided by about their root mean square: rates are chosen for inputs near one."""

SHARPNESS = 8.0
"""What cosines between cells are multiplied with at first; learnt."""

PLACED = 6
"""Numbers beside the features of a comparison: both cells' places, the greatest cosine, and the attention's entropy."""


class CellComparison(nn.Module):
    """Log odds that places show drawings.

    Args:
        dimension: of the encoder's cells.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.project, self.norm = nn.Linear(dimension, WIDTH), nn.LayerNorm(WIDTH)
        self.key, self.sharpness = nn.Linear(WIDTH, WIDTH), nn.Parameter(torch.tensor(SHARPNESS))
        self.compare = nn.Sequential(nn.Linear(4 * WIDTH + PLACED, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH))
        self.neighbours = nn.ModuleList([nn.Conv2d(WIDTH, WIDTH, 3, padding=1) for _ in range(2)])
        self.register_buffer("place_centers", _centers(PLACE_SIDE), persistent=False)
        self.register_buffer("drawing_centers", _centers(DRAWING_SIDE), persistent=False)
        self.judge = nn.Sequential(nn.Linear(4 * WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 1))

    def forward(self, place: Tensor, drawings: Tensor) -> Tensor:
        """Logits, float (batch, n).

        Args:
            place: float (batch, cells, dimension).
            drawings: float (batch, n, cells, dimension).
        """
        shown, drawn = self._cells(place), self._cells(drawings)
        shown = shown[:, None].expand(-1, drawn.shape[1], -1, -1).flatten(0, 1)
        drawn = drawn.flatten(0, 1)
        keys = [functional.normalize(self.key(cells), dim=-1) for cells in (shown, drawn)]
        centers = (self.place_centers, self.drawing_centers)
        alike = keys[0] @ keys[1].transpose(1, 2)
        sides = [
            self._side(alike, shown, drawn, *centers),
            self._side(alike.transpose(1, 2), drawn, shown, *centers[::-1]),
        ]
        return cast(Tensor, self.judge(torch.cat(sides, dim=1)).view(drawings.shape[0], drawings.shape[1]))

    def _cells(self, cells: Tensor) -> Tensor:
        return cast(Tensor, self.norm(self.project(cells / CELL_SIZE)))

    def _side(self, alike: Tensor, cells: Tensor, others: Tensor, here: Tensor, there: Tensor) -> Tensor:
        """What one side found in the other, float (pairs, 2 * WIDTH).

        Args:
            alike: cosines, (pairs, cells, others).
            cells, others: (pairs, cells, WIDTH) and (pairs, others, WIDTH).
            here, there: centres of both, (side, side, 2).
        """
        attention = (self.sharpness * alike).softmax(dim=-1)
        found, where = attention @ others, attention @ there.flatten(0, 1).to(attention.dtype)
        entropy = -(attention * (attention + 1e-6).log()).sum(dim=-1, keepdim=True)
        placed = [here.flatten(0, 1).to(where.dtype).expand_as(where), where, alike.amax(dim=-1, keepdim=True), entropy]
        features = [cells, found, (cells - found).abs(), cells * found, *placed]
        x = self.compare(torch.cat(features, dim=-1)).relu().transpose(1, 2).unflatten(2, here.shape[:2])
        for convolution in self.neighbours:
            x = x + convolution(x).relu()
        return torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)


def export_reranker(network: CellComparison, fingerprint: str, path: Path) -> float:
    """Write the graph that the service runs, having compared it with the network.

    Args:
        fingerprint: of the encoder whose cells are compared.

    Returns:
        Largest difference of a logit between torch and ONNX, relative to the largest one.

    Raises:
        ExportError: they differ too much.
    """
    network.eval()
    dimension = network.project.in_features
    draw = torch.Generator().manual_seed(0)
    place, drawings = (
        torch.randn(shape, generator=draw)
        for shape in ((1, PLACE_SIDE**2, dimension), (1, 3, DRAWING_SIDE**2, dimension))
    )
    given = {"place": place, "drawings": drawings}
    torch.onnx.export(
        network,
        (place, drawings[:, :2]),
        str(path),
        opset_version=OPSET,
        input_names=list(given),
        output_names=["logits"],
        dynamic_axes={"drawings": {1: "n"}, "logits": {1: "n"}},
        dynamo=False,
    )
    write_for(fingerprint, path, path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    logits = session.run(None, {name: values.numpy() for name, values in given.items()})[0]
    with torch.inference_mode():
        expected = network(place, drawings).numpy()
    difference = float(np.abs(logits - expected).max() / np.abs(expected).max())
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
