"""Public CLIP models, small and randomly initialised, become encoders."""

import json

import numpy as np
import open_clip
import pytest
import small_checkpoints
import torch
import transformers
from open_clip import constants
from torch import nn

from models.images.encoder.encoder import Encoder
from training.images.networks.checkpoints import CheckpointError, CheckpointTower, export_checkpoint, load_checkpoint
from training.images.networks.export import MAX_DIFFERENCE, MIN_COSINE, ExportError, write_artifact

GRIDS = {
    "ViT-B-32": (2, 2, 512),
    "ViT-B-16-SigLIP2": (4, 4, 64),
    "chinese-clip": (4, 4, 32),
    "ViT-L-14-CLIPA": (4, 4, 768),
    "RN50": (2, 2, 1024),
    "convnext_tiny": (2, 2, 64),
}
every_checkpoint = pytest.mark.parametrize("name", GRIDS)


def noise(height=64, width=64, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def own_embedding(model, pretrained, pixels):
    """Embedding of a whole picture by the checkpoint's own library, with the checkpoint's normalisation."""
    families = {"SigLIP": ((0.5,) * 3, (0.5,) * 3), "CLIPA": (constants.IMAGENET_MEAN, constants.IMAGENET_STD)}
    openai = (constants.OPENAI_DATASET_MEAN, constants.OPENAI_DATASET_STD)
    mean, std = next((values for family, values in families.items() if family in model), openai)
    planes = torch.from_numpy((pixels / 255 - mean) / std).float().permute(2, 0, 1)[None]
    with torch.inference_mode():
        if model == "chinese-clip":
            chinese = transformers.ChineseCLIPModel.from_pretrained(pretrained).eval()
            return chinese.get_image_features(planes).pooler_output[0].numpy()
        return open_clip.create_model(model, pretrained).eval().encode_image(planes)[0].numpy()


@pytest.fixture(scope="module")
def write_checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoints")
    return lambda name: small_checkpoints.write(name, folder)


@pytest.fixture(scope="module")
def exported(write_checkpoint, tmp_path_factory):
    """Artefact folder of a checkpoint, without calibration."""

    def export(name):
        folder = tmp_path_factory.getbasetemp() / "exported" / name
        if not folder.exists():
            export_checkpoint(*write_checkpoint(name), folder)
        return folder

    return export


@every_checkpoint
def test_the_whole_picture_is_embedded_as_the_checkpoint_does_it(name, write_checkpoint):
    pixels, checkpoint = noise(), write_checkpoint(name)
    with torch.inference_mode():
        grid, whole = load_checkpoint(*checkpoint)(torch.from_numpy(pixels)[None])
    assert grid.shape == (1, *GRIDS[name])
    assert np.allclose(whole[0], own_embedding(*checkpoint, pixels), atol=1e-4)


@every_checkpoint
def test_the_exported_graph_computes_what_the_checkpoint_computes(name, exported, write_checkpoint):
    folder, checkpoint = exported(name), write_checkpoint(name)
    measured = json.loads((folder / "metrics.json").read_text())
    assert measured["parity_max_relative_difference"] < MAX_DIFFERENCE
    assert measured["cosine_with_8_bit_weights"] > MIN_COSINE and measured["weight_bits"] == 8
    (embedding,) = Encoder(folder)([noise()])
    expected = own_embedding(*checkpoint, noise())
    assert embedding.vectors[0] @ expected / np.linalg.norm(expected) > MIN_COSINE


def test_fixed_sides_squeeze_any_picture_and_boxes_stay_fractions_of_it(exported):
    encoder = Encoder(exported("ViT-B-16-SigLIP2"))
    wide, square = encoder([noise(100, 300), noise(64, 64)])
    assert wide.boxes[0].tolist() == [0, 0, 1, 1]
    assert np.array_equal(wide.boxes, square.boxes)
    assert np.allclose(np.linalg.norm(wide.vectors, axis=1), 1, atol=1e-5)


def test_convolutions_keep_a_picture_s_aspect(exported):
    config = json.loads((exported("convnext_tiny") / "config.json").read_text())
    assert config == {"name": "small-convnext_tiny", "dimension": 64, "area": 64 * 64}
    wide, square = Encoder(exported("convnext_tiny"))([noise(100, 400), noise(64, 64)])
    assert wide.boxes[1].tolist() == [0, 0, 0.25, 1] and square.boxes[1].tolist() == [0, 0, 0.5, 0.5]


def test_a_pooling_head_sees_each_position_alone(write_checkpoint):
    tower = load_checkpoint(*write_checkpoint("ViT-B-16-SigLIP2"))
    trunk = tower.features.trunk
    planes = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        tokens = trunk.forward_features(planes)
        grid, _ = tower.features(planes)
        assert torch.allclose(grid[0, 1, 2], trunk.attn_pool(tokens[:, 6:7])[0], atol=1e-5)


def test_other_sides_change_the_fingerprint_of_the_same_weights(write_checkpoint, tmp_path):
    tower = load_checkpoint(*write_checkpoint("convnext_tiny"))
    for area in (64 * 64, 96 * 96):
        write_artifact(tower, tmp_path / str(area), tower.config("x") | {"area": area}, tower.shapes)
    assert len({Encoder(folder).fingerprint for folder in tmp_path.iterdir()}) == 2


def test_weights_that_eight_bits_would_spoil_keep_all_of_theirs(write_checkpoint, tmp_path, monkeypatch):
    monkeypatch.setattr("training.images.networks.export.MIN_COSINE", 1.1)
    measured = export_checkpoint(*write_checkpoint("ViT-B-32"), tmp_path)
    assert measured["weight_bits"] == 32
    (embedding,) = Encoder(tmp_path)([noise()])
    expected = own_embedding(*write_checkpoint("ViT-B-32"), noise())
    assert embedding.vectors[0] @ expected / np.linalg.norm(expected) > 1 - 1e-5


def test_a_graph_that_computes_something_else_is_refused(write_checkpoint, tmp_path, monkeypatch):
    monkeypatch.setattr("training.images.networks.export.MAX_DIFFERENCE", 0)
    with pytest.raises(ExportError, match="differ"):
        export_checkpoint(*write_checkpoint("ViT-B-32"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_model_without_weights_is_refused(write_checkpoint):
    model, _ = write_checkpoint("ViT-B-32")
    with pytest.raises(CheckpointError, match="--pretrained"):
        load_checkpoint(model)


def test_an_unknown_model_or_tag_is_refused(write_checkpoint):
    with pytest.raises(CheckpointError, match="not found"):
        load_checkpoint("ViT-Z-99", "webli")
    with pytest.raises(CheckpointError, match="not a known tag"):
        load_checkpoint(write_checkpoint("ViT-B-32")[0], "no-such-tag")


def test_weights_of_another_model_are_refused(write_checkpoint):
    with pytest.raises(CheckpointError, match="state_dict"):
        load_checkpoint(write_checkpoint("ViT-B-32")[0], write_checkpoint("RN50")[1])


def test_weights_for_another_activation_are_refused_with_the_right_name():
    with pytest.raises(CheckpointError, match="ViT-B-32-quickgelu"):
        load_checkpoint("ViT-B-32", "openai")


def test_a_folder_that_is_no_chinese_clip_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="not a Chinese-CLIP"):
        load_checkpoint("chinese-clip", str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "clip"}))
    with pytest.raises(CheckpointError, match="'clip'"):
        load_checkpoint("chinese-clip", str(tmp_path))


def test_a_chinese_clip_that_lacks_weights_is_refused(write_checkpoint, tmp_path):
    model = transformers.ChineseCLIPModel.from_pretrained(write_checkpoint("chinese-clip")[1])
    state = {key: value for key, value in model.state_dict().items() if "visual_projection" not in key}
    model.save_pretrained(tmp_path, state_dict=state)
    with pytest.raises(CheckpointError, match="lacks weights: visual_projection"):
        load_checkpoint("chinese-clip", str(tmp_path))


def test_a_tower_without_patch_tokens_is_refused():
    class Pooled(nn.Module):
        def forward(self, pixels):
            pooled = pixels.mean(dim=(2, 3))
            return pooled, pooled

    with pytest.raises(CheckpointError, match="no patch tokens"):
        CheckpointTower(Pooled(), (0.5,) * 3, (0.5,) * 3, (64, 64))
