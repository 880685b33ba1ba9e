"""Export of a tower from torch to an artefact folder, which the service loads without torch."""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from models.arrays import Float32, Pixels
from models.runtime.artifact_files import ArtifactFile
from training.images.networks.padding import with_known_padding
from training.images.networks.tower import MODEL_NAME, GridTower

INPUT_AREA = 256 * 256
"""Pixels of the network's input: 16 x 16 patch tokens for a square picture, 15 ms on one thread."""

OPSET = 17
MAX_DIFFERENCE = 1e-3
"""Largest accepted difference between torch and ONNX, relative to the output's largest absolute value."""

MIN_COSINE = 0.99
"""Least accepted mean cosine between outputs with 32-bit and 8-bit weights, on noise; the released tower has 0.996."""

MIN_INT8_SIZE = 8_000
"""Elements from which a tensor is stored in 8 bits. Small tensors save little and suffer most: mean cosine 0.9955 with
all in 8 bits, 0.9989 so."""

MAX_BYTES = 2**31 - 1
"""Size limit of one ONNX file, from protobuf."""

Shape = tuple[int, int]
SHAPES: tuple[Shape, ...] = ((256, 256), (160, 448), (512, 128))
"""Heights and widths at which a graph with free sides is compared; it is traced at the first."""


class ExportError(RuntimeError):
    """The exported graph differs from the tower, or cannot be stored."""


def export(tower: GridTower, directory: Path, metrics: dict[str, Any] | None = None) -> Path:
    """Write our own tower's artefact folder; arguments and errors as `write_artifact`."""
    config = {"name": MODEL_NAME, "dimension": tower.visual.head.proj.out_features, "area": INPUT_AREA}
    return write_artifact(tower, directory, config, SHAPES, metrics)


def write_artifact(
    tower: nn.Module,
    directory: Path,
    config: dict[str, Any],
    shapes: Sequence[Shape],
    metrics: dict[str, Any] | None = None,
) -> Path:
    """Compare the graph with the tower and write `model.onnx`, `config.json` and `metrics.json`.

    Weights are stored in 8 bits if the mean cosine stays above `MIN_COSINE`, else in 32. The graph carries the
    configuration too, so its hash, the encoder's fingerprint, covers everything that determines the embeddings.

    Args:
        tower: from uint8 pixels (batch, height, width, 3) to patch tokens, or to tokens and global embedding; on the
            CPU.
        directory: created if missing.
        config: "name", "dimension" and, for a tower with free sides, "area".
        shapes: heights and widths to compare at; for a tower with fixed sides only those.
        metrics: further entries of `metrics.json`.

    Raises:
        ExportError: the graph differs too much from the tower, or is too large for one file.
    """
    tower = tower.float().eval().to(memory_format=torch.contiguous_format)
    with tempfile.TemporaryDirectory() as scratch:
        traced, small = Path(scratch) / "traced.onnx", Path(scratch) / "small.onnx"
        _trace(tower, traced, shapes[0], free="area" in config)
        probes = [np.zeros((1, *shape, 3), np.uint8) for shape in shapes]
        onnx.save(with_known_padding(onnx.load(traced), probes), traced)
        difference, _ = parity(tower, traced, shapes)
        if not difference <= MAX_DIFFERENCE:
            raise ExportError(f"torch and ONNX differ by {difference:.2g}")
        _save(with_int8_weights(onnx.load(traced)), small, config)
        _, cosine = parity(tower, small, shapes)
        if not cosine >= MIN_COSINE:
            _save(onnx.load(traced), small, config)
        directory.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(small, directory / ArtifactFile.MODEL)
    bits = 8 if cosine >= MIN_COSINE else 32
    measured = {"parity_max_relative_difference": difference, "cosine_with_8_bit_weights": cosine, "weight_bits": bits}
    _write(directory / ArtifactFile.CONFIG, config)
    _write(directory / ArtifactFile.METRICS, {**(metrics or {}), **measured})
    return directory


def parity(tower: nn.Module, model: Path, shapes: Sequence[Shape] = SHAPES, seed: int = 0) -> tuple[float, float]:
    """Differences between the graph's outputs and the tower's, on noise, in batches of several sizes.

    Returns:
        The largest absolute difference relative to the largest value, and the least mean cosine of any output.
    """
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(seed)
    differences, cosines = [], []
    for batch, shape in enumerate(shapes, start=1):
        pixels = rng.integers(0, 256, (batch, *shape, 3), dtype=np.uint8)
        given = session.run(None, {"pixels": pixels})
        for expected, values in zip(_outputs(tower, pixels), given, strict=True):
            differences.append(np.abs(values - expected).max() / np.abs(expected).max())
            lengths = np.linalg.norm(values, axis=-1) * np.linalg.norm(expected, axis=-1)
            cosines.append(((values * expected).sum(axis=-1) / lengths).mean())
    return float(max(differences)), float(min(cosines))


def with_int8_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph with weights stored in 8 bits: a quarter of the size at the same speed.

    Each output channel has its own scale. The runtime multiplies once, when it loads the model.
    """
    unpacking, stored = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.ndim < 2 or values.size < MIN_INT8_SIZE:
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


def _trace(tower: nn.Module, path: Path, shape: Shape, free: bool) -> None:
    pixels = torch.zeros(1, *shape, 3, dtype=torch.uint8)
    outputs = ["grid", "global"][: len(_outputs(tower, pixels.numpy()))]
    axes = {"pixels": {0: "batch"}, "grid": {0: "batch"}, "global": {0: "batch"}}
    if free:
        axes["pixels"] |= {1: "height", 2: "width"}
        axes["grid"] |= {1: "rows", 2: "columns"}
    with _traceable_attention(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing errors show in the comparison
        torch.onnx.export(
            tower,
            (pixels,),
            str(path),
            opset_version=OPSET,
            input_names=["pixels"],
            output_names=outputs,
            dynamic_axes={name: axes[name] for name in ("pixels", *outputs)},
            dynamo=False,
        )


@contextmanager
def _traceable_attention() -> Iterator[None]:
    """Switch off torch's fused attention, which ONNX cannot express."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def _outputs(tower: nn.Module, pixels: Pixels) -> list[Float32]:
    with torch.inference_mode():
        outputs = tower(torch.from_numpy(pixels))
    return [output.numpy() for output in (outputs if isinstance(outputs, tuple) else (outputs,))]


def _save(model: onnx.ModelProto, path: Path, config: dict[str, Any]) -> None:
    helper.set_model_props(model, {"config": json.dumps(config, ensure_ascii=False, sort_keys=True)})
    if model.ByteSize() > MAX_BYTES:
        raise ExportError("the weights do not fit into one ONNX file, which holds 2 GiB")
    onnx.save(model, path)


def _write(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
