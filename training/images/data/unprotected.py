"""Graphics and photographs that nobody protects and training never saw, for the benchmark's negatives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from models.arrays import Pixels
from models.images.input.transparency import WHITE, flatten
from training import packages
from training.images.common.split import Fold
from training.images.sources import graphics
from training.images.sources.backgrounds import BENCHMARK_PHOTOS, PHOTO_SIDE, Backgrounds
from training.images.synthesis.scenes import Picture, rasterised

PROTECTED_NAMES = re.compile(
    r"flag|logo|emblem|hammer.?(and)?.?sickle|soviet|communis|coat.?of|red.?cross|hospital.?cross|olymp|united.?nations"
    r"|statue|liberty|capitol|nazi|swastika|lenin|usa|uncle_sam|maple|star.?of.?david|recycl|apple|android|penguin|tux"
    r"|famous-character|debian|ubuntu|firefox|windows|gnome|union.?jack|peace_sign_flag|brand|social|/cards/"
    r"|bbc|wikipedia|reddit|visa|stumbleupon|icons\.start|first.?aid|gwen_ha|red.?circle|toyota|sony"
)
"""Names of graphics that may show an enrolled mark; the last line comes from reading the 160 graphics most similar to
the default gallery."""

MIN_CONTRAST = 24
"""Range of channel values, of 255, below which a drawing on white shows nothing."""

CLIP_ART = Path("usr/share/openclipart/svg")
# fmt: off
CLIP_ART_FOLDERS = (
    "animals", "people", "food", "plants", "recreation", "tools", "transportation", "office", "containers",
    "electronics", "buildings", "education", "decorations", "computer/hardware", "signs_and_symbols/weather",
    "signs_and_symbols/hazard", "science",
)
# fmt: on
CLIP_ART_BYTES = 150_000
"""Size from which files are left out: they are traced scans that take seconds to render."""

PHOTO_FOLDERS = {
    "opencv-doc": "usr/share/doc/opencv-doc/examples",
    "scikit-image": "skimage/data",
}
# fmt: off
PHOTO_NAMES = (
    "plant.jpg", "scenetext03.jpg", "scenetext04.jpg", "scenetext05.jpg", "home.jpg", "home.png", "fruits.jpg",
    "butterfly.jpg", "baboon.jpg", "leuvenA.jpg", "squirrel_cls.jpg", "aloeL.jpg", "board.jpg", "orange.jpg",
    "chicky_512.png", "stuff.jpg", "rubberwhale1.png", "smarties.png", "apple.jpg", "aero1.jpg", "aero3.jpg",
    "building.jpg", "000.jpg", "002.jpg", "graf1.png", "basketball1.png", "starry_night.jpg", "coffee.png",
    "chelsea.png", "rocket.jpg", "motorcycle_left.png", "camera.png", "moon.png", "hubble_deep_field.jpg",
)
# fmt: on
"""Photographs by name, because the folders also hold diagrams, and a portrait before a national flag."""


@dataclass(frozen=True)
class Unprotected:
    """Graphics of the test fold, and clip art of a package that training does not read.

    Attributes:
        icons: rendered graphics of all packages.
        rows: rows of those that nobody protects.
        clip_art: SVG files.
    """

    icons: graphics.Graphics
    rows: Sequence[int]
    clip_art: Sequence[Path]

    @classmethod
    def load(cls) -> Unprotected:
        """All unprotected graphics; packages are fetched when first used."""
        icons = graphics.load_graphics()
        return cls(icons, icons.rows(_is_unprotected), list(_clip_art()))

    def sample(self, rng: np.random.Generator) -> Picture:
        """A random graphic, RGBA; clip art and icons are equally likely."""
        if not self.clip_art or rng.random() < 0.5:
            return Image.fromarray(self.icons.drawing(self.rows[int(rng.integers(len(self.rows)))]))
        try:
            return _inked(rasterised(self.clip_art[int(rng.integers(len(self.clip_art)))].read_text("utf-8"), 300))
        except ValueError:  # some of the package's files have no size, or draw nothing
            return self.sample(rng)


def _is_unprotected(item: graphics.Graphic) -> bool:
    return item.harmless and item.fold is Fold.TEST and not PROTECTED_NAMES.search(item.identity)


def _clip_art() -> Iterator[Path]:
    root = packages.fetch("openclipart-svg") / CLIP_ART
    for folder in CLIP_ART_FOLDERS:
        files = sorted(path for path in (root / folder).rglob("*.svg") if path.is_file())
        small = (path for path in files if path.stat().st_size < CLIP_ART_BYTES)
        yield from (path for path in small if not PROTECTED_NAMES.search(path.relative_to(root).as_posix()))


def _inked(drawing: Picture) -> Picture:
    """A drawing without its transparent margins, RGBA.

    Raises:
        ValueError: it is nearly empty, or white on white.
    """
    box = drawing.getchannel("A").getbbox()
    if np.ptp(np.asarray(flatten(drawing, WHITE)), axis=(0, 1)).max() < MIN_CONTRAST:
        raise ValueError("nothing is visible")
    if box is None or min(box[2] - box[0], box[3] - box[1]) < graphics.MIN_INKED_PIXELS:
        raise ValueError("nothing is drawn")
    return drawing.crop(box)


def photographs() -> Backgrounds:
    """Photographs of packages that training does not read."""
    return Backgrounds((*map(_photo, _photo_files()), *Backgrounds.load(BENCHMARK_PHOTOS).photos))


def _photo_files() -> Iterator[Path]:
    for source, folder in PHOTO_FOLDERS.items():
        files = {path.name: path for path in sorted((packages.fetch(source) / folder).rglob("*"))}
        yield from (files[name] for name in PHOTO_NAMES if name in files)


def _photo(path: Path) -> Pixels:
    with Image.open(path) as file:
        file.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
        return np.asarray(file.convert("RGB"))
