"""Active models and rules, read from disk once and shared until their files change.

Only the newest of each is cached, so that a replaced one is freed with the last request that it judges.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from models.accounts.closed import ClosedAccounts
from models.accounts.likelihood import AvatarLikelihood
from models.accounts.segments import AccountsError
from models.images.encoder.encoder import Encoder
from models.images.gallery.gallery import Gallery
from models.images.matching.emblems import EmblemDetector
from models.images.ocr.reader import TextReader, text_reader
from models.policy import Policy
from models.runtime import versions
from models.settings import Settings
from models.text.classifier.classifier import TextClassifier
from models.text.lists.files import WordLists
from models.text.lists.words import ListsError


def image_models(settings: Settings) -> tuple[EmblemDetector, AvatarLikelihood | None]:
    """The emblem detector and the avatar likelihood, for the active gallery and the encoder that made it.

    Raises:
        ArtifactError, EncoderError, GalleryError: a part is missing, broken or does not fit the others.
    """
    encoder = settings.encoder_directory()
    loaded = _encoder(encoder, settings.threads, versions.stamps(encoder))
    gallery = settings.gallery_directory()
    likelihood = AvatarLikelihood.load(encoder, loaded.fingerprint)
    return _emblems(gallery, loaded, settings.prepared, versions.stamps(gallery)), likelihood


def text_classifier(settings: Settings) -> TextClassifier:
    """The active text model.

    Raises:
        ArtifactError: it is missing or broken.
    """
    directory = settings.text_directory()
    return _classifier(directory, settings.threads, versions.stamps(directory))


def closed_accounts(settings: Settings) -> ClosedAccounts:
    """The closed accounts of this installation; their `refresh` follows changes on disk.

    Raises:
        AccountsError: they cannot be read.
    """
    known = _closed_accounts(settings.home)
    known.refresh()
    if refusal := known.refusal:
        raise AccountsError(refusal.reason)
    return known


def word_lists(settings: Settings) -> WordLists:
    """The platform's word lists; their `refresh` follows changes on disk.

    Raises:
        ListsError: they cannot be read.
    """
    known = _word_lists(settings.home)
    known.refresh()
    if refusal := known.refusal:
        raise ListsError(refusal.reason)
    return known


def rules(settings: Settings) -> tuple[Policy, TextReader | None]:
    """The active policy, and the text reader if the policy has text in pictures read.

    Raises:
        PolicyError: it is missing or broken.
        ArtifactError: the OCR networks are not installed.
    """
    policy = Policy.load(settings.policy)
    return policy, text_reader() if policy.image_text else None


@lru_cache(maxsize=1)
def _encoder(directory: Path, threads: int, _: versions.Stamps) -> Encoder:
    return Encoder(directory, threads)


@lru_cache(maxsize=1)
def _emblems(directory: Path, encoder: Encoder, prepared: Path, _: versions.Stamps) -> EmblemDetector:
    return EmblemDetector(encoder, Gallery.load(directory, encoder), prepared=prepared)


@lru_cache(maxsize=1)
def _classifier(directory: Path, threads: int, _: versions.Stamps) -> TextClassifier:
    return TextClassifier(directory, threads)


@lru_cache(maxsize=1)
def _closed_accounts(home: Path) -> ClosedAccounts:
    return ClosedAccounts(home)


@lru_cache(maxsize=1)
def _word_lists(home: Path) -> WordLists:
    return WordLists(home)
