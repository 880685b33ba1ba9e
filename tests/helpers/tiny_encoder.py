"""A real ONNX encoder of a few kilobytes, so that galleries can be tested in milliseconds.

It projects patches of 32 pixels at random. It recognises no emblems, but equal pictures give equal vectors and
different pictures give different ones.
"""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

DIMENSION = 32


def write(directory, seed=0):
    """The artefact folder of an encoder; another seed gives another fingerprint."""
    directory.mkdir(parents=True, exist_ok=True)
    weights = np.random.default_rng(seed).normal(size=(DIMENSION, 3, 32, 32)).astype(np.float32) / 32
    weights -= weights.mean(axis=(2, 3), keepdims=True)  # plain patches, the background of most emblems, get no weight
    constants = {
        "weights": weights,
        "scale": np.array(127.5, np.float32),
        "one": np.array(1, np.float32),
    }
    nodes = [
        helper.make_node("Cast", ["pixels"], ["levels"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["levels", "scale"], ["scaled"]),
        helper.make_node("Sub", ["scaled", "one"], ["centred"]),
        helper.make_node("Transpose", ["centred"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["planes", "weights"], ["features"], strides=[32, 32]),
        helper.make_node("Transpose", ["features"], ["grid"], perm=[0, 2, 3, 1]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["batch", "height", "width", 3])],
        [helper.make_tensor_value_info("grid", TensorProto.FLOAT, ["batch", "rows", "columns", DIMENSION])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, directory / "model.onnx")
    config = {"name": "tiny", "dimension": DIMENSION, "area": 128 * 128}
    (directory / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return directory
