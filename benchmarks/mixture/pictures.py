"""Pictures as platforms receive them: mostly photographs, in the sizes and formats of uploads, a third repeated.

Made from packages and generators that no model was trained on, so that as many are verified and read as in service.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageOps

from benchmarks.profiles import imitation
from models.profile import Field
from training.images.data.unprotected import Unprotected, photographs
from training.images.evaluation.text_pictures import text_pictures
from training.images.sources.backgrounds import BENCHMARK_PHOTOS, Backgrounds
from training.images.synthesis.negatives import NEGATIVES
from training.images.synthesis.portraits import portrait
from training.images.synthesis.scenes import TYPEFACES, Picture, Scene

AVATAR_SIDES, COVER_WIDTHS = (132, 400, 400, 640, 800, 1_080), (900, 1_500, 1_500, 1_920)
"""Pixels; sides and widths as platforms ask for, the usual ones twice."""

COVER_ASPECT, COVER_SHARE = 3, 0.25
"""Width over height of covers, and their fraction of the uploads."""

REPEATED = 1 / 3
"""Fraction of uploads whose bytes came before: default avatars, and pictures that many choose."""

FORMATS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("JPEG", {"quality": 92}),
    ("JPEG", {"quality": 80}),
    ("JPEG", {"quality": 80}),
    ("PNG", {}),
    ("WEBP", {"quality": 80}),
)
"""Formats of uploads with Pillow's options; photographs are no PNG."""

Size = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True)
class Upload:
    """An uploaded picture.

    Attributes:
        kind: of `SHARES`.
        field: avatar or cover.
        data: the encoded picture.
        repeated: the same bytes came before.
    """

    kind: str
    field: Field
    data: bytes
    repeated: bool = False


Maker = Callable[[Scene, Backgrounds, np.random.Generator, Size], Picture]
"""Makes a picture of one kind from the materials, a random source and a size."""


def _photo(_: Scene, photos: Backgrounds, rng: np.random.Generator, size: Size) -> Picture:
    return PIL.Image.fromarray(photos.photo(rng, size[::-1]))


def _landscape(scene: Scene, _: Backgrounds, rng: np.random.Generator, size: Size) -> Picture:
    return PIL.Image.fromarray(scene.backgrounds.photo(rng, size[::-1]))


def _negative(*names: str) -> Maker:
    def make(scene: Scene, _: Backgrounds, __: np.random.Generator, size: Size) -> Picture:
        made = NEGATIVES[scene.pick(names)][0](scene)
        return _filling(made, size)

    return make


def _text(_: Scene, __: Backgrounds, rng: np.random.Generator, size: Size) -> Picture:
    (made,) = text_pictures(1, int(rng.integers(1 << 31)))
    return _filling(PIL.Image.fromarray(made.pixels), size)


def _emblem(_: Scene, __: Backgrounds, rng: np.random.Generator, size: Size) -> Picture:
    return PIL.Image.open(io.BytesIO(imitation(size, int(rng.integers(1 << 31)))))


SHARES: Mapping[str, tuple[float, Maker]] = {
    "photographs of people and things": (0.40, _photo),
    "drawn and generated avatars": (0.20, _negative("avatar")),
    "animals and landscapes": (0.10, _landscape),
    "cartoons and games": (0.10, _negative("graphic", "graphic_on_photo", "graphic_sticker", "graphic_other_style")),
    "graphics and letters": (0.10, _negative("letters_latin", "letters_chinese", "seal", "collage_cover", "bands")),
    "logos": (0.05, _negative("app_icon", "graphic_circle", "graphic_one_colour")),
    "with text": (0.03, _text),
    "with an emblem": (0.02, _emblem),
}
"""Fraction of each kind, and how it is made. Logos are those of nobody: real ones are enrolled."""

HARMLESS = tuple(kind for kind in SHARES if kind not in {"with text", "with an emblem"})
"""Kinds of which nothing should be found."""


PHOTOGRAPHIC = frozenset({"photographs of people and things", "animals and landscapes"})
"""Kinds that nobody uploads as PNG."""


def uploads(count: int, seed: int) -> list[Upload]:
    """Uploads of all kinds in a random order, the same for a seed, `REPEATED` of them the bytes of an earlier one."""
    rng = np.random.default_rng(seed)
    graphics, photos = Unprotected.load(), photographs()
    landscapes = Backgrounds.load(BENCHMARK_PHOTOS)
    scene = Scene(rng, landscapes, partial(graphics.sample, rng), partial(portrait, rng), TYPEFACES)
    kinds, shares = list(SHARES), [share for share, _ in SHARES.values()]
    made: list[Upload] = []
    for _ in range(count):
        if made and rng.random() < REPEATED:
            earlier = made[int(rng.integers(len(made)))]
            made.append(Upload(earlier.kind, earlier.field, earlier.data, repeated=True))
            continue
        kind = kinds[int(rng.choice(len(kinds), p=shares))]
        field = Field.COVER if rng.random() < COVER_SHARE else Field.AVATAR
        picture = SHARES[kind][1](scene, photos, rng, _size(rng, field))
        made.append(Upload(kind, field, _encoded(rng, picture, is_photo=kind in PHOTOGRAPHIC)))
    return made


def _size(rng: np.random.Generator, field: Field) -> Size:
    if field is Field.AVATAR:
        side = int(rng.choice(AVATAR_SIDES))
        return side, side
    width = int(rng.choice(COVER_WIDTHS))
    return width, width // COVER_ASPECT


def _filling(picture: Picture, size: Size) -> Picture:
    """A picture scaled and cropped to a size, as an upload form does."""
    return PIL.ImageOps.fit(picture.convert("RGB"), size)


def _encoded(rng: np.random.Generator, picture: Picture, *, is_photo: bool) -> bytes:
    formats = [one for one in FORMATS if not (is_photo and one[0] == "PNG")]
    kind, options = formats[int(rng.integers(len(formats)))]
    stream = io.BytesIO()
    picture.convert("RGB").save(stream, kind, **options)
    return stream.getvalue()
