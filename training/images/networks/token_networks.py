"""Training loop and export of the small networks on an encoder's patch tokens: localizer and reranker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn
from tqdm import tqdm

from models.images.encoder.token_networks import FINGERPRINT_KEY
from training.images.networks.export import MAX_DIFFERENCE, OPSET, ExportError

TOKEN_SCALE = 1.4
"""Divisor of patch tokens, about their root mean square, so that inputs are near one."""

WEIGHT_DECAY, MAX_GRADIENT_NORM = 0.01, 1.0
"""Weight decay of AdamW, and the norm to which gradients are clipped."""


def optimize(network: nn.Module, title: str, rates: Sequence[float], loss_at: Callable[[int], Tensor]) -> None:
    """Train with AdamW (Loshchilov and Hutter 2019), with a progress bar.

    Args:
        network: in training mode.
        title: the progress bar's title.
        rates: the learning rate of each step.
        loss_at: from a step's number to its loss.
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
    """Trace a network with one example and compare graph and network on another of different sizes.

    The second example shows that the first one's sizes are not built into the graph.

    Args:
        network: a module with one output.
        example, given: inputs by name, in order; for tracing and for comparing.
        axes: names of the dynamic axes of every input and of the output.
        path: where the graph is written.

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
    """Write a graph again, marked as made for another encoder.

    Args:
        fingerprint: the encoder's; its patch tokens must be nearly those that the graph was trained on.
        source, target: files of the graph; may be equal.
    """
    graph = onnx.load(source)
    onnx.helper.set_model_props(graph, {FINGERPRINT_KEY: fingerprint})
    onnx.save(graph, target)
