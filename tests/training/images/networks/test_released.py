"""Training starts from an artefact folder alone."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from models.images.encoder.encoder import Encoder
from models.runtime.artifact_files import ArtifactFile
from training.images.networks.export import export
from training.images.networks.released import BaseError, interpolate_with_base, load_base_weights, read_base
from training.images.networks.reranker import RerankerNetwork, export_reranker
from training.images.networks.token_networks import write_for_encoder

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def released(settled_tower, tmp_path_factory):
    made = settled_tower(0)
    return made, export(made, tmp_path_factory.mktemp("released"))


def other_sizes(file):
    """Let a graph's first tensor be longer than the network's."""
    graph = onnx.load(file)
    first = graph.graph.initializer[0]
    first.CopyFrom(numpy_helper.from_array(np.zeros(7, np.float32), first.name))
    onnx.save(graph, file)


def test_base_weights_fit_a_tower_with_other_batch_statistics(released, settled_tower):
    made, directory = released
    other, base = settled_tower(1), read_base(directory)
    pixels = torch.randint(0, 256, (1, 96, 64, 3), dtype=torch.uint8)
    with torch.inference_mode():
        before = torch.cosine_similarity(made(pixels), other(pixels), dim=3).mean()
        load_base_weights(other, base)
        after = torch.cosine_similarity(made(pixels), other(pixels), dim=3).mean()
    assert before < 0.9 < 0.99 < after  # the artefact holds weights of 8 bits
    assert base.fingerprint == Encoder(directory).fingerprint


def test_interpolated_weights_are_the_mean_of_base_and_learnt(released, settled_tower):
    _, directory = released
    known, learnt, base = settled_tower(1), settled_tower(1), read_base(directory)
    for tower in (known, learnt):
        load_base_weights(tower, base)
    with torch.no_grad():
        learnt.visual.trunk.net.conv_head.weight.mul_(1.4)
        learnt.visual.head.proj.bias.add_(1.0)
    interpolate_with_base(learnt, base)
    assert torch.allclose(learnt.visual.trunk.net.conv_head.weight, 1.2 * known.visual.trunk.net.conv_head.weight)
    assert torch.allclose(learnt.visual.head.proj.bias, known.visual.head.proj.bias + 0.5)
    assert torch.allclose(learnt.visual.head.proj.weight, known.visual.head.proj.weight)


def test_a_base_includes_the_reranker_in_its_folder(released, tmp_path):
    _, directory = released
    shutil.copytree(directory, tmp_path, dirs_exist_ok=True)
    assert not read_base(tmp_path).reranker and read_base(tmp_path).rounds == 0
    encoder = Encoder(tmp_path)
    network = RerankerNetwork(encoder.dimension)
    export_reranker(network, encoder.fingerprint, tmp_path)
    base = read_base(tmp_path)
    assert base.rounds == 1
    assert base.reranker.keys() == network.state_dict().keys()
    assert all(torch.equal(base.reranker[name], values) for name, values in network.state_dict().items())


def of_another(file):
    write_for_encoder("0123456789ab", file, file)


@pytest.mark.parametrize("file", [ArtifactFile.RERANKER, ArtifactFile.RERANKER_TOKENS])
@pytest.mark.parametrize("harm", [Path.unlink, lambda file: file.write_bytes(b"no graph"), other_sizes, of_another])
def test_an_unusable_reranker_is_refused(released, tmp_path, harm, file):
    _, directory = released
    shutil.copytree(directory, tmp_path, dirs_exist_ok=True)
    encoder = Encoder(tmp_path)
    export_reranker(RerankerNetwork(encoder.dimension), encoder.fingerprint, tmp_path)
    harm(tmp_path / file)
    with pytest.raises(BaseError, match="holds no reranker to start from"):
        read_base(tmp_path)


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
        read_base(tmp_path)


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
        read_base(tmp_path)


def test_a_network_of_other_sizes_is_refused(released, tmp_path):
    _, directory = released
    graph = onnx.load(directory / "model.onnx")
    first = next(node for node in graph.graph.node if node.op_type == "Conv")
    graph.graph.node.remove(first)
    onnx.save(graph, tmp_path / "model.onnx")
    (tmp_path / "config.json").write_bytes((directory / "config.json").read_bytes())
    with pytest.raises(BaseError, match="other sizes"):
        read_base(tmp_path)
