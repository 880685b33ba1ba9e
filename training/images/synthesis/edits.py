"""Kinds of imitation for the benchmark: its positives, and edited negatives.

A kind is an edit of the drawing, a layout and an edit of the picture. Most kinds change one thing, so that results by
kind show what a model misses. Training uses other code with other parameters (`augmentations.py`).
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from training.images.synthesis.scenes import (
    AVATAR,
    COVER,
    Composition,
    Picture,
    Scene,
    fractions,
    placed,
    scaled,
    somewhere,
    trimmed,
)
from training.images.synthesis.styles import STYLE_CHANGES, by_hand

WORDS = ("老王小店", "平安喜乐", "Hello", "旅行日记", "VIP", "客服", "2026", "Lucky", "官方", "招商")
LATIN_WORDS = tuple(word for word in WORDS if word.isascii())


def _unchanged(scene: Scene, drawing: Picture) -> Picture:
    return drawing


def _unedited(scene: Scene, made: Composition) -> Composition:
    return made


def filled(scene: Scene, drawing: Picture) -> Composition:
    """The drawing on a plain avatar that it nearly fills."""
    return placed(scene.plain(), drawing, scene.between(0.75, 0.98))


@dataclass(frozen=True)
class ImitationKind:
    """One way to imitate an emblem.

    Attributes:
        drawing: edits the drawing, RGBA to RGBA.
        layout: places the drawing in a picture.
        picture: edits the picture afterwards.
    """

    drawing: Callable[[Scene, Picture], Picture] = _unchanged
    layout: Callable[[Scene, Picture], Composition] = filled
    picture: Callable[[Scene, Composition], Composition] = _unedited

    def __call__(self, scene: Scene, drawing: Picture) -> Composition:
        """A picture that imitates a drawing, RGBA."""
        return self.picture(scene, self.layout(scene, self.drawing(scene, drawing)))


def _recoloured(scene: Scene, drawing: Picture) -> Picture:
    red, green, blue = drawing.convert("RGB").split()
    order = scene.pick([(green, blue, red), (blue, red, green), (red, blue, green)])
    changed = Image.blend(drawing.convert("RGB"), Image.merge("RGB", order), scene.between(0.5, 1.0))
    return _with_alpha(changed, drawing)


def _one_colour(scene: Scene, drawing: Picture) -> Picture:
    grey = ImageOps.autocontrast(drawing.convert("L"))
    dark, light = sorted((scene.colour(), scene.colour()), key=sum)
    return _with_alpha(ImageOps.colorize(grey, dark, light), drawing)


def _with_alpha(picture: Picture, drawing: Picture) -> Picture:
    result = picture.convert("RGBA")
    result.putalpha(drawing.getchannel("A"))
    return result


def _rotated(scene: Scene, drawing: Picture) -> Picture:
    angle = scene.between(8, 40) * (1 if scene.chance(0.5) else -1)
    return drawing.rotate(angle, Image.Resampling.BICUBIC, expand=True)


def _tilted(scene: Scene, drawing: Picture) -> Picture:
    width, height = drawing.size
    corners = [(0, 0), (0, height), (width, height), (width, 0)]
    pulled = [
        value + scene.between(-0.18, 0.05) * side for x, y in corners for value, side in ((x, width), (y, height))
    ]
    return drawing.transform(drawing.size, Image.Transform.QUAD, pulled, Image.Resampling.BICUBIC)


def _mirrored(scene: Scene, drawing: Picture) -> Picture:
    return ImageOps.mirror(drawing)


def _large(scene: Scene, drawing: Picture) -> Composition:
    return placed(scene.plain(), drawing, scene.between(0.8, 1.15))


def _small_plain(scene: Scene, drawing: Picture) -> Composition:
    return somewhere(scene, scene.plain(COVER), drawing, scene.between(0.4, 0.7))


def _small_photo(scene: Scene, drawing: Picture) -> Composition:
    return somewhere(scene, scene.photo(COVER), drawing, scene.between(0.4, 0.7))


def _on_photo(scene: Scene, drawing: Picture) -> Composition:
    return placed(scene.photo(), drawing, scene.between(0.55, 0.8))


def _corner(scene: Scene, drawing: Picture) -> Composition:
    """The drawing as a badge in the corner of a portrait, photographed or drawn."""
    ground = scene.photo()
    if scene.chance(0.5):
        ground = placed(scene.plain(), scene.portrait(), 1.0).picture
    share = scene.between(0.22, 0.35)
    width, height = scaled(ground, trimmed(drawing), share)
    margin = 0.1 * share * AVATAR[0]
    x = margin + width / 2 if scene.chance(0.5) else AVATAR[0] - margin - width / 2
    return placed(ground, drawing, share, (x, AVATAR[1] - margin - height / 2))


def _beside(scene: Scene, drawing: Picture) -> Composition:
    """The drawing beside a harmless graphic, so that one answer is right."""
    centers = [(150, 150), (450, 150)]
    own, others = centers if scene.chance(0.5) else centers[::-1]
    ground = placed(scene.plain((600, 300)), scene.other(), 0.8, others).picture
    return placed(ground, drawing, 0.8, own)


def _recompressed(scene: Scene, made: Composition) -> Composition:
    side = int(scene.between(96, 400))
    size = (side, max(1, round(side * made.picture.height / made.picture.width)))
    smaller = made.picture.resize(size, Image.Resampling.BICUBIC)
    return made.with_picture(jpeg(smaller, int(scene.between(25, 90))))


def _cut_round(scene: Scene, made: Composition) -> Composition:
    mask = Image.new("L", made.picture.size, 0)
    width, height = made.picture.size
    side = min(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    ImageDraw.Draw(mask).ellipse((left + 3, top + 3, left + side - 4, top + side - 4), fill=255)
    return made.with_picture(Image.composite(made.picture, scene.plain(made.picture.size), mask))


def _blurred(scene: Scene, made: Composition) -> Composition:
    blurred = made.picture.filter(ImageFilter.GaussianBlur(scene.between(2, 6)))
    shape = (*blurred.size[::-1], 1)
    grain = scene.rng.normal(128, scene.between(20, 70), shape).clip(0, 255).astype(np.uint8)
    return made.with_picture(Image.blend(blurred, Image.fromarray(grain.repeat(3, axis=2)), 0.25))


def _cropped(scene: Scene, drawing: Picture) -> Composition:
    """A crop of 55 to 80% of a picture that the drawing fills; the box is around its visible part."""
    whole = placed(scene.plain(), drawing, 1.0)
    side = round(scene.between(0.55, 0.8) * AVATAR[0])
    left, top = (int(scene.rng.integers(0, AVATAR[0] - side + 1)) for _ in range(2))
    corners = [value * AVATAR[0] - start for value, start in zip(whole.box, (left, top, left, top), strict=True)]
    box = fractions((corners[0], corners[1], corners[2], corners[3]), (side, side))
    return Composition(whole.picture.crop((left, top, left + side, top + side)), box)


def _lettered(scene: Scene, made: Composition) -> Composition:
    """An outlined word over the emblem."""
    words = WORDS if scene.faces else LATIN_WORDS
    word = scene.letters(scene.pick(words), scene.colour())
    left, top, right, bottom = made.box
    width, height = made.picture.size
    size = round(scene.between(0.5, 0.9) * (right - left) * width), max(8, round((bottom - top) * height * 0.3))
    scale = min(size[0] / word.width, size[1] / word.height)
    word = word.resize((max(1, round(word.width * scale)), max(1, round(word.height * scale))))
    x = scene.between(left, right) * width - word.width / 2
    y = scene.between(top + 0.15 * (bottom - top), bottom) * height - word.height / 2
    picture = made.picture.copy()
    edge = word.getchannel("A").filter(ImageFilter.MaxFilter(5))
    picture.paste("white", (round(x), round(y)), edge)
    picture.paste(word, (round(x), round(y)), word)
    return made.with_picture(picture)


def _stickered(scene: Scene, made: Composition) -> Composition:
    """A face stuck on the emblem."""
    picture = made.picture.copy()
    left, top, right, bottom = (
        value * side for value, side in zip(made.box, (*picture.size, *picture.size), strict=True)
    )
    size = scene.between(0.3, 0.5) * ((right - left) * (bottom - top)) ** 0.5
    x, y = scene.between(left, right) - size / 2, scene.between(top, bottom) - size / 2
    pen = ImageDraw.Draw(picture)
    pen.ellipse((x, y, x + size, y + size), fill=scene.colour(), outline="black", width=4)
    for eye in (0.3, 0.62):
        pen.ellipse((x + eye * size, y + 0.3 * size, x + (eye + 0.1) * size, y + 0.42 * size), fill="black")
    return made.with_picture(picture)


def _bordered(scene: Scene, made: Composition) -> Composition:
    edge = int(scene.between(20, 70))
    picture = ImageOps.expand(made.picture, border=edge, fill=scene.colour())
    sides = (*made.picture.size, *made.picture.size)
    left, top, right, bottom = (value * side + edge for value, side in zip(made.box, sides, strict=True))
    return Composition(picture, fractions((left, top, right, bottom), picture.size))


def _filmed(scene: Scene, made: Composition) -> Composition:
    """A photographed screen: a slanted pixel raster, glare and a colour cast."""
    picture = np.asarray(made.picture, dtype=np.float32)
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]]
    period, slant = scene.between(3, 9), scene.between(-0.4, 0.4)
    raster = 0.5 + 0.5 * np.cos(2 * np.pi * (x + slant * y) / period) * np.cos(2 * np.pi * (y - slant * x) / period)
    glare = np.exp(-((x - scene.between(0, 400)) ** 2 + (y - scene.between(0, 400)) ** 2) / 2e4) * scene.between(0, 120)
    cast = np.array([scene.between(0.8, 1.1) for _ in range(3)])
    filmed = picture * (1 - scene.between(0.15, 0.45) * raster[..., None]) * cast + glare[..., None]
    return made.with_picture(Image.fromarray(np.clip(filmed, 0, 255).astype(np.uint8)))


def _drawn_by_hand(scene: Scene, made: Composition) -> Composition:
    return made.with_picture(by_hand(scene, made.picture))


def _in_other_style(scene: Scene, made: Composition) -> Composition:
    return made.with_picture(scene.pick(STYLE_CHANGES)(scene, made.picture))


def _several(scene: Scene, drawing: Picture) -> Composition:
    """Several edits of different sorts at once."""
    if scene.chance(0.5):
        drawing = scene.pick([_recoloured, _one_colour])(scene, drawing)
    drawing = scene.pick([_rotated, _tilted, _mirrored])(scene, drawing)
    made = scene.pick([filled, _on_photo, _small_plain, _small_photo])(scene, drawing)
    overlays = [_lettered, _stickered, _bordered, _cut_square]
    for index in scene.rng.permutation(len(overlays))[:2]:
        made = overlays[index](scene, made)
    return made.with_picture(jpeg(made.picture, int(scene.between(20, 60))))


def _cut_square(scene: Scene, made: Composition) -> Composition:
    """A square picture cut to a circle; a cover stays as it is."""
    return _cut_round(scene, made) if made.picture.width == made.picture.height else made


def jpeg(picture: Picture, quality: int) -> Picture:
    """A picture saved as JPEG and read again, RGB.

    Args:
        quality: Pillow's, from 0 to 95.
    """
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


IMITATION_KINDS: dict[str, Callable[[Scene, Picture], Composition]] = {
    "copy": ImitationKind(picture=_recompressed),
    "circle": ImitationKind(layout=_large, picture=_cut_round),
    "recoloured": ImitationKind(_recoloured),
    "one_colour": ImitationKind(_one_colour),
    "rotated": ImitationKind(_rotated),
    "perspective": ImitationKind(_tilted),
    "mirrored": ImitationKind(_mirrored),
    "blur_noise": ImitationKind(picture=_blurred),
    "crop": ImitationKind(layout=_cropped),
    "text_over": ImitationKind(picture=_lettered),
    "sticker": ImitationKind(picture=_stickered),
    "border": ImitationKind(picture=_bordered),
    "moire": ImitationKind(picture=_filmed),
    "by_hand": ImitationKind(picture=_drawn_by_hand),
    "other_style": ImitationKind(picture=_in_other_style),
    "small_plain": ImitationKind(layout=_small_plain),
    "small_photo": ImitationKind(layout=_small_photo),
    "corner": ImitationKind(layout=_corner),
    "beside": ImitationKind(layout=_beside),
    "several": _several,
}
"""Every kind of imitation, by the name that the manifest carries."""
