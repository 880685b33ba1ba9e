"""A worker's side of kept embeddings: recalls what is known of pictures, and writes what is new.

What is new is written to one file a part before the part's decisions are: a killed worker leaves no part whose
embeddings are missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from cachetools import LRUCache

from models.content import Judgement, picture_key
from models.images.kept.regions import KeptPicture
from models.inspector import Inspector
from models.profile import IMAGE_FIELDS, Field, Profile
from models.runtime import atomic
from serving.batch.embeddings.judgements import packed, unpacked
from serving.batch.embeddings.known import KnownPictures
from serving.batch.embeddings.layout import ACCOUNT_SCHEMA, EmbeddingsFolder
from serving.batch.embeddings.locations import Locations, Trust

RECENT_PICTURES = 100_000
"""Pictures of this run that a worker remembers besides those of earlier runs: hashes, some 10 MB."""


@dataclass(frozen=True)
class KeepingRun:
    """Where a run keeps embeddings.

    Attributes:
        folder: of embeddings.
        run: name of the run in it.
        judges: digest of the judges (`judgements.judges_digest`).
        trust: when a picture is known by its path or URL.
    """

    folder: EmbeddingsFolder
    run: str
    judges: str
    trust: Trust = Trust.STAMP


class Keeper:
    """Keeps the pictures that one worker judges.

    Args:
        keeping: where.
        inspector: judges the profiles, and keeps embeddings.

    Attributes:
        locations: the hashes of pictures by path or URL.
    """

    def __init__(self, keeping: KeepingRun, inspector: Inspector) -> None:
        self._keeping, self._inspector = keeping, inspector
        self._known = KnownPictures(keeping.folder)
        self.locations = Locations(keeping.folder, keeping.trust)
        self._written: LRUCache[tuple[bytes, Field], bool] = LRUCache(RECENT_PICTURES)
        self._pictures: list[dict[str, Any]] = []
        self._accounts: list[dict[str, Any]] = []

    def holds(self, profile: Profile) -> bool:
        """True if every picture of a profile is kept, or noted in this part."""
        return all((sha256, field) in self._written or self._known.holds(sha256) for field, sha256 in _hashes(profile))

    def note(self, profile: Profile, file: str, row: int) -> None:
        """Note which pictures an account shows; a field without one is noted too, for it may have had one.

        Args:
            profile: the account.
            file: the input file.
            row: number of its row there, from 0.
        """
        shown, where = dict(_hashes(profile)), {"file": file, "row": row}
        for field in IMAGE_FIELDS:
            noted = {"account_id": profile.account_id, "field": str(field), "sha256": shown.get(field)}
            self._accounts.append({**noted, **where})

    def recall(self, profiles: Sequence[Profile]) -> None:
        """Give the Inspector the judgements of pictures that were judged before, by the same judges."""
        for profile in profiles:
            for field, sha256 in _hashes(profile):
                key = picture_key(field, sha256)
                if self._inspector.picture_cache.get(key) is None:
                    text = self._known.judgement(sha256, field, self._keeping.judges)
                    if text is not None:
                        self._inspector.picture_cache.put(key, unpacked(text))

    def collect(self, profiles: Sequence[Profile]) -> None:
        """Take the vectors and judgements of the pictures that the Inspector has just judged."""
        for profile in profiles:
            for field, sha256 in _hashes(profile):
                judgement = self._inspector.picture_cache.get(picture_key(field, sha256))
                if judgement is not None and judgement.kept is not None and (sha256, field) not in self._written:
                    self._written[(sha256, field)] = True
                    self._pictures.append(self._row(sha256, field, judgement, judgement.kept))

    def flush(self, part: int) -> None:
        """Write what is new since the last call, as the file of a part."""
        folder = self._keeping.folder.incoming(self._keeping.run)
        _write(folder / f"pictures-{part:06d}.parquet", self._pictures, self._keeping.folder.picture_schema)
        _write(folder / f"accounts-{part:06d}.parquet", self._accounts, ACCOUNT_SCHEMA)
        self.locations.flush(folder / f"locations-{part:06d}.bin")
        self._pictures, self._accounts = [], []

    def _row(self, sha256: bytes, field: Field, judgement: Judgement, kept: KeptPicture) -> dict[str, Any]:
        arrays = {name: getattr(kept, name).tobytes() for name in ("vectors", "scales", "means", "boxes")}
        return {"sha256": sha256, **arrays, "judges": self._keeping.judges, str(field): packed(judgement)}


def _hashes(profile: Profile) -> list[tuple[Field, bytes]]:
    """Field and SHA-256 of each picture of a profile."""
    hashes = ((field, profile.image_hash(field)) for field in IMAGE_FIELDS)
    return [(field, sha256) for field, sha256 in hashes if sha256 is not None]


def _write(file: Path, rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic.replacing(file) as draft:
        pq.write_table(pa.Table.from_pylist(rows, schema), draft, compression="zstd")
