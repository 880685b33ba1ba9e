"""Refuses pictures whose colour metadata could show colours other than the decoded pixel values.

A colour profile or a PNG gamma can map any pixel value to any colour. An emblem could hide in two greys that look the
same as raw values but are shown as red and gold. Programs disagree on which metadata wins and when it is broken. The
detectors therefore see raw pixel values, and a picture is accepted only if every program shows about those values.
Profiles of cameras, phones and screens pass: they change shades only.

Sources: ICC.1:2022 (profiles, applied by LittleCMS); PNG third edition, 4.3 and 11.3.2 (colour chunks);
BITMAPV4HEADER and BITMAPV5HEADER.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

import numpy as np
import PIL.Image
import PIL.ImageCms
import PIL.ImageFile

from models.arrays import UInt8
from models.profile import ProfileError

MAX_PROFILE_BYTES = 500_000
"""Size limit of a profile; those of cameras and screens have 500 to 20,000 bytes, larger ones are print tables."""

MAX_TAGS = 100
"""Tags of a profile that LittleCMS reads."""

LEVEL_STEP = 8
GREY_LIMITS, COLOUR_LIMITS = (64, 24), (200, 96)
"""Levels of 255: most change of a shown grey or colour, and most distance between values `LEVEL_STEP` apart. Gamma 1.8
changes greys by 19 and 14, ProPhoto colours by 187 and 86."""

_CLASSES = (b"mntr", b"scnr", b"prtr", b"spac")
_TABLES = (b"A2B", b"D2B")
"""Prefixes of tags that hold lookup tables; programs interpret them differently, and no camera or screen needs them."""

_MODES = {"RGB": "RGB", "GRAY": "L"}

_COLOUR_CHUNKS = frozenset({b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP"})
_TEXT_CHUNKS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_READ_CHUNKS = _COLOUR_CHUNKS | _TEXT_CHUNKS
_KEYWORDS = {b"bbox", b"blend", b"chromaticity", b"default_image", b"disposal", b"exif", b"gamma", b"icc_profile"}
_KEYWORDS |= {b"interlace", b"srgb", b"transparency"}
"""Keywords of text chunks that Pillow would take for values of other chunks."""

_POINTS = np.array(
    [
        (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000),
        (31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000),
        (31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000),
        (31_270, 32_900, 70_800, 29_200, 17_000, 79_700, 13_100, 4_600),
        (34_570, 35_850, 73_470, 26_530, 15_960, 84_040, 3_660, 10),
    ]
)
_POINTS_OFF = 4_000
"""Chromaticities (x, y of white, red, green, blue) of sRGB, Adobe RGB, Display P3, Rec. 2020 and ProPhoto in units of
1e-5, and the tolerance."""

_PRIMARIES, _TRANSFERS = {1, 12}, {1, 6, 13, 14, 15}
"""ITU-T H.273 code points: primaries of sRGB and Display P3, and transfer curves shown as sRGB's."""

_BMP_TYPES = {b"BGRs", b" niW"}
"""Colour space types of sRGB and of the Windows default, which is sRGB."""


def check_colours(data: bytes, header: PIL.ImageFile.ImageFile) -> None:
    """Refuse a picture that programs may show in colours other than its pixel values.

    Args:
        data: the encoded picture.
        header: the same picture, opened but not decoded.

    Raises:
        ProfileError: with the code `image_undecodable`.
    """
    profile = header.info.get("icc_profile")
    if header.format == "PNG":
        _check_chunks(data, has_profile=bool(profile))
    if header.format == "BMP":
        _check_bitmap(data)
    if profile and not (len(profile) <= MAX_PROFILE_BYTES and _is_tame(profile)):
        raise _refusal("its colour profile changes what is seen, or is not sound")
    pieces = [piece for _, piece in getattr(header, "applist", []) if piece.startswith(b"ICC_PROFILE\0")]
    if (pieces and not profile) or getattr(header, "icclist", []):
        raise _refusal("its colour profile is in pieces that do not fit")


def _refusal(reason: str) -> ProfileError:
    advice = "save it as sRGB, without a colour profile"
    return ProfileError("image_undecodable", f"it may be shown in other colours than it holds: {reason}; {advice}")


