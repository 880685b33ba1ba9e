"""Settings: where the active models, gallery and policy are found.

Released artefacts ship with the code. A platform's own versions (an enrolled emblem, a promoted model) lie in a home
directory and take precedence over the shipped ones.
"""

from __future__ import annotations

import filecmp
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from models.runtime.locks import locked
from models.runtime.paths import REPOSITORY

SCORING_FILES: Final = (
    ArtifactFile.CALIBRATION,
    ArtifactFile.CLOSED_CALIBRATION,
    ArtifactFile.COHORT,
    ArtifactFile.CORE,
    ArtifactFile.CORE_CALIBRATION,
    ArtifactFile.LOCALIZER,
    ArtifactFile.PHRASE_CALIBRATION,
    ArtifactFile.RERANKER,
    ArtifactFile.RERANKER_TOKENS,
    ArtifactFile.TEXT_TOWER,
    ArtifactFile.TOKENIZER,
)
"""Optional files of an encoder's artefact folder that change scores, besides the network."""


class ArtifactError(RuntimeError):
    """An artefact is missing or unusable; the message names it and the remedy."""


@dataclass(frozen=True)
class Settings:
    """Directories and limits that one process runs with.

    Attributes:
        artifacts: directory of the released models and gallery.
        home: directory of versions made on this machine; may not exist yet.
        policy: the policy file.
        prepared: directory of drawings prepared by `huijian gallery prepare`; may not exist.
        gallery, text, encoder: overrides of the active gallery, text model or encoder.
        threads: ONNX Runtime threads per model.
    """

    artifacts: Path = REPOSITORY / "models" / "artifacts"
    home: Path = REPOSITORY / "var"
    policy: Path = REPOSITORY / "policy.yaml"
    prepared: Path = REPOSITORY / "build" / "prepared"
    gallery: Path | None = None
    text: Path | None = None
    encoder: Path | None = None
    threads: int = 1

    @classmethod
    def from_environment(cls, gallery: Path | None = None) -> Settings:
        """Defaults, overridden by HUIJIAN_ARTIFACTS, HUIJIAN_HOME, HUIJIAN_POLICY, HUIJIAN_PREPARED and
        HUIJIAN_THREADS.
        """
        given = os.environ.get
        return cls(
            artifacts=Path(given("HUIJIAN_ARTIFACTS") or cls.artifacts),
            home=Path(given("HUIJIAN_HOME") or cls.home),
            policy=Path(given("HUIJIAN_POLICY") or cls.policy),
            prepared=Path(given("HUIJIAN_PREPARED") or cls.prepared),
            gallery=gallery,
            threads=_threads(given("HUIJIAN_THREADS") or str(cls.threads)),
        )

    def gallery_directory(self) -> Path:
        """Directory of the active gallery version.

        Raises:
            ArtifactError: there is none.
        """
        return _chosen(self.gallery) if self.gallery else _active([self.home / "gallery", self.artifacts / "gallery"])

    @contextmanager
    def own_gallery(self) -> Iterator[tuple[Path, Path]]:
        """Directory of this machine's own gallery, and the active version, from which its first change starts.

        After a change the encoder is copied beside the gallery, which stays usable when a release brings another
        encoder. A refused or empty change leaves nothing behind: the released gallery stays in use.
        """
        encoder, root = self.encoder_directory(), self.home / "gallery"
        yield root, self.gallery_directory()
        if (root / versions.POINTER).exists():
            self.keep_encoder(encoder, encoder.name)

    def text_directory(self) -> Path:
        """Directory of the active text model.

        Raises:
            ArtifactError: there is none.
        """
        return _chosen(self.text) if self.text else _active([self.home / "text", self.artifacts / "text"])

    def keep_encoder(self, source: Path, fingerprint: str) -> None:
        """Copy an encoder's artefact folder to the home directory, beside the galleries that it makes.

        A newly calibrated encoder replaces its earlier copy.

        Raises:
            OSError: the copy cannot be made.
        """
        root = self.home / "encoders"
        with locked(root / versions.LOCK):
            if not ((root / fingerprint).is_dir() and _calibrated_alike(source, root / fingerprint)):
                versions.rewrite_version(root, fingerprint, lambda draft: versions.copy_files(source, draft))

    def released(self) -> Settings:
        """The same settings without versions made on this machine."""
        return replace(self, home=self.artifacts, gallery=None, text=None, encoder=None)

    def encoder_directory(self) -> Path:
        """Directory of the encoder that made the active gallery; the gallery works with no other.

        Raises:
            ArtifactError: the gallery names no encoder, or one that is not installed.
        """
        if self.encoder is not None:
            return self.encoder
        gallery = self.gallery_directory()
        try:
            fingerprint = str(json.loads((gallery / ArtifactFile.CONFIG).read_text(encoding="utf-8"))["encoder"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"gallery {gallery} does not say which encoder made it; build it again") from error
        for root in (self.home / "encoders", self.artifacts / "encoders"):
            if fingerprint and Path(fingerprint).name == fingerprint and (root / fingerprint).is_dir():
                return root / fingerprint
        raise ArtifactError(
            f"gallery {gallery.name} was made by encoder {fingerprint}, which is not among the encoders here; "
            "build the gallery again with `huijian gallery build`, or promote that encoder"
        )


def _calibrated_alike(one: Path, other: Path) -> bool:
    names = [name for name in SCORING_FILES if (one / name).exists() or (other / name).exists()]
    return filecmp.cmpfiles(one, other, names, shallow=False)[0] == names


def _threads(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise ArtifactError(f"HUIJIAN_THREADS must be a whole number of at least 1, not {value!r}")
    return int(value)


def _chosen(directory: Path) -> Path:
    """The directory itself if it is a version, else the active version in it."""
    return directory if (directory / ArtifactFile.CONFIG).is_file() else _active([directory])


def _active(roots: list[Path]) -> Path:
    """The active version under the first root that has a pointer."""
    for root in roots:
        if (root / versions.POINTER).exists():
            try:
                return versions.current(root)
            except versions.NoVersionError as error:
                raise ArtifactError(str(error)) from error
    raise ArtifactError(f"no version in force in {' or '.join(map(str, roots))}")
