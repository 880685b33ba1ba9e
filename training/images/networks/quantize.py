"""Quantization of an encoder to 8-bit arithmetic: 1.7 times as fast, with nearly the same embeddings.

Rounding costs most in the first layers, where few channels carry all edges and colours, so these stay in 32 bits.
`benchmarks/encoder.py` measures each choice of their number.

Source: Jacob et al. 2018 (integer arithmetic with one scale per output channel), as ONNX Runtime does it.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from models.arrays import Pixels
from models.images.encoder.encoder import Encoder
from models.runtime.artifact_files import ArtifactFile
from training.images.common.split import Fold
from training.images.networks.token_networks import write_for_encoder
from training.images.sources.graphics import load_graphics
from training.images.synthesis.augmentations import reference

FLOAT_CONVOLUTIONS = 6
"""Leading convolutions that stay in 32 bits. Mean cosine and speed: none .991, 1.6x; six .996, 1.7x; ten .997, 1.5x
(`benchmarks/encoder.py --int8`)."""

RANGE_PICTURES = 200
"""Graphics from which the activations' minimum and maximum are taken; percentiles and entropy were no better."""

QUANTIZED_OPERATORS = ("Conv", "Clip", "Add")


def quantize(
    source: Path,
    target: Path,
    pictures: Sequence[Pixels],
    float_convolutions: int = FLOAT_CONVOLUTIONS,
    ranges: Path | None = None,
) -> Path:
    """Write an artefact folder with another's encoder in 8 bits.

    Cohort, calibration, localizer and reranker are copied as they are.

    Args:
        source: artefact folder of a convolutional encoder.
        target: created if missing.
        pictures: pictures for the ranges of activations, RGB, uint8 (height, width, 3), sides divisible by 32.
        float_convolutions: number of leading convolutions that stay in 32 bits.
        ranges: cache file of the ranges, for another call with another `float_convolutions`.

    Returns:
        `target`.
    """
    target.mkdir(parents=True, exist_ok=True)
    config = json.loads((source / ArtifactFile.CONFIG).read_text(encoding="utf-8"))
    config["name"] += "-int8"
    with tempfile.TemporaryDirectory() as scratch:
        plain, small = Path(scratch) / "plain.onnx", Path(scratch) / "small.onnx"
        quant_pre_process(source / ArtifactFile.MODEL, plain, skip_symbolic_shape=True)
        quantize_static(
            plain,
            small,
            _Reader(pictures),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(QUANTIZED_OPERATORS),
            nodes_to_quantize=_quantized_nodes(onnx.load(plain), float_convolutions),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibration_cache_path=ranges,
        )
        _save(onnx.load(small), target, config)
    for name in (ArtifactFile.COHORT, ArtifactFile.CALIBRATION):
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)
    fingerprint = Encoder(target).fingerprint
    for name in (ArtifactFile.LOCALIZER, ArtifactFile.RERANKER_TOKENS, ArtifactFile.RERANKER):
        if (source / name).is_file():
            write_for_encoder(fingerprint, source / name, target / name)
    return target


def training_pictures(count: int = RANGE_PICTURES, seed: int = 0) -> list[Pixels]:
    """Training-fold graphics, rendered as a gallery holds them, RGB uint8 (256, 256, 3)."""
    rendered, rng = load_graphics(), np.random.default_rng(seed)
    rows = rng.permutation(rendered.rows(lambda item: item.fold is Fold.TRAIN))[:count]
    return [reference(rng, rendered.drawing(row), (256, 256)) for row in rows]


class _Reader(CalibrationDataReader):
    def __init__(self, pictures: Sequence[Pixels]) -> None:
        self._pictures = iter(pictures)

    def get_next(self) -> dict[str, Pixels] | None:
        picture = next(self._pictures, None)
        return None if picture is None else {"pixels": picture[None]}


def _quantized_nodes(model: onnx.ModelProto, float_convolutions: int) -> list[str]:
    """Names of the nodes to quantize: those on feature maps from the first convolution that is not kept in 32 bits."""
    known = onnx.shape_inference.infer_shapes(model).graph
    maps = {value.name for value in (*known.value_info, *known.output) if len(value.type.tensor_type.shape.dim) == 4}
    convolutions = [number for number, node in enumerate(model.graph.node) if node.op_type == "Conv"]
    rest = list(model.graph.node)[convolutions[float_convolutions] :]
    return [node.name for node in rest if node.op_type in QUANTIZED_OPERATORS and node.output[0] in maps]


def _save(model: onnx.ModelProto, target: Path, config: dict[str, Any]) -> None:
    """Write graph and configuration; the graph carries the configuration too, as `export.write_artifact` does it."""
    onnx.helper.set_model_props(model, {"config": json.dumps(config, ensure_ascii=False, sort_keys=True)})
    onnx.save(model, target / ArtifactFile.MODEL)
    (target / ArtifactFile.CONFIG).write_text(json.dumps(config, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
