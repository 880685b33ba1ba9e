"""Avatars of unrelated people, and changes of an avatar that is uploaded again, for `training.accounts`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from PIL import Image, ImageOps

from models.accounts.signatures import layout
from models.arrays import Pixels
from training.images.common.split import Fold
from training.images.sources import graphics
from training.images.sources.backgrounds import BENCHMARK_PHOTOS, TRAINING_PHOTOS, VALIDATION_PHOTOS, Backgrounds
from training.images.synthesis import portraits
from training.images.synthesis.edits import jpeg
from training.images.synthesis.negatives import LETTER_MARK_CHINESE
from training.images.synthesis.scenes import AVATAR, TYPEFACES, Picture, Scene, placed

SAME_PHOTO_COSINE = 0.7
"""Cosine of layouts from which two photographs are sizes of one wallpaper; other pairs stay below .5."""

Generator = np.random.Generator


def unrelated_avatars(each: int, seed: int, limit: int | None = None) -> list[Picture]:
    """Avatars of unrelated people, RGB: photographs, portraits, graphics and letters.

    Args:
        each: avatars of each of these four sorts, at most.
        seed: of all randomness.
        limit: graphics and photographs to load of each package, for tests.
    """
    rng = np.random.default_rng(seed)
    scene = Scene(rng, Backgrounds(()), lambda: Image.new("RGBA", (1, 1)), partial(portraits.portrait, rng), TYPEFACES)
    rendered = graphics.load_graphics(limit)
    rows = rendered.rows(lambda item: item.harmless and item.fold is not Fold.TRAIN)
    chosen = [np.ascontiguousarray(rendered.drawing(row)) for row in rng.permutation(rows)[:each]]
    return [
        *_photographs(limit)[:each],
        *(placed(scene.plain(), scene.portrait(), 1.0).picture for _ in range(each)),
        *(placed(scene.plain(), Image.fromarray(drawing), scene.between(0.6, 0.9)).picture for drawing in chosen),
        *(_letters(scene) for _ in range(each)),
    ]


def _letters(scene: Scene) -> Picture:
    word = "".join(scene.pick(LETTER_MARK_CHINESE) for _ in range(int(scene.rng.integers(1, 5))))
    return placed(scene.plain(), scene.letters(word, scene.colour()), scene.between(0.35, 0.8)).picture


def _photographs(limit: int | None) -> list[Picture]:
    """The middle square of every photograph of the packages; a wallpaper in several sizes is taken once."""
    kept: dict[int, Pixels] = {}
    backgrounds = Backgrounds.load((*TRAINING_PHOTOS, *VALIDATION_PHOTOS, *BENCHMARK_PHOTOS), limit)
    for photo in map(_middle, backgrounds.photos):
        lights = layout(photo)
        if all(lights @ layout(other) < SAME_PHOTO_COSINE for other in kept.values()):
            kept[len(kept)] = photo
    return [Image.fromarray(photo) for photo in kept.values()]


def _middle(photo: Pixels) -> Pixels:
    height, width = photo.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = np.ascontiguousarray(photo[top : top + side, left : left + side])
    return cv2.resize(square, AVATAR, interpolation=cv2.INTER_AREA)


def _same(_: Generator, picture: Picture) -> Picture:
    return picture


def _resized(rng: Generator, picture: Picture) -> Picture:
    side = int(rng.integers(96, 400))
    return picture.resize((side, side))


def _recompressed(rng: Generator, picture: Picture) -> Picture:
    return jpeg(_resized(rng, picture), int(rng.integers(20, 70)))


def _cropped(rng: Generator, picture: Picture) -> Picture:
    side = round(rng.uniform(0.8, 0.95) * picture.width)
    left, top = (int(rng.integers(0, picture.width - side + 1)) for _ in range(2))
    return picture.crop((left, top, left + side, top + side))


def _mirrored(_: Generator, picture: Picture) -> Picture:
    return ImageOps.mirror(picture)


def _bordered(rng: Generator, picture: Picture) -> Picture:
    return ImageOps.expand(picture, int(rng.integers(8, 40)), _colour(rng))


def _tinted(rng: Generator, picture: Picture) -> Picture:
    return Image.blend(picture, Image.new("RGB", picture.size, _colour(rng)), rng.uniform(0.08, 0.25))


def _several(rng: Generator, picture: Picture) -> Picture:
    return _recompressed(rng, _tinted(rng, _cropped(rng, _mirrored(rng, picture))))


def _colour(rng: Generator) -> tuple[int, int, int]:
    red, green, blue = map(int, rng.integers(0, 256, 3))
    return red, green, blue


REUPLOADS: dict[str, Callable[[Generator, Picture], Picture]] = {
    "same": _same,
    "resized": _resized,
    "recompressed": _recompressed,
    "cropped": _cropped,
    "mirrored": _mirrored,
    "bordered": _bordered,
    "tinted": _tinted,
    "several": _several,
}
"""Changes of an avatar between two accounts, by name; "several" mirrors, crops, tints and recompresses."""
