"""New galleries, models and policies in force without a restart.

A service holds one `LiveInspector`. A poller calls `refresh`; each request reads `current` once, so that a request is
judged by one set of versions from start to end. What is broken is refused and the old version keeps serving; a broken
policy does not keep an emblem from being enrolled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final, Generic, TypeVar

from models import loading, versions
from models.inspector import Inspector
from models.settings import Settings

MAX_REASON: Final = 300
"""Characters of a reason: enough to find what is wrong, and no page of it."""

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
        self.value = load()
        self.refusal: Refusal | None = None

    def refresh(self) -> bool:
        """Load what is new; True when `value` was exchanged. Never raises: what is broken becomes `refusal`."""
        try:
            stamp = self._stamp()
            if stamp == self._seen:
                self._tried, self.refusal = stamp, None
                return False
            return stamp != self._tried and self._exchange(stamp)
        except Exception as error:  # ONNX Runtime's errors are bare exceptions, so none may be left out
            self.refusal = self._refused(error)
            return False

    def _exchange(self, stamp: Hashable) -> bool:
        self._tried = stamp
        value = self._load()
        if self._stamp() != stamp:
            # It was being written while it was read, and may be half of each: look again at the next refresh.
            self._tried = self._seen
            return False
        self.value, self._seen, self.refusal = value, stamp, None
        return True

    def _refused(self, error: Exception) -> Refusal:
        reason = in_words(error)
        before = self.refusal
        same = before is not None and before.reason == reason
        return before if before and same else Refusal(self.part, reason, datetime.now(UTC))


class LiveInspector:
    """The Inspector in force, exchanged when what it is made of changes.

    Attributes:
        settings: where its parts are.
        current: the Inspector to judge with.

    Raises:
        ArtifactError, EncoderError, GalleryError, PolicyError: something is missing or broken from the start.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._emblems = Source("gallery", partial(_gallery_stamp, settings), partial(loading.emblem_detector, settings))
        self._text = Source("text", partial(_text_stamp, settings), partial(loading.text_classifier, settings))
        self._rules = Source("policy", settings.policy.read_bytes, partial(loading.rules, settings))
        self.current = self._joined()

    @property
    def refusals(self) -> list[Refusal]:
        """What is there and not in force; empty while all is well."""
        return [source.refusal for source in (self._emblems, self._text, self._rules) if source.refusal]

    @property
    def problem(self) -> str | None:
        """All reasons in one line."""
        return "; ".join(f"{refusal.part}: {refusal.reason}" for refusal in self.refusals) or None

    def refresh(self) -> bool:
        """Load what is new; True when `current` was exchanged. Never raises: what is broken is refused."""
        exchanged = [source.refresh() for source in (self._emblems, self._text, self._rules)]
        if any(exchanged):
            self.current = self._joined()
        return any(exchanged)

    def _joined(self) -> Inspector:
        return Inspector(self._emblems.value, self._text.value, *self._rules.value)


def in_words(error: Exception) -> str:
    """What to tell an operator: which error it was and what it says, without the folders that it names."""
    said = _FOLDERS.sub("", f"{type(error).__name__}: {error}")
    return said if len(said) <= MAX_REASON else said[: MAX_REASON - 1] + "…"


def _gallery_stamp(settings: Settings) -> Hashable:
    folders = settings.gallery_directory(), settings.encoder_directory()
    return tuple((folder, versions.stamps(folder)) for folder in folders)


def _text_stamp(settings: Settings) -> Hashable:
    folder = settings.text_directory()
    return folder, versions.stamps(folder)
