import pytest

from models.settings import Settings
from serving.shadow.config import LiveShadowConfig, ShadowConfig, ShadowConfigError, shadow_file


@pytest.fixture
def file(tmp_path):
    return tmp_path / "shadow.yaml"


def test_parts_that_a_trial_does_not_name_are_the_champions(file):
    file.write_text("share: 0.05\ntext: runs/artifact\n")
    trial, champion = ShadowConfig.load(file), Settings()
    challenger = trial.settings(champion)
    assert (trial.share, trial.parts, challenger.text) == (0.05, ("text",), file.parent / "runs" / "artifact")
    assert (challenger.home, challenger.policy, challenger.gallery) == (champion.home, champion.policy, None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("share: 0.05", "encoder, gallery, text, policy"),
        ("text: run", "share"),
        ("{share: 1.5, text: run}", "share"),
        ("{share: 0.1, encoder: run}", "gallery"),
        ("{share: 0.1, model: run}", "model"),
        ("{share: 0.1, text: run", "YAML"),
        ("- text", "dictionary"),
    ],
)
def test_a_file_that_describes_no_trial_is_refused(file, content, reason):
    file.write_text(content)
    with pytest.raises(ShadowConfigError, match=reason):
        ShadowConfig.load(file)


def test_a_trial_begins_changes_and_ends_with_its_file(file):
    live = LiveShadowConfig(file)
    live.refresh()
    assert (live.trial, live.problem) == (None, None)
    for share in (0.05, 0.5):
        file.write_text(f"share: {share}\ntext: run")
        live.refresh()
        assert live.trial.share == share
    file.unlink()
    live.refresh()
    assert (live.trial, live.problem) == (None, None)


def test_half_written_file_is_refused_and_the_trial_goes_on(file):
    live = LiveShadowConfig(file)
    file.write_text("share: 0.05\ntext: run")
    live.refresh()
    file.write_text("share: 0.")
    live.refresh()
    assert live.trial.share == 0.05
    assert "text" in live.problem
    file.write_text("share: 0.05\ntext: run")
    live.refresh()
    assert live.problem is None


def test_file_is_in_the_home_directory_unless_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.delenv("HUIJIAN_SHADOW", raising=False)
    assert shadow_file(Settings(home=tmp_path)) == tmp_path / "shadow.yaml"
    monkeypatch.setenv("HUIJIAN_SHADOW", "elsewhere.yaml")
    assert str(shadow_file(Settings(home=tmp_path))) == "elsewhere.yaml"
