"""Weights of a released encoder, its reranker and its core detector, read back from their graphs for further training.

The encoder's graph holds convolutions with folded normalisations (Jacob et al. 2018, section 3.2) and most weights in
8 bits. Both are undone here, so a run needs only the artefact folder.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from models.images.core.detector import CLASSES_KEY
from models.images.encoder.token_networks import FINGERPRINT_KEY
from models.runtime.artifact_files import ArtifactFile
from training.images.networks.reranker import RerankerNetwork
from training.images.networks.tower import MODEL_NAME, GridTower, Lite0Trunk, convolutions_of, create

MIN_GAIN = 1e-2
"""Least gain of a normalisation that a base's weights are loaded into, because the weights are divided by it."""


class BaseError(ValueError):
    """The folder holds no encoder that training can start from."""


@dataclass(frozen=True)
class Base:
    """A released encoder to start training from.

    Attributes:
        fingerprint: the encoder's, as its gallery carries it.
        weights: float32 weight and bias of each convolution of the trunk, in order, then of the projections of the
            fine and the coarse map.
        reranker: state of its `reranker.RerankerNetwork`; empty if it has none.
        rounds: number of training runs of the reranker, each on other pictures; 0 if it has none.
        core: float32 weight and bias of each convolution of its core detector, in order; empty if it has none.
        core_classes: reference ids of each class of its core detector.
    """

    fingerprint: str
    weights: tuple[tuple[Tensor, Tensor], ...]
    reranker: Mapping[str, Tensor]
    rounds: int
    core: tuple[tuple[Tensor, Tensor], ...] = ()
    core_classes: tuple[tuple[str, ...], ...] = ()


def read_base(directory: Path) -> Base:
    """Read an encoder of ours from its artefact folder.

    Args:
        directory: holds `model.onnx`, `config.json` and, if there is one, the reranker.

    Raises:
        BaseError: the folder holds another network or none, or a reranker of other sizes or of another encoder.
    """
    try:
        name = json.loads((directory / ArtifactFile.CONFIG).read_text("utf-8"))["name"]
        graph = (directory / ArtifactFile.MODEL).read_bytes()
        weights = tuple(_convolutions(onnx.load_from_string(graph))) if name == MODEL_NAME else ()
    except Exception as error:  # onnx raises whatever its decoder does
        raise BaseError(f"{directory} holds no encoder to start from: {type(error).__name__}: {error}") from error
    if name != MODEL_NAME:
        raise BaseError(f"{directory} holds {name}; training starts from encoders named {MODEL_NAME} alone")
    if [weight.shape for weight, _ in weights] != _shapes(create(pretrained=False)):
        raise BaseError(f"{directory} holds a network of other sizes than this {MODEL_NAME}: export it anew")
    fingerprint, dimension = hashlib.sha256(graph).hexdigest()[:12], weights[-1][0].shape[0]
    reranker = _reranker(directory, fingerprint, dimension)
    core, core_classes = _core(directory)
    return Base(fingerprint, weights, reranker, _rounds(directory) if reranker else 0, core, core_classes)


def load_base_weights(tower: GridTower, base: Base) -> None:
    """Load a base's folded weights into a tower.

    The tower keeps its batch statistics and (nearly) its gains; the loaded weights are scaled to make up for them.
    """
    *trunk, (fine, bias), (coarse, _) = base.weights
    load_trunk_weights(tower.visual.trunk, trunk)
    with torch.no_grad():
        projection = tower.visual.head.proj
        projection.weight.copy_(torch.cat([coarse, fine], dim=1).flatten(1))
        projection.bias.copy_(bias)


def load_trunk_weights(trunk: Lite0Trunk, weights: Sequence[tuple[Tensor, Tensor]]) -> None:
    """Load folded weights into a trunk, which keeps its batch statistics and (nearly) its gains.

    Args:
        trunk: changed in place.
        weights: float32 weight and bias of each convolution, in order.
    """
    with torch.no_grad():
        for (convolution, norm), (weight, offset) in zip(convolutions_of(trunk.net), weights, strict=True):
            deviation = torch.sqrt(norm.running_var + norm.eps)
            gain = norm.weight.abs().clamp(min=MIN_GAIN) * torch.where(norm.weight < 0, -1, 1)
            norm.weight.copy_(gain)
            norm.bias.copy_(offset + norm.running_mean * gain / deviation)
            convolution.weight.copy_(weight * (deviation / gain)[:, None, None, None])


