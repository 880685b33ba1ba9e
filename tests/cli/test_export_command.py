"""`huijian export`, and the gallery of the new encoder, which no other encoder may use."""

import json
import shutil

import PIL.Image
import pytest
import small_checkpoints

from models.images.encoder.encoder import Encoder
from models.settings import Settings


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path / "home"))


def references(folder):
    PIL.Image.radial_gradient("L").convert("RGB").save(folder / "a.png")
    names = {"name_zh": "甲", "name_en": "A", "owner_id": "a.owner", "source": "test", "licence": "CC0-1.0"}
    line = {"reference_id": "org.a", "label": "organization_logo", "image": "a.png", **names}
    (folder / "references.jsonl").write_text(json.dumps(line), encoding="utf-8")
    return folder / "references.jsonl"


@pytest.mark.slow
def test_gallery_of_an_exported_encoder_is_refused_by_other_encoders(huijian, tmp_path):
    model, weights = small_checkpoints.write("ViT-B-32", tmp_path)
    run, gallery = tmp_path / "run", tmp_path / "gallery"
    code, out, err = huijian("export", "--model", model, "--pretrained", weights, "--output", run, "--limit", 6)
    assert code == 0, err
    names = {path.name for path in run.iterdir()}
    assert names == {"model.onnx", "config.json", "metrics.json", "cohort.npy", "calibration.json"}
    assert f"gallery build REFERENCES.jsonl my-gallery --encoder {run}" in out and f"promote {run}" in out

    assert huijian("gallery", "build", references(tmp_path), gallery, "--encoder", run)[0] == 0
    code, out, _ = huijian("gallery", "list", gallery)
    assert code == 0 and out.startswith("org.a\t")
    made, released = Encoder(run).fingerprint, Settings().released().encoder_directory()
    shutil.copytree(released, tmp_path / "home" / "encoders" / made, dirs_exist_ok=True)
    code, _, err = huijian("gallery", "list", gallery)
    assert code == 1
    assert made in err and released.name in err and "build it again" in err

    shutil.rmtree(tmp_path / "home" / "encoders")
    code, _, err = huijian("gallery", "search", tmp_path / "a.png", "--gallery", gallery)
    assert code == 1
    assert made in err and "huijian gallery build" in err


def test_a_model_without_weights_is_refused_by_name(huijian, tmp_path):
    code, _, err = huijian("export", "--model", "ViT-B-32", "--output", tmp_path / "run")
    assert code == 1
    assert "ViT-B-32" in err and "--pretrained" in err
    assert not (tmp_path / "run").exists()


def test_folder_that_is_not_empty_is_not_overwritten(huijian, tmp_path):
    (tmp_path / "model.onnx").write_text("precious")
    code, _, err = huijian("export", "--model", "ViT-B-32", "--pretrained", "x", "--output", tmp_path)
    assert code == 2 and "--output" in err
