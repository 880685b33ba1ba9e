import json
import os
from pathlib import Path

import pytest

from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile

NOBODY = 65534


def write(content: str):
    return lambda directory: (directory / "file").write_text(content)


def test_newest_published_version_is_active(tmp_path: Path):
    versions.publish(tmp_path, "1", write("one"))
    versions.publish(tmp_path, "2", write("two"))
    assert (versions.current(tmp_path) / "file").read_text() == "two"
    assert (tmp_path / "1" / "file").read_text() == "one"


def test_failed_write_leaves_the_old_version_and_no_draft(tmp_path: Path):
    versions.publish(tmp_path, "1", write("one"))

    def fail(directory: Path) -> None:
        (directory / "half").write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        versions.publish(tmp_path, "2", fail)
    assert versions.current(tmp_path).name == "1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "CURRENT"]


def test_existing_version_is_never_overwritten(tmp_path: Path):
    versions.publish(tmp_path, "1", write("one"))
    with pytest.raises(FileExistsError):
        versions.publish(tmp_path, "1", write("other"))
    assert (versions.current(tmp_path) / "file").read_text() == "one"


def test_rewritten_version_stays_until_the_new_one_is_whole(tmp_path: Path):
    versions.write_version(tmp_path, "1", write("one"))

    def look_and_fail(directory: Path) -> None:
        assert (tmp_path / "1" / "file").read_text() == "one"
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        versions.rewrite_version(tmp_path, "1", look_and_fail)
    assert (tmp_path / "1" / "file").read_text() == "one"
    versions.rewrite_version(tmp_path, "1", write("two"))
    assert (tmp_path / "1" / "file").read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["1"]


def test_pointer_is_flushed_before_its_version_is_active(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    versions.publish(tmp_path, "1", write("one"))
    versions.write_version(tmp_path, "2", write("two"))
    pointed = []
    sync = os.fsync

    def spied(descriptor: int) -> None:
        pointed.append((Path(f"/proc/self/fd/{descriptor}").readlink(), versions.current(tmp_path).name))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", spied)
    versions.point_to(tmp_path, "2")
    assert pointed[-1] == (tmp_path, "2")
    assert pointed[0][1] == "1"  # the draft of the pointer is flushed before the rename


@pytest.mark.parametrize("pointer", ["", "missing", "../elsewhere", "."])
def test_pointer_to_nothing_or_outside_is_refused(tmp_path: Path, pointer: str):
    (tmp_path / "CURRENT").write_text(pointer)
    with pytest.raises(versions.NoVersionError):
        versions.current(tmp_path)


def test_directory_without_pointer_has_no_version(tmp_path: Path):
    with pytest.raises(versions.NoVersionError, match="CURRENT"):
        versions.current(tmp_path)


def test_existing_copy_is_only_made_active(tmp_path: Path):
    source = tmp_path / "elsewhere"
    source.mkdir()
    write("one")(source)
    root = tmp_path / "root"
    versions.publish_copy(root, source, "1")
    versions.publish(root, "2", write("two"))
    assert versions.publish_copy(root, source, "1") == versions.current(root)
    assert (versions.current(root) / "file").read_text() == "one"


def write_listed(directory: Path):
    (directory / "file").write_text("content")
    files = {"file": versions.digest(directory / "file")}
    (directory / ArtifactFile.CONFIG).write_text(json.dumps({"files": files, "made": "today"}))


def test_version_is_checked_against_its_listed_digests(tmp_path: Path):
    version = versions.publish(tmp_path, "1", write_listed)
    assert versions.checked(version, "file")["made"] == "today"


@pytest.mark.parametrize("content", ["contenu", "conten", None])
def test_missing_truncated_or_edited_file_is_named(tmp_path: Path, content: str | None):
    version = versions.publish(tmp_path, "1", write_listed)
    (version / "file").unlink()
    if content:
        (version / "file").write_text(content)
    with pytest.raises(versions.DamagedError, match="file"):
        versions.checked(version)


def test_unreadable_file_is_not_called_damaged(tmp_path: Path):
    version = versions.publish(tmp_path, "1", write_listed)
    (version / "config.json").chmod(0)
    user = os.geteuid()
    if user == 0:  # root may read everything
        os.seteuid(NOBODY)
    try:
        with pytest.raises(versions.DamagedError, match=r"config\.json may not be read by the user") as refusal:
            versions.checked(version)
    finally:
        os.seteuid(user)
    assert "make it again" not in str(refusal.value)


@pytest.mark.parametrize("config", [b"\xff", b"", b"[]", b'{"files": {"a\\u0000b": ""}}', b'{"files": 1}'])
def test_invalid_config_is_refused(tmp_path: Path, config: bytes):
    version = versions.publish(tmp_path, "1", write_listed)
    (version / ArtifactFile.CONFIG).write_bytes(config)
    with pytest.raises(versions.DamagedError, match="1"):
        versions.checked(version)


def test_version_that_lacks_a_needed_file_is_refused(tmp_path: Path):
    with pytest.raises(versions.DamagedError, match="other"):
        versions.checked(versions.publish(tmp_path, "1", write_listed), "other")