def interpolate_with_base(tower: GridTower, base: Base) -> None:
    """Set a tower's weights to the mean of its own and those of the base that it was trained from.

    Weight interpolation keeps most of what the base knew and most of what was learnt.
    Source: Wortsman et al. 2022 (WiSE-FT, robust fine-tuning).
    """
    start = copy.deepcopy(tower)
    load_base_weights(start, base)
    with torch.no_grad():
        for weight, before in zip(tower.parameters(), start.parameters(), strict=True):
            weight.lerp_(before, 0.5)


def _shapes(tower: GridTower) -> list[torch.Size]:
    projection, coarse = tower.visual.head.proj.weight, tower.visual.trunk.net.num_features
    halves = (projection[:, coarse:, None, None], projection[:, :coarse, None, None])
    trunk = [convolution.weight.shape for convolution, _ in convolutions_of(tower.visual.trunk.net)]
    return [*trunk, *(half.shape for half in halves)]


def _reranker(directory: Path, fingerprint: str, dimension: int) -> dict[str, Tensor]:
    """State of the reranker in an encoder's folder; empty if there is none."""
    network, files = (
        RerankerNetwork(dimension),
        {"tokens": ArtifactFile.RERANKER_TOKENS, "comparison": ArtifactFile.RERANKER},
    )
    if not any((directory / file).exists() for file in files.values()):
        return {}
    try:
        for part, file in files.items():
            graph = onnx.load(directory / file)
            network.get_submodule(part).load_state_dict(_parameters(graph))
            made_for = {entry.key: entry.value for entry in graph.metadata_props}.get(FINGERPRINT_KEY)
            if made_for != fingerprint:
                raise ValueError(f"{file} is of encoder {made_for}, not of {fingerprint}")
    except Exception as error:
        raise BaseError(
            f"{directory} holds no reranker to start from: {type(error).__name__}: {error}; "
            "start from a folder without one, and another is trained"
        ) from error
    return network.state_dict()


def _core(directory: Path) -> tuple[tuple[tuple[Tensor, Tensor], ...], tuple[tuple[str, ...], ...]]:
    """Weights and classes of the core detector in an encoder's folder; empty if there is none."""
    file = directory / ArtifactFile.CORE
    if not file.exists():
        return (), ()
    try:
        graph = onnx.load(file)
        classes = json.loads({entry.key: entry.value for entry in graph.metadata_props}[CLASSES_KEY])
        return tuple(_convolutions(graph)), tuple(tuple(members) for members in classes)
    except Exception as error:  # onnx raises whatever its decoder does
        raise BaseError(f"{file} holds no core detector to start from: {type(error).__name__}: {error}") from error


def _rounds(directory: Path) -> int:
    """Number of training runs of a folder's reranker; 1 for early releases, which do not record it."""
    file = directory / ArtifactFile.METRICS
    measured = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return int(measured.get("reranker", {}).get("rounds", 1))


def _parameters(model: onnx.ModelProto) -> dict[str, Tensor]:
    """A network's state by parameter name.

    The graph keeps these names, except for weights of linear layers: they are found by the bias that is added.
    """
    stored, same = _stored(model)
    factors = {node.output[0]: node.input[1] for node in model.graph.node if node.op_type == "MatMul"}
    sums = [node.input for node in model.graph.node if node.op_type == "Add"]
    named = {name: values for name, values in stored.items() if "::" not in name}
    for bias, product in (pair for left, right in sums for pair in ((left, right), (right, left))):
        factor = factors.get(product, "")
        if bias in named and (factor := same.get(factor, factor)) in stored:
            named[bias.removesuffix("bias") + "weight"] = stored[factor].T
    return named


def _stored(model: onnx.ModelProto) -> tuple[dict[str, Tensor], dict[str, str]]:
    """A graph's tensors by name, and for each name of an equal tensor the name under which it is stored."""
    stored = {tensor.name: torch.tensor(numpy_helper.to_array(tensor)) for tensor in model.graph.initializer}
    return stored, {node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "Identity"}


def _convolutions(model: onnx.ModelProto) -> Iterator[tuple[Tensor, Tensor]]:
    """Weight and bias of every convolution, in the network's order; a missing bias is zero."""
    stored, same = _stored(model)

    def value(name: str) -> Tensor:
        name = same.get(name, name)
        return stored[name] if name in stored else stored[f"{name}.levels"].float() * stored[f"{name}.scales"]

    for node in model.graph.node:
        if node.op_type == "Conv":
            yield value(node.input[1]), value(node.input[2]) if len(node.input) > 2 else torch.zeros(1)
