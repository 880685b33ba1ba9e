"""Packages from registries are fetched and unpacked once."""

import threading
import time

import pytest

from training import packages


def test_package_is_fetched_once_by_concurrent_callers(tmp_path, monkeypatch):
    monkeypatch.setenv("HUIJIAN_CACHE", str(tmp_path))
    fetched = []

    def slow(package, scratch, target):
        fetched.append(package.name)
        time.sleep(0.2)
        (target / "drawing.svg").write_text("<svg/>")

    monkeypatch.setitem(packages._DOWNLOADERS, "npm", slow)  # what is tested comes before the registry's client
    found = []
    threads = [threading.Thread(target=lambda: found.append(packages.fetch("coat-of-arms"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetched == ["coat-of-arms"]
    assert len(found) == 4
    assert len(set(found)) == 1
    assert (found[0] / "drawing.svg").read_text() == "<svg/>"


def test_unlisted_package_is_refused():
    with pytest.raises(KeyError):
        packages.fetch("nothing of this name")
