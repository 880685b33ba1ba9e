import concurrent.futures
import stat

import pytest

from serving.keys import keys, keys_file
from serving.keys.keyring import Keyring
from serving.keys.keys import Keys, KeysError
from serving.keys.scopes import Scope


def key(name):
    return keys.new(name, [Scope.CLASSIFY], None, None)[1]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "home" / "keys.jsonl"


def names(keyring):
    return [key.name for key in keyring.current.known]


def test_missing_file_means_no_keys_and_an_empty_one_admits_nobody(file):
    assert Keyring(file).current is None
    keys_file.change(file, lambda known: known)
    assert Keyring(file).current == Keys()


def test_keys_are_reloaded_when_their_file_changes(file):
    ring = Keyring(file)
    assert not ring.refresh()
    for name in ("a", "b"):
        keys_file.change(file, lambda known, name=name: known.add(key(name)))
        assert ring.refresh()
        assert not ring.refresh()
    keys_file.change(file, lambda known: known.remove("a"))
    assert ring.refresh()
    assert (names(ring), ring.refusal) == (["b"], None)


@pytest.mark.parametrize("content", [b"{", b"\xff", None])
def test_broken_or_deleted_file_changes_nothing_and_is_reported(file, content):
    keys_file.change(file, lambda known: known.add(key("a")))
    good, ring = file.read_bytes(), Keyring(file)
    file.unlink() if content is None else file.write_bytes(content)
    for _ in range(2):
        assert not ring.refresh()
        assert (names(ring), bool(ring.refusal)) == (["a"], True)
    file.write_bytes(good)
    ring.refresh()
    assert ring.refusal is None


def test_file_that_cannot_be_read_changes_nothing(file):
    keys_file.change(file, lambda known: known.add(key("a")))
    ring = Keyring(file)
    file.unlink()
    file.mkdir()
    assert not ring.refresh()
    assert (names(ring), bool(ring.refusal)) == (["a"], True)


def test_file_broken_at_the_start_is_an_error(file):
    file.parent.mkdir()
    file.write_text("{")
    with pytest.raises(KeysError, match="line 1"):
        Keyring(file)


def test_refused_change_leaves_the_file_as_it_was(file):
    keys_file.change(file, lambda known: known.add(key("a")))
    before = file.read_bytes()
    with pytest.raises(KeysError):
        keys_file.change(file, lambda known: known.add(key("a")))
    assert file.read_bytes() == before


def test_simultaneous_keys_are_all_kept_in_a_private_file(file):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: keys_file.change(file, lambda known: known.add(key(f"k{n}"))), range(16)))
    assert sorted(names(Keyring(file))) == sorted(f"k{n}" for n in range(16))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
