"""A graph gives the same outputs after its padding moved into its convolutions."""

import io

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from timm.layers.conv2d_same import Conv2dSame

from training.images.networks.padding import with_known_padding

EVEN_SIDED = [np.random.default_rng(0).random((1, 3, *size), np.float32) for size in ((32, 64), (64, 32))]
ODD_SIDED = np.random.default_rng(1).random((1, 3, 33, 31), np.float32)


@pytest.fixture(scope="module")
def traced():
    """Two strided convolutions padded as TensorFlow does, sides free."""
    network = torch.nn.Sequential(Conv2dSame(3, 4, 3, stride=2), torch.nn.ReLU6(), Conv2dSame(4, 4, 5, stride=2))
    stream, axes = io.BytesIO(), {2: "height", 3: "width"}
    given = torch.zeros(1, 3, 32, 32)
    torch.onnx.export(network, (given,), stream, input_names=["x"], dynamic_axes={"x": axes}, dynamo=False)
    return stream.getvalue()


def outputs(model, values):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": values})[0]


def test_constant_padding_moves_into_the_convolution(traced):
    fused = with_known_padding(onnx.load_from_string(traced), EVEN_SIDED)
    assert {node.op_type for node in fused.graph.node} == {"Conv", "Clip", "Constant"}
    for values in EVEN_SIDED:
        assert outputs(fused, values) == pytest.approx(outputs(onnx.load_from_string(traced), values), abs=1e-6)


def test_padding_that_depends_on_the_size_stays(traced):
    kept = with_known_padding(onnx.load_from_string(traced), [*EVEN_SIDED, ODD_SIDED])
    assert sum(node.op_type == "Pad" for node in kept.graph.node) == 2
    assert outputs(kept, ODD_SIDED) == pytest.approx(outputs(onnx.load_from_string(traced), ODD_SIDED), abs=1e-6)
