"""The register of closed accounts on disk: additions, removals, concurrent readers and writers."""

import json
import subprocess
import sys
import time

import numpy as np
import pytest

from models.accounts import register, segments
from models.accounts.register import RegisterFiles
from models.accounts.segments import Accounts, AccountsError, Segment
from models.runtime import versions

DIMENSION = 16
NOBODY = np.zeros(0, np.uint32)


def some(first, count, dimension=DIMENSION):
    """Accounts numbered from `first` on, each with two hashes of its name, every second one with an avatar."""
    hashes = np.arange(first, first + count, dtype=np.uint64)
    pictured = np.flatnonzero(hashes % 2 == 0)
    avatars = (
        np.stack([vector(number, dimension) for number in hashes[pictured]])
        if len(pictured)
        else np.zeros((0, dimension), np.float32)
    )
    rows = np.repeat(np.arange(count), 2)
    names = np.stack([hashes * 10, hashes * 10 + 1], axis=1).ravel()
    return Accounts(hashes, names, rows, avatars, pictured)


def vector(number, dimension=DIMENSION):
    drawn = np.random.default_rng(int(number)).normal(size=dimension).astype(np.float32) / 4
    return np.clip(drawn / max(np.linalg.norm(drawn), 1), -0.45, 0.45)


@pytest.fixture
def files(tmp_path):
    return RegisterFiles(tmp_path / "closed")


def add(files, accounts, encoder="encoder"):
    files.add(accounts, encoder, "key")


def account_named(register, name):
    return [int(segment.hashes[row]) for segment in register.segments for row in segment.rows_named(name)]


def nearest(register, number, dimension=DIMENSION):
    asked = vector(number, dimension)[None]
    found = [(segment, *segment.nearest(asked, 1, NOBODY)) for segment in register.segments]
    scored = [
        (float(asked[0] @ vectors[0]), int(segment.hashes[rows[0]])) for segment, rows, vectors in found if rows.size
    ]
    return max(scored)[1]


def on_disk(files):
    return sorted(path.name for path in files.root.iterdir() if path.is_dir())


def test_empty_register_finds_no_account(files):
    assert len(files.read()) == 0


def test_accounts_are_found_by_their_names_and_avatars(files):
    add(files, some(0, 50))
    add(files, some(50, 1))
    read = files.read()
    assert len(read) == 51
    assert [account_named(read, 10 * number + 1) for number in (7, 50)] == [[7], [50]]
    assert [nearest(read, number) for number in (8, 50)] == [8, 50]
    assert account_named(read, 99_999) == []


def test_one_added_account_rewrites_a_small_segment(files):
    for number in range(5):
        add(files, some(number, 1))
    assert len(on_disk(files)) == 1


def test_account_added_again_is_replaced(files):
    add(files, some(0, 10))
    anew = Accounts(np.array([4], np.uint64), np.array([777], np.uint64), np.array([0]), vector(5)[None], np.array([0]))
    add(files, anew)
    read = files.read()
    assert (len(read), account_named(read, 40), account_named(read, 777)) == (10, [], [4])
    assert nearest(read, 5) == 4


def test_removed_account_leaves_nothing_on_disk(files):
    add(files, some(0, 30))
    needles = [np.uint64(280).tobytes(), np.uint64(281).tobytes(), np.uint64(28).tobytes()]
    code = np.rint(vector(28) * segments.QUANTISATION_SCALE).astype(np.int8).view(np.uint8) + 128
    needles.append(code.astype(np.uint8).tobytes())

    def left():
        content = b"".join(path.read_bytes() for path in files.root.rglob("*") if path.is_file())
        return [needle in content for needle in needles]

    assert all(left())
    assert files.remove(np.array([28], np.uint64)) == 1
    assert not any(left())
    assert len(files.read()) == 29
    assert account_named(files.read(), 290) == [29]


def test_removing_no_account_changes_nothing(files):
    add(files, some(0, 3))
    before = on_disk(files)
    assert files.remove(np.array([99], np.uint64)) == 0
    assert on_disk(files) == before


def test_the_last_account_can_be_removed(files):
    add(files, some(0, 1))
    files.remove(np.array([0], np.uint64))
    assert (len(files.read()), on_disk(files)) == (0, [])


