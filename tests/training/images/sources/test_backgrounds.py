"""Photographs come from pinned packages; only trials do without missing ones."""

import numpy as np
import PIL.Image
import pytest

from training.images.sources.backgrounds import Backgrounds
from training.packages import PackageError

SOURCE = "mountains"


@pytest.fixture
def no_registry(tmp_path, monkeypatch):
    """A machine on which no registry's client is found."""
    monkeypatch.setenv("PATH", str(tmp_path))


def unpack(folder, colour):
    folder.mkdir(parents=True)
    PIL.Image.new("RGB", (400, 300), colour).save(folder / "photo.png")


def test_photographs_are_cached_by_package_version(pin):
    for version, colour in (("1", (250, 0, 0)), ("2", (0, 0, 250)), ("1", (250, 0, 0))):
        folder = pin(SOURCE, version, "debian")
        if not folder.exists():
            unpack(folder, colour)
        (photo,) = Backgrounds.load([SOURCE]).photos
        assert tuple(photo[0, 0]) == colour


@pytest.mark.parametrize("unpacked", [False, True])
@pytest.mark.usefixtures("no_registry")
def test_missing_photographs_raise_an_error_that_names_the_package(pin, unpacked):
    folder = pin(SOURCE, "trixie", "debian")
    if unpacked:
        folder.mkdir(parents=True)
    with pytest.raises(PackageError, match=rf"(?s)package {SOURCE} are missing.*\.deb into {folder}"):
        Backgrounds.load([SOURCE])


@pytest.mark.usefixtures("no_registry")
def test_trial_skips_missing_photographs_until_they_are_available(pin):
    folder = pin(SOURCE, "trixie", "debian")
    backgrounds = Backgrounds.load([SOURCE], limit=1)
    assert not backgrounds.photos
    assert backgrounds.photo(np.random.default_rng(0), (32, 32)).shape == (32, 32, 3)
    unpack(folder, "green")
    assert len(Backgrounds.load([SOURCE], limit=1).photos) == 1
