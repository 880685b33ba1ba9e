"""The reranker's network, which compares a region with a drawing, and its export.

A reranker token combines a patch token with the pixels beneath it. Each token of one picture attends to those of the
other and is compared with the attended mean, its position and the attention's entropy. Two convolutions then see
whether neighbours match neighbours. The same runs in the other direction, to see parts of the drawing that the region
lacks.

Sources: Wang and Jiang 2017 (compare-aggregate); Rocco et al. 2018 (consensus among neighbouring correspondences).
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.images.matching.reranker import TOKEN_GRID_SIDE, TOKEN_PIXEL_SIDE
from models.runtime.artifact_files import ArtifactFile
from training.images.networks.token_networks import TOKEN_SCALE, export_verified, write_for_encoder

TOKEN_WIDTH = 64
"""Width of a reranker token and of the comparison's features."""

INITIAL_ATTENTION_SCALE = 8.0
"""Initial value of the learnt factor on cosines in the attention."""

POSITION_FEATURES = 6
"""Inputs beside the token features: both positions (4), the greatest cosine and the attention's entropy."""


class TokenEncoder(nn.Module):
    """Makes reranker tokens from patch tokens and the pixels beneath them.

    Args:
        dimension: length of the encoder's patch tokens.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.project, self.norm = nn.Linear(dimension, TOKEN_WIDTH), nn.LayerNorm(TOKEN_WIDTH)
        self.see = nn.Sequential(
            *(nn.Conv2d(3, 24, 4, stride=2, padding=1), nn.ReLU()),
            *(nn.Conv2d(24, 48, 4, stride=2, padding=1), nn.ReLU()),
            *(nn.Conv2d(48, TOKEN_WIDTH, 3, padding=1), nn.ReLU()),
            nn.Conv2d(TOKEN_WIDTH, TOKEN_WIDTH, TOKEN_PIXEL_SIDE // 4, stride=TOKEN_PIXEL_SIDE // 4),
        )

    def forward(self, cells: Tensor, pixels: Tensor) -> Tensor:
        """Reranker tokens, float (n, rows, columns, TOKEN_WIDTH).

        Args:
            cells: patch tokens, float (n, rows, columns, dimension).
            pixels: RGB, uint8 (n, rows * TOKEN_PIXEL_SIDE, columns * TOKEN_PIXEL_SIDE, 3).
        """
        pixel_features = self.see(pixels.permute(0, 3, 1, 2).float() / 127.5 - 1).permute(0, 2, 3, 1)
        return cast(Tensor, self.norm(self.project(cells / TOKEN_SCALE) + pixel_features))


class TokenComparison(nn.Module):
    """Log odds that a region shows a drawing."""

    def __init__(self) -> None:
        super().__init__()
        self.key, self.sharpness = (
            nn.Linear(TOKEN_WIDTH, TOKEN_WIDTH),
            nn.Parameter(torch.tensor(INITIAL_ATTENTION_SCALE)),
        )
        self.compare = nn.Sequential(
            nn.Linear(4 * TOKEN_WIDTH + POSITION_FEATURES, TOKEN_WIDTH), nn.ReLU(), nn.Linear(TOKEN_WIDTH, TOKEN_WIDTH)
        )
        self.neighbours = nn.ModuleList([nn.Conv2d(TOKEN_WIDTH, TOKEN_WIDTH, 3, padding=1) for _ in range(2)])
        self.judge = nn.Sequential(nn.Linear(4 * TOKEN_WIDTH, TOKEN_WIDTH), nn.ReLU(), nn.Linear(TOKEN_WIDTH, 1))

    def forward(self, place: Tensor, drawings: Tensor) -> Tensor:
        """Logits, float (n,).

        Args:
            place: tokens of the regions, float (n, rows, columns, TOKEN_WIDTH), or of one region for all drawings.
            drawings: float (n, rows, columns, TOKEN_WIDTH); rows and columns may differ from the region's.
        """
        regions = place.expand(drawings.shape[0], -1, -1, -1)
        keys = [functional.normalize(self.key(tokens).flatten(1, 2), dim=-1) for tokens in (regions, drawings)]
        cosines = keys[0] @ keys[1].transpose(1, 2)
        sides = [self._side(cosines, regions, drawings), self._side(cosines.transpose(1, 2), drawings, regions)]
        return cast(Tensor, self.judge(torch.cat(sides, dim=1))[:, 0])

    def _side(self, cosines: Tensor, tokens: Tensor, others: Tensor) -> Tensor:
        """Pooled comparison of each token with its match among the others, float (n, 2 * TOKEN_WIDTH).

        Args:
            cosines: float (n, tokens, others).
            tokens, others: float (n, rows, columns, TOKEN_WIDTH) each.
        """
        attention = (self.sharpness * cosines).softmax(dim=-1)
        here, there = (_centers(*side.shape[1:3]).to(attention.dtype) for side in (tokens, others))
        mine, found, where = tokens.flatten(1, 2), attention @ others.flatten(1, 2), attention @ there
        entropy = -(attention * (attention + 1e-6).log()).sum(dim=-1, keepdim=True)
        position = [here.expand_as(where), where, cosines.amax(dim=-1, keepdim=True), entropy]
        features = [mine, found, (mine - found).abs(), mine * found, *position]
        x = self.compare(torch.cat(features, dim=-1)).relu()
        x = x.reshape(tokens.shape).permute(0, 3, 1, 2)
        for convolution in self.neighbours:
            x = x + convolution(x).relu()
        return torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)


class RerankerNetwork(nn.Module):
    """Token encoder and comparison, trained together.

    The names of its submodules are in released graphs, from which `released.read_base` reads the weights back.

    Args:
        dimension: length of the encoder's patch tokens.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.tokens, self.comparison = TokenEncoder(dimension), TokenComparison()


