"""The localizer's network, which predicts an emblem's box from a region, and its export.

Projected patch tokens and pixel features of the region are added and pass through residual convolutions. Columns are
pooled for the left and right edges, rows for the top and bottom ones. Each edge is a distribution over bins, and its
mean is the prediction. An emblem may reach beyond the region: further bins lie there, with logits from the region's
pooled features.

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
"""Channels, residual blocks, and side of the feature map after two strides. 48 channels take twice as long for a mean
IoU of .892 instead of .886."""

OUTSIDE_BINS = (-MAX_EDGE_REACH, -0.6, -0.3, -0.1)
"""Bins outside the region, as fractions of its side, for edges that it does not show."""

EDGE_BINS = len(OUTSIDE_BINS) + FEATURE_SIDE
"""Bins of an edge: first those outside the region on its side, then one for each column or row, inwards."""

EDGE_ORDER = (0, 2, 1, 3)
"""Positions of left, top, right and bottom among the outputs: first both of columns, then both of rows."""


class LocalizerNetwork(nn.Module):
    """Distributions of an emblem's four edges.

    The names of its submodules are in the exported graph and stay as they are.

    Args:
        dimension: length of the encoder's patch tokens.
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
        """Logits of each edge and bin, float (n, 4, EDGE_BINS); edges are left, top, right, bottom.

        Args:
            cells: patch tokens, float (n, LOCALIZER_GRID_SIDE, LOCALIZER_GRID_SIDE, dimension).
            pixels: RGB, uint8 (n, LOCALIZER_PIXEL_SIDE, LOCALIZER_PIXEL_SIDE, 3).
        """
        tokens = self.project(cells.permute(0, 3, 1, 2) / TOKEN_SCALE)
        tokens = functional.interpolate(tokens, size=(FEATURE_SIDE, FEATURE_SIDE), mode="bilinear", align_corners=False)
        x = (self.see(pixels.permute(0, 3, 1, 2).float() / 127.5 - 1) + tokens).relu()
        for number, block in enumerate(self.blocks):
            x = x + block(x).relu()
            if number == RESIDUAL_BLOCKS // 2 - 1:
                x = x + self.all(x.mean(dim=(2, 3)))[:, :, None, None]
        profiles = [
            edges(torch.cat([x.mean(axis), x.amax(axis)], dim=1))
            for edges, axis in zip(self.edges, (2, 3), strict=True)
        ]
        left, top, right, bottom = torch.cat(profiles, dim=1)[:, EDGE_ORDER].unbind(dim=1)
        within = torch.stack([left, top, right.flip(1), bottom.flip(1)], dim=1)
        beyond = self.beyond(torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1))
        return torch.cat([beyond.reshape(-1, 4, len(OUTSIDE_BINS)), within], dim=2)

    def forward(self, cells: Tensor, pixels: Tensor) -> Tensor:
        """Boxes, float (n, 4), as fractions of the region, beyond which they may reach; arguments as `logits`."""
        return self.boxes(self.logits(cells, pixels))

    def boxes(self, logits: Tensor) -> Tensor:
        """Boxes, float (n, 4), of logits, float (n, 4, EDGE_BINS)."""
        left, top, right, bottom = (logits.softmax(dim=-1) @ self.bins).unbind(dim=1)
        return torch.stack([left, top, 1 - right, 1 - bottom], dim=1)

    @staticmethod
    def _profile() -> nn.Module:
        return nn.Sequential(
            nn.Conv1d(2 * CHANNELS, CHANNELS, 3, padding=1), nn.ReLU(), nn.Conv1d(CHANNELS, 2, 3, padding=1)
        )


def export_localizer(network: LocalizerNetwork, fingerprint: str, directory: Path) -> float:
    """Write `localizer.onnx` after comparing the graph with the network.

    Args:
        network: the trained network.
        fingerprint: the encoder's, whose patch tokens the network reads.
        directory: the encoder's artefact folder.

    Returns:
        Largest difference of an edge between torch and ONNX, relative to the largest edge.

    Raises:
        training.images.networks.export.ExportError: they differ too much.
    """
    network.eval()
    rng = torch.Generator().manual_seed(0)
    example, given = (_random_inputs(rng, network, count) for count in (2, 3))
    axes = {name: {0: "n"} for name in ("cells", "pixels", "boxes")}
    difference = export_verified(network, example, given, axes, directory / ArtifactFile.LOCALIZER)
    write_for_encoder(fingerprint, directory / ArtifactFile.LOCALIZER, directory / ArtifactFile.LOCALIZER)
    return difference


def _random_inputs(rng: torch.Generator, network: LocalizerNetwork, count: int) -> dict[str, Tensor]:
    cells = torch.randn((count, LOCALIZER_GRID_SIDE, LOCALIZER_GRID_SIDE, network.project.in_channels), generator=rng)
    return {
        "cells": cells,
        "pixels": torch.randint(
            256, (count, LOCALIZER_PIXEL_SIDE, LOCALIZER_PIXEL_SIDE, 3), generator=rng, dtype=torch.uint8
        ),
    }
