"""What is read from files while they may change: new content is taken once it is whole, broken content never."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Final, Generic, TypeVar

MAX_REASON: Final = 300
"""Characters of a reason: enough to find what is wrong, and no page of it."""

RETRY_SECONDS: Final = 60.0
"""After which what failed is tried again though its files are the same: there may have been no memory, or no handle."""

_FOLDERS = re.compile(r"(?:/[^\s/'\"<>]+)+/")

Value = TypeVar("Value")


@dataclass(frozen=True)
class Refusal:
    """Something new that is not in force, because it cannot be used.

    Attributes:
        part: what of: `gallery` (with the encoder that made it), `text`, `policy`, `keys` ...
        reason: for people, without the folders it lies in.
        since: when it was first refused, UTC.
    """

    part: str
    reason: str
    since: datetime


class Source(Generic[Value]):
    """One thing that is loaded from files, and again when they change.

    Args:
        part: its name.
        stamp: changes whenever the files do; asked every second.
        load: reads them.

    Attributes:
        value: what was loaded last.
        refusal: why what is there now is not in force; None while it is.

    Raises:
        Exception: whatever `stamp` and `load` raise, while there is nothing older to keep.
    """

    def __init__(self, part: str, stamp: Callable[[], Hashable], load: Callable[[], Value]) -> None:
        self.part = part
        self._stamp, self._load = stamp, load
        self._seen = self._tried = stamp()
        self._retry_at = 0.0
        self.value = load()
        self.refusal: Refusal | None = None

    @classmethod
    def optional(
        cls, part: str, stamp: Callable[[], Hashable], load: Callable[[], Value | None]
    ) -> Source[Value | None]:
        """One that need not be there: missing or broken from the start, its value is None until there is a good one."""
        source: Source[Value | None] = Source(part, lambda: None, lambda: None)
        source._stamp, source._load = stamp, load
        source.refresh()
        return source

    def refresh(self) -> bool:
        """Load what is new; True when `value` was exchanged. Never raises: what is broken becomes `refusal`."""
        try:
            stamp = self._stamp()
            if stamp == self._seen:
                self._tried, self.refusal = stamp, None
                return False
            return (stamp != self._tried or monotonic() >= self._retry_at) and self._exchange(stamp)
        except Exception as error:  # ONNX Runtime's errors are bare exceptions, so none may be left out
            self.refusal = self._refused(error)
            return False

    def _exchange(self, stamp: Hashable) -> bool:
        self._tried, self._retry_at = stamp, monotonic() + RETRY_SECONDS
        value = self._load()
        if self._stamp() != stamp:
            # It was being written while it was read, and may be half of each: look again at the next refresh.
            self._tried = self._seen
            return False
        self.value, self._seen, self.refusal = value, stamp, None
        return True

    def _refused(self, error: Exception) -> Refusal:
        reason = safe_message(error)
        before = self.refusal
        same = before is not None and before.reason == reason
        return before if before and same else Refusal(self.part, reason, datetime.now(UTC))


def safe_message(error: Exception) -> str:
    """What to tell an operator: which error it was and what it says, without the folders that it names."""
    said = _FOLDERS.sub("", f"{type(error).__name__}: {error}")
    return said if len(said) <= MAX_REASON else said[: MAX_REASON - 1] + "…"
