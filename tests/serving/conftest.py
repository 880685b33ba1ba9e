"""Batch runs that read the active versions in this process."""

import pytest

from models.inspector import Inspector


@pytest.fixture(scope="session", autouse=True)
def versions_read_here():
    """Spare each run a process that loads the models only to name their versions (`test_active_versions.py`)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("serving.batch.score.active_versions", lambda settings: dict(Inspector.load(settings).versions))
        yield
