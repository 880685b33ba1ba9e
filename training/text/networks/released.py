"""Reads a released text model back into its training form, so that training goes on from it in minutes.

The artefact holds 8-bit weights with smoothed outliers. Scales are multiplied back, so the network computes the same
up to the rounding of weights; nothing that was learnt has to be learnt again.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from models.arrays import Float32
from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from training.text.networks.base import PretrainedEncoder, architecture
from training.text.networks.checkpoints import TextCheckpointError, base_at
from training.text.networks.model import TextModel
from training.text.networks.quantize import EMBEDDING_TABLE
from training.text.provenance import seen_by

HEADS = ("scores", "tokens")

Tensors = dict[str, Float32]


def base_or_released(directory: Path) -> PretrainedEncoder:
    """What a folder holds to start from: a released text model, or a checkpoint of the BERT family.

    Raises:
        TextCheckpointError: neither.
    """
    return released(directory) if (directory / ArtifactFile.MODEL).is_file() else base_at(directory)


def released(directory: Path) -> PretrainedEncoder:
    """Encoder, tokenizer and heads of an artefact folder that started from the project's own encoder.

    Raises:
        TextCheckpointError: the folder holds no such model.
    """
    try:
        model = onnx.load(directory / ArtifactFile.MODEL)
        tokenizer = Tokenizer.from_file(str(directory / ArtifactFile.TOKENIZER))
        config = architecture(tokenizer.get_vocab_size())
        text_model = TextModel(BertModel(config, add_pooling_layer=False))
        state = {name: torch.tensor(value) for name, value in _state(model.graph, config).items()}
        missing, unexpected = text_model.load_state_dict(state, strict=False)
        if unexpected or any("position_ids" not in name and "token_type_ids" not in name for name in missing):
            raise ValueError(f"missing {missing}, unexpected {unexpected}")
    except Exception as error:  # onnx, the tokenizer and torch raise errors of many types
        raise TextCheckpointError(f"{directory} is no released text model to go on from: {error}") from error
    name = f"the released model {directory.name} (SHA-256 {versions.digest(directory / ArtifactFile.MODEL)})"
    heads = {name: getattr(text_model, name).state_dict() for name in HEADS}
    return PretrainedEncoder(text_model.encoder, tokenizer, name, heads, seen_by(directory))


def _state(graph: onnx.GraphProto, config: BertConfig) -> Tensors:
    """Parameters of `TextModel` by name, float32."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    state = {name: value for name, value in stored.items() if _is_unchanged(name)}
    state[EMBEDDING_TABLE] = stored["words"].astype(np.float32) * stored["word_scales"]
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            state |= _linear(node, stored, config)
    return state


def _is_unchanged(name: str) -> bool:
    """True for parameters that keep their name and value: position embeddings, norms, and biases of the heads."""
    return (
        "LayerNorm" in name
        or "position_embeddings" in name
        or "token_type_embeddings" in name
        or name
        in {
            "scores.bias",
            "tokens.bias",
        }
    )


def _linear(node: onnx.NodeProto, stored: Tensors, config: BertConfig) -> Tensors:
    """Weight and bias of the layer that a quantized product computes; of three layers where these are one product."""
    name = node.input[1].removesuffix("_quantized")
    columns = stored[f"{name}_quantized"].astype(np.float32) - stored[f"{name}_zero_point"].astype(np.float32)
    weight = (columns * stored[f"{name}_scale"]).T
    path = node.name.strip("/").replace("/", ".")
    for head in HEADS:
        if path.startswith(head):
            return {f"{head}.weight": weight}
    path = path.removesuffix(".linear.MatMul_quant")
    weight *= stored[f"{path}.inverse"]
    bias = stored[f"{path}.linear.bias"]
    if not path.endswith(".joint"):
        return {f"{path}.weight": weight, f"{path}.bias": bias}
    scale = (config.hidden_size // config.num_attention_heads) ** 0.5
    state: Tensors = {}
    for part, factor, rows, values in zip(
        ("query", "key", "value"), (scale, 1.0, 1.0), np.split(weight, 3), np.split(bias, 3), strict=True
    ):
        target = path.removesuffix("joint") + part
        state |= {f"{target}.weight": rows * factor, f"{target}.bias": values * factor}
    return state
