"""The core detector's classes: which references it finds, and their drawings.

`datasets/emblems/detector-classes.yaml` lists them. A class holds references that look alike or are usually seen for
one another, such as a party's emblem and its flag.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import yaml

from models.arrays import Float64, Pixels
from models.runtime.paths import DATASETS
from training.images.core.elements.surfaces import mark_of
from training.images.sources.catalogue import CATALOGUE, read_catalogue
from training.images.sources.graphics import scaled, trimmed
from training.images.sources.pictures import load_picture

CLASSES_FILE = DATASETS / "emblems" / "detector-classes.yaml"

DRAWING_SIDE = 224
"""Longest side of a drawing in pixels; most scenes show it smaller."""


@dataclass(frozen=True)
class CoreClasses:
    """All classes.

    Attributes:
        references: reference ids of each class, the likeliest first.
        frequencies: share of each class among the emblems of scenes, float64 (classes,), sum 1.
        odds: how many times likelier each class is in real pictures than in the calibration's, against harmless
            pictures, float64 (classes,), positive.
    """

    references: tuple[tuple[str, ...], ...]
    frequencies: Float64
    odds: Float64


@dataclass(frozen=True)
class ClassDrawings:
    """Drawings of one class.

    Attributes:
        drawings: as the catalogue has them, RGBA uint8 (height, width, 4).
        marks: the marks on plain fields among them, without the field; empty where the field belongs to the emblem.
        is_flag: whether all its references are flags, whose colours and fields are never changed.
    """

    drawings: tuple[Pixels, ...]
    marks: tuple[Pixels, ...]
    is_flag: bool


@lru_cache(maxsize=1)
def core_classes() -> CoreClasses:
    """The classes of `detector-classes.yaml`, in the order of the network's outputs."""
    tiers = yaml.safe_load(CLASSES_FILE.read_text("utf-8"))["tiers"]
    counts = [len(tier["classes"]) for tier in tiers]
    frequencies, odds = (np.repeat([float(tier[key]) for tier in tiers], counts) for key in ("frequency", "odds"))
    members = tuple(tuple(members) for tier in tiers for members in tier["classes"])
    return CoreClasses(members, frequencies / frequencies.sum(), odds)


def class_drawings(limit: int | None = None) -> list[ClassDrawings]:
    """Drawings of every class, in order.

    Args:
        limit: at most this many drawings of each reference, for tests.

    Raises:
        ValueError: a reference has no line in the catalogue.
        training.packages.PackageError: a package could not be fetched.
    """
    pictures: dict[str, list[Pixels]] = defaultdict(list)
    wanted = {reference for members in core_classes().references for reference in members}
    entries = [entry for entry in read_catalogue(CATALOGUE) if entry.reference_id in wanted]
    for entry in entries:
        if len(pictures[entry.reference_id]) == limit:
            continue
        picture = np.asarray(load_picture(entry.image, CATALOGUE.parent, DRAWING_SIDE).convert("RGBA"))
        pictures[entry.reference_id].append(scaled(trimmed(picture), DRAWING_SIDE))
    missing = sorted(wanted - pictures.keys())
    if missing:
        raise ValueError(f"{CLASSES_FILE} names references that the catalogue lacks: {', '.join(missing)}")
    return [_of_class(members, pictures) for members in core_classes().references]


def _of_class(members: tuple[str, ...], pictures: dict[str, list[Pixels]]) -> ClassDrawings:
    is_flag = all(name.startswith("flag.") for name in members) and members != ("flag.cn",)
    drawings = tuple(drawing for name in members for drawing in pictures[name])
    found = [] if is_flag else [mark_of(drawing) for drawing in drawings]
    return ClassDrawings(drawings, tuple(mark for mark in found if mark is not None), is_flag)
