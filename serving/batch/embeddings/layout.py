"""Layout of a folder of kept embeddings.

- `_embeddings.json`: the encoder and the number of vectors;
- `pictures/00/*.parquet` to `ff`: by the first byte of a picture's SHA-256; a later file of a partition is newer;
- `accounts/00.parquet` to `ff`: which account shows which picture, by a hash of the account id;
- `locations/00.npy` to `ff`: hashes of pictures by path or URL (`location_files`);
- `incoming/RUN/`: what a run that has not ended has written, one file a part.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from models.images.kept.regions import KEPT_VECTORS
from models.runtime import atomic
from serving.batch.errors import InputError

MANIFEST = "_embeddings.json"
LOCK = "_lock"
PICTURES, ACCOUNTS, LOCATIONS, INCOMING = "pictures", "accounts", "locations", "incoming"

PARTITIONS = tuple(f"{first:02x}" for first in range(256))
"""Names of the partitions: with 10 million pictures each has 39,000, or 55 MB."""

ACCOUNT_SCHEMA = pa.schema(
    {
        "account_id": pa.string(),
        "field": pa.string(),
        "sha256": pa.binary(32),
        "file": pa.string(),
        "row": pa.int64(),
    }
)
"""One row for each picture field of each account: its picture, and the input file and row that it came from."""


@dataclass(frozen=True)
class EmbeddingsFolder:
    """A folder of kept embeddings.

    Attributes:
        path: the folder.
        encoder: fingerprint of the encoder that made the vectors.
        dimension: length of a vector.
        vectors: vectors of a picture.
    """

    path: Path
    encoder: str
    dimension: int
    vectors: int = KEPT_VECTORS

    @classmethod
    def open(cls, path: Path, encoder: str | None = None) -> EmbeddingsFolder:
        """An existing folder.

        Args:
            path: the folder.
            encoder: fingerprint that it must have; None for any.

        Raises:
            InputError: it holds no embeddings, or those of another encoder.
        """
        try:
            values = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            folder = cls(path, str(values["encoder"]), int(values["dimension"]), int(values["vectors"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{path} 没有保存的特征 holds no kept embeddings: give what `huijian score --keep-embeddings` wrote"
            ) from error
        if encoder not in (None, folder.encoder):
            raise InputError(
                f"{path} 的特征来自另一个编码器 holds embeddings of encoder {folder.encoder}, but {encoder} "
                "is in force, and the two cannot be compared: keep those of the new encoder in another folder"
            )
        if folder.vectors != KEPT_VECTORS:
            raise InputError(f"{path} keeps {folder.vectors} vectors a picture, not {KEPT_VECTORS}: use another folder")
        return folder

    @classmethod
    def open_or_make(cls, path: Path, encoder: str, dimension: int) -> EmbeddingsFolder:
        """The folder, made if there is none.

        Raises:
            InputError: it holds something else, or embeddings of another encoder.
        """
        if path.exists() and any(path.iterdir()):
            return cls.open(path, encoder)
        folder = cls(path, encoder, dimension)
        path.mkdir(parents=True, exist_ok=True)
        values = {name: value for name, value in asdict(folder).items() if name != "path"}
        atomic.write_text(path / MANIFEST, json.dumps(values, indent=1))
        return folder

    @property
    def picture_schema(self) -> pa.Schema:
        """Columns of a picture; arrays of `models.images.kept.regions.KeptPicture` as bytes of fixed length."""
        return pa.schema(
            {
                "sha256": pa.binary(32),
                "vectors": pa.binary(self.vectors * self.dimension),
                "scales": pa.binary(self.vectors * 2),
                "means": pa.binary(self.vectors * 2),
                "boxes": pa.binary(self.vectors * 4),
                "judges": pa.string(),
                "avatar": pa.string(),
                "cover": pa.string(),
            }
        )

    def incoming(self, run: str) -> Path:
        """Folder of what a run has written so far."""
        return self.path / INCOMING / run

    def segments(self, partition: str) -> list[Path]:
        """Files of pictures of a partition, the newest first."""
        return sorted((self.path / PICTURES / partition).glob("[!_.]*.parquet"), reverse=True)

    def location_file(self, partition: str) -> Path:
        """File of the locations of pictures of a partition."""
        return self.path / LOCATIONS / f"{partition}.npy"

    def account_file(self, partition: str) -> Path:
        """File of accounts of a partition."""
        return self.path / ACCOUNTS / f"{partition}.parquet"


def partition_of(sha256: bytes) -> str:
    """Partition of a picture."""
    return f"{sha256[0]:02x}"


def account_partition(account_id: str) -> str:
    """Partition of an account."""
    return hashlib.blake2b(account_id.encode("utf-8", "surrogatepass"), digest_size=1).hexdigest()


def run_name(out: str, run: str) -> str:
    """Name of a run's incoming folder: the same whenever the run is continued.

    Args:
        out: where the run writes its decisions.
        run: its id.
    """
    return hashlib.sha256(f"{run} {out}".encode(errors="surrogateescape")).hexdigest()[:16]
