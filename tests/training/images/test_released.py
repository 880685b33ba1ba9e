"""Training starts from what an artefact folder holds, and from nothing else."""

import json

import pytest
import torch

from training.images import tower
from training.images.export import export
from training.images.released import BaseError, take_weights

pytestmark = pytest.mark.usefixtures("one_thread")


def created(seed):
    torch.manual_seed(seed)
    return tower.create(pretrained=False).eval()


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    made = created(0)
    return made, export(made, tmp_path_factory.mktemp("released"))


def test_a_tower_takes_the_weights_of_an_encoder(released):
    made, directory = released
    other = created(1)
    pixels = torch.randint(0, 256, (1, 96, 64, 3), dtype=torch.uint8)
    with torch.inference_mode():
        before = torch.cosine_similarity(made(pixels), other(pixels), dim=3).mean()
        take_weights(other, directory)
        after = torch.cosine_similarity(made(pixels), other(pixels), dim=3).mean()
    assert before < 0.9 < 0.99 < after  # the artefact holds weights of 8 bits


def test_another_network_is_refused(released, tmp_path):
    _, directory = released
    (tmp_path / "model.onnx").write_bytes((directory / "model.onnx").read_bytes())
    (tmp_path / "config.json").write_text(json.dumps({"name": "ViT-B-32"}), "utf-8")
    with pytest.raises(BaseError, match="holds ViT-B-32; training starts from encoders named huijian-lite0"):
        take_weights(created(1), tmp_path)


@pytest.mark.parametrize("content", [None, b"no graph"])
def test_a_folder_without_a_network_is_refused(tmp_path, content):
    (tmp_path / "config.json").write_text(json.dumps({"name": "huijian-lite0"}), "utf-8")
    if content is not None:
        (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(BaseError, match="holds no encoder to start from"):
        take_weights(created(1), tmp_path)
