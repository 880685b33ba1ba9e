"""Refuse a picture that is shown in other colours than its numbers say.

A colour profile may give any colour to any number, and so may the gamma of a PNG: one that spreads two greys, which
nobody tells apart, to red and gold shows an emblem where the numbers hold next to nothing. Programs do not agree about
which of them counts, nor when one is broken. So numbers are judged, and only a picture that every program shows much
as they say it is let in: the profiles of cameras, phones and screens change shades.

Sources: ICC.1:2022 (profiles, which LittleCMS applies); PNG, third edition, 4.3 and 11.3.2 (chunks of colours);
BITMAPV4HEADER and BITMAPV5HEADER.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageCms
import PIL.ImageFile

from models.profile import ProfileError

MAX_PROFILE_BYTES = 500_000
"""Those of cameras and screens have 500 to 20,000; more are tables for print."""

MAX_TAGS = 100
"""As many as LittleCMS reads."""

GREYS, COLOURS = (64, 6), (200, 32)
"""Levels of 255 by which a grey and a colour may be shown otherwise, and between what is shown of neighbouring numbers.
A gamma of 1.8 changes greys by 19. The purest colours of wide gamuts, which no common screen has, are those that
change: ProPhoto's by up to 187, up to 24 from one number to the next; Display P3's by 118 and 13."""

_CLASSES = (b"mntr", b"scnr", b"prtr", b"spac")
_TABLES = (b"A2B", b"D2B")
"""Tags that give colours in tables, for which programs have several rules; no camera, phone or screen needs one."""

_MODES = {"RGB": "RGB", "GRAY": "L"}

_COLOUR_CHUNKS = (b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP")
_TEXT_CHUNKS = (b"tEXt", b"zTXt", b"iTXt")
_KEYWORDS = {b"bbox", b"blend", b"chromaticity", b"default_image", b"disposal", b"exif", b"gamma", b"icc_profile"}
_KEYWORDS |= {b"interlace", b"srgb", b"transparency"}
"""Texts with these names Pillow takes for what it read from other chunks."""

_SRGB_POINTS = (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)
_POINTS_OFF = (5_000, 5_000) + 6 * (15_000,)
"""x and y of white, red, green and blue, in hundred thousandths, and how far they may be off: Adobe RGB's are."""

_CICP = {bytes([1, 13, 0, 1]), bytes([12, 13, 0, 1])}
"""sRGB and Display P3."""

_BMP_TYPES = {b"BGRs", b" niW"}
"""sRGB, and what Windows takes for it."""


def check_colours(data: bytes, header: PIL.ImageFile.ImageFile) -> None:
    """Refuse what may be shown in other colours than its numbers.

    Args:
        data: the encoded picture.
        header: the same, opened and not decoded.

    Raises:
        ProfileError: with the code `image_undecodable`.
    """
    if header.format == "PNG":
        _check_chunks(data)
    if header.format == "BMP":
        _check_bitmap(data)
    profile = header.info.get("icc_profile")
    if profile and not _is_tame(profile):
        raise _refusal("its colour profile changes what is seen, or is not sound")
    pieces = [piece for _, piece in getattr(header, "applist", []) if piece.startswith(b"ICC_PROFILE\0")]
    if (pieces and not profile) or getattr(header, "icclist", []):
        raise _refusal("its colour profile is in pieces that do not fit")


def _refusal(reason: str) -> ProfileError:
    advice = "save it as sRGB, without a colour profile"
    return ProfileError("image_undecodable", f"it may be shown in other colours than it holds: {reason}; {advice}")


