"""Versions that a process of its own reads."""

from dataclasses import replace

import pytest

from models.inspector import Inspector
from models.policy import PolicyError
from models.settings import Settings
from serving.batch.active_versions import active_versions


def test_versions_are_those_of_the_inspector(tmp_path):
    settings = Settings(home=tmp_path)
    assert active_versions(settings) == Inspector.load(settings).versions


def test_what_cannot_be_loaded_is_reported_as_in_this_process(tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("rules: {}")
    with pytest.raises(PolicyError):
        active_versions(replace(Settings(home=tmp_path), policy=policy))
