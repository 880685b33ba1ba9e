import threading

import pytest

from models.runtime.cache import ENTRY_BYTES, Cache


def key(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_get_returns_an_equal_copy_of_what_was_put():
    cache: Cache[list[int]] = Cache(10_000)
    value = [1, 2]
    cache.put(b"a", value)
    value.append(3)
    assert cache.get(b"a") == [1, 2]
    assert cache.get(b"b") is None


def test_least_recently_used_go_first_once_the_capacity_is_reached():
    cache: Cache[bytes] = Cache(20 * (ENTRY_BYTES + 200))
    for number in range(100):
        cache.put(key(number), bytes(100))
        cache.get(key(0))
        assert cache.size <= 20 * (ENTRY_BYTES + 200)
    assert cache.get(key(0)) is not None
    assert cache.get(key(99)) is not None
    assert cache.get(key(1)) is None


def test_second_value_of_a_key_replaces_the_first_and_its_size():
    cache: Cache[int] = Cache(10_000)
    cache.put(b"a", 1)
    size = cache.size
    cache.put(b"a", 2)
    assert (cache.get(b"a"), cache.size) == (2, size)


def test_value_larger_than_the_capacity_is_not_kept():
    cache: Cache[bytes] = Cache(1_000)
    cache.put(b"large", b"")
    cache.put(b"large", bytes(2_000))
    assert (cache.get(b"large"), cache.size) == (None, 0)


def test_value_larger_than_the_capacity_leaves_the_others():
    cache: Cache[bytes] = Cache(1_000)
    cache.put(b"small", b"kept")
    cache.put(b"large", bytes(2_000))
    assert (cache.get(b"small"), cache.get(b"large")) == (b"kept", None)


@pytest.mark.parametrize("threads", [4])
def test_threads_may_share_a_cache(threads: int):
    cache: Cache[int] = Cache(50 * (ENTRY_BYTES + 60))
    wrong: list[int] = []

    def work(start: int) -> None:
        for number in range(start, start + 2_000):
            cache.put(key(number % 97), number % 97)
            found = cache.get(key((number * 7) % 97))
            if found not in (None, (number * 7) % 97):
                wrong.append(number)

    workers = [threading.Thread(target=work, args=(start,)) for start in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert wrong == []
    assert 0 < cache.size <= 50 * (ENTRY_BYTES + 60)
