"""The image tower with fused convolutions, for faster training on a CPU.

With frozen batch statistics, a normalisation folds into the convolution before it (Jacob et al. 2018). The backward
pass of a strided depthwise convolution takes five times that of an unstrided one. So it runs unstrided, and a slice
takes every second output. Outputs and gradients equal the plain tower's but for rounding.

A step of 32 pictures of 160 x 160 pixels takes .51 s on two cores, .77 s without fusing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import cast

import torch
from timm.layers import pad_same
from timm.layers.conv2d_same import Conv2dSame
from torch import Tensor, nn
from torch.nn import functional

from training.images.networks.tower import GridTower, convolutions_of


@contextmanager
def fused(tower: GridTower) -> Iterator[None]:
    """Fuse the tower's convolutions with their normalisations within this context; its parameters stay the same.

    Args:
        tower: its batch statistics are used as they are, in any mode; its depthwise gains must be frozen.
    """
    pairs = list(convolutions_of(tower.visual.trunk.net))
    try:
        for convolution, norm in pairs:
            convolution.forward = partial(_normalized, convolution, norm)
            norm.forward = partial(_activated, norm)
        yield
    finally:
        for module in (module for pair in pairs for module in pair):
            vars(module).pop("forward", None)


def _activated(norm: nn.Module, x: Tensor) -> Tensor:
    return cast(Tensor, norm.act(x))


def _normalized(convolution: nn.Conv2d, norm: nn.Module, x: Tensor) -> Tensor:
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    weight, bias = convolution.weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale
    stride, padding, groups = convolution.stride[0], convolution.padding, convolution.groups
    if isinstance(convolution, Conv2dSame):
        x = pad_same(x, list(convolution.kernel_size), list(convolution.stride))
        padding = (0, 0)
    if groups == 1:
        return functional.conv2d(x, weight, bias, stride, padding)
    # Added outside the convolution, whose bias gradient would cost as much as that of the mostly frozen weights.
    y = functional.conv2d(x, weight, None, 1, padding, 1, groups)[..., ::stride, ::stride]
    return y + bias.to(y.dtype)[:, None, None]