@lru_cache(maxsize=64)
def _is_tame(profile: bytes) -> bool:
    """Check that a profile is unambiguous and changes shades only."""
    tags = _tags(profile)
    names = [name for name, _ in tags]
    if profile[12:16] not in _CLASSES or not 0 < len(tags) <= MAX_TAGS or len(set(names)) < len(tags):
        return False
    if any(name.startswith(_TABLES) or (name == b"cicp" and not _is_usual_video(data[8:])) for name, data in tags):
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
    return _are_near(shown[:1], plain[:1], GREY_LIMITS) and _are_near(shown, plain, COLOUR_LIMITS)


def _tags(profile: bytes) -> list[tuple[bytes, bytes]]:
    """Name and first 12 bytes of each tag; at most `MAX_TAGS` + 1 of them."""
    count = min(int.from_bytes(profile[128:132]), MAX_TAGS + 1)
    entries = [profile[start : start + 8] for start in range(132, 132 + 12 * count, 12)]
    starts = [int.from_bytes(entry[4:]) for entry in entries]
    return [(entry[:4], profile[start : start + 12]) for entry, start in zip(entries, starts, strict=True)]


def _ramps() -> UInt8:
    """All grey levels, then all levels of each channel for five levels of the other two: RGB, uint8 (76, 256, 3)."""
    levels, others = np.arange(256), (0, 64, 128, 192, 255)
    ramps = [np.stack([levels] * 3, axis=1)]
    for channel, one, other in product(range(3), others, others):
        ramp = np.stack([levels, np.full(256, one), np.full(256, other)], axis=1)
        ramps.append(np.roll(ramp, channel, axis=1))
    return np.stack(ramps).astype(np.uint8)


def _are_near(shown: np.ndarray, numbers: np.ndarray, limits: tuple[int, int]) -> bool:
    """Check that shown ramps, (ramps, levels, channels), stay near their values and keep close levels close."""
    change, spread = np.abs(shown - numbers).max(), np.abs(shown[:, LEVEL_STEP:] - shown[:, :-LEVEL_STEP]).max()
    return bool(change <= limits[0] and spread <= limits[1])


def _check_chunks(png: bytes, has_profile: bool) -> None:
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
    if b"iCCP" in found and not has_profile:
        raise _refusal("its colour profile is damaged")
    if b"cICP" in found and not _is_usual_video(found[b"cICP"]):
        raise _refusal("it is not for usual screens")
    # Checked beside an sRGB chunk too: a misplaced one is ignored, and then these count.
    if not (_is_tame_gamma(found.get(b"gAMA")) and _are_usual(found.get(b"cHRM"))):
        raise _refusal("its gamma or its primaries change what is seen")


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    offset = len(b"\x89PNG\r\n\x1a\n")
    name = b""
    while offset + 8 <= len(png) and name != b"IEND":
        length, name = struct.unpack_from(">I4s", png, offset)
        # Copying pixel data would cost memory for nothing.
        yield name, png[offset + 8 : offset + 8 + length] if name in _READ_CHUNKS else b""
        offset += length + 12


def _is_usual_video(body: bytes) -> bool:
    """Check that H.273 code points are those of a common screen."""
    return len(body) == 4 and body[0] in _PRIMARIES and body[1] in _TRANSFERS and body[2] == 0


def _is_tame_gamma(body: bytes | None) -> bool:
    value = int.from_bytes(body[:4]) if body else 0
    if not value:
        return True  # every program ignores a gamma of 0
    levels = np.arange(256)
    light = (levels / 255) ** (100_000 / value)
    shown = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return _are_near(shown[None, :, None], levels[None, :, None], GREY_LIMITS)


def _are_usual(body: bytes | None) -> bool:
    if not body:
        return True
    points = np.frombuffer(body, ">u4").astype(np.int64) if len(body) == 32 else np.zeros(8)
    return bool((np.abs(points - _POINTS) <= _POINTS_OFF).all(axis=1).any())


def _check_bitmap(bmp: bytes) -> None:
    """Refuse BMP headers from version 4 on that hold a profile or primaries, which Pillow does not read."""
    size, kind = int.from_bytes(bmp[14:18], "little"), bmp[70:74]
    if size >= 108 and kind not in _BMP_TYPES and any(bmp[70:122]):
        raise _refusal("it brings a colour profile")
