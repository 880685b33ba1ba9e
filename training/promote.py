"""Promotion: puts a better model into force, in a running service too.

The artefact folder of a run is checked by loading it, then copied to the home directory as a new immutable version. The
service polls the pointer and loads a new Inspector, without a restart. The shipped model stays for a rollback.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from models.images.encoder.encoder import Encoder, EncoderError
from models.images.gallery import gallery as galleries
from models.images.gallery.gallery import Gallery
from models.images.matching.emblems import EmblemDetector
from models.profile import Field
from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from models.runtime.locks import locked
from models.settings import Settings
from models.text.classifier.classifier import TextClassifier
from models.text.normalize.normalize import FieldText
from training.images.objections import objections as encoder_objections
from training.text.objections import objections as text_objections
from training.text.objections import tested_on_seen

PROBE_TEXT = "诚信经营，欢迎来店里坐坐"


class PromotionError(ValueError):
    """The run cannot be promoted; the message says why and what to do."""


def promote(run: Path, settings: Settings, references: Path | None = None, *, force: bool = False) -> Path:
    """Put the model of an artefact folder into force; returns the directory of its new version.

    A model that measured worse than the one in force is refused, and so is a text model that has seen the test part.

    Args:
        run: artefact folder of a text classifier or of an image encoder, as training writes it.
        references: for an encoder, the references of its new gallery; all active references must be among them.
        force: take a worse model, or one that was not measured on the same texts or pictures.

    Raises:
        PromotionError: the folder holds no model that works, the model is worse, or the references leave out an
            enrolled emblem.
    """
    if (run / ArtifactFile.COHORT).is_file():  # an encoder with a text tower has a tokenizer as well
        return _promote_encoder(run, settings, references, force)
    if (run / ArtifactFile.TOKENIZER).is_file():
        return _promote_text(run, settings, force)
    raise PromotionError(f"{run} holds neither a text model (tokenizer.json) nor an encoder (cohort.npy)")


def _promote_text(run: Path, settings: Settings, force: bool) -> Path:
    try:
        classifier = TextClassifier(run)
        classifier([FieldText.of(Field.BIO, PROBE_TEXT)])
    except Exception as error:
        raise PromotionError(f"{run} does not load as a text model: {error}") from error
    champion = settings.text_directory()
    if seen := tested_on_seen(run, champion):
        raise PromotionError(
            f"{run} was trained or calibrated on {seen} texts of the test part, so that nobody knows how good it is"
        )
    _refuse_worse(run, champion, [] if force else text_objections(run, champion))
    name = f"{classifier.version}-{versions.digest(run / ArtifactFile.CONFIG)[:8]}"
    return versions.publish_copy(settings.home / "text", run, name)


def _refuse_worse(run: Path, champion: Path, objections: Sequence[str]) -> None:
    if objections:
        reasons = "; ".join(objections)
        raise PromotionError(
            f"{run} is not put into force in place of {champion.name}: {reasons}. To do it all the same: --force"
        )


def _promote_encoder(run: Path, settings: Settings, references: Path | None, force: bool) -> Path:
    if any((run / name).exists() for name in ("finished.json", "checkpoint.pt")):
        raise PromotionError(f"{run} holds a run that was broken off: finish it with the command that began it")
    if references is None:
        raise PromotionError("a new encoder needs a new gallery: name the references with --references")
    try:
        encoder = Encoder(run, settings.threads)
    except Exception as error:
        raise PromotionError(f"{run} does not load as an encoder: {error}") from error
    champion = settings.encoder_directory()
    _refuse_worse(run, champion, [] if force else encoder_objections(run, champion))
    own = settings.home / "gallery"
    # Under the gallery's lock, so that nothing is enrolled between reading the active gallery and replacing it.
    with locked(own / versions.LOCK), tempfile.TemporaryDirectory(dir=settings.home) as scratch:
        galleries.build(references, Path(scratch), encoder)
        gallery = Gallery.load(Path(scratch), encoder)
        _check_usable(encoder, gallery)
        _check_complete(gallery, settings)
        settings.keep_encoder(run, encoder.fingerprint)
        built = versions.current(Path(scratch))
        return versions.publish_copy(own, built, built.name)


def _check_usable(encoder: Encoder, gallery: Gallery) -> None:
    try:
        EmblemDetector(encoder, gallery)
    except EncoderError as error:
        raise PromotionError(f"{encoder.directory} is no encoder that emblems can be found with: {error}") from error


def _check_complete(built: Gallery, settings: Settings) -> None:
    champion = Gallery.load(settings.gallery_directory(), Encoder(settings.encoder_directory(), settings.threads))
    lost = sorted({entry.reference_id for entry in champion.references} - {e.reference_id for e in built.references})
    if lost:
        raise PromotionError(
            f"{len(lost)} emblems in force are not among the references, first {lost[0]!r}: add them, or remove them "
            "from the gallery in force"
        )
