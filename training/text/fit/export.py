"""Exports a trained checkpoint as the served artefact: ONNX, quantized to 8 bits, calibrated as exported.

The folder holds `model.onnx`, `tokenizer.json`, `ngrams.npz`, `config.json`, `metrics.json` and `card.md`. Its
metrics are measured on the exported model, because that is what judges people.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer

from models.arrays import Float32, Int64
from models.profile import CLASSIFIER_LABELS
from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from models.text.classifier.classifier import CLASSIFIER_FILES, TextClassifier
from models.text.classifier.ngrams import Ngrams
from models.text.classifier.windows import Windows
from models.text.normalize.normalize import FieldText
from training.text.data.corpus import Case
from training.text.data.examples import MAX_TOKENS
from training.text.fit.calibrate import UNCALIBRATED, base_rates, calibration
from training.text.networks.checkpoints import blank
from training.text.networks.model import TextModel
from training.text.networks.quantize import quantize, smooth
from training.text.networks.served import Served

PARITY_TEXTS = 64
"""Texts on which torch, ONNX and 8-bit logits are compared."""

ACTIVATION_TEXTS = 512
"""Texts whose activations calibrate the quantization."""


def export_text(
    checkpoint: Path, output: Path, ngrams: Ngrams, validation: Sequence[Case], version: str | None = None
) -> Path:
    """Write the artefact folder of a checkpoint; returns the folder.

    Args:
        checkpoint: `checkpoint.pt`, with `tokenizer.json` and `encoder.json` beside it.
        output: folder of the artefact; files of an earlier export are replaced.
        ngrams: fitted on the same training texts.
        validation: texts to calibrate on, never trained on.
        version: name of the model; by default made from its contents.
    """
    output.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(checkpoint.parent / ArtifactFile.TOKENIZER, output / ArtifactFile.TOKENIZER)
    ngrams.save(output / ArtifactFile.NGRAMS)
    model = load(checkpoint)
    with tempfile.TemporaryDirectory() as scratch:
        exact, smoothed = Path(scratch) / "exact.onnx", Path(scratch) / "smoothed.onnx"
        windows = Windows(Tokenizer.from_file(str(output / ArtifactFile.TOKENIZER)), MAX_TOKENS)
        to_onnx(Served(load(checkpoint)), exact)
        to_onnx(smooth(Served(load(checkpoint)), _inputs(windows, validation, ACTIVATION_TEXTS)), smoothed)
        quantize(smoothed, output / ArtifactFile.MODEL)
        parity = _differences(model, exact, output / ArtifactFile.MODEL, _inputs(windows, validation, PARITY_TEXTS))
    _write_json(output / ArtifactFile.METRICS, parity)
    _configure(output, validation, version or f"run-{versions.digest(output / 'model.onnx')[:12]}")
    return output


def load(checkpoint: Path) -> TextModel:
    """The trained model, float32, ready to score."""
    model = TextModel(blank(checkpoint.with_name("encoder.json")))
    model.load_state_dict(torch.load(checkpoint, weights_only=True)["model"])
    return model.eval()


def to_onnx(served: Served, path: Path) -> None:
    """Export with free length: `ids` int64 (1, length) -> `scores`, `tokens` float32 logits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of lengths that are free in the file
        torch.onnx.export(
            served,
            (torch.ones(1, 16, dtype=torch.int64),),
            path,
            input_names=["ids"],
            output_names=["scores", "tokens"],
            dynamic_axes={"ids": {1: "length"}, "tokens": {1: "length"}},
            opset_version=20,
            dynamo=False,
        )


def _inputs(windows: Windows, cases: Sequence[Case], count: int) -> list[Int64]:
    """Token ids, int64 (1, length), of the first windows of about `count` texts, evenly spaced in the cases."""
    step = max(len(cases) // count, 1)
    texts = [FieldText.of(case.field, case.text) for case in cases[::step]]
    return [np.array([windows(text)[0].ids], np.int64) for text in texts]


def _differences(model: TextModel, exact: Path, served: Path, inputs: Sequence[Int64]) -> dict[str, Any]:
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


def _scores(path: Path, inputs: Sequence[Int64]) -> list[Float32]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return [session.run(["scores"], {"ids": ids})[0] for ids in inputs]


def _configure(output: Path, validation: Sequence[Case], version: str) -> None:
    """Write `config.json`, calibrated with the exported model on the validation texts."""
    config: dict[str, Any] = {
        "version": version,
        "labels": list(CLASSIFIER_LABELS),
        "length": MAX_TOKENS,
        "normalizer": "models.text.normalize",
        "base_rates": base_rates(),
        "calibration": dict.fromkeys(CLASSIFIER_LABELS, UNCALIBRATED),
        "evidence_threshold": 0.5,
        "files": {name: versions.digest(output / name) for name in CLASSIFIER_FILES},
    }
    _write_json(output / ArtifactFile.CONFIG, config)
    _write_json(output / ArtifactFile.CONFIG, config | calibration(TextClassifier(output), validation))


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
