"""Decodes untrusted picture bytes to pixels; every picture enters here.

The format is detected from the bytes, never from a name or a declared type. Dimensions are read from the header, and
the cost of decoding is predicted from the structure, before anything is decoded. Every decoder failure becomes one
`ProfileError` that names the field. Its codes, and the HTTP status of each:

| code | status | meaning |
|---|---|---|
| `image_empty` | 422 | no bytes |
| `image_bytes` | 413 | more than `MAX_BYTES` |
| `image_type` | 415 | not JPEG, PNG, WebP, GIF or BMP (an SVG, a web page, a PDF ...) |
| `image_dimensions` | 422 | too many pixels, scans or frames; too small or too narrow to show anything |
| `image_undecodable` | 422 | one of these formats, but truncated, damaged, in too many parts, or of ambiguous colours |
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import PIL.Image
import PIL.ImageFile
import PIL.PngImagePlugin
from PIL.Image import Transpose

from models.arrays import Pixels
from models.images.input.colour_profiles import check_colours
from models.images.input.filetypes import FORMATS, kind_of
from models.images.input.structure.check import check_structure
from models.images.input.structure.cost import MAX_FRAMES
from models.images.input.transparency import on_clearest_background
from models.profile import Field, ProfileError

MAX_BYTES = 20_000_000

MAX_PIXELS = 25_000_000
"""Pixels at most; `check_structure` allows fewer where they cost more (WebP 14 million, transparent PNG 17)."""

MAX_PIXELS_JPEG = 50_000_000
"""Pixels of the largest phone cameras; JPEG decodes at reduced size."""

MAX_ANIMATION_PIXELS = 128_000_000
"""Frames times canvas pixels by Pillow's own count; `check_structure` predicts the cost before."""

MIN_SIDE = 8
"""Shortest side, in pixels, that can show anything; pages show avatars at 24 pixels and more."""
MAX_ASPECT = 32
"""Ratio of the sides: a longer strip, reduced to `MAX_DECODED_SIDE`, is under 64 pixels high."""

MAX_DECODED_SIDE = 2_048
"""Longest side, in pixels, after decoding; a code or emblem of a tenth of a cover keeps 200."""

_ANIMATED = ("GIF", "PNG", "WEBP")

_SHALLOW = {"L;2": 85, "L;4": 17}
"""Factors by which Pillow scales greys of 2 and 4 bits to 8; it does not scale the transparent one."""

_UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""EXIF orientation to the operation that undoes it; 1 and unknown values need none."""

_ORIENTATION_TAG = 0x0112

# Pillow warns above this many pixels and refuses twice as many; this also covers frames that outgrow their canvas.
PIL.Image.MAX_IMAGE_PIXELS = MAX_PIXELS_JPEG // 2
# Compressed texts of a PNG are unpacked unread: 8 MB instead of 64.
PIL.PngImagePlugin.MAX_TEXT_MEMORY = 8 * 2**20
# Pillow's warnings quote metadata of untrusted pictures, which must not reach the log; real errors are raised.
warnings.filterwarnings("ignore", module=r"PIL\.")


@dataclass(frozen=True, eq=False)
class Image:
    """One decoded picture or frame, upright and opaque.

    Attributes:
        pixels: RGB, uint8 (height, width, 3), sides of 8 to 2,048 pixels.
        frame: index of an animation's frame, from 0; None for a still picture.
    """

    pixels: Pixels
    frame: int | None = None


def decode(data: bytes, field: Field) -> list[Image]:
    """The picture, or the first, middle and last frame of an animation.

    EXIF orientation is applied, transparency is flattened on `clearest_background`, sides are reduced to
    `MAX_DECODED_SIDE`.

    Raises:
        ProfileError: with one of the module's codes and `field`.
    """
    with _refusals(field):
        picture = _open(data)
        count = _frame_count(picture)
        if count == 1:
            return [Image(_opaque(_loaded(picture)))]
        return [Image(_opaque(_loaded(picture, frame)), frame) for frame in sorted({0, count // 2, count - 1})]


def decode_rgba(data: bytes, field: str) -> Pixels:
    """The picture, or the first frame of an animation, with transparency: RGBA, uint8 (height, width, 4).

    Raises:
        ProfileError: as `decode`.
    """
    with _refusals(field):
        return np.array(_loaded(_open(data)).convert("RGBA"))


@contextmanager
def _refusals(field: str) -> Iterator[None]:
    """Add the field to every refusal, and turn any other decoder error into one."""
    try:
        yield
    except ProfileError as refusal:
        refusal.field = str(field)
        raise
    except PIL.Image.DecompressionBombError as error:
        raise ProfileError("image_dimensions", "the picture declares far too many pixels", str(field)) from error
    except Exception as error:
        raise ProfileError("image_undecodable", "the picture is cut short or damaged", str(field)) from error


def _open(data: bytes) -> PIL.Image.Image:
    if not data:
        raise ProfileError("image_empty", "the picture has no bytes")
    if len(data) > MAX_BYTES:
        raise ProfileError("image_bytes", f"the picture has {len(data):,} bytes; at most {MAX_BYTES:,} are accepted")
    kind = kind_of(data)
    if kind not in FORMATS:
        raise ProfileError("image_type", f"expected JPEG, PNG, WebP, GIF or BMP; this seems to be {kind}")
    check_structure(data, kind)
    header = PIL.Image.open(io.BytesIO(data), formats=FORMATS)
    _check_dimensions(header)
    _check_transparency(header)
    check_colours(data, header)
    header.verify()  # PNG's checksums, which decoding alone ignores; a picture can't be decoded after it
    picture = PIL.Image.open(io.BytesIO(data), formats=FORMATS)
    if "transparency" in picture.info and picture.tile and picture.tile[0].args in _SHALLOW:
        picture.info["transparency"] *= _SHALLOW[picture.tile[0].args]
    return picture


def _check_dimensions(picture: PIL.Image.Image) -> None:
    width, height = picture.size
    limit = MAX_PIXELS_JPEG if picture.format in ("JPEG", "MPO") else MAX_PIXELS
    if width * height > limit:
        raise _dimensions(f"{width} x {height} pixels are more than the {limit // 1_000_000} million accepted")
    if min(width, height) < MIN_SIDE:
        raise _dimensions(f"{width} x {height} pixels are too few: each side must have at least {MIN_SIDE}")
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise _dimensions(f"{width} x {height} pixels are too narrow: one side may be {MAX_ASPECT} times the other")


def _check_transparency(picture: PIL.ImageFile.ImageFile) -> None:
    """Refuse 16-bit colours with a transparent one: Pillow truncates the pixels but not the transparent colour."""
    if "transparency" in picture.info and any(tile.args == "RGB;16B" for tile in picture.tile):
        message = "a PNG of 16 bits with a transparent colour cannot be judged: save it with 8 bits, or with alpha"
        raise ProfileError("image_undecodable", message)


def _dimensions(message: str) -> ProfileError:
    return ProfileError("image_dimensions", message)


def _frame_count(picture: PIL.Image.Image) -> int:
    """Number of frames, counted without decoding."""
    if picture.format not in _ANIMATED:
        return 1
    count: int = getattr(picture, "n_frames", 1)
    if count > MAX_FRAMES or (count > 1 and count * picture.width * picture.height > MAX_ANIMATION_PIXELS):
        raise _dimensions(
            f"{count} frames of {picture.width} x {picture.height} pixels are too many: at most {MAX_FRAMES:,} frames "
            f"and {MAX_ANIMATION_PIXELS // 1_000_000} million pixels in all"
        )
    return count


def _loaded(picture: PIL.Image.Image, frame: int = 0) -> PIL.Image.Image:
    """One frame, upright and reduced, as RGB or RGBA."""
    if frame:
        picture.seek(frame)
        _check_dimensions(picture)
    if picture.format in _ANIMATED:
        picture.load()  # metadata may follow the pixels, and a frame may add transparency
    orientation = _orientation(picture)
    scale = min(1.0, MAX_DECODED_SIDE / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    picture.draft(None, size)
    picture = _eight_bit(picture)
    if picture.size != size:
        picture = picture.resize(size, PIL.Image.Resampling.BICUBIC, reducing_gap=1.0)
    return picture.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else picture


def _orientation(picture: PIL.Image.Image) -> int | None:
    """EXIF orientation, as browsers apply it; Pillow alone would fall back to XMP.

    Broken metadata gives None: every browser shows such a picture.
    """
    try:
        exif = PIL.Image.Exif()
        exif.load(picture.info.get("exif", b""))
        return exif.get(_ORIENTATION_TAG)
    except Exception:
        return None


def _eight_bit(picture: PIL.Image.Image) -> PIL.Image.Image:
    """RGBA if the picture has transparency, else RGB."""
    if picture.mode.startswith("I"):
        picture = _eight_bit_grey(picture)
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _eight_bit_grey(picture: PIL.Image.Image) -> PIL.Image.Image:
    """16-bit grey scaled to 8 bits; Pillow would clip it at 255, which turns most of it white."""
    values = np.asarray(picture)
    grey = PIL.Image.fromarray((values >> 8).astype(np.uint8))
    clear = picture.info.get("transparency")
    if clear is not None:
        grey.putalpha(PIL.Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8)))
    return grey


def _opaque(picture: PIL.Image.Image) -> Pixels:
    return on_clearest_background(picture) if picture.mode == "RGBA" else np.array(picture)
