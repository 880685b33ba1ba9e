"""Pictures that are known by where they lie are not read again."""

import os
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from models.profile import ProfileError
from serving.batch.embeddings.layout import EmbeddingsFolder
from serving.batch.embeddings.location_files import merge_locations
from serving.batch.embeddings.locations import Locations, Trust
from serving.batch.profiles import profile_of

OLD = 1_700_000_000


@pytest.fixture
def folder(tmp_path):
    return EmbeddingsFolder.open_or_make(tmp_path / "embeddings", "0123456789ab", 256)


@pytest.fixture
def aged(monkeypatch):
    """Files count as old at once: the time of change of an inode cannot be set."""
    monkeypatch.setattr("serving.batch.embeddings.locations.RACY_NANOSECONDS", 0)


def kept(folder, trust, pictures):
    """A run reads pictures by location and ends; returns those that it read."""
    locations, read = Locations(folder, trust), []

    def fetch(location):
        read.append(location)
        return pictures[location]

    for location in pictures:
        found = locations(location, lambda location=location: fetch(location))
        assert isinstance(found, bytes) == (location in read)
    incoming = folder.incoming("run")
    incoming.mkdir(parents=True, exist_ok=True)
    locations.flush(incoming / "locations-000000.bin")
    merge_locations(folder, [incoming / "locations-000000.bin"], incoming / "locations")
    return read


def write(tmp_path, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    return str(file)


def test_unchanged_file_is_read_once_over_all_runs(folder, tmp_path, aged):
    pictures = {write(tmp_path, str(n), b"%d" % n): b"%d" % n for n in range(500)}
    assert kept(folder, Trust.STAMP, pictures) == list(pictures)
    assert kept(folder, Trust.STAMP, pictures) == []


@pytest.mark.parametrize("same_time", [False, True])
def test_file_that_was_written_is_read_again(folder, tmp_path, aged, same_time):
    file = write(tmp_path, "a", b"one")
    before = Path(file).stat()
    kept(folder, Trust.STAMP, {file: b"one"})
    write(tmp_path, "a", b"two")
    if same_time:  # as a copy does that keeps times
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert kept(folder, Trust.STAMP, {file: b"two"}) == [file]


def test_file_that_changed_a_moment_ago_is_not_remembered(folder, tmp_path):
    file = write(tmp_path, "a", b"one")
    assert [kept(folder, Trust.STAMP, {file: b"one"}) for _ in range(2)] == [[file], [file]]


def test_names_are_trusted_alone_on_request_and_never_otherwise(folder):
    missing = {"/nowhere/a.png": b"one"}
    assert kept(folder, Trust.NAME, missing) == list(missing)
    assert kept(folder, Trust.NAME, missing) == []
    assert kept(folder, Trust.STAMP, missing) == list(missing)
    assert kept(folder, Trust.NEVER, missing) == list(missing)


class Tagged(MemoryFileSystem):
    """A store with the ETags that a test gives its objects."""

    protocol = "gs"
    tags = {}

    def info(self, path, **options):
        name = path.rsplit("/", 1)[-1]
        return {"name": path, "size": 3, "type": "file", **({"ETag": self.tags[name]} if name in self.tags else {})}


def test_object_is_known_by_its_tag_and_read_without_one(folder, monkeypatch):
    monkeypatch.setattr(Tagged, "tags", {"a": "1", "b": "1"})
    fsspec.register_implementation("gs", Tagged, clobber=True)
    pictures = {f"gs://bucket/{name}": name.encode() for name in "abc"}
    kept(folder, Trust.STAMP, pictures)
    Tagged.tags["b"] = "2"
    assert kept(folder, Trust.STAMP, pictures) == ["gs://bucket/b", "gs://bucket/c"]


def test_known_picture_is_fetched_only_to_be_judged_and_must_be_the_same(folder, tmp_path, aged):
    file = write(tmp_path, "a.png", b"one")
    kept(folder, Trust.NAME, {file: b"one"})
    row = {"account_id": "1", "avatar": "a.png"}
    profile = profile_of(row, tmp_path, Locations(folder, Trust.NAME))
    assert (profile.avatar, profile.image_hash("avatar")) == (None, profile_of(row, tmp_path).image_hash("avatar"))
    assert profile.image("avatar") == b"one"
    write(tmp_path, "a.png", b"two")
    with pytest.raises(ProfileError, match="changed"):
        profile.image("avatar")
