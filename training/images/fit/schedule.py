"""Learning rates and running averages of training runs that may be prolonged.

The rate stays level and falls to zero over the last steps (Hägele et al. 2024), so a run can be prolonged without
starting again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

WARM_UP_STEPS = 100
DECAY_FRACTION = 0.25
"""Fraction of the steps over which the rate falls to zero."""


def rate_at(step: int, steps: int) -> float:
    """Factor on the rates at a step: it rises, stays at 1 and falls to zero over the last quarter."""
    return min(1.0, (step + 1) / WARM_UP_STEPS, (steps - step) / (DECAY_FRACTION * steps))


def parameter_group(weights: Iterable[nn.Parameter], rate: float) -> dict[str, Any]:
    """An optimizer's group of those weights that are not frozen, with their highest rate."""
    return {"params": [weight for weight in weights if weight.requires_grad], "lr": rate, "top": rate}


def set_rates(optimizer: torch.optim.Optimizer, factor: float) -> None:
    """Set the rate of every group to a fraction of its highest."""
    for group in optimizer.param_groups:
        group["lr"] = group["top"] * factor


def update_averages(averages: dict[str, float], losses: Mapping[str, Tensor]) -> None:
    """Take a step's losses into exponential averages over about fifty steps."""
    for name, value in losses.items():
        before = averages.get(name, float(value.detach()))
        averages[name] = 0.98 * before + 0.02 * float(value.detach())
