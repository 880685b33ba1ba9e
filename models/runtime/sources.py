"""Values that are loaded from files and reloaded when these change; broken or half-written content is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Final, Generic, TypeVar

MAX_REASON: Final = 300
"""Characters of a reason that is shown to operators."""

RETRY_SECONDS: Final = 60.0
"""Pause before a failed load of unchanged files is repeated: memory or file handles may have been short."""

_FOLDERS = re.compile(r"(?:/[^\s/'\"<>]+)+/")

Value = TypeVar("Value")


@dataclass(frozen=True)
class Refusal:
    """A new version that is not active because it cannot be used.

    Attributes:
        part: `gallery` (with the encoder that made it), `text`, `policy`, `keys` ...
        reason: for people, without folder names.
        since: time of the first refusal, UTC.
    """

    part: str
    reason: str
    since: datetime


class Source(Generic[Value]):
    """A value that is loaded from files, and again when they change.

    Args:
        part: its name.
        stamp: a value that changes whenever the files do; called every second.
        load: reads the files.

    Attributes:
        value: loaded last.
        refusal: why the newest files are not active; None while they are.

    Raises:
        Exception: from `stamp` or `load` at construction, when there is no older value to keep.
    """

    def __init__(self, part: str, stamp: Callable[[], Hashable], load: Callable[[], Value]) -> None:
        self.part = part
        self._stamp, self._load = stamp, load
        self._loaded = self._tried = stamp()
        self._retry_at = 0.0
        self.value = load()
        self.refusal: Refusal | None = None

    @classmethod
    def optional(
        cls, part: str, stamp: Callable[[], Hashable], load: Callable[[], Value | None]
    ) -> Source[Value | None]:
        """A source whose files may be missing or broken at the start: its value is None until they are good."""
        source: Source[Value | None] = Source(part, lambda: None, lambda: None)
        source._stamp, source._load = stamp, load
        source.refresh()
        return source

    def refresh(self) -> bool:
        """Load new content; True when `value` was replaced. Never raises: a fault becomes `refusal`."""
        try:
            stamp = self._stamp()
            if stamp == self._loaded:
                self._tried, self.refusal = stamp, None
                return False
            return (stamp != self._tried or monotonic() >= self._retry_at) and self._replace(stamp)
        except Exception as error:  # ONNX Runtime raises bare exceptions
            self.refusal = self._refused(error)
            return False

    def _replace(self, stamp: Hashable) -> bool:
        self._tried, self._retry_at = stamp, monotonic() + RETRY_SECONDS
        value = self._load()
        if self._stamp() != stamp:
            # The files changed while they were read, so the value may mix both versions: the next refresh retries.
            self._tried = self._loaded
            return False
        self.value, self._loaded, self.refusal = value, stamp, None
        return True

    def _refused(self, error: Exception) -> Refusal:
        reason = safe_message(error)
        before = self.refusal
        same = before is not None and before.reason == reason
        return before if before and same else Refusal(self.part, reason, datetime.now(UTC))


def safe_message(error: Exception) -> str:
    """The error's type and message for an operator, without folder names, at most `MAX_REASON` characters."""
    message = _FOLDERS.sub("", f"{type(error).__name__}: {error}")
    return message if len(message) <= MAX_REASON else message[: MAX_REASON - 1] + "…"
