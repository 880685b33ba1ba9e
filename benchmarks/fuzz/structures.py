"""Hostile structures of pictures: parts of valid ones repeated, removed, moved, resized and given other dimensions.

Random bytes seldom survive the first check of a decoder. Here lengths and checksums stay right, so that the changes
reach it, and cost what they declare.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from benchmarks.fuzz.pictures import SEEDS
from models.images.input.filetypes import kind_of

MAX_CHANGES = 4
"""Most changes to a picture."""

MAX_PICTURE_BYTES = 2_000_000
"""Size up to which parts are repeated; larger files have more of the same."""

REPEATS = (1, 2, 20, 300, 3_000, 50_000)
"""How often a part is repeated, as far as the size allows."""

BODY_SIZES = (0, 1, 255, 4_096, 65_533, 300_000)
"""Bytes of a part that is resized."""

SIDES = (0, 1, 8, 1_000, 3_000, 5_000, 8_192, 16_383, 65_535)
"""Widths and heights that are declared."""

Parts = list[bytes]


@dataclass(frozen=True)
class Format:
    """How a picture of one format is taken apart.

    Attributes:
        split: its parts; joined they are the picture.
        with_body: a part of the same kind as another one, with another body.
        dimensions: where a part declares width and height, and their layout for `struct`; None if it does not.
        repaired: the joined picture with right sums and lengths of the whole.
    """

    split: Callable[[bytes], Iterator[bytes]]
    with_body: Callable[[bytes, bytes], bytes]
    dimensions: Callable[[bytes], tuple[int, str] | None]
    repaired: Callable[[bytes], bytes] = bytes


def _jpeg_parts(data: bytes) -> Iterator[bytes]:
    yield data[:2]
    at = 2
    while at + 4 <= len(data):
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if data[at + 1] == 0xDA:  # the pixels of a scan lie between its header and the next marker
            end = next((n for n in range(end, len(data) - 1) if data[n] == 0xFF and data[n + 1] & 0xF8 > 0xD0), end)
        yield data[at:end]
        at = end
    yield data[at:]


def _jpeg_dimensions(part: bytes) -> tuple[int, str] | None:
    return (5, ">HH") if part[:1] == b"\xff" and part[1:2] in {b"\xc0", b"\xc1", b"\xc2"} else None


def _png_parts(data: bytes) -> Iterator[bytes]:
    yield data[:8]
    at = 8
    while at + 8 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        yield data[at:end]
        at = end


def _png_part(part: bytes, body: bytes) -> bytes:
    name = part[4:8]
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png_dimensions(part: bytes) -> tuple[int, str] | None:
    return {b"IHDR": (8, ">II"), b"fcTL": (12, ">II")}.get(part[4:8])


def _png_repaired(data: bytes) -> bytes:
    parts = list(_png_parts(data))
    return parts[0] + b"".join(_png_part(part, part[8:-4]) for part in parts[1:])


def _gif_parts(data: bytes) -> Iterator[bytes]:
    at = 13 + _palette_bytes(data[10])
    yield data[:at]
    while at < len(data) and data[at] in b"!,":
        body = at + 2 if data[at] == ord("!") else at + 11 + _palette_bytes(data[at + 9])
        end = body
        while end < len(data) and data[end]:
            end += 1 + data[end]
        yield data[at : end + 1]
        at = end + 1
    yield data[at:]


def _palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _gif_part(part: bytes, body: bytes) -> bytes:
    head = part[:2] if part[:1] == b"!" else part[:11]
    return (
        head + b"".join(bytes([len(body[n : n + 255])]) + body[n : n + 255] for n in range(0, len(body), 255)) + b"\0"
    )


def _gif_dimensions(part: bytes) -> tuple[int, str] | None:
    return (6, "<HH") if part[:3] == b"GIF" else (5, "<HH") if part[:1] == b"," else None


def _webp_parts(data: bytes) -> Iterator[bytes]:
    yield data[:12]
    at = 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 8 + length + (length & 1)]
        at += 8 + length + (length & 1)


def _webp_part(part: bytes, body: bytes) -> bytes:
    return part[:4] + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)


def _webp_dimensions(part: bytes) -> tuple[int, str] | None:
    return {b"VP8 ": (14, "<HH"), b"VP8X": (12, "<HxH")}.get(part[:4])


def _webp_repaired(data: bytes) -> bytes:
    return data[:4] + struct.pack("<I", max(len(data) - 8, 0)) + data[8:]


def _bmp_parts(data: bytes) -> Iterator[bytes]:
    pixels = int.from_bytes(data[10:14], "little")
    yield from (data[:54], data[54:pixels], data[pixels:])


FORMATS = {
    "JPEG": Format(_jpeg_parts, lambda part, body: part[:2] + struct.pack(">H", len(body) + 2 & 0xFFFF) + body,
                   _jpeg_dimensions),
    "PNG": Format(_png_parts, _png_part, _png_dimensions, _png_repaired),
    "GIF": Format(_gif_parts, _gif_part, _gif_dimensions),
    "WEBP": Format(_webp_parts, _webp_part, _webp_dimensions, _webp_repaired),
    "BMP": Format(_bmp_parts, lambda _, body: body, lambda part: (18, "<ii") if part[:2] == b"BM" else None),
}  # fmt: skip
"""By the decoder's names of formats."""

