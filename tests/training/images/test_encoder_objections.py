import copy
import json

import pytest

from models.settings import Settings
from training.images.objections import objections

RELEASED = Settings().released().encoder_directory()


@pytest.fixture
def measured(tmp_path):
    """A folder with the released encoder's measurements, changed by a function."""

    def made(change):
        metrics = copy.deepcopy(json.loads((RELEASED / "metrics.json").read_text(encoding="utf-8")))
        change(metrics["evaluation"]["emblems"])
        (tmp_path / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
        return tmp_path

    return made


def lowered(label, by):
    def change(emblems):
        emblems["labels"][label]["recall@policy"] -= by

    return change


def test_an_encoder_is_as_good_as_itself():
    assert objections(RELEASED, RELEASED) == []


def test_a_loss_within_half_of_the_interval_is_no_obstacle(measured):
    assert objections(measured(lowered("national_symbol", 0.01)), RELEASED) == []


def test_a_loss_beyond_half_of_the_interval_is_named(measured):
    (reason,) = objections(measured(lowered("national_symbol", 0.05)), RELEASED)
    assert reason.startswith("recall of national_symbol falls by 0.050")


def test_more_harmless_pictures_flagged_are_named(measured):
    (reason,) = objections(measured(lambda emblems: emblems["all"].update({"false@policy": 0.01})), RELEASED)
    assert "harmless pictures flagged rises" in reason and "to 0.0100" in reason


def test_a_trial_on_fewer_pictures_is_no_proof(measured):
    (reason,) = objections(measured(lambda emblems: emblems["labels"]["national_symbol"].update(pictures=9)), RELEASED)
    assert "other pictures" in reason


def test_an_encoder_that_nobody_measured_is_named_with_the_command(tmp_path):
    (reason,) = objections(tmp_path, RELEASED)
    assert f"huijian evaluate images --encoder {tmp_path}" in reason
