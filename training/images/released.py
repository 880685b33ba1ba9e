"""Weights of a released encoder, back from its graph into the tower, to be trained further.

The graph holds each convolution with its normalisation folded in (Jacob et al. 2018, section 3.2) and most weights in
8 bits; both are undone here, so that a run needs nothing but the artefact folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import onnx
import torch
from google.protobuf.message import DecodeError
from onnx import numpy_helper
from torch import Tensor

from training.images.fused import pairs
from training.images.tower import MODEL_NAME, GridTower

SMALLEST_GAIN = 1e-2
"""Channels that a normalisation all but silences keep this gain, for weights are divided by it."""


class BaseError(ValueError):
    """A folder holds no encoder that training can start from."""


def take_weights(tower: GridTower, directory: Path) -> None:
    """Give a pretrained tower the weights of an encoder of ours.

    Args:
        tower: with the package's weights, whose batch statistics the encoder has kept.
        directory: artefact folder with `model.onnx` and `config.json`.

    Raises:
        BaseError: the folder holds another network, or none.
    """
    try:
        name = json.loads((directory / "config.json").read_text("utf-8"))["name"]
        weights = list(_convolutions(onnx.load(directory / "model.onnx")))
    except (OSError, KeyError, ValueError, DecodeError) as error:
        raise BaseError(f"{directory} holds no encoder to start from: {error!r}") from error
    folded = list(pairs(tower))
    if name != MODEL_NAME or len(weights) != len(folded) + 2:
        raise BaseError(f"{directory} holds {name}; training starts from encoders named {MODEL_NAME} alone")
    with torch.no_grad():
        for (convolution, norm), (weight, bias) in zip(folded, weights, strict=False):
            deviation = torch.sqrt(norm.running_var + norm.eps)
            gain = norm.weight.abs().clamp(min=SMALLEST_GAIN) * torch.where(norm.weight < 0, -1, 1)
            norm.weight.copy_(gain)
            norm.bias.copy_(bias + norm.running_mean * gain / deviation)
            convolution.weight.copy_(weight * (deviation / gain)[:, None, None, None])
        (fine, bias), (coarse, _) = weights[-2:]
        projection = tower.visual.head.proj
        projection.weight.copy_(torch.cat([coarse, fine], dim=1).flatten(1))
        projection.bias.copy_(bias)


def _convolutions(model: onnx.ModelProto) -> Iterator[tuple[Tensor, Tensor]]:
    """Weight and bias of every convolution, in the order of the network; no bias is zero."""
    # Tensors that are equal are stored once.
    same = {node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "Identity"}
    stored = {tensor.name: torch.tensor(numpy_helper.to_array(tensor)) for tensor in model.graph.initializer}

    def value(name: str) -> Tensor:
        name = same.get(name, name)
        return stored[name] if name in stored else stored[f"{name}.levels"].float() * stored[f"{name}.scales"]

    for node in model.graph.node:
        if node.op_type == "Conv":
            yield value(node.input[1]), value(node.input[2]) if len(node.input) > 2 else torch.zeros(1)
