"""A service does not start with what is damaged, and says in one line what that is."""

import os
import shutil

import pytest

from models.runtime import versions
from models.settings import Settings


@pytest.fixture
def artifacts(tmp_path, monkeypatch):
    """The released artefacts, as links that a test may replace, and an empty home."""
    copy = tmp_path / "artifacts"
    shutil.copytree(Settings().artifacts, copy, copy_function=os.symlink)
    monkeypatch.setenv("HUIJIAN_ARTIFACTS", str(copy))
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path / "home"))
    return copy


def flip(file):
    """Change one bit in the middle, in a copy of its own."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.unlink(missing_ok=True)
    file.write_bytes(data)


@pytest.mark.parametrize(
    "path", ["encoders/*/model.onnx", "text/*/model.onnx", "text/*/tokenizer.json", "gallery/*/index.faiss"]
)
def test_a_released_file_with_one_bit_changed_is_named(huijian, artifacts, path):
    (file,) = artifacts.glob(path)
    flip(file)
    code, _, said = huijian("serve", "--port", 3999)
    assert (code, said.count("\n")) == (1, 1)
    assert str(file.relative_to(artifacts)) in said


@pytest.mark.parametrize(
    ("part", "source", "file"),
    [("text", Settings.text_directory, "ngrams.npz"), ("gallery", Settings.gallery_directory, "index.faiss")],
)
def test_a_model_or_gallery_of_this_machine_with_one_bit_changed_is_named(
    huijian, artifacts, tmp_path, part, source, file
):
    released = source(Settings())
    own = versions.publish_copy(tmp_path / "home" / part, released, released.name)
    flip(own / file)
    code, _, said = huijian("serve", "--port", 3999)
    assert (code, said.count("\n")) == (1, 1)
    assert f"{file} was cut or edited" in said


@pytest.mark.parametrize("path", ["text/*/model.onnx", "gallery/*/index.faiss"])
def test_models_that_no_manifest_lists_are_checked_too(huijian, artifacts, path):
    (artifacts / "manifest.json").unlink()
    (file,) = artifacts.glob(path)
    flip(file)
    code, _, said = huijian("serve", "--port", 3999)
    assert (code, said.count("\n")) == (1, 1)
    assert f"{file.name} was cut or edited" in said
