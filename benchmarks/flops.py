"""Floating-point operations of a graph, and the peak of this core: their ratio is the share of the peak in use."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

from models.arrays import UInt8

MATRIX_SIDE = 2_048
"""Rows and columns of the matrices whose product stands for the processor's peak."""

RUNS = 5
"""Products, of which the quickest counts: other programs only add time."""


def of_graph(path: Path, inputs: dict[str, UInt8]) -> int:
    """Multiplications and additions of all Conv, MatMul and Gemm nodes.

    Shapes come from a run, because some depend on values: padding is computed.
    """
    model = onnx.load(path)
    nodes = [node for node in model.graph.node if node.op_type in ("Conv", "MatMul", "Gemm")]
    names = dict.fromkeys(name for node in nodes for name in (*node.input[:2], *node.output))
    known = {value.name for value in (*model.graph.output, *model.graph.input)}
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in known)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    shapes = {name: value.shape for name, value in zip(names, session.run(list(names), inputs), strict=True)}
    return sum(2 * int(np.prod(shapes[node.output[0]])) * _summands(node, shapes) for node in nodes)


def peak() -> float:
    """Operations per second of processor time in the quickest of `RUNS` float32 matrix products."""
    left, right = np.random.default_rng(0).random((2, MATRIX_SIDE, MATRIX_SIDE), dtype=np.float32)
    seconds = []
    for _ in range(RUNS):
        started = time.process_time()
        left @ right
        seconds.append(time.process_time() - started)
    return 2 * MATRIX_SIDE**3 / min(seconds)


def _summands(node: onnx.NodeProto, shapes: dict[str, Any]) -> int:
    """Products summed for one number of the output."""
    if node.op_type == "Conv":
        return int(np.prod(shapes[node.input[1]][1:]))
    transposed = any(attribute.name == "transA" and attribute.i for attribute in node.attribute)
    return int(shapes[node.input[0]][-2 if transposed else -1])
