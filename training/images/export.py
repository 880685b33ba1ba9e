"""From a trained tower to an artefact folder that the service loads without torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch

from training.images.tower import MODEL_NAME, GridTower

AREA = 256 * 256
"""Pixels given to the network per picture: 16 x 16 cells for a square one, 20 ms on one thread."""

OPSET = 17
MAX_DIFFERENCE = 1e-3
"""Largest absolute difference between torch and ONNX that is accepted, relative to the grid's largest value."""


class ExportError(RuntimeError):
    """The exported graph does not compute what the trained tower computes."""


def export(tower: GridTower, directory: Path, metrics: dict[str, Any] | None = None) -> Path:
    """Write `model.onnx`, `config.json` and `metrics.json`, having compared the graph with the tower.

    Args:
        tower: on the CPU, in float32.
        directory: created where missing.
        metrics: what training measured, kept beside the parity.

    Raises:
        ExportError: the two differ by more than `MAX_DIFFERENCE`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    tower = tower.float().eval().to(memory_format=torch.contiguous_format)
    torch.onnx.export(
        tower,
        (torch.zeros(1, 256, 256, 3, dtype=torch.uint8),),
        str(directory / "model.onnx"),
        opset_version=OPSET,
        input_names=["pixels"],
        output_names=["grid"],
        dynamic_axes={"pixels": {0: "batch", 1: "height", 2: "width"}, "grid": {0: "batch", 1: "rows", 2: "columns"}},
        dynamo=False,
    )
    difference = parity(tower, directory / "model.onnx")
    if difference > MAX_DIFFERENCE:
        raise ExportError(f"torch and ONNX differ by {difference:.2g} of the largest value")
    dimension = tower.visual.head.proj.out_features
    _write(directory / "config.json", {"name": MODEL_NAME, "dimension": dimension, "area": AREA})
    _write(directory / "metrics.json", {**(metrics or {}), "parity_max_relative_difference": difference})
    return directory


def parity(tower: GridTower, model: Path, seed: int = 0) -> float:
    """Largest absolute difference of the two grids as a part of the largest value, over shapes not exported with."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    draw = np.random.default_rng(seed)
    worst = 0.0
    for shape in ((1, 256, 256, 3), (2, 160, 448, 3), (3, 512, 128, 3)):
        pixels = draw.integers(0, 256, shape, dtype=np.uint8)
        with torch.inference_mode():
            expected = tower(torch.from_numpy(pixels)).numpy()
        given = session.run(["grid"], {"pixels": pixels})[0]
        worst = max(worst, float(np.abs(given - expected).max() / np.abs(expected).max()))
    return worst


def _write(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
