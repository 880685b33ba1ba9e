"""Put a better model into force, in a running service too.

A run's artefact folder is checked by loading it, then copied to the home directory as a new immutable version. The
service sees the pointer move and exchanges its Inspector; no restart, and the shipped model stays to go back to.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from models import manifest, versions
from models.images import gallery as galleries
from models.images.encoder import Encoder
from models.images.gallery import Gallery
from models.profile import Field
from models.settings import Settings
from models.text.classifier import TextClassifier
from models.text.normalize import FieldText

PROBE = "诚信经营，欢迎来店里坐坐"


class PromotionError(ValueError):
    """The run cannot be promoted; the message says why and what to do."""


def promote(run: Path, settings: Settings, references: Path | None = None) -> Path:
    """Put the model of an artefact folder into force; returns its new version's directory.

    Args:
        run: artefact folder of a text classifier or of an image encoder, as training leaves it.
        references: for an encoder, the references that its gallery is built from, all those in force among them.

    Raises:
        PromotionError: the folder holds no model that works, or the references leave out an enrolled emblem.
    """
    if (run / "tokenizer.json").is_file():
        return _promote_text(run, settings)
    if (run / "cohort.npy").is_file():
        return _promote_encoder(run, settings, references)
    raise PromotionError(f"{run} holds neither a text model (tokenizer.json) nor an encoder (cohort.npy)")


def _promote_text(run: Path, settings: Settings) -> Path:
    try:
        classifier = TextClassifier(run)
        classifier([FieldText.of(Field.BIO, PROBE)])
    except Exception as error:
        raise PromotionError(f"{run} does not load as a text model: {error}") from error
    name = f"{classifier.version}-{manifest.digest(run / 'model.onnx')[:8]}"
    return _publish(settings.home / "text", name, run)


def _promote_encoder(run: Path, settings: Settings, references: Path | None) -> Path:
    if references is None:
        raise PromotionError("a new encoder needs a new gallery: name the references with --references")
    try:
        encoder = Encoder(run, settings.threads)
    except Exception as error:
        raise PromotionError(f"{run} does not load as an encoder: {error}") from error
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.home) as scratch:
        galleries.build(references, Path(scratch), encoder)
        _refuse_lost(Gallery.load(Path(scratch), encoder), settings)
        target = settings.home / "encoders" / encoder.fingerprint
        if not target.is_dir():
            _copy(run, target)
        built = versions.current(Path(scratch))
        return _publish(settings.home / "gallery", built.name, built)


def _refuse_lost(built: Gallery, settings: Settings) -> None:
    champion = Gallery.load(settings.gallery_directory(), Encoder(settings.encoder_directory(), settings.threads))
    lost = sorted({entry.reference_id for entry in champion.references} - {e.reference_id for e in built.references})
    if lost:
        raise PromotionError(
            f"{len(lost)} emblems in force are not among the references, first {lost[0]!r}: add them, or remove them "
            "from the gallery in force"
        )


def _publish(root: Path, name: str, source: Path) -> Path:
    if (root / name).is_dir():
        versions.point_to(root, name)
        return root / name
    return versions.publish(root, name, lambda directory: _copy_files(source, directory))


def _copy(source: Path, target: Path) -> None:
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    _copy_files(source, draft)
    draft.rename(target)


def _copy_files(source: Path, target: Path) -> None:
    for file in source.iterdir():
        if file.is_file() and file.suffix in {".onnx", ".json", ".npy", ".md", ".jsonl", ".faiss"}:
            shutil.copy2(file, target / file.name)
