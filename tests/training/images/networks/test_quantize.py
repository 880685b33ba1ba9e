"""A quantized encoder gives nearly the embeddings of the encoder it was made from."""

import json
import shutil

import numpy as np
import pytest
import torch

from models.images.encoder.encoder import Encoder
from models.images.matching.localizer import Localizer
from training.images.networks.localizer import LocalizerNetwork, export_localizer
from training.images.networks.quantize import quantize

RNG = np.random.default_rng(0)
PICTURES = [RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8) for _ in range(8)]
WIDE_PICTURE = RNG.integers(0, 256, (64, 128, 3), dtype=np.uint8)


class Network(torch.nn.Module):
    """Three convolutions from pixels to one patch token per 16 pixels."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        layers = [torch.nn.Conv2d(3, 16, 4, 4), torch.nn.Conv2d(16, 32, 2, 2), torch.nn.Conv2d(32, 32, 2, 2)]
        self.layers = torch.nn.Sequential(layers[0], torch.nn.ReLU6(), layers[1], torch.nn.ReLU6(), layers[2])

    def forward(self, pixels):
        return self.layers(pixels.permute(0, 3, 1, 2).float() / 255 - 0.5).permute(0, 2, 3, 1)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    axes = {"pixels": {0: "batch", 1: "height", 2: "width"}, "grid": {0: "batch", 1: "rows", 2: "columns"}}
    names = {"input_names": ["pixels"], "output_names": ["grid"], "dynamic_axes": axes}
    given = torch.zeros(1, 64, 64, 3, dtype=torch.uint8)
    torch.onnx.export(Network().eval(), (given,), str(folder / "model.onnx"), **names, opset_version=17, dynamo=False)
    (folder / "config.json").write_text(json.dumps({"name": "small", "dimension": 32, "area": 64 * 64}))
    np.save(folder / "cohort.npy", np.eye(32, dtype=np.float32))
    return folder


def likeness(one, other):
    pairs = zip(Encoder(one)([*PICTURES, WIDE_PICTURE]), Encoder(other)([*PICTURES, WIDE_PICTURE]), strict=True)
    return np.concatenate([(left.vectors * right.vectors).sum(axis=1) for left, right in pairs]).mean()


def test_embeddings_stay_close_and_closer_with_more_float_layers(source, tmp_path):
    likenesses = [likeness(source, quantize(source, tmp_path / str(kept), PICTURES, kept)) for kept in (0, 2)]
    assert 0.99 < likenesses[0] < likenesses[1] < 1


def test_the_artefact_is_another_encoder_with_the_same_cohort(source, tmp_path):
    made = quantize(source, tmp_path / "made", PICTURES, 1)
    assert np.array_equal(np.load(made / "cohort.npy"), np.eye(32))
    assert Encoder(made).version.startswith("small-int8@")
    assert Encoder(made).fingerprint != Encoder(source).fingerprint


def test_the_localizer_works_with_the_quantized_encoder(source, tmp_path):
    with_localizer = shutil.copytree(source, tmp_path / "source")
    encoder = Encoder(with_localizer)
    export_localizer(LocalizerNetwork(encoder.dimension), encoder.fingerprint, with_localizer)
    assert Localizer.load(Encoder(quantize(with_localizer, tmp_path / "made", PICTURES, 1))) is not None


def test_cached_ranges_give_the_same_encoder(source, tmp_path):
    first = quantize(source, tmp_path / "first", PICTURES, 1, tmp_path / "ranges.json")
    again = quantize(source, tmp_path / "again", [], 1, tmp_path / "ranges.json")
    assert Encoder(first).fingerprint == Encoder(again).fingerprint
