"""New galleries, models and policies take effect without a restart.

A service holds one `LiveInspector`. A poller calls `refresh`; each request reads `current` once, so one set of versions
judges it from start to end. A broken version is refused and the old one keeps serving. Parts are independent: a broken
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
from models.text.lists.files import Lists


class LiveInspector:
    """The active Inspector, replaced when one of its parts changes on disk.

    Attributes:
        settings: directories of its parts.
        current: the Inspector to judge with.

    Raises:
        AccountsError, ArtifactError, EncoderError, GalleryError, ListsError, PolicyError: a part is missing or broken
            at the start.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._images = Source("gallery", partial(_gallery_stamp, settings), partial(loading.image_models, settings))
        self._text = Source("text", partial(_text_stamp, settings), partial(loading.text_classifier, settings))
        self._rules = Source("policy", settings.policy.read_bytes, partial(loading.rules, settings))
        self._closed, self._lists = loading.closed_accounts(settings), loading.word_lists(settings)
        self.current = self._joined()
        self._replaced = False

    @property
    def refusals(self) -> list[Refusal]:
        """New versions that were refused; empty while all parts are up to date."""
        parts = (self._images, self._text, self._rules, self._closed, self._lists)
        return [refusal for part in parts if (refusal := part.refusal)]

    @property
    def problem(self) -> str | None:
        """All reasons in one line; None without refusals."""
        return "; ".join(f"{refusal.part}: {refusal.reason}" for refusal in self.refusals) or None

    @property
    def lists(self) -> Lists:
        """The word lists in force."""
        return self._lists.current.lists

    def refresh(self) -> bool:
        """Load what is new; True when `current` or the word lists were. Never raises: a broken version is refused.

        Closed accounts and word lists need no new Inspector: the active one sees their changes at once.
        """
        if self._replaced:  # in the last call: the requests of the old Inspector are answered by now
            memory.give_back()
        self._closed.refresh()
        has_other_lists = self._lists.refresh()
        changed = [source.refresh() for source in (self._images, self._text, self._rules)]
        self._replaced = any(changed)
        if self._replaced:
            self.current = self._joined()
        return self._replaced or has_other_lists

    def _joined(self) -> Inspector:
        rules = self._rules.value
        return Inspector(*self._images.value, self._text.value, *rules, closed=self._closed, lists=self._lists)


def _gallery_stamp(settings: Settings) -> Hashable:
    folders = settings.gallery_directory(), settings.encoder_directory()
    return tuple((folder, versions.stamps(folder)) for folder in folders)


def _text_stamp(settings: Settings) -> Hashable:
    folder = settings.text_directory()
    return folder, versions.stamps(folder)
