"""What a text model was made from, kept in its folder.

`config.json` says seed, epochs, limit, base, and the SHA-256 of every file of texts. `seen.npz` holds a digest of each
text that was trained or calibrated on, also by the model that training went on from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from training.text.data.corpus import DATASET, Case, Split, as_compared, read_split
from training.text.seen import Digests, Seen

MADE_FROM = "made_from"
"""Key of `config.json`: how the model was made."""

DISTINCTIVE_LENGTH = 12
"""Characters from which two people hardly write the same text by chance."""

MAX_LISTED_LINES = 20
"""Lines listed in one message."""


@dataclass(frozen=True)
class CasesFile:
    """A file of further cases, and how many of them were trained on; its texts are not kept."""

    file: str
    sha256: str
    cases: int


@dataclass(frozen=True)
class MadeFrom:
    """How a model was made; the same values give the same model.

    Attributes:
        base: what training started from.
        seed, epochs, limit, rehearse: the run's options.
        corpus: SHA-256 of the corpus' parts, by name.
        training_texts: texts trained on, further cases among them.
        cases: files of further cases.
        weight: times that each further case was seen in an epoch.
    """

    base: str
    seed: int
    epochs: int
    limit: int | None
    rehearse: int | None
    corpus: Mapping[str, str]
    training_texts: int
    cases: Sequence[CasesFile] = ()
    weight: int = 1

    def record(self, artifact: Path, seen: Seen) -> None:
        """Write both into an artefact folder."""
        seen.save(artifact)
        file = artifact / ArtifactFile.CONFIG
        config = json.loads(file.read_text(encoding="utf-8"))
        config[MADE_FROM] = asdict(self)
        config["files"][ArtifactFile.SEEN] = versions.digest(artifact / ArtifactFile.SEEN)
        file.write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def seen_in_run(parts: Mapping[Split, Sequence[Case]], earlier: Seen) -> Seen:
    """What a run sees, with what the model that it starts from had seen."""
    trained, calibrated, tested = (text_digests(parts[split]) for split in (Split.TRAIN, Split.VALIDATION, Split.TEST))
    return Seen(np.union1d(earlier.trained, trained), np.union1d(earlier.calibrated, calibrated), np.unique(tested))


def seen_by(model: Path) -> Seen:
    """What a model has seen; of one whose folder does not say, the corpus."""
    return Seen.load(model) or _corpus()


@cache
def _corpus() -> Seen:
    return seen_in_run({split: read_split(split) for split in Split}, Seen())


def corpus_digests() -> dict[str, str]:
    """SHA-256 of the corpus' files, by part."""
    return {str(split): versions.digest(DATASET / f"{split}.jsonl") for split in Split}


def cases_digest(cases: Iterable[Case]) -> str:
    """Digest of cases with their labels and evidence, in 12 hexadecimal digits."""
    lines = (json.dumps(asdict(case), sort_keys=True) for case in cases)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def text_digests(cases: Iterable[Case]) -> Digests:
    """A digest per text, in order; that of a short one, which many people may write, depends on the case's id too."""
    return np.fromiter((_digest(case) for case in cases), np.uint64)


def _digest(case: Case) -> int:
    identity = "" if len(case.text) >= DISTINCTIVE_LENGTH else case.id
    content = f"{identity}\n{as_compared(case.text)}".encode()
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big")
