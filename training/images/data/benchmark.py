"""Makes the held-out benchmark of emblem matching: imitations of owners never trained on, and negatives never seen.

The whole gallery is enrolled, except drawings of some artists, which become the redrawn imitations. A picture depends
on the seed and its number alone. So any number of processes, and a smaller benchmark, make the same pictures.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from models.boxes import WHOLE_PICTURE
from training.images.common.fingerprint import code_of, fingerprint
from training.images.common.split import TRAINED_OWNERS, is_held_out
from training.images.data.unprotected import Unprotected, photographs
from training.images.sources.backgrounds import Backgrounds
from training.images.sources.redraws import CHANGED_FLAGS, HELD_OUT_ARTISTS, redraws
from training.images.synthesis import portraits
from training.images.synthesis.edits import IMITATION_KINDS
from training.images.synthesis.flag_likeness import Thumbnail, thumbnail
from training.images.synthesis.hard_negatives import HARD_NEGATIVES, HARD_NEGATIVES_PER_GROUP
from training.images.synthesis.negatives import NEGATIVES
from training.images.synthesis.scenes import TYPEFACES, Composition, Picture, Scene, field_of, placed, trimmed
from training.packages import PACKAGES_FILE

HARD_NEGATIVES_MANIFEST = "hard-negatives.jsonl"
"""Manifest of the hard negatives, apart from that of the benchmark, whose numbers stay comparable."""

REDRAWN_SHARE = 0.85
"""Side of a redrawn emblem, as a fraction of its plain avatar's."""

Line = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """One picture to make.

    Attributes:
        seed: of all randomness in the picture.
        row: the manifest's row, still without path, field and box.
        drawings: files of the imitated emblem, one of which is chosen; empty for a negative.
    """

    seed: tuple[int, ...]
    row: Line
    drawings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Studio:
    """The material of all pictures, loaded once a process.

    Attributes:
        backgrounds: photographs that training never saw.
        unprotected: graphics that nobody protects.
        flags: thumbnails of all enrolled flags, int16 (n, 12, 12, 3).
    """

    backgrounds: Backgrounds
    unprotected: Unprotected
    flags: Thumbnail

    @classmethod
    def open(cls, references: Sequence[Line]) -> Studio:
        """Load photographs and graphics, and make thumbnails of every flag among the references."""
        flags = [thumbnail(_open(line["image"])) for line in references if "flag" in line["reference_id"]]
        return cls(photographs(), Unprotected.load(), np.array(flags))

    def make(self, job: Job) -> Composition:
        """The picture and the emblem's box; a negative's box has no meaning."""
        rng = np.random.default_rng(job.seed)
        other, portrait = partial(self.unprotected.sample, rng), partial(portraits.portrait, rng)
        scene = Scene(rng, self.backgrounds, other, portrait, TYPEFACES, self.flags)
        kind = job.row["kind"]
        if kind in HARD_NEGATIVES:
            return Composition(HARD_NEGATIVES[kind](scene), WHOLE_PICTURE)
        if not job.drawings:
            return Composition(NEGATIVES[kind][0](scene), WHOLE_PICTURE)
        drawing = _open(scene.pick(job.drawings))
        if kind in IMITATION_KINDS:
            return IMITATION_KINDS[kind](scene, drawing)
        return placed(scene.plain(), drawing, REDRAWN_SHARE)


def write_benchmark(references: Path, output: Path, *, seed: int = 7, limit: int | None = None) -> Path:
    """Make the pictures and the manifest, unless they are there already.

    Args:
        references: the gallery's source, a references file (`models.images.gallery.references`).
        output: gets `references.jsonl` to enrol, `manifest.jsonl`, `HARD_NEGATIVES_MANIFEST`, `pictures/`, and
            `recipe.json` with seed and counts.
        limit: at most this many test references and their redraws, and negatives of each kind.

    Returns:
        The manifest, with the columns that `evaluate` reads. Imitations also have "box" (left, top, right, bottom as
        fractions), redrawn ones "artist".
    """
    lines = _read_lines(references)
    lines = [{**line, "image": str((references.parent / line["image"]).resolve())} for line in lines]
    recipe = {"seed": seed, "limit": limit, "digest": _digest(lines)}
    manifest = output / "manifest.jsonl"
    if _made_by(output / "recipe.json", recipe) and manifest.is_file():
        return manifest
    (output / "pictures").mkdir(parents=True, exist_ok=True)
    (output / "recipe.json").unlink(missing_ok=True)  # a folder that is remade in part matches no recipe
    held, enrolled = _hold_out(lines)
    _write_lines(output / "references.jsonl", enrolled)
    jobs = [
        *_imitations(enrolled, seed, limit),
        *_redrawn(enrolled, held, output, seed, limit),
        *_harmless(seed, limit),
        *_hard_negatives(seed, limit),
    ]
    make = partial(_save, output)
    with ProcessPoolExecutor() as painters:
        made = painters.map(make, range(len(jobs)), jobs, chunksize=16)
        rows = list(tqdm(made, "benchmark", len(jobs), unit=""))
    hard = [row for row in rows if row["kind"] in HARD_NEGATIVES]
    _write_lines(output / HARD_NEGATIVES_MANIFEST, hard)
    _write_lines(manifest, rows[: len(rows) - len(hard)])
    counts = Counter(f"{row['label']} {row['kind']}" for row in rows)
    (output / "recipe.json").write_text(json.dumps({**recipe, "counts": counts}, indent=2) + "\n", "utf-8")
    return manifest


