"""What was worked out before, for as many things as fit into a number of bytes."""

from __future__ import annotations

import pickle
import threading
from collections import OrderedDict
from typing import Final, Generic, TypeVar

ENTRY_BYTES: Final = 250
"""What an entry takes besides its key and its value: the dictionary's place, the list's links, two objects' heads."""

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """The most recently used values; safe to share between threads.

    Values are kept pickled: their size is then known to the byte, a third of what the objects would take, and whoever
    gets one gets a copy of its own.

    Args:
        capacity: bytes, all overhead included.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity, self._size = capacity, 0
        self._entries: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes that it takes now."""
        return self._size

    def get(self, key: bytes) -> Value | None:
        """The value last put under a key; None where it was dropped or there never was one."""
        with self._lock:
            packed = self._entries.get(key)
            if packed is None:
                return None
            self._entries.move_to_end(key)
        value: Value = pickle.loads(packed)  # noqa: S301 - of what `put` packed in this process
        return value

    def put(self, key: bytes, value: Value) -> None:
        """Keep a value; the least recently used ones go if there is no place."""
        packed = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        with self._lock:
            self._drop(key)
            self._entries[key] = packed
            self._size += _size(key, packed)
            while self._size > self._capacity:
                self._drop(next(iter(self._entries)))

    def _drop(self, key: bytes) -> None:
        packed = self._entries.pop(key, None)
        if packed is not None:
            self._size -= _size(key, packed)


def _size(key: bytes, packed: bytes) -> int:
    return len(key) + len(packed) + ENTRY_BYTES
