"""`huijian rollback` and `huijian models list`: an earlier version comes back, whole or not at all."""

import json
import shutil

import pytest

from models.live import LiveInspector
from models.policy import Policy
from models.profile import Profile
from models.runtime import versions
from models.runtime.paths import REPOSITORY
from models.settings import Settings
from serving.store.variables import URL_VARIABLE


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A home and a policy of this test."""
    shutil.copy(REPOSITORY / "policy.yaml", tmp_path / "policy.yaml")
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUIJIAN_POLICY", str(tmp_path / "policy.yaml"))
    for variable in (URL_VARIABLE, "HUIJIAN_KEYS", "HUIJIAN_SHADOW"):
        monkeypatch.delenv(variable, raising=False)
    return Settings.from_environment()


@pytest.fixture
def challenger(settings, tmp_path):
    """The released text model under another version."""
    run = shutil.copytree(settings.text_directory(), tmp_path / "run")
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    (run / "config.json").write_text(json.dumps(config | {"version": "2027.1"}), encoding="utf-8")
    return run


def listed(huijian, part):
    code, out, err = huijian("models", "list")
    assert code == 0, err
    return [columns for line in out.splitlines() if (columns := line.split("\t"))[0] == part]


def test_promoted_text_model_is_rolled_back_in_a_running_service(huijian, settings, challenger):
    live, before = LiveInspector(settings), settings.text_directory().name
    assert huijian("promote", challenger)[0] == 0
    assert live.refresh() and live.current.versions["text"] == "2027.1"
    promoted = settings.text_directory().name
    assert huijian("rollback", "text") == (0, f"text {before} is in force\n", "")
    assert live.refresh() and live.current.versions["text"] == before
    assert live.current([Profile("42", name="小鹿")])[0].verdict == "pass"
    states = {name: (state, by) for _, name, state, _, by, _ in listed(huijian, "text")}
    assert states[before][0] == "in force" and states[before][1].endswith(" rollback")
    assert states[promoted][0] == "kept" and states[promoted][1].endswith(" promote")


def test_second_rollback_goes_one_version_further_back(huijian, settings, challenger, tmp_path):
    released = settings.text_directory().name
    huijian("promote", challenger)
    other = shutil.copytree(challenger, tmp_path / "other")
    config = json.loads((other / "config.json").read_text(encoding="utf-8"))
    (other / "config.json").write_text(json.dumps(config | {"version": "2027.2"}), encoding="utf-8")
    huijian("promote", other)
    assert "text 2027.1-" in huijian("rollback", "text")[1]
    assert huijian("rollback", "text")[1] == f"text {released} is in force\n"
    code, _, err = huijian("rollback", "text")
    assert (code, "no text that was in force before" in err) == (1, True)
    assert settings.text_directory().name == released
    assert huijian("rollback", "text", "--to", "2027.2")[0] == 1


def test_rollback_that_is_interrupted_leaves_the_version_in_force(huijian, settings, challenger, monkeypatch):
    huijian("promote", challenger)
    promoted = settings.text_directory()

    def broken_off(*_):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(versions, "point_to", broken_off)
        assert huijian("rollback", "text")[0] == 1
    assert settings.text_directory() == promoted
    assert huijian("rollback", "text")[0] == 0


def test_policy_before_an_edit_comes_back_with_its_bytes(huijian, settings):
    before = settings.policy.read_bytes()
    huijian("gallery", "set", "media.xinhua", "--rollout", "0.5")  # any recorded command sees the policy in force
    settings.policy.write_bytes(before.replace(b"days: 185", b"days: 200"))
    edited = Policy.load(settings.policy).version
    assert huijian("rollback", "policy")[0] == 0
    assert settings.policy.read_bytes() == before
    states = {name: state for _, name, state, *_ in listed(huijian, "policy")}
    assert states == {Policy.load(settings.policy).version: "in force", edited: "kept"}


def test_released_gallery_comes_back_after_an_enrolment_is_undone(huijian, settings):
    before = settings.gallery_directory().name
    huijian("gallery", "set", "media.xinhua", "--rollout", "0.5")
    assert settings.gallery_directory().name != before
    code, out, _ = huijian("rollback", "gallery")
    assert (code, out.startswith(f"gallery {before}, of encoder ")) == (0, True)
    assert settings.gallery_directory().name == before


def test_encoder_comes_back_with_the_last_gallery_that_it_made(huijian, settings):
    made = {"g1": "one", "g2": "one", "g3": "two", "g4": "two"}
    for gallery, encoder in made.items():
        for folder, config in ((f"gallery/{gallery}", {"encoder": encoder, "files": {}}), (f"encoders/{encoder}", {})):
            (settings.home / folder).mkdir(parents=True, exist_ok=True)
            (settings.home / folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        versions.point_to(settings.home / "gallery", gallery)
        huijian("keys", "add", gallery, "--scope", "classify")  # any recorded command sees the gallery in force
    assert huijian("rollback", "encoder") == (0, "gallery g2, of encoder one is in force\n", "")
    states = {name: state for _, name, state, *_ in listed(huijian, "encoder")}
    assert (states["one"], states["two"]) == ("in force", "kept")


def test_without_an_earlier_encoder_the_message_says_so(huijian, settings):
    code, _, err = huijian("rollback", "encoder")
    assert (code, "no encoder that was in force before" in err) == (1, True)


def test_nothing_is_made_by_listing(huijian, settings):
    rows = listed(huijian, "text")
    assert [(name, state) for _, name, state, *_ in rows] == [(settings.text_directory().name, "in force")]
    assert not settings.home.exists()
