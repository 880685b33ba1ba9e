"""Export of the core detector to ONNX, with its classes and its encoder's fingerprint in the graph."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch

from models.images.core.detector import CLASSES_KEY
from models.images.encoder.token_networks import FINGERPRINT_KEY
from training.images.core.network import CoreNetwork
from training.images.networks.export import MAX_DIFFERENCE, OPSET, SHAPES, ExportError, parity, with_int8_weights
from training.images.networks.padding import with_known_padding


def export_core(network: CoreNetwork, classes: Sequence[Sequence[str]], fingerprint: str, path: Path) -> float:
    """Write the graph with weights in 8 bits.

    Args:
        network: trained; changed to float32 and evaluation mode.
        classes: reference ids of each class, in the order of the network's outputs.
        fingerprint: of the encoder that the detector is calibrated with.
        path: the file to write.

    Returns:
        The largest difference between torch and ONNX before weights are rounded, relative to the largest value.

    Raises:
        ExportError: they differ too much.
    """
    network = network.float().eval().to(memory_format=torch.contiguous_format)
    axes = {0: "batch", 1: "rows", 2: "columns"}
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing errors show in the comparison
        traced = Path(scratch) / "traced.onnx"
        torch.onnx.export(
            network,
            (torch.zeros(1, *SHAPES[0], 3, dtype=torch.uint8),),
            str(traced),
            opset_version=OPSET,
            input_names=["pixels"],
            output_names=["logits", "boxes"],
            dynamic_axes={"pixels": {0: "batch", 1: "height", 2: "width"}, "logits": axes, "boxes": axes},
            dynamo=False,
        )
        probes = [np.zeros((1, *shape, 3), np.uint8) for shape in SHAPES]
        onnx.save(with_known_padding(onnx.load(traced), probes), traced)
        difference, _ = parity(network, traced)
        if not difference <= MAX_DIFFERENCE:
            raise ExportError(f"torch and ONNX differ by {difference:.2g}")
        graph = with_int8_weights(onnx.load(traced))
    names = json.dumps([list(members) for members in classes])
    onnx.helper.set_model_props(graph, {FINGERPRINT_KEY: fingerprint, CLASSES_KEY: names})
    onnx.save(graph, path)
    return difference
