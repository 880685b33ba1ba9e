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

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.images.matching.reranker import TOKEN_GRID_SIDE, TOKEN_PIXEL_SIDE
from models.runtime.artifact_files import ArtifactFile
from training.images.networks.token_networks import TOKEN_SCALE, export_verified, write_for_encoder

TOKEN_WIDTH = 64
"""Of a token, and of what a comparison is told by."""

INITIAL_ATTENTION_SCALE = 8.0
"""What cosines between cells are multiplied with at first; learnt."""

POSITION_FEATURES = 6
"""Numbers beside the features of a comparison: both cells' places, the greatest cosine, and the attention's entropy."""


class TokenEncoder(nn.Module):
    """What a cell and the pixels beneath it say.

    Args:
        dimension: of the encoder's cells.
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
        """Tokens, float (n, rows, columns, WIDTH).

        Args:
            cells: float (n, rows, columns, dimension).
            pixels: uint8 (n, rows * PIXELS, columns * PIXELS, 3).
        """
        seen = self.see(pixels.permute(0, 3, 1, 2).float() / 127.5 - 1).permute(0, 2, 3, 1)
        return cast(Tensor, self.norm(self.project(cells / TOKEN_SCALE) + seen))


class TokenComparison(nn.Module):
    """Log odds that places show drawings."""

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
            place: float (n, rows, columns, WIDTH), or one for all.
            drawings: float (n, rows, columns, WIDTH); their rows and columns may be others than the place's.
        """
        shown = place.expand(drawings.shape[0], -1, -1, -1)
        keys = [functional.normalize(self.key(tokens).flatten(1, 2), dim=-1) for tokens in (shown, drawings)]
        alike = keys[0] @ keys[1].transpose(1, 2)
        sides = [self._side(alike, shown, drawings), self._side(alike.transpose(1, 2), drawings, shown)]
        return cast(Tensor, self.judge(torch.cat(sides, dim=1))[:, 0])

    def _side(self, alike: Tensor, tokens: Tensor, others: Tensor) -> Tensor:
        """What one side found in the other, float (n, 2 * WIDTH).

        Args:
            alike: cosines, (n, tokens, others).
            tokens, others: (n, rows, columns, WIDTH) each.
        """
        attention = (self.sharpness * alike).softmax(dim=-1)
        here, there = (_centers(*side.shape[1:3]).to(attention.dtype) for side in (tokens, others))
        mine, found, where = tokens.flatten(1, 2), attention @ others.flatten(1, 2), attention @ there
        entropy = -(attention * (attention + 1e-6).log()).sum(dim=-1, keepdim=True)
        placed = [here.expand_as(where), where, alike.amax(dim=-1, keepdim=True), entropy]
        features = [mine, found, (mine - found).abs(), mine * found, *placed]
        x = self.compare(torch.cat(features, dim=-1)).relu()
        x = x.reshape(tokens.shape).permute(0, 3, 1, 2)
        for convolution in self.neighbours:
            x = x + convolution(x).relu()
        return torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)


class RerankerNetwork(nn.Module):
    """Tokens and their comparison, which are trained together.

    Args:
        dimension: of the encoder's cells.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.tokens, self.comparison = TokenEncoder(dimension), TokenComparison()


def export_reranker(network: RerankerNetwork, fingerprint: str, directory: Path) -> float:
    """Write the graphs that the service runs, having compared them with the network.

    Args:
        fingerprint: of the encoder whose cells are compared.

    Returns:
        Largest difference of a token or logit between torch and ONNX, relative to the largest one.

    Raises:
        ExportError: they differ too much.
    """
    network.eval()
    rng = torch.Generator().manual_seed(0)
    drawn, shown = (TOKEN_GRID_SIDE // 2, TOKEN_GRID_SIDE * 2), (TOKEN_GRID_SIDE * 2, TOKEN_GRID_SIDE // 2)
    drawing, place = _anything(rng, network, 2, *drawn), _anything(rng, network, 1, *shown)
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


def _anything(rng: torch.Generator, network: RerankerNetwork, count: int, rows: int, columns: int) -> dict[str, Tensor]:
    """Cells and pixels of so many pictures."""
    cells = torch.randn((count, rows, columns, network.tokens.project.in_features), generator=rng)
    shape = (count, rows * TOKEN_PIXEL_SIDE, columns * TOKEN_PIXEL_SIDE, 3)
    return {"cells": cells, "pixels": torch.randint(256, shape, generator=rng, dtype=torch.uint8)}


def _tokens(rng: torch.Generator, count: int, rows: int, columns: int) -> Tensor:
    return torch.randn((count, rows, columns, TOKEN_WIDTH), generator=rng)


def _centers(rows: int, columns: int) -> Tensor:
    """Of cells, from -1 to 1, x then y: float32 (rows * columns, 2)."""
    down, across = torch.meshgrid(*((torch.arange(n) + 0.5) / n * 2 - 1 for n in (rows, columns)), indexing="ij")
    return torch.stack([across, down], dim=-1).flatten(0, 1)
