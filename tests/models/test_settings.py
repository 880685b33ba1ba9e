import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from models.runtime import versions
from models.settings import ArtifactError, Settings


def gallery(root: Path, encoder: object = "abc") -> None:
    versions.publish(
        root, "1", lambda directory: (directory / "config.json").write_text(json.dumps({"encoder": encoder}))
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(artifacts=tmp_path / "shipped", home=tmp_path / "home")


def test_versions_in_the_home_directory_precede_the_shipped_ones(settings: Settings):
    gallery(settings.artifacts / "gallery")
    assert settings.gallery_directory() == settings.artifacts / "gallery" / "1"
    gallery(settings.home / "gallery")
    assert settings.gallery_directory() == settings.home / "gallery" / "1"


def test_gallery_selects_the_encoder_that_made_it(settings: Settings):
    gallery(settings.artifacts / "gallery")
    with pytest.raises(ArtifactError, match="abc"):
        settings.encoder_directory()
    (settings.artifacts / "encoders" / "abc").mkdir(parents=True)
    assert settings.encoder_directory() == settings.artifacts / "encoders" / "abc"


@pytest.mark.parametrize("encoder", ["../abc", "", None, 7])
def test_gallery_cannot_point_outside_the_encoders(settings: Settings, encoder: object):
    gallery(settings.artifacts / "gallery", encoder)
    (settings.artifacts / "encoders").mkdir()
    with pytest.raises(ArtifactError):
        settings.encoder_directory()


def test_missing_text_model_is_named(settings: Settings):
    with pytest.raises(ArtifactError, match="text"):
        settings.text_directory()


def test_environment_overrides_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path))
    monkeypatch.setenv("HUIJIAN_THREADS", "2")
    assert Settings.from_environment() == Settings(home=tmp_path, threads=2)


@pytest.mark.parametrize("threads", ["0", "-1", "two", "1.5"])
def test_invalid_number_of_threads_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, threads: str):
    monkeypatch.setenv("HUIJIAN_THREADS", threads)
    with pytest.raises(ArtifactError, match="HUIJIAN_THREADS"):
        Settings.from_environment()


def test_kept_encoder_serves_after_a_release_with_another(settings: Settings):
    gallery(settings.home / "gallery")
    released = settings.artifacts / "encoders" / "abc"
    released.mkdir(parents=True)
    (released / "config.json").write_text("{}")
    settings.keep_encoder(released, "abc")
    shutil.rmtree(released)
    assert settings.encoder_directory() == settings.home / "encoders" / "abc"


@pytest.mark.parametrize("name", ["calibration.json", "closed_calibration.json", "localizer.onnx", "tokenizer.json"])
def test_recalibrated_encoder_replaces_its_kept_copy(settings: Settings, tmp_path: Path, name: str):
    run = tmp_path / "run"
    run.mkdir()
    for calibration in ("trial", "whole"):
        (run / name).write_text(calibration)
        settings.keep_encoder(run, "abc")
        assert (settings.home / "encoders" / "abc" / name).read_text() == calibration
    assert sorted(path.name for path in (settings.home / "encoders").iterdir()) == [".lock", "abc"]


def test_simultaneous_copies_of_an_encoder_stay_whole(settings: Settings, tmp_path: Path):
    runs = [tmp_path / calibration for calibration in ("trial", "whole")]
    for run in runs:
        run.mkdir()
        (run / "calibration.json").write_text(run.name)
        (run / "model.onnx").write_bytes(bytes(1_000_000))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda run: settings.keep_encoder(run, "abc"), runs * 20))
    assert (settings.home / "encoders" / "abc" / "calibration.json").read_text() in ("trial", "whole")


def test_chosen_model_overrides_the_active_one(settings: Settings, tmp_path: Path):
    gallery(settings.home / "text")
    gallery(tmp_path / "versions")
    one = tmp_path / "versions" / "1"
    assert replace(settings, text=one).text_directory() == one
    assert replace(settings, text=tmp_path / "versions").text_directory() == one
    assert replace(settings, encoder=one).encoder_directory() == one
    assert replace(settings, text=one, encoder=one).released() == settings.released()


def test_empty_change_of_the_own_gallery_leaves_nothing_behind(tmp_path: Path):
    settings = Settings(home=tmp_path / "home")
    with settings.own_gallery() as (root, base):
        assert not root.exists() and base == settings.gallery_directory()
    assert not settings.home.exists()