_KINDS = {kind: [seed for seed in SEEDS if kind_of(seed) == kind] for kind in FORMATS}


@st.composite
def structures(draw: st.DrawFn) -> bytes:
    """A valid picture of any format with up to `MAX_CHANGES` changes to its structure."""
    kind = draw(st.sampled_from(sorted(FORMATS)))
    parts = list(FORMATS[kind].split(draw(st.sampled_from(_KINDS[kind]))))
    for _ in range(draw(st.integers(1, MAX_CHANGES))):
        if parts:
            change = draw(st.sampled_from(CHANGES))
            change(draw, parts, draw(st.integers(0, len(parts) - 1)), kind)
    return FORMATS[kind].repaired(b"".join(parts))


def _repeat(draw: st.DrawFn, parts: Parts, number: int, _: str) -> None:
    room = MAX_PICTURE_BYTES - sum(map(len, parts))
    times = min(draw(st.sampled_from(REPEATS)), room // max(len(parts[number]), 1))
    parts[number:number] = [parts[number]] * times


def _remove(_: st.DrawFn, parts: Parts, number: int, __: str) -> None:
    del parts[number]


def _move(draw: st.DrawFn, parts: Parts, number: int, _: str) -> None:
    parts.insert(draw(st.integers(0, len(parts) - 1)), parts.pop(number))


def _borrow(draw: st.DrawFn, parts: Parts, number: int, kind: str) -> None:
    others = list(FORMATS[kind].split(draw(st.sampled_from(_KINDS[kind]))))
    parts.insert(number, draw(st.sampled_from(others)))


def _resize(draw: st.DrawFn, parts: Parts, number: int, kind: str) -> None:
    size, fill = draw(st.sampled_from(BODY_SIZES)), draw(st.binary(min_size=1, max_size=4))
    parts[number] = FORMATS[kind].with_body(parts[number], (fill * size)[:size])


def _declare(draw: st.DrawFn, parts: Parts, number: int, kind: str) -> None:
    declaring = [part for part in range(len(parts)) if FORMATS[kind].dimensions(parts[part])] or [number]
    number = draw(st.sampled_from(declaring[:8]))
    place = FORMATS[kind].dimensions(parts[number])
    if place and len(parts[number]) >= place[0] + struct.calcsize(place[1]):
        part = bytearray(parts[number])
        struct.pack_into(place[1], part, place[0], draw(st.sampled_from(SIDES)), draw(st.sampled_from(SIDES)))
        parts[number] = bytes(part)


CHANGES: tuple[Callable[[st.DrawFn, Parts, int, str], Any], ...] = (
    *(_repeat, _repeat, _remove, _move, _borrow, _resize, _declare, _declare),
)
"""Changes to a part of a picture; one that stands twice is made twice as often."""
