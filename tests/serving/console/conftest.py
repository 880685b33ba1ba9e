"""The console of one service for all tests of a file."""

import pytest
from desks import Desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    opened = Desk(tmp_path_factory.mktemp("desk"))
    yield opened
    opened.store.close()
