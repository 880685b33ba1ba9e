"""Hostile pictures: valid ones of every format, truncated, spliced and with extreme numbers in them.

Half of the PNGs get right checksums again; otherwise no change would reach the decoder.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from models.images.input.decode import MAX_DECODED_SIDE, MIN_SIDE, decode, decode_rgba
from models.profile import Field, ProfileError

CODES = {"image_empty", "image_bytes", "image_type", "image_dimensions", "image_undecodable"}
"""Error codes with which the decoder may refuse a picture."""

EXTREME_NUMBERS = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Numbers at which lengths and sizes overflow."""

MAX_CHANGES = 4
"""Most changes to a picture; more leave nothing that a decoder reads."""

SIGNATURE_BYTES, HEADER_BYTES = 8, 64
"""Bytes that tell the format, which are rarely changed, and bytes with sizes, which get half of the changes."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
"""First bytes of every PNG."""


def seeds() -> list[bytes]:
    """Valid pictures of every format, mode and option that Pillow can write."""
    noise = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    photo = Image.fromarray(noise).resize((48, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    stills = [_encoded(photo, kind, **options) for kind, options in STILLS]
    stills += [_encoded(photo.convert(mode), "PNG") for mode in ("1", "L", "P", "LA", "RGBA", "I;16")]
    stills += [_encoded(photo.convert(mode), "JPEG") for mode in ("L", "CMYK")]
    stills += [_encoded(photo.convert(mode), "BMP") for mode in ("1", "L", "P", "RGBA")]
    stills += [_encoded(photo, kind, exif=exif) for kind in ("JPEG", "PNG", "WEBP")]
    frames = [Image.new("RGB", (32, 24), colour) for colour in ("red", "green", "blue", "white")]
    moving = [
        _encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50, **options)
        for kind, options in MOVING
    ]
    return stills + moving


STILLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("JPEG", {"icc_profile": bytes(300), "comment": b"a"}),
    ("PNG", {}),
    ("PNG", {"icc_profile": bytes(300), "dpi": (72, 72)}),
    ("WEBP", {}),
    ("WEBP", {"lossless": True}),
    ("GIF", {}),
    ("GIF", {"interlace": 0}),
    ("BMP", {}),
)
"""Formats of still pictures, with Pillow's options for writing them."""

MOVING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("GIF", {"disposal": 2}),
    ("GIF", {"disposal": 3}),
    ("WEBP", {}),
    ("PNG", {"blend": 1}),
)
"""Formats of animations, with Pillow's options for writing them."""


def _encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


SEEDS = seeds()
"""Pictures to be changed, written once for thousands of inputs."""


@st.composite
def pictures(draw: st.DrawFn) -> bytes:
    """A valid picture with up to `MAX_CHANGES` changes."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, MAX_CHANGES))):
        change = draw(st.sampled_from(CHANGES))
        first = 0 if draw(st.integers(0, 9)) == 9 else SIGNATURE_BYTES
        last = HEADER_BYTES if draw(st.booleans()) else len(data)
        change(draw, data, draw(st.integers(first, max(first, min(last, len(data)) - 1))))
    if data.startswith(PNG_SIGNATURE) and draw(st.booleans()):
        repair_checksums(data)
    return bytes(data)


def _set_byte(draw: st.DrawFn, data: bytearray, offset: int) -> None:
    data[offset : offset + 1] = bytes([draw(st.integers(0, 255))])


def _set_number(draw: st.DrawFn, data: bytearray, offset: int) -> None:
    layout, number = draw(st.sampled_from((">I", "<I", ">H", "<H"))), draw(st.sampled_from(EXTREME_NUMBERS))
    size = struct.calcsize(layout)
    data[offset : offset + size] = struct.pack(layout, number % (1 << (8 * size)))


def _insert(draw: st.DrawFn, data: bytearray, offset: int) -> None:
    data[offset:offset] = draw(st.binary(min_size=1, max_size=40))


def _remove(draw: st.DrawFn, data: bytearray, offset: int) -> None:
    del data[offset : offset + draw(st.integers(1, 200))]


def _repeat(draw: st.DrawFn, data: bytearray, offset: int) -> None:
    data[offset:offset] = data[offset : offset + draw(st.integers(1, 200))] * draw(st.sampled_from((1, 2, 50)))


def _splice(draw: st.DrawFn, data: bytearray, offset: int) -> None:
    other = draw(st.sampled_from(SEEDS))
    data[offset:] = other[draw(st.integers(0, len(other))) :]


def _cut(_: st.DrawFn, data: bytearray, offset: int) -> None:
    del data[offset:]


CHANGES = (_set_byte, _set_number, _set_number, _insert, _remove, _repeat, _splice, _cut)
"""Changes at an offset of a picture; one that stands twice is made twice as often."""


def repair_checksums(data: bytearray) -> None:
    """Give every chunk of a PNG the checksum of what it now holds."""
    offset = len(PNG_SIGNATURE)
    while offset + 12 <= len(data):
        end = offset + 8 + int.from_bytes(data[offset : offset + 4])
        if end + 4 > len(data):
            return
        data[end : end + 4] = struct.pack(">I", zlib.crc32(data[offset + 4 : end]))
        offset = end + 4


def check(data: bytes) -> None:
    """Assert that any bytes give pictures by the decoder's contract, or a refusal that names the field."""
    check_decoding(data)
    try:
        rgba = decode_rgba(data, "image")
    except ProfileError as refusal:
        _check_refusal(refusal, "image")
        return
    assert rgba.dtype == np.uint8 and rgba.shape[2] == 4


def check_decoding(data: bytes) -> None:
    """The same for the pictures of a profile alone."""
    try:
        images = decode(data, Field.AVATAR)
    except ProfileError as refusal:
        _check_refusal(refusal, Field.AVATAR)
        return
    assert 1 <= len(images) <= 3
    for image in images:
        height, width, channels = image.pixels.shape
        assert image.pixels.dtype == np.uint8 and channels == 3
        assert MIN_SIDE <= min(height, width) <= max(height, width) <= MAX_DECODED_SIDE, image.pixels.shape


def _check_refusal(refusal: ProfileError, field: str) -> None:
    assert refusal.code in CODES, refusal.code
    assert refusal.field == field, refusal.field
