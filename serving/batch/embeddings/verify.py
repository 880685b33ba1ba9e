"""Judges candidates of a search again from their pictures, with the gallery in force and the new emblems in it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from models.images.encoder.encoder import Encoder
from models.images.gallery.embedding import Embedded
from models.images.gallery.gallery import Gallery
from models.images.input.decode import decode
from models.images.matching.emblems import EmblemDetector
from models.profile import Field, ProfileError
from models.settings import Settings
from serving.batch.decisions import describe
from serving.batch.embeddings.search import gallery_of
from serving.batch.errors import InputError
from serving.batch.inputs import Row, rows
from serving.batch.profiles import profile_of

Scores = Mapping[str, float]
"""Score of a finding by reference id."""


class Verifier:
    """Judges pictures of candidates.

    Args:
        encoder: of the gallery in force.
        settings: where that gallery is.
        found: the new emblems.
    """

    def __init__(self, encoder: Encoder, settings: Settings, found: Sequence[Embedded]) -> None:
        known = Gallery.load(settings.gallery_directory(), encoder)
        self._emblems = EmblemDetector(encoder, gallery_of(encoder, found, known))
        self._judged: dict[tuple[bytes, Field], Scores | ProfileError] = {}

    def __call__(self, candidates: Sequence[dict[str, Any]]) -> None:
        """Fill in `verified_score`, or `error` where the picture is no longer there."""
        by_file: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for candidate in candidates:
            by_file[candidate["file"]].append(candidate)
        for name, of_file in by_file.items():
            try:
                self._verify(Path(name), of_file)
            except (InputError, OSError) as error:
                for candidate in of_file:
                    candidate["error"] = f"input_unreadable: {type(error).__name__}"

    def _verify(self, file: Path, candidates: Sequence[dict[str, Any]]) -> None:
        wanted: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for candidate in candidates:
            wanted[candidate["row"]].append(candidate)
        first, last = min(wanted), max(wanted)
        for number, row in enumerate(islice(rows(file, first), last - first + 1), start=first):
            for candidate in wanted.pop(number, ()):
                self._fill(candidate, row, file.parent)
        for candidate in (one for missing in wanted.values() for one in missing):
            candidate["error"] = "row_missing: the input has become shorter; score it again"

    def _fill(self, candidate: dict[str, Any], row: Row, folder: Path) -> None:
        try:
            profile, field = profile_of(row, folder), Field(candidate["field"])
            data = profile.image(field) or b""
            is_same = hashlib.sha256(data).digest() == candidate["sha256"]
            if profile.account_id != candidate["account_id"] or not is_same:
                raise ProfileError("picture_changed", "the account or its picture changed since; score it again", field)
            scores = self._scores(candidate["sha256"], data, field)
        except ProfileError as error:
            candidate["error"] = describe(error)
            return
        candidate["verified_score"] = scores.get(candidate["reference_id"], 0.0)

    def _scores(self, sha256: bytes, data: bytes, field: Field) -> Scores:
        """Scores of a picture's findings, judged once however many accounts show it."""
        if (sha256, field) not in self._judged:
            try:
                found = [match for matches in self._emblems(decode(data, field)) for match in matches]
                findings = self._emblems.findings(found, field)
                scores = sorted((finding.score, finding.evidence.reference_id or "") for finding in findings)
                self._judged[sha256, field] = {name: score for score, name in scores}
            except ProfileError as error:
                self._judged[sha256, field] = error
        judged = self._judged[sha256, field]
        if isinstance(judged, ProfileError):
            raise judged
        return judged
