"""Training starts from what an artefact folder holds, and from nothing else."""

import json

import onnx
import pytest
import torch

from models.images.encoder import Encoder
from training.images.export import export
from training.images.released import BaseError, base_at, go_halfway_back, take_weights

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def released(settled_tower, tmp_path_factory):
    made = settled_tower(0)
    return made, export(made, tmp_path_factory.mktemp("released"))


def test_a_tower_of_other_statistics_takes_the_weights_of_an_encoder(released, settled_tower):
    made, directory = released
    other, base = settled_tower(1), base_at(directory)
    pixels = torch.randint(0, 256, (1, 96, 64, 3), dtype=torch.uint8)
    with torch.inference_mode():
        before = torch.cosine_similarity(made(pixels), other(pixels), dim=3).mean()
        take_weights(other, base)
        after = torch.cosine_similarity(made(pixels), other(pixels), dim=3).mean()
    assert before < 0.9 < 0.99 < after  # the artefact holds weights of 8 bits
    assert base.fingerprint == Encoder(directory).fingerprint


def test_halfway_is_the_mean_of_what_was_known_and_what_was_learnt(released, settled_tower):
    _, directory = released
    known, learnt, base = settled_tower(1), settled_tower(1), base_at(directory)
    for tower in (known, learnt):
        take_weights(tower, base)
    with torch.no_grad():
        learnt.visual.trunk.net.conv_head.weight.mul_(1.4)
        learnt.visual.head.proj.bias.add_(1.0)
    go_halfway_back(learnt, base)
    assert torch.allclose(learnt.visual.trunk.net.conv_head.weight, 1.2 * known.visual.trunk.net.conv_head.weight)
    assert torch.allclose(learnt.visual.head.proj.bias, known.visual.head.proj.bias + 0.5)
    assert torch.allclose(learnt.visual.head.proj.weight, known.visual.head.proj.weight)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (None, "holds no encoder to start from: FileNotFoundError: .*config.json"),
        ("{", "holds no encoder to start from: JSONDecodeError"),
        ("[]", "holds no encoder to start from: TypeError"),
        ('{"name": "ViT-B-32"}', "holds ViT-B-32; training starts from encoders named huijian-lite0 alone"),
    ],
)
def test_another_network_is_refused(released, tmp_path, config, reason):
    _, directory = released
    (tmp_path / "model.onnx").write_bytes((directory / "model.onnx").read_bytes())
    if config is not None:
        (tmp_path / "config.json").write_text(config, "utf-8")
    with pytest.raises(BaseError, match=reason):
        base_at(tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "FileNotFoundError: .*model.onnx"),
        (b"no graph", "holds no encoder to start from: DecodeError"),
        (b"", "holds a network of other sizes"),
    ],
)
def test_a_folder_without_a_network_is_refused(tmp_path, content, reason):
    (tmp_path / "config.json").write_text(json.dumps({"name": "huijian-lite0"}), "utf-8")
    if content is not None:
        (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(BaseError, match=reason):
        base_at(tmp_path)


def test_a_network_of_other_sizes_is_refused(released, tmp_path):
    _, directory = released
    graph = onnx.load(directory / "model.onnx")
    first = next(node for node in graph.graph.node if node.op_type == "Conv")
    graph.graph.node.remove(first)
    onnx.save(graph, tmp_path / "model.onnx")
    (tmp_path / "config.json").write_bytes((directory / "config.json").read_bytes())
    with pytest.raises(BaseError, match="other sizes"):
        base_at(tmp_path)
