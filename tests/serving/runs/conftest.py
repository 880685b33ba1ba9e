"""A run over a handful of accounts with the real models, shared by the tests of its module."""

import pytest
from scored_accounts import write_accounts

from models.settings import Settings
from serving.batch.score import score
from serving.batch.work import PartSize


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    return write_accounts(tmp_path_factory.mktemp("accounts"))


@pytest.fixture(scope="module")
def decided(accounts, tmp_path_factory):
    """The decisions of `huijian score`, in parts of three rows."""
    out = tmp_path_factory.mktemp("decided") / "decisions"
    score(str(accounts), out, Settings.from_environment(), part_size=PartSize(rows=3), workers=1)
    return out
