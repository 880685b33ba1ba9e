import gc
import json
import shutil
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from models.live import LiveInspector
from models.profile import Profile
from models.runtime import versions
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


def test_nothing_is_reloaded_while_nothing_changes(live: LiveInspector):
    before = live.current
    assert not live.refresh()
    assert live.current is before


@pytest.mark.parametrize("kind", ["gallery", "text"])
def test_new_version_comes_into_force(settings: Settings, live: LiveInspector, kind: str):
    before = live.current
    source = settings.gallery_directory() if kind == "gallery" else settings.text_directory()
    publish_copy(settings, kind, source)
    assert live.refresh()
    assert live.current is not before
    assert live.refusals == []


def test_replaced_gallery_is_freed_at_once(settings: Settings, live: LiveInspector):
    judge_an_emblem(live)
    replaced = weakref.ref(live.current.gallery)
    gc.collect()
    gc.disable()  # the collector runs after some 70,000 new objects: half a dozen galleries
    try:
        publish_copy(settings, "gallery", settings.gallery_directory())
        assert live.refresh()
        assert replaced() is None
    finally:
        gc.enable()


@pytest.mark.slow
def test_repeated_gallery_reloads_take_no_more_memory(settings: Settings, live: LiveInspector):
    judge_an_emblem(live)
    before = resident_megabytes()
    for _ in range(6):
        publish_copy(settings, "gallery", settings.gallery_directory())
        with ThreadPoolExecutor(1) as thread:  # as in a service, where other threads judge
            assert thread.submit(live.refresh).result()
        judge_an_emblem(live)
    assert resident_megabytes() - before < 120  # a gallery takes 60 MB; without trimming six left 200 MB


def judge_an_emblem(live: LiveInspector) -> None:
    flag = (Settings().artifacts.parents[1] / "docs" / "example-avatar.png").read_bytes()
    (answer,) = live.current([Profile("42", avatar=flag)])
    assert answer.findings


def resident_megabytes() -> float:
    return psutil.Process().memory_info().rss / 1e6


def test_edited_policy_comes_into_force(settings: Settings, live: LiveInspector):
    before = live.current.versions["policy"]
    settings.policy.write_text(settings.policy.read_text().replace("0.5", "0.6", 1))
    assert live.refresh()
    assert live.current.versions["policy"] != before


@pytest.mark.parametrize("damage", ["gallery", "encoder", "text", "policy", "pointer"])
def test_broken_version_is_refused_and_the_old_one_keeps_serving(settings: Settings, live: LiveInspector, damage: str):
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
    (refusal,) = live.refusals
    assert refusal.part == {"encoder": "gallery", "pointer": "text"}.get(damage, damage)
    assert str(settings.home) not in refusal.reason
    assert not live.refresh()
    assert live.refusals == [refusal]
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


def test_problem_ends_when_the_old_version_returns(settings: Settings, live: LiveInspector):
    shipped = settings.policy.read_text()
    settings.policy.write_text("rules: {}")
    live.refresh()
    settings.policy.write_text(shipped)
    assert not live.refresh()
    assert live.refusals == []


def test_broken_part_does_not_block_the_other_parts(settings: Settings, live: LiveInspector):
    before = dict(live.current.versions)
    settings.policy.write_text("rules: {}")
    version = publish_copy(settings, "gallery", settings.gallery_directory())
    assert live.refresh()
    assert [refusal.part for refusal in live.refusals] == ["policy"]
    assert live.current.versions == {**before, "gallery": live.current.gallery.version}
    assert settings.gallery_directory() == version


@pytest.fixture
def own_encoder(settings: Settings) -> Path:
    """Copies of the released encoder and gallery in the home directory."""
    encoder = settings.encoder_directory()
    settings.keep_encoder(encoder, encoder.name)
    publish_copy(settings, "gallery", settings.gallery_directory())
    return settings.home / "encoders" / encoder.name


def calibrate(encoder: Path, floor: float) -> None:
    calibration = json.loads((encoder / "calibration.json").read_text())
    (encoder / "calibration.json").write_text(json.dumps(calibration | {"floor": floor}))


def test_recalibrated_encoder_comes_into_force(settings: Settings, own_encoder: Path):
    live = LiveInspector(settings)
    before = live.current.versions
    calibrate(own_encoder, 0.4321)
    assert live.refresh()
    assert live.current.versions["encoder"] != before["encoder"]
    assert live.current.versions["gallery"] == before["gallery"]


def test_broken_avatar_calibration_is_refused_and_a_good_one_loaded(settings: Settings, own_encoder: Path):
    live = LiveInspector(settings)
    before = live.current
    for broken in ("{", "[]", '{"look": 1, "layout": null, "bias": 0}'):
        (own_encoder / "closed_calibration.json").write_text(broken)
        assert not live.refresh()
        assert live.current is before
        assert [refusal.part for refusal in live.refusals] == ["gallery"]
    (own_encoder / "closed_calibration.json").write_text('{"look": 1, "layout": 1, "bias": 0}')
    assert live.refresh()
    assert live.refusals == []
    assert live.current.versions["encoder"] != before.versions["encoder"]


def test_truncated_calibration_is_refused_until_it_is_whole(settings: Settings, own_encoder: Path):
    live = LiveInspector(settings)
    before = live.current
    whole = (own_encoder / "calibration.json").read_text()
    (own_encoder / "calibration.json").write_text(whole[:100])
    assert not live.refresh()
    assert live.current is before
    assert [refusal.part for refusal in live.refusals] == ["gallery"]
    (own_encoder / "calibration.json").write_text(whole)
    assert live.refresh()
    assert (live.refusals, live.current.versions) == ([], before.versions)
