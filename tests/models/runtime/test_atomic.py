import os
import stat
from pathlib import Path

import pytest

from models.runtime import atomic


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_file_has_its_old_content_until_the_new_one_is_whole(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("old")
    with atomic.replacing(file) as draft:
        draft.write_text("new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    assert names(tmp_path) == ["file"]


def test_failed_write_leaves_the_old_file_and_no_draft(tmp_path: Path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(OSError, match="disk full"), atomic.replacing(tmp_path / "file") as draft:
        draft.write_text("half")
        raise OSError("disk full")
    assert (tmp_path / "file").read_text() == "old"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize(("private", "mode"), [(True, 0o600), (False, 0o644)])
def test_private_file_is_its_owners_alone(tmp_path: Path, private: bool, mode: int):
    mask = os.umask(0o022)
    try:
        atomic.write_text(tmp_path / "file", "徽", private=private)
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode
    assert (tmp_path / "file").read_text(encoding="utf-8") == "徽"


def test_file_is_flushed_before_its_rename_and_its_folder_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file, flushed, sync = tmp_path / "file", [], os.fsync

    def spied(descriptor: int) -> None:
        flushed.append((Path(f"/proc/self/fd/{descriptor}").readlink() == tmp_path, file.exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", spied)
    atomic.write_text(file, "content")
    assert flushed == [(False, False), (True, True)]


def test_folder_stays_until_the_new_one_is_whole(tmp_path: Path):
    folder = tmp_path / "folder"
    for content in ("old", "new"):
        with atomic.replacing_folder(folder) as draft:
            (draft / "file").write_text(content)
            assert (folder / "file").exists() == (content == "new")
    assert (folder / "file").read_text() == "new"
    assert names(tmp_path) == ["folder"]


def test_failed_folder_leaves_the_old_one_and_no_draft(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="disk full"), atomic.replacing_folder(tmp_path / "folder"):
        raise OSError("disk full")
    assert names(tmp_path) == ["folder"]
