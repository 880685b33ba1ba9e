from pathlib import Path

import pytest

from models import manifest
from models.settings import ArtifactError, Settings


@pytest.fixture
def released(tmp_path: Path) -> Path:
    (tmp_path / "text" / "1").mkdir(parents=True)
    (tmp_path / "text" / "1" / "model.onnx").write_bytes(b"weights")
    (tmp_path / "text" / "CURRENT").write_text("1\n")
    manifest.write(tmp_path, {"text": "huijian train text"}, {"text/1/model.onnx": {"macro_f1": 0.9}})
    return tmp_path


def test_released_files_verify_and_say_how_they_were_made(released: Path):
    assert manifest.verify(released) == 2
    model = next(entry for entry in manifest.read(released) if entry.path.endswith("model.onnx"))
    assert (model.made_by, model.metrics, model.bytes) == ("huijian train text", {"macro_f1": 0.9}, 7)


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(b"other!!"),
        lambda file: file.write_bytes(b"we"),
        lambda file: file.unlink(),
    ],
)
def test_changed_truncated_or_missing_artefact_is_named(released: Path, damage):
    damage(released / "text" / "1" / "model.onnx")
    with pytest.raises(ArtifactError, match="text/1/model.onnx"):
        manifest.verify(released)


def test_unreleased_file_is_named(released: Path):
    (released / "text" / "extra").write_text("?")
    with pytest.raises(ArtifactError, match="text/extra"):
        manifest.verify(released)


def test_missing_manifest_is_refused(tmp_path: Path):
    with pytest.raises(ArtifactError, match="manifest"):
        manifest.verify(tmp_path)


def test_shipped_artefacts_are_as_released_and_small_enough():
    shipped = Settings().artifacts
    assert manifest.verify(shipped) > 0
    assert sum(entry.bytes for entry in manifest.read(shipped)) <= 80_000_000
