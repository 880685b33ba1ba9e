"""New galleries, models and policies in force without a restart.

A service holds one `LiveInspector`. A poller calls `refresh`; each request reads `current` once, so that a request is
judged by one set of versions from start to end. What is broken is refused and the old version keeps serving; a broken
policy does not keep an emblem from being enrolled.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial

from models import loading
from models.inspector import Inspector
from models.runtime import memory, versions
from models.runtime.sources import Refusal, Source
from models.settings import Settings


class LiveInspector:
    """The Inspector in force, exchanged when what it is made of changes.

    Attributes:
        settings: where its parts are.
        current: the Inspector to judge with.

    Raises:
        AccountsError, ArtifactError, EncoderError, GalleryError, PolicyError: something is missing or broken from the
            start.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._images = Source("gallery", partial(_gallery_stamp, settings), partial(loading.image_models, settings))
        self._text = Source("text", partial(_text_stamp, settings), partial(loading.text_classifier, settings))
        self._rules = Source("policy", settings.policy.read_bytes, partial(loading.rules, settings))
        self._closed = loading.closed_accounts(settings)
        self.current = self._joined()
        self._exchanged = False

    @property
    def refusals(self) -> list[Refusal]:
        """What is there and not in force; empty while all is well."""
        parts = (self._images, self._text, self._rules, self._closed)
        return [refusal for part in parts if (refusal := part.refusal)]

    @property
    def problem(self) -> str | None:
        """All reasons in one line."""
        return "; ".join(f"{refusal.part}: {refusal.reason}" for refusal in self.refusals) or None

    def refresh(self) -> bool:
        """Load what is new; True when `current` was exchanged. Never raises: what is broken is refused.

        Closed accounts change without an exchange: the Inspector in force knows them at once.
        """
        if self._exchanged:  # the last time: by now the requests that the replaced one judged are answered
            memory.give_back()
        self._closed.refresh()
        exchanged = [source.refresh() for source in (self._images, self._text, self._rules)]
        self._exchanged = any(exchanged)
        if self._exchanged:
            self.current = self._joined()
        return self._exchanged

    def _joined(self) -> Inspector:
        return Inspector(*self._images.value, self._text.value, *self._rules.value, closed=self._closed)


def _gallery_stamp(settings: Settings) -> Hashable:
    folders = settings.gallery_directory(), settings.encoder_directory()
    return tuple((folder, versions.stamps(folder)) for folder in folders)


def _text_stamp(settings: Settings) -> Hashable:
    folder = settings.text_directory()
    return folder, versions.stamps(folder)
