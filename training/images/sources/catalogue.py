"""Reads and renders the default gallery's source: the emblems, their owners and their pictures.

People write `datasets/emblems/catalogue.jsonl`, one line a picture. `read_catalogue` checks it and names the line of
every fault. `render_catalogue` makes the pictures and the references file that `huijian gallery build` takes.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from tqdm import tqdm

from models.profile import EMBLEM_LABELS, Label
from models.runtime.paths import DATASETS
from training.images.sources.pictures import PictureError, load_picture, package_of
from training.packages import PackageError, packages

RENDERED_SIDE = 512
"""Longer side of a rendered picture, in pixels: twice the default encoder's input."""

REFERENCES_FILE = "references.jsonl"

CATALOGUE = DATASETS / "emblems" / "catalogue.jsonl"
"""The default gallery's catalogue."""

CORE = DATASETS / "emblems" / "core.yaml"
"""Lists the core emblems, which must never be missed where they are shown plainly."""

Name = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$")]


class CatalogueError(ValueError):
    """The catalogue has faults; the message names the line of each."""


class CatalogueEntry(BaseModel):
    """One picture of one emblem: a line of the catalogue, which is a references file.

    Attributes:
        reference_id: the emblem, such as "flag.fr"; entries that share it are versions of one emblem.
        label: the label of a profile that shows the emblem.
        image: a path relative to the catalogue, or a packaged picture (see `pictures.load_picture`).
        name_zh, name_en: the emblem's names, shown to people.
        owner_id: the emblem's owner, such as "state.fr"; an account entitled to the owner may show it.
        source: the artist or package, and the pattern followed.
        licence: SPDX identifier of the drawing's licence (the mark itself stays its owner's).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference_id: Identifier
    label: Label
    image: Name
    name_zh: Name
    name_en: Name
    owner_id: Identifier
    source: Name
    licence: Name

    @field_validator("label")
    @classmethod
    def _is_an_emblem(cls, label: Label) -> Label:
        if label not in EMBLEM_LABELS:
            raise ValueError(f"label {label} is not one of {', '.join(EMBLEM_LABELS)}")
        return label

    @property
    def identity(self) -> tuple[str, ...]:
        """The fields that all versions of one emblem must share."""
        return (self.label, self.name_zh, self.name_en, self.owner_id)


def read_catalogue(catalogue: Path) -> list[CatalogueEntry]:
    """The entries of a catalogue, in order.

    Raises:
        CatalogueError: a line is not JSON, lacks a field, or has an unknown field, label or package. Also if a drawing
            is missing, a picture occurs twice, or versions of one emblem contradict each other.
    """
    faults: list[str] = []
    entries: list[CatalogueEntry] = []
    for number, line in enumerate(catalogue.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entries.append(CatalogueEntry.model_validate_json(line))
        except ValidationError as error:
            faults += [f"line {number}: {_fault_message(fault['loc'], fault['msg'])}" for fault in error.errors()]
    if not faults:
        faults = [f"line {number}: {fault}" for number, fault in _faults(entries, catalogue.parent)]
    if faults or not entries:
        raise CatalogueError(f"{catalogue}: " + ("\n".join(faults) or "no entries"))
    return entries


def own_drawings() -> list[CatalogueEntry]:
    """The default catalogue's entries whose pictures we drew, not those of packages."""
    return [entry for entry in read_catalogue(CATALOGUE) if package_of(entry.image) is None]


def core_drawings(limit: int | None = None) -> list[CatalogueEntry]:
    """The default catalogue's drawings of the core emblems, in the order of `CORE`.

    Args:
        limit: of the first so many emblems.

    Raises:
        CatalogueError: the catalogue lacks a core emblem.
    """
    entries = read_catalogue(CATALOGUE)
    listed: list[str] = yaml.safe_load(CORE.read_text(encoding="utf-8"))["core"][:limit]
    if missing := set(listed) - {entry.reference_id for entry in entries}:
        raise CatalogueError(f"{CORE.name}: {', '.join(sorted(missing))} not in {CATALOGUE.name}")
    members = [entry for entry in entries if entry.reference_id in listed]
    return sorted(members, key=lambda entry: listed.index(entry.reference_id))


def _fault_message(field: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(map(str, field))}: {message}" if field else message


def _faults(entries: Iterable[CatalogueEntry], directory: Path) -> Iterator[tuple[int, str]]:
    known = packages()
    images: dict[str, int] = {}
    emblems: dict[str, tuple[int, CatalogueEntry]] = {}
    for number, entry in enumerate(entries, start=1):
        package = package_of(entry.image)
        if package is None and not (directory / entry.image).is_file():
            yield number, f"image {entry.image} is not there"
        if package is not None and package not in known:
            yield number, f"package {package!r} is not in datasets/packages.yaml"
        if (first := images.setdefault(entry.image, number)) != number:
            yield number, f"image {entry.image} is that of line {first}"
        first, emblem = emblems.setdefault(entry.reference_id, (number, entry))
        if emblem.identity != entry.identity:
            yield number, f"{entry.reference_id} has another label, name or owner than on line {first}"


def render_catalogue(catalogue: Path, output: Path) -> Path:
    """Render every picture of a catalogue, for `huijian gallery build`.

    The same catalogue and packages give the same files, byte for byte.

    Args:
        catalogue: the JSON Lines file.
        output: gets `images/*.png` (RGBA, longer side 512, transparency kept) and `references.jsonl`, the catalogue
            with `image` relative to it.

    Returns:
        The references file.

    Raises:
        CatalogueError: the catalogue has faults, or a picture cannot be drawn, has one colour, or equals another.
    """
    entries = read_catalogue(catalogue)
    (output / "images").mkdir(parents=True, exist_ok=True)
    versions: Counter[str] = Counter()
    drawn: dict[str, int] = {}
    lines = []
    for number, entry in enumerate(tqdm(entries, desc="标志图稿 · emblems", unit=""), start=1):
        versions[entry.reference_id] += 1
        name = f"images/{entry.reference_id}-{versions[entry.reference_id]}.png"
        content = _draw(entry, catalogue.parent, output / name, number)
        if (first := drawn.setdefault(content, number)) != number:
            raise CatalogueError(f"{catalogue}: line {number}: {entry.image} looks the same as line {first}")
        lines.append(json.dumps(entry.model_dump() | {"image": name}, ensure_ascii=False) + "\n")
    references = output / REFERENCES_FILE
    references.write_text("".join(lines), encoding="utf-8")
    return references


def _draw(entry: CatalogueEntry, directory: Path, target: Path, number: int) -> str:
    try:
        picture = load_picture(entry.image, directory, RENDERED_SIDE)
    except (PictureError, PackageError) as error:
        raise CatalogueError(f"line {number}: {error}") from error
    if picture.getcolors(1):
        raise CatalogueError(f"line {number}: {entry.image} is one colour all over")
    picture.save(target, compress_level=1)
    return hashlib.sha256(picture.tobytes()).hexdigest()
