"""Turn a trained checkpoint into the artefact that is served: ONNX, 8 bits a weight, calibrated as it runs.

The folder holds `model.onnx`, `tokenizer.json`, `ngrams.npz`, `config.json`, `metrics.json` and `card.md`. Everything
in it is measured on the exported file itself, because that is what judges people.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from tokenizers import Tokenizer

from models.profile import CLASSIFIER_LABELS
from models.text.classifier import TextClassifier
from models.text.ngrams import Ngrams
from models.text.normalize import FieldText
from models.text.windows import Windows
from training.text.calibrate import calibration
from training.text.checkpoints import blank
from training.text.corpus import Case
from training.text.examples import LENGTH
from training.text.model import TextModel

EMBEDDINGS = "encoder.embeddings.word_embeddings.weight"

BLOCK = 128
"""Weights that share a scale. On the validation texts this form keeps the macro F1 of float32 (0.843 and 0.842) at
10 ms a text on one core; dynamic int8 took 7 ms and lost a point (0.833): one scale for all activations is too coarse.
"""

PARITY_TEXTS = 64


def export_text(
    checkpoint: Path, output: Path, ngrams: Ngrams, validation: Sequence[Case], version: str | None = None
) -> Path:
    """Write the artefact folder of a checkpoint.

    Args:
        checkpoint: `checkpoint.pt`, with `tokenizer.json` and `encoder.json` beside it.
        output: folder to write; files of an earlier export are replaced.
        ngrams: fitted on the same training texts.
        validation: texts to calibrate on, never trained on.
        version: name of the model; by default one made from its contents.
    """
    output.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(checkpoint.with_name("tokenizer.json"), output / "tokenizer.json")
    ngrams.save(output / "ngrams.npz")
    model = load(checkpoint)
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / "exact.onnx"
        to_onnx(model, exact)
        quantize(exact, output / "model.onnx")
        windows = Windows(Tokenizer.from_file(str(output / "tokenizer.json")), LENGTH)
        parity = _differences(model, exact, output / "model.onnx", _inputs(windows, validation))
    _write_json(output / "metrics.json", parity)
    _configure(output, validation, version or f"run-{_digest(output / 'model.onnx')}")
    return output


def load(checkpoint: Path) -> TextModel:
    """The trained model, float32, ready to score."""
    model = TextModel(blank(checkpoint.with_name("encoder.json")))
    model.load_state_dict(torch.load(checkpoint, weights_only=True)["model"])
    return model.eval()


def to_onnx(model: TextModel, path: Path) -> None:
    """Export with free batch and length: `ids`, `mask` int64 (batch, length) -> `scores`, `tokens` float32 logits."""
    example = torch.ones(2, 16, dtype=torch.int64)
    free = {0: "batch", 1: "length"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing's remarks on shapes that are free in both
        torch.onnx.export(
            model,
            (example, example),
            path,
            input_names=["ids", "mask"],
            output_names=["scores", "tokens"],
            dynamic_axes={"ids": free, "mask": free, "scores": {0: "batch"}, "tokens": free},
            opset_version=20,
            dynamo=False,
        )


def quantize(exact: Path, path: Path) -> None:
    """8 bits for every matrix: products in blocks of `BLOCK` inputs, embeddings per row."""
    logging.getLogger("onnxruntime.quantization.matmul_nbits_quantizer").setLevel(logging.WARNING)
    quantizer = MatMulNBitsQuantizer(onnx.load(exact), bits=8, block_size=BLOCK, is_symmetric=True, accuracy_level=4)
    quantizer.process()
    model = quantizer.model.model
    _quantize_embeddings(model.graph)
    onnx.save(model, path)


def _quantize_embeddings(graph: onnx.GraphProto) -> None:
    """Gather int8 rows and their scales, and multiply, in place of gathering float rows."""
    (table,) = [tensor for tensor in graph.initializer if tensor.name == EMBEDDINGS]
    (gather,) = [node for node in graph.node if EMBEDDINGS in node.input]
    rows = numpy_helper.to_array(table)
    scales = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-8).astype(np.float32) / 127
    whole = np.rint(rows / scales).astype(np.int8)
    graph.initializer.remove(table)
    graph.initializer.extend([numpy_helper.from_array(whole, "words"), numpy_helper.from_array(scales, "word_scales")])
    ids, output, place = gather.input[1], gather.output[0], list(graph.node).index(gather)
    graph.node.remove(gather)
    nodes = [
        helper.make_node("Gather", ["words", ids], ["word_rows"]),
        helper.make_node("Cast", ["word_rows"], ["word_floats"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["word_scales", ids], ["word_row_scales"]),
        helper.make_node("Mul", ["word_floats", "word_row_scales"], [output]),
    ]
    for offset, node in enumerate(nodes):
        graph.node.insert(place + offset, node)


def _inputs(windows: Windows, cases: Sequence[Case]) -> list[np.ndarray]:
    step = max(len(cases) // PARITY_TEXTS, 1)
    texts = [FieldText.of(case.field, case.text) for case in cases[::step]]
    return [np.array([windows(text)[0].ids], np.int64) for text in texts]


def _differences(model: TextModel, exact: Path, served: Path, inputs: Sequence[np.ndarray]) -> dict[str, Any]:
    """Largest difference in logits between torch and ONNX, and mean and largest between ONNX and its 8-bit form."""
    with torch.no_grad():
        reference = [model(torch.tensor(ids), torch.ones(ids.shape))[0].numpy() for ids in inputs]
    onnx_scores, served_scores = _scores(exact, inputs), _scores(served, inputs)
    rounding = np.abs(np.concatenate(served_scores) - np.concatenate(onnx_scores))
    return {
        "torch_to_onnx_largest_logit_difference": float(
            np.abs(np.concatenate(reference) - np.concatenate(onnx_scores)).max()
        ),
        "onnx_to_int8_mean_logit_difference": float(rounding.mean()),
        "onnx_to_int8_largest_logit_difference": float(rounding.max()),
        "bytes": served.stat().st_size,
    }


def _scores(path: Path, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return [session.run(["scores"], {"ids": ids, "mask": np.ones_like(ids)})[0] for ids in inputs]


def _configure(output: Path, validation: Sequence[Case], version: str) -> None:
    """Write `config.json`, calibrated by scoring the validation texts with what was just written."""
    config: dict[str, Any] = {
        "version": version,
        "labels": list(CLASSIFIER_LABELS),
        "length": LENGTH,
        "normalizer": "models.text.normalize",
        "calibration": {label: {"encoder": 1.0, "ngrams": 0.0, "offset": 0.0} for label in CLASSIFIER_LABELS},
        "evidence_threshold": 0.5,
    }
    _write_json(output / "config.json", config)
    _write_json(output / "config.json", config | calibration(TextClassifier(output), validation))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
