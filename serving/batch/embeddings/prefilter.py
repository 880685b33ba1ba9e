"""Rejects kept vectors that no emblem is near, by products of 8-bit integers: seven times as many as of floats.

Emblems are rounded to 7 bits, with which no processor's instructions saturate. The error of rounding bounds the error
of a cosine (Cauchy-Schwarz), so a vector that is rejected here is rejected by exact cosines too.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from models.arrays import Float16, Float32
from models.images.kept.regions import Int8
from models.runtime.sessions import session

STEPS: Final = 63
"""Of an emblem's numbers on each side of zero: two products with a byte still fit into 16 bits."""

GROUPS: Final = 32
"""Groups of rows with nearly the same offset; the least offset of a group stands for all."""

BATCH: Final = 64
"""Vectors at a time: their products with 10,000 rows stay in the second cache."""

LONGEST: Final = 1.02
"""Bound on the length of a kept vector, which rounding may stretch."""

IR_VERSION, OPSET, FLOAT, UINT8, INT8, INT64 = 9, 18, 1, 2, 3, 7
"""ONNX's version numbers and element types."""


class Prefilter:
    """Bounds the greatest normalised cosine of kept vectors.

    Args:
        vectors: unit float32 (rows, dimension) of emblems.
        offsets: float32 (rows,), what is subtracted from a row's cosine.
    """

    def __init__(self, vectors: Float32, offsets: Float32) -> None:
        order = np.argsort(offsets, kind="stable")
        order = np.pad(order, (0, -len(order) % GROUPS), mode="edge")
        rows = vectors[order]
        scales = np.maximum(np.abs(rows).max(axis=1), 1e-6).astype(np.float32) / STEPS
        rounded = np.rint(rows / scales[:, None]).astype(np.int8)
        errors = np.linalg.norm(rows - rounded * scales[:, None], axis=1)
        self._offsets = offsets[order].reshape(GROUPS, -1).min(axis=1) - LONGEST * errors.max() - 1e-4
        self._session = session(_network(rounded, scales), threads=1)

    def __call__(self, vectors: Int8, scales: Float16) -> Float32:
        """An upper bound of each vector's greatest cosine less offset, float32 (n,).

        Args:
            vectors: int8 (n, dimension).
            scales: float16 (n,).
        """
        unsigned = np.ascontiguousarray(vectors).view(np.uint8) ^ 0x80
        batches = [
            self._session.run(None, {"vectors": unsigned[start : start + BATCH]})[0]
            for start in range(0, len(unsigned), BATCH)
        ]
        greatest = np.concatenate([np.zeros((0, GROUPS), np.float32), *batches])
        bounds: Float32 = (greatest * scales[:, None].astype(np.float32) - self._offsets).max(axis=1)
        return bounds


def _network(rounded: Int8, scales: Float32) -> bytes:
    """An ONNX model that gives each vector's greatest product in each group, float32 (n, GROUPS).

    It is written here as Protocol Buffers, for serving does without the `onnx` package.
    """
    rows, dimension = rounded.shape
    product = ("vectors", "rows", "one", "scales", "zero")
    nodes = [
        (1, _node("MatMulIntegerToFloat", product, "products", domain="com.microsoft")),
        (1, _node("Reshape", ("products", "shape"), "groups")),
        (1, _node("ReduceMax", ("groups", "axis"), "greatest", keeps_axes=False)),
    ]
    constants = [
        (5, _tensor("rows", INT8, rounded.T)),
        (5, _tensor("scales", FLOAT, scales)),
        (5, _tensor("one", FLOAT, np.ones((), np.float32))),
        (5, _tensor("zero", UINT8, np.full((), 0x80, np.uint8))),
        (5, _tensor("shape", INT64, np.array([-1, GROUPS, rows // GROUPS]))),
        (5, _tensor("axis", INT64, np.array([2]))),
    ]
    ends = [(11, _value("vectors", UINT8, dimension)), (12, _value("greatest", FLOAT, GROUPS))]
    graph = _message(*nodes, (2, "prefilter"), *constants, *ends)
    opsets = [(8, _message((1, ""), (2, OPSET))), (8, _message((1, "com.microsoft"), (2, 1)))]
    return _message((1, IR_VERSION), (7, graph), *opsets)


def _node(kind: str, inputs: tuple[str, ...], output: str, domain: str = "", keeps_axes: bool = True) -> bytes:
    attributes = [] if keeps_axes else [(5, _message((1, "keepdims"), (3, 0), (20, 2)))]
    return _message(*((1, name) for name in inputs), (2, output), (4, kind), *attributes, (7, domain))


def _tensor(name: str, kind: int, values: np.ndarray) -> bytes:
    sizes = [(1, size) for size in values.shape]
    return _message(*sizes, (2, kind), (8, name), (9, np.ascontiguousarray(values).tobytes()))


def _value(name: str, kind: int, columns: int) -> bytes:
    """A matrix of any number of rows."""
    shape = _message((1, _message((2, "n"))), (1, _message((1, columns))))
    return _message((1, name), (2, _message((1, _message((1, kind), (2, shape))))))


def _message(*fields: tuple[int, int | str | bytes]) -> bytes:
    """A message of Protocol Buffers, from field numbers and values."""
    encoded = bytearray()
    for number, value in fields:
        content = value.encode() if isinstance(value, str) else value
        if isinstance(content, int):
            encoded += _varint(number << 3) + _varint(content)
        else:
            encoded += _varint(number << 3 | 2) + _varint(len(content)) + content
    return bytes(encoded)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])
