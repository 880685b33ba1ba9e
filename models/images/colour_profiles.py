"""The colours that a picture's numbers stand for, as browsers show them.

A colour profile may give any colour to any number, and so may the gamma of a PNG: one that spreads two greys, which
nobody tells apart, to red and gold shows an emblem where the numbers hold next to nothing. What is judged has to be
what is shown.

Sources: ICC.1:2022 (profiles, which LittleCMS applies); PNG, third edition, 4.3 (which chunk counts) and 11.3.2
(gAMA, cHRM); Lindbloom 2017 (primaries to a matrix, Bradford's adaptation).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageCms

from models.profile import ProfileError

_SRGB = PIL.ImageCms.createProfile("sRGB")
_SRGB_GAMMA = 1 / 2.2
"""So nearly that most PNGs say no more with it: no number of theirs changes by more than nine."""

_SRGB_POINTS = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
"""x and y of white, red, green and blue, as the chunk cHRM has them."""

_OPAQUE = {"RGBA": "RGB", "LA": "L"}
"""Modes with transparency, of which no profile speaks, to those without."""

_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}
"""Modes to the colour spaces that a profile of such a picture is of."""

_CHUNKS = (b"iCCP", b"sRGB", b"gAMA", b"cHRM")

_PARTS, _DIFFERENT = (64, 64), 48
"""Parts of a picture that are compared, and the difference of a number from which what is seen is something else: that
of saturated red as phones store it (Display P3) is 51."""

_D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])

Picture = PIL.Image.Image


def colour_views(picture: Picture, info: Mapping[Any, Any]) -> list[Picture]:
    """A picture as it is shown, RGB or RGBA, and where that differs much from what its numbers say, as they say it.

    A profile that is broken or of another colour space changes nothing, as it does not in a browser; but programs do
    not agree about all that is broken.

    Args:
        picture: of mode RGB, RGBA, L, LA or CMYK.
        info: what Pillow read before the pixels.
    """
    opaque = picture.convert(_OPAQUE.get(picture.mode, picture.mode))
    plain, shown = opaque.convert("RGB"), _shown(opaque, info)
    views = [plain] if shown is None else [shown, plain] if _differ(shown, plain) else [shown]
    if picture.mode in _OPAQUE:
        for view in views:
            view.putalpha(picture.getchannel("A"))
    return views


def check_chunks(png: bytes) -> None:
    """Refuse a PNG that says twice which colours it has: programs do not agree on which of them counts.

    Raises:
        ProfileError: with the code `image_undecodable`.
    """
    place, names = len(b"\x89PNG\r\n\x1a\n"), list[bytes]()
    while place + 8 <= len(png) and b"IDAT" not in names:
        length, name = struct.unpack_from(">I4s", png, place)
        names.append(name)
        place += length + 12
    if any(names.count(name) > 1 for name in _CHUNKS):
        raise ProfileError("image_undecodable", "a PNG that says twice which colours it has cannot be judged")


def _differ(shown: Picture, plain: Picture) -> bool:
    parts = [np.asarray(view.resize(_PARTS, PIL.Image.Resampling.BOX), np.int16) for view in (shown, plain)]
    return bool(np.abs(parts[0] - parts[1]).max() > _DIFFERENT)


def _shown(picture: Picture, info: Mapping[Any, Any]) -> Picture | None:
    profile = info.get("icc_profile")
    gamma, points = info.get("gamma", _SRGB_GAMMA), info.get("chromaticity", _SRGB_POINTS)
    if not (profile or "srgb" in info or np.allclose((gamma, *points), (_SRGB_GAMMA, *_SRGB_POINTS), atol=1e-3)):
        picture, profile = picture.convert("RGB"), _profile_of(gamma, points)
    return _converted(picture, profile) if profile else None


def _converted(picture: Picture, profile: bytes) -> Picture | None:
    try:
        given = PIL.ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if given.profile.xcolor_space.strip() != _SPACES[picture.mode]:
            return None
        return PIL.ImageCms.profileToProfile(picture, given, _SRGB, outputMode="RGB")
    except (PIL.ImageCms.PyCMSError, OSError):
        return None


def _profile_of(gamma: float, points: Sequence[float]) -> bytes | None:
    """A profile that says what the chunks gAMA and cHRM do; None where they name no colours.

    Args:
        gamma: exponent from light to numbers.
        points: as `_SRGB_POINTS`.
    """
    white, *primaries = (np.array([x, y, 1 - x - y]) / y if y else np.zeros(3) for x, y in np.reshape(points, (4, 2)))
    try:
        mixing = np.stack(primaries, axis=1)
        mixing *= np.linalg.solve(mixing, white)
        adapted = np.linalg.solve(_BRADFORD, np.diag(_BRADFORD @ _D50 / (_BRADFORD @ white)) @ _BRADFORD @ mixing)
        bodies = [_numbers(b"XYZ ", *column) for column in adapted.T] + [_numbers(b"para".ljust(12, b"\0"), 1 / gamma)]
    except (ValueError, ArithmeticError, struct.error):
        return None
    names = (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")
    start = 128 + 4 + 12 * len(names)
    places = [start + 20 * number for number in (0, 1, 2, 3, 3, 3)]
    tags = b"".join(struct.pack(">4sII", name, place, 20) for name, place in zip(names, places, strict=True))
    body = struct.pack(">I", len(names)) + tags + b"".join(body.ljust(20, b"\0") for body in bodies)
    head = struct.pack(">I4xI4s4s4s12x4s", 128 + len(body), 0x04200000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    return (head.ljust(68, b"\0") + _numbers(b"", *_D50)).ljust(128, b"\0") + body


def _numbers(kind: bytes, *values: float) -> bytes:
    """Fixed-point numbers, s15Fixed16, behind the name of their type."""
    opening = kind.ljust(8, b"\0") if kind else b""
    return opening + struct.pack(f">{len(values)}i", *(round(65_536 * value) for value in values))
