import json
from dataclasses import replace

import numpy as np
import pytest
from decision_files import write_part_file

from models.profile import Field
from models.runtime.paths import REPOSITORY
from serving.metrics.drift import (
    BIN_EDGES,
    DECAY_PICTURES,
    MIN_PICTURES,
    Baseline,
    BaselineError,
    RecentSimilarities,
    baseline_file,
    stability,
)


def similarities(mean, count):
    """Similarities to the nearest reference, from their own random generator."""
    return np.random.default_rng([5, count]).normal(mean, 0.08, count)


def answers(count, mean=0.5, encoder="lite@1", field="avatar"):
    """Decisions whose pictures have about this similarity to their nearest reference."""
    rows = []
    for similarity in similarities(mean, count):
        nearest = {"reference_id": "a", "label": "landmark", "similarity": float(similarity), "score": 0.1, "box": None}
        rows.append({"versions": {"encoder": encoder}, "matches": {field: [nearest, nearest | {"similarity": -1.0}]}})
    return rows


def watched(mean, count=4_000):
    recent = RecentSimilarities()
    recent.watch("lite@1")
    for similarity in similarities(mean, count):
        recent.observe("lite@1", Field.AVATAR, float(similarity))
    return recent


@pytest.fixture(scope="module")
def baseline():
    return Baseline.of(answers(10_000))


@pytest.mark.parametrize(("mean", "low", "high"), [(0.5, 0, 0.1), (0.53, 0.1, 0.25), (0.6, 0.25, 9), (0.4, 0.25, 9)])
def test_index_grows_with_the_shift_of_similarities(baseline, mean, low, high):
    assert low <= watched(mean).drift(Field.AVATAR, baseline) < high


def test_old_pictures_decay(baseline):
    recent = watched(0.7)
    for similarity in similarities(0.5, 6 * DECAY_PICTURES):
        recent.observe("lite@1", Field.AVATAR, float(similarity))
    assert recent.drift(Field.AVATAR, baseline) < 0.1


def test_too_few_pictures_or_no_baseline_give_no_drift(baseline):
    assert watched(0.9, MIN_PICTURES // 2).drift(Field.AVATAR, baseline) is None
    recent = RecentSimilarities()
    recent.watch("lite@1")
    for _ in range(2 * MIN_PICTURES):
        recent.observe("lite@1", Field.COVER, 0.5)
    assert recent.drift(Field.COVER, baseline) is None


def test_another_encoder_starts_anew_without_the_old_baseline(baseline):
    recent = watched(0.9)
    recent.watch("lite@2")
    for similarity in similarities(0.5, MIN_PICTURES // 2):
        recent.observe("lite@2", Field.AVATAR, float(similarity))
        recent.observe("lite@1", Field.AVATAR, 0.9)  # the last requests of the old encoder
    assert (recent.fits(baseline), recent.drift(Field.AVATAR, baseline)) == (False, None)
    of_the_new = replace(baseline, encoder="lite@2")
    assert (recent.fits(of_the_new), recent.drift(Field.AVATAR, of_the_new)) == (True, None)
    for similarity in similarities(0.5, 4_000):
        recent.observe("lite@2", Field.AVATAR, float(similarity))
    assert recent.drift(Field.AVATAR, of_the_new) < 0.1


def test_versions_without_a_new_encoder_keep_the_distribution(baseline):
    recent = watched(0.5)
    recent.watch("lite@1")
    assert recent.drift(Field.AVATAR, baseline) is not None


def test_index_is_the_published_sum_also_with_empty_bins():
    then, now = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.4, 0.2])
    assert stability(then, now) == pytest.approx(-0.1 * np.log(0.8) + 0.1 * np.log(4 / 3))
    assert np.isfinite(stability(np.array([1.0, 0.0]), np.array([0.0, 1.0])))


def test_saved_baseline_loads_unchanged(baseline, tmp_path):
    baseline.save(tmp_path / "home" / "baseline.json")
    assert Baseline.load(tmp_path / "home" / "baseline.json") == baseline
    assert sum(baseline.shares["avatar"]) == pytest.approx(1)
    assert (baseline.encoder, baseline.pictures, len(baseline.shares["avatar"])) == (
        "lite@1",
        {"avatar": 10_000},
        len(BIN_EDGES) + 1,
    )


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"encoder": "a", "shares": {"avatar": [1]}, "pictures": {}}'])
def test_file_that_is_no_baseline_is_refused(tmp_path, content):
    (tmp_path / "baseline.json").write_text(content)
    with pytest.raises(BaselineError):
        Baseline.load(tmp_path / "baseline.json")


def test_baseline_needs_one_encoder_and_enough_decisions():
    with pytest.raises(BaselineError, match="2 encoders"):
        Baseline.of([*answers(MIN_PICTURES), *answers(1, encoder="lite@2")])
    with pytest.raises(BaselineError, match="fewer than"):
        Baseline.of(answers(MIN_PICTURES - 1))


def test_baseline_command_reads_the_output_of_score(huijian, tmp_path, monkeypatch):
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path / "home"))
    rows = [*answers(MIN_PICTURES), *answers(MIN_PICTURES, field="cover")]
    rows.append({"versions": {"encoder": "lite@1"}, "error": "image_undecodable: cut"})
    (tmp_path / "decisions").mkdir()
    for number, half in enumerate((rows[:700], rows[700:])):
        write_part_file(tmp_path / "decisions", number, half)
    code, printed, _ = huijian("baseline", tmp_path / "decisions")
    assert code == 0
    assert f"{MIN_PICTURES} avatars and {MIN_PICTURES} covers, judged by lite@1" in printed
    assert json.loads(baseline_file(tmp_path / "home").read_text())["pictures"] == {
        "avatar": MIN_PICTURES,
        "cover": MIN_PICTURES,
    }


def test_file_without_decisions_is_reported_in_one_line(huijian):
    code, _, output = huijian("baseline", REPOSITORY / "policy.yaml")
    assert code == 1
    assert output.startswith("huijian: ")
    assert "holds no decisions" in output