@lru_cache(maxsize=64)
def _is_tame(profile: bytes) -> bool:
    """Whether a profile is of one meaning, and changes shades alone."""
    tags = _tags(profile)
    if len(profile) > MAX_PROFILE_BYTES or profile[12:16] not in _CLASSES or not 0 < len(tags) <= MAX_TAGS:
        return False
    if len(set(tags)) < len(tags) or any(tag.startswith(_TABLES) for tag in tags):
        return False
    try:
        given = PIL.ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _MODES[given.profile.xcolor_space.strip()]
        numbers = PIL.Image.fromarray(_ramps() if mode == "RGB" else _ramps()[:1, :, 0])
        to_srgb = PIL.ImageCms.buildTransform(
            given, PIL.ImageCms.createProfile("sRGB"), mode, "RGB", flags=PIL.ImageCms.Flags.NOOPTIMIZE
        )
        shown = np.asarray(PIL.ImageCms.applyTransform(numbers, to_srgb), np.int16)
    except (PIL.ImageCms.PyCMSError, OSError, KeyError):
        return False
    plain = np.asarray(numbers.convert("RGB"), np.int16)
    return _are_near(shown[:1], plain[:1], GREYS) and _are_near(shown, plain, COLOURS)


def _tags(profile: bytes) -> list[bytes]:
    count = int.from_bytes(profile[128:132]) if len(profile) >= 132 else 0
    return [profile[132 + 12 * number :][:4] for number in range(min(count, MAX_TAGS + 1))]


def _ramps() -> np.ndarray:
    """All levels of grey, and of each channel beside five levels of either other one: RGB, uint8 (76, 256, 3)."""
    levels, others = np.arange(256), (0, 64, 128, 192, 255)
    ramps = [np.stack([levels] * 3, axis=1)]
    for channel, one, other in product(range(3), others, others):
        ramp = np.stack([levels, np.full(256, one), np.full(256, other)], axis=1)
        ramps.append(np.roll(ramp, channel, axis=1))
    return np.stack(ramps).astype(np.uint8)


def _are_near(shown: np.ndarray, numbers: np.ndarray, limits: tuple[int, int]) -> bool:
    """Whether ramps of colours, (ramps, levels, channels), are shown much as their numbers say."""
    changed, steepest = np.abs(shown - numbers).max(), np.abs(np.diff(shown, axis=1)).max()
    return bool(changed <= limits[0] and steepest <= limits[1])


def _check_chunks(png: bytes) -> None:
    found: dict[bytes, bytes] = {}
    pixels_are_reached = False
    for name, body in _chunks(png):
        pixels_are_reached |= name == b"IDAT"
        if name in _TEXT_CHUNKS and body.split(b"\0", 1)[0] in _KEYWORDS:
            raise _refusal("a text in it has the name of a property")
        if name in _COLOUR_CHUNKS and not pixels_are_reached:
            if name in found:
                raise _refusal("it says twice which colours it has")
            found[name] = body
    if b"cICP" in found and found[b"cICP"] not in _CICP:
        raise _refusal("it is not for usual screens")
    if b"sRGB" not in found and not (_is_tame_gamma(found.get(b"gAMA")) and _are_usual(found.get(b"cHRM"))):
        raise _refusal("its gamma or its primaries change what is seen")


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(b"\x89PNG\r\n\x1a\n")
    while place + 8 <= len(png):
        length, name = struct.unpack_from(">I4s", png, place)
        # Pixels are not copied.
        yield name, png[place + 8 : place + 8 + length] if name in {*_COLOUR_CHUNKS, *_TEXT_CHUNKS} else b""
        place += length + 12


def _is_tame_gamma(body: bytes | None) -> bool:
    value = int.from_bytes(body[:4]) if body else 0
    if not value:
        return True  # which everybody ignores
    levels = np.arange(256)
    light = (levels / 255) ** (100_000 / value)
    shown = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return _are_near(shown[None, :, None], levels[None, :, None], GREYS)


def _are_usual(body: bytes | None) -> bool:
    if not body:
        return True
    points: Any = np.subtract(struct.unpack(">8I", body), _SRGB_POINTS)  # Pillow has refused other lengths
    return bool((np.abs(points) <= _POINTS_OFF).all())


def _check_bitmap(bmp: bytes) -> None:
    """Newer headers may hold a profile or primaries, which Pillow does not read."""
    size, kind = int.from_bytes(bmp[14:18], "little"), bmp[70:74]
    if size >= 108 and kind not in _BMP_TYPES and any(bmp[70:122]):
        raise _refusal("it brings a colour profile")
