import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from models import versions
from models.live import LiveInspector
from models.profile import Profile
from models.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    policy = tmp_path / "policy.yaml"
    shutil.copy(Settings().policy, policy)
    return replace(Settings(), home=tmp_path / "home", policy=policy)


@pytest.fixture
def live(settings: Settings) -> LiveInspector:
    return LiveInspector(settings)


def publish_copy(settings: Settings, kind: str, source: Path) -> Path:
    name = f"{source.name}-2"
    return versions.publish(
        settings.home / kind, name, lambda draft: shutil.copytree(source, draft, dirs_exist_ok=True)
    )


def test_nothing_is_exchanged_while_nothing_changes(live: LiveInspector):
    before = live.current
    assert not live.refresh()
    assert live.current is before


@pytest.mark.parametrize("kind", ["gallery", "text"])
def test_a_new_version_comes_into_force(settings: Settings, live: LiveInspector, kind: str):
    before = live.current
    source = settings.gallery_directory() if kind == "gallery" else settings.text_directory()
    publish_copy(settings, kind, source)
    assert live.refresh()
    assert live.current is not before
    assert live.problem is None


def test_an_edited_policy_comes_into_force(settings: Settings, live: LiveInspector):
    before = live.current.versions["policy"]
    settings.policy.write_text(settings.policy.read_text().replace("0.5", "0.6", 1))
    assert live.refresh()
    assert live.current.versions["policy"] != before


@pytest.mark.parametrize("damage", ["gallery", "encoder", "text", "policy", "pointer"])
def test_a_broken_version_is_refused_and_the_old_one_keeps_serving(
    settings: Settings, live: LiveInspector, damage: str
):
    before = live.current
    if damage == "gallery":
        version = publish_copy(settings, "gallery", settings.gallery_directory())
        (version / "index.faiss").write_bytes((version / "index.faiss").read_bytes()[:1000])
    elif damage == "encoder":
        publish_with_broken_encoder(settings)
    elif damage == "text":
        version = publish_copy(settings, "text", settings.text_directory())
        (version / "model.onnx").write_bytes(b"not a model")
    elif damage == "policy":
        settings.policy.write_text("rules: {}")
    else:
        settings.home.mkdir()
        (settings.home / "text").mkdir()
        (settings.home / "text" / "CURRENT").write_text("nowhere")
    assert not live.refresh()
    assert live.current is before
    assert live.problem
    assert live.current([Profile("42", name="小鹿")])[0].verdict == "pass"


def publish_with_broken_encoder(settings: Settings) -> None:
    """A gallery that names an encoder whose model does not load."""
    broken = settings.home / "encoders" / "000000000000"
    shutil.copytree(settings.encoder_directory(), broken)
    (broken / "model.onnx").write_bytes(b"not a model")
    source = settings.gallery_directory()
    config = json.loads((source / "config.json").read_text()) | {"encoder": broken.name}

    def write(draft: Path) -> None:
        shutil.copytree(source, draft, dirs_exist_ok=True)
        (draft / "config.json").write_text(json.dumps(config))

    versions.publish(settings.home / "gallery", "broken", write)


def test_a_problem_is_over_when_the_old_version_is_back(settings: Settings, live: LiveInspector):
    shipped = settings.policy.read_text()
    settings.policy.write_text("rules: {}")
    live.refresh()
    settings.policy.write_text(shipped)
    assert not live.refresh()
    assert live.problem is None