def export_reranker(network: RerankerNetwork, fingerprint: str, directory: Path) -> float:
    """Write `reranker_tokens.onnx` and `reranker.onnx` after comparing the graphs with the network.

    Args:
        network: the trained network.
        fingerprint: the encoder's, whose patch tokens the network reads.
        directory: the encoder's artefact folder.

    Returns:
        Largest difference of a token or logit between torch and ONNX, relative to the largest value.

    Raises:
        ExportError: they differ too much.
    """
    network.eval()
    rng = torch.Generator().manual_seed(0)
    # Elongated one way for tracing, the other way for comparing, so that neither shape is built into the graph.
    drawn, shown = (TOKEN_GRID_SIDE // 2, TOKEN_GRID_SIDE * 2), (TOKEN_GRID_SIDE * 2, TOKEN_GRID_SIDE // 2)
    drawing, place = _random_inputs(rng, network, 2, *drawn), _random_inputs(rng, network, 1, *shown)
    cells, pixels = {0: "n", 1: "rows", 2: "columns"}, {0: "n", 1: "height", 2: "width"}
    axes = {"cells": cells, "pixels": pixels, "tokens": cells}
    difference = export_verified(network.tokens, drawing, place, axes, directory / ArtifactFile.RERANKER_TOKENS)
    drawings = {0: "n", 1: "drawing_rows", 2: "drawing_columns"}
    axes = {"place": {1: "rows", 2: "columns"}, "drawings": drawings, "logits": {0: "n"}}
    fewer, more = (
        {"place": _tokens(rng, 1, *one), "drawings": _tokens(rng, count, *other)}
        for one, count, other in ((drawn, 2, shown), (shown, 3, drawn))
    )
    difference = max(
        difference, export_verified(network.comparison, fewer, more, axes, directory / ArtifactFile.RERANKER)
    )
    for path in (directory / ArtifactFile.RERANKER_TOKENS, directory / ArtifactFile.RERANKER):
        write_for_encoder(fingerprint, path, path)
    return difference


def _random_inputs(
    rng: torch.Generator, network: RerankerNetwork, count: int, rows: int, columns: int
) -> dict[str, Tensor]:
    """Random patch tokens and pixels of `count` pictures."""
    cells = torch.randn((count, rows, columns, network.tokens.project.in_features), generator=rng)
    shape = (count, rows * TOKEN_PIXEL_SIDE, columns * TOKEN_PIXEL_SIDE, 3)
    return {"cells": cells, "pixels": torch.randint(256, shape, generator=rng, dtype=torch.uint8)}


def _tokens(rng: torch.Generator, count: int, rows: int, columns: int) -> Tensor:
    return torch.randn((count, rows, columns, TOKEN_WIDTH), generator=rng)


def _centers(rows: int, columns: int) -> Tensor:
    """Centres of a grid's cells, x then y, from -1 to 1: float32 (rows * columns, 2)."""
    down, across = torch.meshgrid(*((torch.arange(n) + 0.5) / n * 2 - 1 for n in (rows, columns)), indexing="ij")
    return torch.stack([across, down], dim=-1).flatten(0, 1)
