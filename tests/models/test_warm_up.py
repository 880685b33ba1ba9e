import pytest

from models.inspector import Inspector
from models.runtime.stages import Stages
from models.settings import Settings
from models.warm_up import warm_up


@pytest.mark.slow
def test_warm_up_passes_through_every_stage_of_a_judgement():
    inspector = Inspector.load(Settings())
    with Stages() as stages:
        warm_up(inspector)
    assert {"decode", "encode", "search", "verify", "ocr", "codes", "core", "text"} <= set(stages.milliseconds)
    assert stages.milliseconds["ocr"] > stages.milliseconds["decode"]  # lines were read