def _made_by(path: Path, recipe: Line) -> bool:
    return path.is_file() and recipe.items() <= json.loads(path.read_text("utf-8")).items()


def _digest(lines: Sequence[Line]) -> str:
    """Digest of the references, their pictures, the packages' versions and all code that makes pictures."""
    pictures = (Path(line["image"]) for line in lines)
    files = (*pictures, TRAINED_OWNERS, PACKAGES_FILE, *code_of(Path(__file__)))
    return fingerprint(files, json.dumps(lines, sort_keys=True))


def _hold_out(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Two lists of references: drawings by held-out artists of test owners, and those that are enrolled.

    A drawing is held out only where another artist's drawing of the emblem is enrolled.
    """
    kept_ids = {line["reference_id"] for line in lines if line["source"] not in HELD_OUT_ARTISTS}
    held = [
        line
        for line in lines
        if _is_test(line) and line["source"] in HELD_OUT_ARTISTS and line["reference_id"] in kept_ids - CHANGED_FLAGS
    ]
    names = {line["image"] for line in held}
    return held, [line for line in lines if line["image"] not in names]


def _is_test(line: Line) -> bool:
    return is_held_out(line["owner_id"])


def _sampled(ids: Iterable[str], seed: int, limit: int | None) -> list[str]:
    """All ids, or a random sample of `limit`, sorted."""
    known = sorted(ids)
    chosen = np.random.default_rng(seed).permutation(len(known))[:limit]
    return [known[index] for index in sorted(chosen)]


def _imitations(enrolled: Sequence[Line], seed: int, limit: int | None) -> Iterator[Job]:
    drawings: dict[str, list[str]] = defaultdict(list)
    for line in filter(_is_test, enrolled):
        drawings[line["reference_id"]].append(line["image"])
    for reference_id in _sampled(drawings, seed, limit):
        for number, kind in enumerate(IMITATION_KINDS):
            key = (seed, 1, _number(reference_id), number)
            yield Job(key, _row("pos", kind, reference_id), tuple(drawings[reference_id]))


def _redrawn(
    enrolled: Sequence[Line], held: Sequence[Line], output: Path, seed: int, limit: int | None
) -> Iterator[Job]:
    folder = output / "redraws"
    folder.mkdir(exist_ok=True)
    first = {line["reference_id"]: line for line in reversed(enrolled) if _is_test(line)}
    chosen = set(_sampled(first, seed, limit))
    for number, redraw in enumerate(redraws(first, held)):
        if redraw.reference_id in chosen:
            path = folder / f"{redraw.reference_id}-{redraw.artist}-{number}.png"
            redraw.picture.save(path)
            row = {**_row("pos", redraw.kind, redraw.reference_id), "artist": redraw.artist}
            yield Job((seed, 2, number), row, (str(path),))


def _harmless(seed: int, limit: int | None) -> Iterator[Job]:
    for index, (kind, (_, count)) in enumerate(NEGATIVES.items()):
        for number in range(min(count, limit or count)):
            yield Job((seed, 3, index, number), _row("neg", kind, None))


def _hard_negatives(seed: int, limit: int | None) -> Iterator[Job]:
    for index, kind in enumerate(HARD_NEGATIVES):
        for number in range(min(HARD_NEGATIVES_PER_GROUP, limit or HARD_NEGATIVES_PER_GROUP)):
            yield Job((seed, 4, index, number), _row("neg", kind, None))


def _row(label: str, kind: str, reference_id: str | None) -> Line:
    return {"label": label, "reference_id": reference_id, "kind": kind}


def _number(name: str) -> int:
    """A seed from a name, so that an emblem's pictures stay the same when others are enrolled."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4])


def _save(output: Path, number: int, job: Job) -> Line:
    made = _studio(output / "references.jsonl").make(job)
    path = f"pictures/{number:05d}.jpg"
    made.picture.save(output / path, quality=int(np.random.default_rng(job.seed[::-1]).integers(60, 95)))
    box = {"box": [round(value, 4) for value in made.box]} if job.row["label"] == "pos" else {}
    return {"path": path, **job.row, "field": field_of(made.picture), **box}


@lru_cache(maxsize=1)
def _studio(references: Path) -> Studio:
    return Studio.open(_read_lines(references))


def _open(image: str) -> Picture:
    with Image.open(image) as file:
        return trimmed(file.convert("RGBA"))


def _read_lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _write_lines(path: Path, rows: Iterable[Line]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
