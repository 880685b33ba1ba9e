"""A cache that is bounded by the bytes it takes, not by the number of its entries."""

from __future__ import annotations

import pickle
import threading
from typing import Final, Generic, TypeVar

from cachetools import LRUCache

ENTRY_BYTES: Final = 350
"""Bytes of an entry besides its value: a key of 40 bytes, dictionary slots and object headers (tracemalloc: 303)."""

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """The most recently used values; safe to share between threads.

    Values are kept pickled. Their size is then known to the byte, they take a third of the objects' memory, and every
    caller gets its own copy.

    Args:
        capacity: bytes, `ENTRY_BYTES` of each entry included.
    """

    def __init__(self, capacity: int) -> None:
        self._entries: LRUCache[bytes, bytes] = LRUCache(capacity, getsizeof=lambda packed: len(packed) + ENTRY_BYTES)
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes in use."""
        return int(self._entries.currsize)

    def get(self, key: bytes) -> Value | None:
        """The value last put under a key; None if there is none or it was evicted."""
        with self._lock:
            packed = self._entries.get(key)
        if packed is None:
            return None
        value: Value = pickle.loads(packed)  # noqa: S301 - packed by `put` in this process
        return value

    def put(self, key: bytes, value: Value) -> None:
        """Keep a value, evicting the least recently used ones; one that is larger than the capacity is not kept."""
        packed = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        with self._lock:
            self._entries.pop(key, None)
            if len(packed) + ENTRY_BYTES <= self._entries.maxsize:
                self._entries[key] = packed
