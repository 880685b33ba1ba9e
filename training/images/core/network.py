"""The core detector's network: which class is at each place of a picture, and how far its box reaches.

EfficientNet-Lite0's maps of strides 8, 16 and 32 are joined at stride 16 (feature pyramids, Lin et al. 2017). Each cell
gives the log odds of every class and the distances to a box's four sides, without anchors (FCOS, Tian et al. 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.images.networks.released import load_trunk_weights
from training.images.networks.tower import PREPROCESS, Lite0Trunk

STRIDE = 16
CHANNELS = 128
PRIOR = 0.002
"""Probability of a class in a cell before training; without it the first steps forget the trunk (Lin et al. 2017)."""

BOX_UNIT = 64.0
"""Pixels that a box reaches from a cell for an output of zero."""


class CoreNetwork(nn.Module):
    """Pixels to class log odds and boxes.

    Args:
        trunk: a Lite0 trunk, trained further.
        classes: number of classes.
    """

    def __init__(self, trunk: Lite0Trunk, classes: int) -> None:
        super().__init__()
        self.trunk = trunk
        self.join = nn.ModuleList(nn.Conv2d(width, CHANNELS, 1) for width in (1280, 672, 40))
        self.spread = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, groups=CHANNELS)
        self.mix = nn.Conv2d(CHANNELS, CHANNELS, 1)
        self.classes = nn.Conv2d(CHANNELS, classes, 1)
        self.sides = nn.Conv2d(CHANNELS, 4, 1)
        nn.init.normal_(self.classes.weight, std=0.01)
        nn.init.constant_(self.classes.bias, float(torch.logit(torch.tensor(PRIOR))))
        self.register_buffer("mean", torch.tensor(PREPROCESS["mean"]).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(PREPROCESS["std"]).view(1, 3, 1, 1), persistent=False)

    def load_released(self, weights: Sequence[tuple[Tensor, Tensor]]) -> None:
        """Load the weights of an exported detector of the same classes.

        Args:
            weights: float32 weight and bias of each convolution, in the graph's order.
        """
        head = (self.join[1], self.join[0], self.join[2], self.spread, self.mix, self.classes, self.sides)
        load_trunk_weights(self.trunk, weights[: -len(head)])
        with torch.no_grad():
            for convolution, (weight, bias) in zip(head, weights[-len(head) :], strict=True):
                convolution.weight.copy_(weight)
                convolution.bias.copy_(bias)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Log odds, float (batch, h/16, w/16, classes), and boxes in pixels, float (batch, h/16, w/16, 4).

        Args:
            pixels: RGB uint8 (batch, h, w, 3), sides multiples of 32.
        """
        x = (pixels.permute(0, 3, 1, 2).float() / 255 - self.mean) / self.std
        coarse, fine, finest = self.trunk.pyramid(x)
        joined = self.join[1](fine) + functional.interpolate(self.join[0](coarse), scale_factor=2.0, mode="nearest")
        joined = functional.relu(joined + functional.max_pool2d(self.join[2](finest), 2))
        joined = functional.relu(joined + self.mix(functional.relu(self.spread(joined))))
        logits, sides = self.classes(joined), self.sides(joined)
        reach = BOX_UNIT * torch.exp(sides.float().clamp(-4, 4)).permute(0, 2, 3, 1)
        return logits.permute(0, 2, 3, 1), _boxes(reach)


def _boxes(reach: Tensor) -> Tensor:
    """Boxes (left, top, right, bottom) of cells from distances, float (batch, rows, columns, 4)."""
    rows, columns = reach.shape[1], reach.shape[2]
    y = (torch.arange(rows, device=reach.device, dtype=reach.dtype) + 0.5) * STRIDE
    x = (torch.arange(columns, device=reach.device, dtype=reach.dtype) + 0.5) * STRIDE
    across, down = x.view(1, 1, -1), y.view(1, -1, 1)
    left, top, right, bottom = reach.unbind(-1)
    return cast(Tensor, torch.stack([across - left, down - top, across + right, down + bottom], dim=-1))
