"""A service does not start with damaged artefacts, and names them in one line."""

import os
import shutil

import pytest

from models.runtime import versions
from models.settings import Settings


@pytest.fixture
def artifacts(tmp_path, monkeypatch):
    """The released artefacts as replaceable links, and an empty home directory."""
    copy = tmp_path / "artifacts"
    shutil.copytree(Settings().artifacts, copy, copy_function=os.symlink)
    monkeypatch.setenv("HUIJIAN_ARTIFACTS", str(copy))
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path / "home"))
    return copy


def flip(file):
    """Replace a link by a copy with one changed bit."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.unlink(missing_ok=True)
    file.write_bytes(data)


@pytest.mark.parametrize(
    "path", ["encoders/*/model.onnx", "text/*/model.onnx", "text/*/tokenizer.json", "gallery/*/index.faiss"]
)
def test_released_file_with_one_changed_bit_is_named(huijian, artifacts, path):
    (file,) = artifacts.glob(path)
    flip(file)
    code, _, output = huijian("serve", "--port", 3999)
    assert (code, output.count("\n")) == (1, 1)
    assert str(file.relative_to(artifacts)) in output


@pytest.mark.parametrize(
    ("part", "source", "file"),
    [("text", Settings.text_directory, "ngrams.npz"), ("gallery", Settings.gallery_directory, "index.faiss")],
)
def test_own_model_or_gallery_with_one_changed_bit_is_named(huijian, artifacts, tmp_path, part, source, file):
    released = source(Settings())
    own = versions.publish_copy(tmp_path / "home" / part, released, released.name)
    flip(own / file)
    code, _, output = huijian("serve", "--port", 3999)
    assert (code, output.count("\n")) == (1, 1)
    assert f"{file} was cut or edited" in output


@pytest.mark.parametrize("path", ["text/*/model.onnx", "gallery/*/index.faiss"])
def test_models_without_a_manifest_are_checked_too(huijian, artifacts, path):
    (artifacts / "manifest.json").unlink()
    (file,) = artifacts.glob(path)
    flip(file)
    code, _, output = huijian("serve", "--port", 3999)
    assert (code, output.count("\n")) == (1, 1)
    assert f"{file.name} was cut or edited" in output
