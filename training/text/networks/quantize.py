"""Quantization of weights and activations to 8 bits, with outliers smoothed (SmoothQuant, Xiao et al. 2023).

A few channels of a transformer's activations are a hundred times larger than the others. One scale for all channels
wastes most of the range. Dividing these channels, and multiplying their weights, evens both out and changes no product.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from models.arrays import Int64
from training.text.networks.served import Served

MIGRATION_STRENGTH = 0.7
"""Migration strength in [0, 1]: 0.7 loses .001 mean average precision to float32, no smoothing .004."""

EMBEDDING_TABLE = "encoder.embeddings.word_embeddings.weight"

_MIN_SCALE = 1e-5
"""Least scale of a channel."""


class Smoothed(nn.Module):
    """A linear layer whose input channels are divided by `scale` and whose weights are multiplied by it.

    Args:
        scale: float32 (inputs,), positive.
    """

    def __init__(self, linear: nn.Linear, scale: torch.Tensor) -> None:
        super().__init__()
        self.linear = linear
        self.linear.weight.data *= scale
        self.inverse = nn.Parameter(1 / scale)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """The same as the layer without smoothing, up to rounding."""
        return self.linear(inputs * self.inverse)


def smooth(model: Served, inputs: Sequence[Int64]) -> Served:
    """Even out every linear layer of the encoder, in place.

    Args:
        inputs: token ids, each int64 (1, length), whose activations calibrate the scales.
    """
    layers = {name: layer for name, layer in model.encoder.named_modules() if isinstance(layer, nn.Linear)}
    highest = _highest_activations(model, layers, inputs)
    for name, layer in layers.items():
        weights = layer.weight.data.abs().amax(0).clamp(min=_MIN_SCALE)
        scale = highest[name].clamp(min=_MIN_SCALE) ** MIGRATION_STRENGTH / weights ** (1 - MIGRATION_STRENGTH)
        parent, _, leaf = name.rpartition(".")
        setattr(model.encoder.get_submodule(parent), leaf, Smoothed(layer, scale.clamp(min=_MIN_SCALE)))
    return model


def _highest_activations(
    model: Served, layers: dict[str, nn.Linear], inputs: Sequence[Int64]
) -> dict[str, torch.Tensor]:
    """Largest absolute input of every channel of every layer, float32 (inputs,)."""
    highest = {name: torch.zeros(layer.in_features) for name, layer in layers.items()}

    def watch(name: str) -> Any:
        def hook(_: nn.Module, given: tuple[torch.Tensor]) -> None:
            highest[name] = torch.maximum(highest[name], given[0].abs().flatten(0, -2).amax(0))

        return hook

    hooks = [layer.register_forward_pre_hook(watch(name)) for name, layer in layers.items()]
    with torch.inference_mode():
        for ids in inputs:
            model(torch.tensor(ids))
    for hook in hooks:
        hook.remove()
    return highest


def quantize(exact: Path, path: Path) -> None:
    """Quantize every matrix product, per output channel, and the embeddings, per row, to 8 bits."""
    with tempfile.TemporaryDirectory() as scratch:
        products = Path(scratch) / "products.onnx"
        quantize_dynamic(
            exact, products, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8
        )
        model = onnx.load(products)
    _quantize_embeddings(model.graph)
    onnx.save(model, path)


def _quantize_embeddings(graph: onnx.GraphProto) -> None:
    """Replace the gathering of float rows by that of int8 rows and their scales, and their product."""
    (table,) = [tensor for tensor in graph.initializer if tensor.name == EMBEDDING_TABLE]
    (gather,) = [node for node in graph.node if EMBEDDING_TABLE in node.input]
    rows = numpy_helper.to_array(table)
    scales = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-8).astype(np.float32) / 127
    whole = np.rint(rows / scales).astype(np.int8)
    graph.initializer.remove(table)
    graph.initializer.extend([numpy_helper.from_array(whole, "words"), numpy_helper.from_array(scales, "word_scales")])
    ids, output, index = gather.input[1], gather.output[0], list(graph.node).index(gather)
    graph.node.remove(gather)
    nodes = [
        helper.make_node("Gather", ["words", ids], ["word_rows"]),
        helper.make_node("Cast", ["word_rows"], ["word_floats"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["word_scales", ids], ["word_row_scales"]),
        helper.make_node("Mul", ["word_floats", "word_row_scales"], [output]),
    ]
    for offset, node in enumerate(nodes):
        graph.node.insert(index + offset, node)
