"""Pictures of accounts: generated faces, photographs, letters, and a platform's default avatars.

A picture depends on the seed, its purpose and its number alone, so that a larger set holds the smaller one.
"""

from __future__ import annotations

import io
import zlib

import numpy as np
import zxingcpp
from PIL import Image

from models.arrays import Pixels
from models.images.encoder.variants import framed
from models.images.input.transparency import WHITE, clearest_background, flatten
from training.images.sources.backgrounds import Backgrounds
from training.images.sources.catalogue import CATALOGUE, CatalogueEntry
from training.images.sources.pictures import load_picture
from training.images.synthesis.augmentations import harmless_picture, initials
from training.images.synthesis.portraits import portrait

AVATAR_SIDES = (96, 132, 200, 400, 640)
"""Sides of avatars in pixels, as platforms store them."""

COVER_SIZES = ((900, 300), (1080, 360), (1500, 500))
"""Widths and heights of covers in pixels."""

KINDS = {"photo": 0.55, "portrait": 0.25, "initials": 0.2}
"""Share of avatars by kind, of those that are no default; assumed."""

FORMATS = {"JPEG": 0.8, "PNG": 0.12, "WEBP": 0.08}
"""Share of pictures by format; assumed."""

DEFAULT_SIDE, QUALITY, RENDERED_SIDE, CODE_SIDE = 200, 85, 400, 240
"""Side of a default avatar, JPEG and WebP quality, side of a rendered emblem and least side of a code's picture."""

Generator = np.random.Generator


def default_avatar(number: int) -> bytes:
    """One of the avatars that a platform gives to accounts that choose none: a head on a colour, PNG."""
    rng = np.random.default_rng(number)
    ground, ink = (tuple(map(int, rng.integers(low, high, 3))) for low, high in ((40, 200), (200, 256)))
    y, x = np.mgrid[-1 : 1 : DEFAULT_SIDE * 1j, -1 : 1 : DEFAULT_SIDE * 1j]
    is_figure = (x**2 + (y + 0.25) ** 2 < 0.13) | ((x / 1.1) ** 2 + (y - 0.95) ** 2 < 0.42)
    return _encoded(np.where(is_figure[..., None], ink, ground).astype(np.uint8), "PNG")


def avatar(seed: int, number: int) -> bytes:
    """An avatar of an account's own, in a random size and format."""
    rng = np.random.default_rng((seed, 1, number))
    side = int(rng.choice(AVATAR_SIDES))
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    if kind == "portrait":
        drawn = portrait(rng)
        pixels = np.asarray(flatten(drawn.resize((side, side)), clearest_background(drawn)))
    elif kind == "initials":
        pixels = initials(rng, (side, side))
    else:
        pixels = harmless_picture(rng, (side, side), Backgrounds(()))
    return _encoded(pixels, str(rng.choice(list(FORMATS), p=list(FORMATS.values()))))


def cover(seed: int, number: int) -> bytes:
    """A cover, JPEG."""
    rng = np.random.default_rng((seed, 2, number))
    width, height = COVER_SIZES[int(rng.integers(len(COVER_SIZES)))]
    return _encoded(harmless_picture(rng, (height, width), Backgrounds(())), "JPEG")


def code(seed: int, number: int) -> bytes:
    """A QR code with a quiet zone, JPEG."""
    rng = np.random.default_rng((seed, 3, number))
    barcode = zxingcpp.create_barcode(
        f"https://example.com/{rng.integers(1 << 40):010x}", zxingcpp.BarcodeFormat.QRCode
    )
    dots = np.asarray(barcode.to_image(), np.uint8)
    scale = -(-CODE_SIDE // len(dots))
    return _encoded(
        np.stack([np.pad(np.kron(dots, np.ones((scale, scale), np.uint8)), 24, constant_values=255)] * 3, 2)
    )


def emblem(seed: int, number: int, entry: CatalogueEntry) -> bytes:
    """An emblem of the catalogue, shown plainly on white or edge to edge, JPEG."""
    rng = np.random.default_rng((seed, 4, number))
    drawing = load_picture(entry.image, CATALOGUE.parent, RENDERED_SIDE)
    shown = framed(drawing, WHITE) if rng.random() < 0.5 else flatten(drawing, clearest_background(drawing))
    side = int(rng.choice(AVATAR_SIDES[1:]))
    shown.thumbnail((side, side), Image.Resampling.LANCZOS)
    return _encoded(np.asarray(shown))


def with_own_bytes(data: bytes, number: int) -> bytes:
    """The same picture with other bytes for every number: a JPEG comment or a PNG text chunk. WebP stays."""
    note = number.to_bytes(8)
    if data.startswith(b"\xff\xd8"):
        return data[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2) + note + data[2:]
    if data.startswith(b"\x89PNG"):
        chunk = b"tEXt" + b"number\0" + note.hex().encode()
        end = len(data) - 12  # before the last chunk, IEND
        return data[:end] + (len(chunk) - 4).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4) + data[end:]
    return data


def suffix(data: bytes) -> str:
    """The suffix of a file with this picture."""
    return {b"\xff\xd8": ".jpg", b"\x89P": ".png", b"RI": ".webp"}[data[:2]]


def _encoded(pixels: Pixels, form: str = "JPEG") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, form, quality=QUALITY)
    return stream.getvalue()