def test_unchanged_segments_are_not_read_again(files, monkeypatch):
    monkeypatch.setattr(register, "MAX_OPEN_ROWS", 4)
    add(files, some(0, 4))
    first = files.read().segments[0]
    add(files, some(4, 1))
    assert files.read().segments[0] is first


def test_small_segments_are_merged_without_loss(files, monkeypatch):
    monkeypatch.setattr(register, "MAX_OPEN_ROWS", 1)
    monkeypatch.setattr(register, "MAX_SMALL_SEGMENTS", 3)
    monkeypatch.setattr(register, "MAX_SEGMENT_ROWS", 8)
    for number in range(20):
        add(files, some(number, 1))
    read = files.read()
    assert len(read) == 20
    assert len(read.segments) <= 8
    assert [account_named(read, 10 * number) for number in range(20)] == [[number] for number in range(20)]


def test_vectors_survive_repeated_rewriting_unchanged(files):
    add(files, some(0, 10))
    once = files.read().segments[0].contents().avatars
    for number in range(100, 103):
        add(files, some(number, 1))
    assert np.array_equal(files.read().segments[0].contents().avatars[:5], once)


def test_avatars_of_another_encoder_stay_apart(files):
    add(files, some(0, 3), encoder="old")
    add(files, some(3, 3), encoder="new")
    assert [segment.encoder for segment in files.read().segments] == ["old", "new"]


def test_another_hash_key_is_refused(files):
    add(files, some(0, 3))
    with pytest.raises(AccountsError, match="another key"):
        files.add(some(3, 1), "encoder", "another")


@pytest.mark.parametrize("name", ["avatars.faiss", "name_hashes.npy", "config.json"])
def test_a_damaged_segment_is_refused(files, name):
    add(files, some(0, 30))
    path = files.root / on_disk(files)[0] / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content[:-1])
    with pytest.raises(AccountsError):
        RegisterFiles(files.root).read()


def test_unreadable_index_with_a_right_digest_is_refused(files):
    add(files, some(0, 30))
    segment = files.root / on_disk(files)[0]
    (segment / "avatars.faiss").write_bytes(b"no index at all")
    config = json.loads((segment / "config.json").read_text())
    config["files"]["avatars.faiss"] = versions.digest(segment / "avatars.faiss")
    (segment / "config.json").write_text(json.dumps(config))
    with pytest.raises(AccountsError, match="not a whole segment"):
        RegisterFiles(files.root).read()


def test_leftovers_of_a_killed_writer_are_deleted_by_the_next(files):
    (files.root / ".draft.1").mkdir(parents=True)
    (files.root / "f00").mkdir()
    add(files, some(0, 1))
    assert len(on_disk(files)) == 1


def test_large_segments_find_nearly_every_avatar(tmp_path, monkeypatch):
    monkeypatch.setattr(segments, "MAX_EXACT_AVATARS", 1_000)
    monkeypatch.setattr(segments, "AVATARS_PER_LIST", 100)
    segments.write(tmp_path, "large", some(0, 4_000), "encoder", "key")
    segment = Segment(tmp_path / "large")
    found = [int(segment.hashes[segment.nearest(vector(number)[None], 1, NOBODY)[0][0]]) for number in range(0, 400, 2)]
    assert np.mean(np.array(found) == np.arange(0, 400, 2)) > 0.9


FOLLOWER = """
import sys, time
from pathlib import Path
from models.accounts.register import RegisterFiles
files = RegisterFiles(Path(sys.argv[1]))
print("ready", flush=True)
seen = 0
while seen < 200:
    register = files.read()
    if len(register) != seen:
        seen = len(register)
        print(seen, time.time(), flush=True)
    time.sleep(0.05)
"""

WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_closed_register import add, some
from models.accounts.register import RegisterFiles
files = RegisterFiles(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 100, 10):
    add(files, some(number, 10))
"""


def test_concurrent_writers_lose_nothing_and_readers_follow_within_5_s(files):
    here = __file__.rsplit("/", 1)[0]
    followers = [
        subprocess.Popen([sys.executable, "-c", FOLLOWER, files.root], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [follower.stdout.readline() for follower in followers] == ["ready\n"] * 2
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, files.root, str(first), here]) for first in (0, 1_000)]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    ended = time.time()
    seen = [follower.communicate(timeout=30)[0].splitlines()[-1].split() for follower in followers]
    assert [int(count) for count, _ in seen] == [200, 200]
    assert all(float(when) < ended + 5 for _, when in seen)
