"""From a trained tower to an artefact folder that the service loads without torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from training.images.tower import MODEL_NAME, GridTower

AREA = 256 * 256
"""Pixels given to the network per picture: 16 x 16 cells for a square one, 15 ms on one thread."""

OPSET = 17
MAX_DIFFERENCE = 1e-3
"""Largest absolute difference between torch and ONNX that is accepted, relative to the grid's largest value."""

MIN_COSINE = 0.98
"""Least mean cosine of cells between the tower and its graph in 8 bits, on noise; pictures lose less."""

SMALL = 8_000
"""Tensors of fewer numbers keep 32 bits: they weigh little, and early layers and depthwise filters suffer most (mean
cosine 0.9955 with all weights in 8 bits, 0.9989 so)."""

Array = np.ndarray


class ExportError(RuntimeError):
    """The exported graph does not compute what the trained tower computes."""


def export(tower: GridTower, directory: Path, metrics: dict[str, Any] | None = None) -> Path:
    """Write `model.onnx`, `config.json` and `metrics.json`, having compared the graph with the tower.

    Args:
        tower: on the CPU, in float32.
        directory: created where missing.
        metrics: what training measured, kept beside the parity.

    Raises:
        ExportError: the graph as exported, or with its weights stored in 8 bits, is too far from the tower.
    """
    directory.mkdir(parents=True, exist_ok=True)
    tower = tower.float().eval().to(memory_format=torch.contiguous_format)
    path = directory / "model.onnx"
    torch.onnx.export(
        tower,
        (torch.zeros(1, 256, 256, 3, dtype=torch.uint8),),
        str(path),
        opset_version=OPSET,
        input_names=["pixels"],
        output_names=["grid"],
        dynamic_axes={"pixels": {0: "batch", 1: "height", 2: "width"}, "grid": {0: "batch", 1: "rows", 2: "columns"}},
        dynamo=False,
    )
    difference, _ = parity(tower, path)
    onnx.save(with_small_weights(onnx.load(path)), path)
    _, cosine = parity(tower, path)
    if difference > MAX_DIFFERENCE or cosine < MIN_COSINE:
        raise ExportError(f"torch and ONNX differ by {difference:.2g}, in 8 bits the cosine is {cosine:.4f}")
    dimension = tower.visual.head.proj.out_features
    _write(directory / "config.json", {"name": MODEL_NAME, "dimension": dimension, "area": AREA})
    measured = {"parity_max_relative_difference": difference, "cosine_with_8_bit_weights": cosine}
    _write(directory / "metrics.json", {**(metrics or {}), **measured})
    return directory


def parity(tower: GridTower, model: Path, seed: int = 0) -> tuple[float, float]:
    """How near the graph's grids are to the tower's, over shapes not exported with.

    Returns:
        The largest absolute difference as a part of the largest value, and the mean cosine between cells.
    """
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    draw = np.random.default_rng(seed)
    differences, cosines = [], []
    for shape in ((1, 256, 256, 3), (2, 160, 448, 3), (3, 512, 128, 3)):
        pixels = draw.integers(0, 256, shape, dtype=np.uint8)
        with torch.inference_mode():
            expected = tower(torch.from_numpy(pixels)).numpy()
        given = session.run(["grid"], {"pixels": pixels})[0]
        differences.append(np.abs(given - expected).max() / np.abs(expected).max())
        lengths = np.linalg.norm(given, axis=-1) * np.linalg.norm(expected, axis=-1)
        cosines.append(((given * expected).sum(axis=-1) / lengths).mean())
    return float(max(differences)), float(min(cosines))


def with_small_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph with its weights in 8 bits: a quarter of the size at the same speed.

    Each output channel has its own scale. The runtime multiplies once, when it loads the model.
    """
    unpacking, stored = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.ndim < 2 or values.size < SMALL:
            stored.append(tensor)
            continue
        name = tensor.name
        scales = np.abs(values).max(axis=tuple(range(1, values.ndim)), keepdims=True) / 127
        levels = np.round(values / np.maximum(scales, 1e-12)).astype(np.int8)
        stored += [numpy_helper.from_array(levels, f"{name}.levels"), numpy_helper.from_array(scales, f"{name}.scales")]
        unpacking += [
            helper.make_node("Cast", [f"{name}.levels"], [f"{name}.cast"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}.cast", f"{name}.scales"], [name]),
        ]
    nodes = [*unpacking, *model.graph.node]
    graph = helper.make_graph(nodes, model.graph.name, model.graph.input, model.graph.output, stored)
    return helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)


def _write(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
