"""The network that tells where the emblem at a place begins and ends, and its export.

The place's cells and its pixels are laid over each other; convolutions see what belongs together. Then every column is
summed up for the left and the right edge, every row for the upper and the lower one, and each edge is told as a
distribution over bins, whose mean counts. An emblem may go on beyond the place: some bins lie there, and all that the
place shows says how likely they are.

Source: Li et al. 2020 (generalized focal loss: edges as distributions).
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.images.matching.localizer import LOCALIZER_GRID_SIDE, LOCALIZER_PIXEL_SIDE, MAX_EDGE_REACH
from models.runtime.artifact_files import ArtifactFile
from training.images.networks.token_networks import TOKEN_SCALE, export_verified, write_for_encoder

CHANNELS, RESIDUAL_BLOCKS, FEATURE_SIDE = 32, 4, LOCALIZER_PIXEL_SIDE // 4
"""Channels, residual blocks, and columns, and rows, of what the blocks see, after two strides. So small it takes less
than a millisecond and has learnt in minutes. With 48 channels it takes twice as long, and boxes of 400 imitations of
the validation fold have, after two looks, an intersection over union of .892 in place of .886 (both without drawn
grounds)."""

OUTSIDE_BINS = (-MAX_EDGE_REACH, -0.6, -0.3, -0.1)
"""Bins before a place, where an edge may lie that it does not show."""

EDGE_BINS = len(OUTSIDE_BINS) + FEATURE_SIDE
"""Of an edge: those beyond the place on its side, then one for each column or row, from that side to the other."""

EDGE_ORDER = (0, 2, 1, 3)
"""Left, top, right, bottom among the edges told by columns, then by rows."""


class LocalizerNetwork(nn.Module):
    """Where the edges of an emblem are.

    Args:
        dimension: of the encoder's cells.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.project, self.all = nn.Conv2d(dimension, CHANNELS, 1), nn.Linear(CHANNELS, CHANNELS)
        self.see = nn.Sequential(
            *(nn.Conv2d(3, CHANNELS // 2, 3, stride=2, padding=1), nn.ReLU()),
            *(nn.Conv2d(CHANNELS // 2, CHANNELS, 3, stride=2, padding=1), nn.ReLU()),
            nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1),
        )
        self.blocks = nn.ModuleList([nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1) for _ in range(RESIDUAL_BLOCKS)])
        self.edges = nn.ModuleList([self._profile() for _ in range(2)])
        self.beyond = nn.Sequential(
            nn.Linear(2 * CHANNELS, CHANNELS), nn.ReLU(), nn.Linear(CHANNELS, 4 * len(OUTSIDE_BINS))
        )
        bins = torch.cat([torch.tensor(OUTSIDE_BINS), torch.linspace(0, 1, FEATURE_SIDE)])
        self.register_buffer("bins", bins, persistent=False)

    def logits(self, cells: Tensor, pixels: Tensor) -> Tensor:
        """Of each edge and bin, float (n, 4, BINS); edges are left, top, right, bottom.

        Args:
            cells: float (n, CELLS, CELLS, dimension).
            pixels: uint8 (n, SIDE, SIDE, 3).
        """
        known = self.project(cells.permute(0, 3, 1, 2) / TOKEN_SCALE)
        known = functional.interpolate(known, size=(FEATURE_SIDE, FEATURE_SIDE), mode="bilinear", align_corners=False)
        x = (self.see(pixels.permute(0, 3, 1, 2).float() / 127.5 - 1) + known).relu()
        for number, block in enumerate(self.blocks):
            x = x + block(x).relu()
            if number == RESIDUAL_BLOCKS // 2 - 1:
                x = x + self.all(x.mean(dim=(2, 3)))[:, :, None, None]
        told = [
            edges(torch.cat([x.mean(axis), x.amax(axis)], dim=1))
            for edges, axis in zip(self.edges, (2, 3), strict=True)
        ]
        left, top, right, bottom = torch.cat(told, dim=1)[:, EDGE_ORDER].unbind(dim=1)
        within = torch.stack([left, top, right.flip(1), bottom.flip(1)], dim=1)
        beyond = self.beyond(torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1))
        return torch.cat([beyond.reshape(-1, 4, len(OUTSIDE_BINS)), within], dim=2)

    def forward(self, cells: Tensor, pixels: Tensor) -> Tensor:
        """Boxes, float (n, 4), as fractions of the place, which they may go beyond; arguments as of `logits`."""
        return self.boxes(self.logits(cells, pixels))

    def boxes(self, logits: Tensor) -> Tensor:
        """Boxes, float (n, 4), of logits, float (n, 4, BINS)."""
        left, top, right, bottom = (logits.softmax(dim=-1) @ self.bins).unbind(dim=1)
        return torch.stack([left, top, 1 - right, 1 - bottom], dim=1)

    @staticmethod
    def _profile() -> nn.Module:
        return nn.Sequential(
            nn.Conv1d(2 * CHANNELS, CHANNELS, 3, padding=1), nn.ReLU(), nn.Conv1d(CHANNELS, 2, 3, padding=1)
        )


def export_localizer(network: LocalizerNetwork, fingerprint: str, directory: Path) -> float:
    """Write the graph that the service runs, having compared it with the network.

    Args:
        fingerprint: of the encoder whose cells are seen.

    Returns:
        Largest difference of an edge between torch and ONNX, relative to the largest one.

    Raises:
        training.images.networks.export.ExportError: they differ too much.
    """
    network.eval()
    rng = torch.Generator().manual_seed(0)
    example, given = (_anything(rng, network, count) for count in (2, 3))
    axes = {name: {0: "n"} for name in ("cells", "pixels", "boxes")}
    difference = export_verified(network, example, given, axes, directory / ArtifactFile.LOCALIZER)
    write_for_encoder(fingerprint, directory / ArtifactFile.LOCALIZER, directory / ArtifactFile.LOCALIZER)
    return difference


def _anything(rng: torch.Generator, network: LocalizerNetwork, count: int) -> dict[str, Tensor]:
    cells = torch.randn((count, LOCALIZER_GRID_SIDE, LOCALIZER_GRID_SIDE, network.project.in_channels), generator=rng)
    return {
        "cells": cells,
        "pixels": torch.randint(
            256, (count, LOCALIZER_PIXEL_SIDE, LOCALIZER_PIXEL_SIDE, 3), generator=rng, dtype=torch.uint8
        ),
    }
