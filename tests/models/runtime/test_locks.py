"""Locks between processes."""

import subprocess
import sys
import time

import pytest

from models.runtime.locks import locked

HOLD = """
import sys, time
from pathlib import Path
from models.runtime.locks import locked
with locked(Path(sys.argv[1])):
    print(flush=True)
    time.sleep(60)
"""


@pytest.fixture
def held(tmp_path):
    """A lock that another process holds, and the process."""
    file = tmp_path / "folder" / ".lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, file], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield file, process
        process.kill()


def test_wait_for_another_process_s_lock_times_out(held):
    started = time.monotonic()
    with pytest.raises(TimeoutError), locked(held[0], seconds=0.2):
        pass
    assert 0.2 <= time.monotonic() - started < 5


def test_killed_process_releases_its_lock(held):
    file, process = held
    process.kill()
    with locked(file, seconds=10):
        pass


def test_released_lock_may_be_taken_again(tmp_path):
    for _ in range(2):
        with locked(tmp_path / "lock", seconds=1):
            pass


def test_read_only_file_can_be_locked(tmp_path):
    file = tmp_path / "lock"
    file.touch(0o444)
    with locked(file):
        pass
