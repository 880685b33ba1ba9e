"""From a small network in torch that knows an encoder's cells to the graph that the service runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn
from tqdm import tqdm

from models.images.encoder.token_networks import ENCODER
from training.images.networks.export import MAX_DIFFERENCE, OPSET, ExportError

TOKEN_SCALE = 1.4
"""Cells are divided by about their root mean square: rates are chosen for inputs near one."""


WEIGHT_DECAY, MAX_GRADIENT_NORM = 0.01, 1.0
"""Weight decay of AdamW, and length that a gradient is cut to."""


def optimize(network: nn.Module, title: str, rates: Sequence[float], loss_at: Callable[[int], Tensor]) -> None:
    """Learn with AdamW (Loshchilov and Hutter 2019), and show how.

    Args:
        network: in training mode.
        title: of the bar.
        rates: of each step.
        loss_at: of the network at each step, by number.
    """
    optimizer, average = torch.optim.AdamW(network.parameters(), weight_decay=WEIGHT_DECAY), 0.0
    for step, rate in enumerate(bar := tqdm(rates, title, unit="step")):
        optimizer.param_groups[0]["lr"] = rate
        loss = loss_at(step)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), MAX_GRADIENT_NORM)
        optimizer.step()
        average = 0.98 * average + 0.02 * loss.item() if step else loss.item()
        bar.set_postfix(loss=f"{average:.3f}", refresh=False)


def export_verified(
    network: nn.Module,
    example: dict[str, Tensor],
    given: dict[str, Tensor],
    axes: dict[str, dict[int, str]],
    path: Path,
) -> float:
    """Trace with an example, compare with what is given, of other sizes: those of the example may not be built in.

    Args:
        network: to one output.
        example, given: its inputs by name, in order.
        axes: names of the axes that have any length, of every input and of the output.
        path: of the graph that is written.

    Returns:
        Largest difference between torch and ONNX, relative to the largest value.

    Raises:
        ExportError: they differ too much.
    """
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


def write_for_encoder(fingerprint: str, source: Path, target: Path) -> None:
    """Write a graph again as that of another encoder, whose cells are nearly the same: its weights in 8 bits."""
    graph = onnx.load(source)
    onnx.helper.set_model_props(graph, {ENCODER: fingerprint})
    onnx.save(graph, target)
