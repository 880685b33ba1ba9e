"""Packages from the registries, fetched as training does."""

import subprocess
import sys

import pytest

from training.packages import fetch

FETCH = "from training.packages import fetch; print(fetch('coat-of-arms'))"


@pytest.mark.slow
def test_processes_that_want_a_package_at_once_get_the_same_one(tmp_path, monkeypatch):
    monkeypatch.setenv("HUIJIAN_CACHE", str(tmp_path))
    command = [sys.executable, "-c", FETCH]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    printed = {process.communicate()[0].strip() for process in processes}
    assert printed == {str(fetch("coat-of-arms"))}
    assert [process.returncode for process in processes] == [0, 0, 0]


def test_a_package_that_is_not_listed_is_refused():
    with pytest.raises(KeyError):
        fetch("nothing of this name")
