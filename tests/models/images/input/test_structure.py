"""Pictures made to cost much: each is refused, quickly, before a decoder sees it."""

import io
import struct
import subprocess
import sys
import time
import zlib

import numpy as np
import PIL.Image
import pytest
from pictures import animation, encoded, photo

from models.images.input.decode import decode
from models.images.input.filetypes import kind_of
from models.images.input.structure.check import check_structure
from models.images.input.structure.cost import MAX_FRAMES
from models.profile import Field, ProfileError

FULL = 19_900_000
"""Bytes; just under the limit of a picture."""


def chunk(name, body=b""):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width=64, height=64, *, colour=2, depth=8, interlace=0, before=b"", after=b"", idat=None):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    rows = idat or chunk(b"IDAT", zlib.compress(bytes(height * (1 + width * 3)), 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + rows + after + chunk(b"IEND")


def jpeg_with(segments):
    base = encoded(photo(64, 64), "JPEG")
    return base[:2] + segments + base[2:]


def segment(marker, body=b""):
    return b"\xff" + bytes([marker]) + struct.pack(">H", 2 + len(body)) + body


def filled(part):
    return part * (FULL // len(part))


def progressive(side, repeats, mode="L", between=b""):
    """A progressive JPEG of one colour whose last scan is repeated."""
    data = encoded(PIL.Image.new(mode, (side, side), 128 if mode == "L" else (200, 30, 30)), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + (between + last) * repeats + b"\xff\xd9"


def gif_with(extensions):
    base = encoded(photo(64, 64), "GIF")
    start = 13 + 3 * 256
    return base[:start] + extensions + base[start:]


def run_lengths(side, lines, bits=8, compression=1):
    palette = b"".join(bytes((level, level, level, 0)) for level in range(256))
    start = 54 + len(palette)
    head = struct.pack("<IiiHHIIiiII", 40, side, side, 1, bits, compression, len(lines), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", start + len(lines), 0, 0, start) + head + palette + lines


def webp_of(count, side):
    frame = encoded(photo(side, side), "WEBP", lossless=True)[12:]
    rectangle = bytes(6) + struct.pack("<I", side - 1)[:3] * 2 + bytes(4)
    anmf = b"ANMF" + struct.pack("<I", len(rectangle) + len(frame)) + rectangle + frame
    vp8x = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + struct.pack("<I", side - 1)[:3] * 2
    body = b"WEBP" + vp8x + b"ANIM" + struct.pack("<I", 6) + bytes(6) + anmf * count
    return b"RIFF" + struct.pack("<I", len(body)) + body


def growing_gif(frames, side):
    """A small screen on which one frame is large, so that all later ones are."""
    head = b"GIF89a" + struct.pack("<HHBBB", 8, 8, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    first = b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x01\x05\0"
    return head + first + (b"," + struct.pack("<HHHHB", 0, 0, 8, 8, 0) + b"\x02\x01\x05\0") * frames + b";"


ATTACKS = {
    "jpeg: 300 scans": lambda: progressive(7_000, 300),
    "jpeg: 1,500 scans": lambda: progressive(7_000, 1_500),
    "jpeg: scans behind an end in a comment": lambda: progressive(7_000, 300, between=segment(0xFE, b"\xff\xd9")),
    "jpeg: 100,000 scans of little": lambda: progressive(64, 100_000),
    "jpeg: empty segments": lambda: jpeg_with(filled(segment(0xE3))),
    "jpeg: comments": lambda: jpeg_with(filled(segment(0xFE))),
    "jpeg: fill bytes": lambda: jpeg_with(filled(b"\xff")),
    "jpeg: junk": lambda: jpeg_with(filled(b"\xff\x00")),
    "jpeg: restarts": lambda: jpeg_with(filled(b"\xff\xd0")),
    "jpeg: standalone markers": lambda: jpeg_with(filled(b"\xff\x01")),
    "jpeg: pieces of EXIF": lambda: jpeg_with(filled(segment(0xE1, b"Exif\0\0" + bytes(100)))),
    "jpeg: 2 MB in pieces of EXIF": lambda: jpeg_with(segment(0xE1, b"Exif\0\0" + bytes(10)) * 100_000),
    "jpeg: large pieces of EXIF": lambda: jpeg_with(filled(segment(0xE1, b"Exif\0\0" + bytes(60_000)))),
    "jpeg: Photoshop": lambda: jpeg_with(
        filled(segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0\0\0\0\0" * 5_000))
    ),
    "jpeg: tables": lambda: jpeg_with(filled(segment(0xDB, b"\0" + b"\x01" * 64))),
    "png: tiny chunks": lambda: png(before=filled(chunk(b"prVt"))),
    "png: tiny chunks after the pixels": lambda: png(after=filled(chunk(b"prVt"))),
    "png: empty pixel chunks": lambda: png(idat=filled(chunk(b"IDAT"))),
    "png: one byte a pixel chunk": lambda: png(idat=filled(chunk(b"IDAT", b"\0"))),
    "png: texts that unpack": lambda: png(before=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(10**6), 9)) * 60),
    "png: 20 MB of EXIF": lambda: png(before=chunk(b"eXIf", bytes(FULL))),
    "png: 16-bit interlaced": lambda: png(5_000, 5_000, colour=6, depth=16, interlace=1),
    "png: transparent": lambda: png(5_000, 5_000, colour=6),
    "png: 1,000 frames": lambda: png(357, 357, colour=6, before=chunk(b"acTL", struct.pack(">II", 1_000, 0))),
    "gif: one-byte blocks": lambda: gif_with(filled(b"\x21\xfe" + b"\x01a" * 100 + b"\0")),
    "gif: comments": lambda: gif_with(filled(b"\x21\xfe\x01a\0")),
    "gif: stray bytes": lambda: gif_with(filled(b"\x01")),
    "gif: frames of a canvas that grows": lambda: growing_gif(900, 4_000),
    "gif: 1,000 frames": lambda: encoded(photo(8, 8), "GIF")[:-1] + growing_gif(998, 400)[19:],
    "webp: frames": lambda: webp_of(60, 1_100),
    "webp: 25 million pixels": lambda: encoded(PIL.Image.new("RGB", (5_000, 5_000)), "WEBP", lossless=True, method=0),
    "webp: tiny chunks": lambda: encoded(photo(8, 8), "WEBP") + filled(b"abcd\0\0\0\0"),
    "bmp: run lengths of lines": lambda: run_lengths(5_000, b"\x01\x05\0\0" * 5_000 + b"\0\1"),
    "bmp: run lengths of half bytes": lambda: run_lengths(5_000, (b"\xfa\x12" * 20 + b"\0\0") * 5_000, 4, 2),
    "bmp: run lengths of one": lambda: run_lengths(2_000, filled(b"\x01\x05")),
    "bmp: fewer bytes than declared": lambda: run_lengths(5_000, bytes(10_000), compression=0),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_picture_made_to_cost_much_is_refused_at_once(name):
    data = ATTACKS[name]()
    assert len(data) <= 20_000_000
    began = time.process_time()
    with pytest.raises(ProfileError) as refused:
        decode(data, Field.COVER)
    assert refused.value.code in {"image_dimensions", "image_undecodable"}
    assert refused.value.field == "cover"
    assert time.process_time() - began < 0.3  # the walk takes 0.1 s at most; the rest is for a busy machine


ORDINARY = {
    "progressive photograph of a phone": lambda: progressive(5_000, 0, "RGB"),
    "largest photograph": lambda: encoded(photo(8_160, 6_120), "JPEG", quality=60),
    "png of 25 million pixels": lambda: png(5_000, 5_000),
    "gif of 300 frames": lambda: animation("GIF", [(i % 256, 0, 9) for i in range(300)], (320, 240)),
    "apng of 60 frames": lambda: animation("PNG", [(i, 0, 9) for i in range(60)], (480, 480)),
    "webp of 60 frames": lambda: animation("WEBP", [(i, 0, 9) for i in range(60)], (480, 480)),
    "webp of a phone": lambda: encoded(photo(4_000, 3_000), "WEBP", method=0),
    "run lengths": lambda: run_lengths(400, b"\x01\x05\xfe\x06\x91\x07\0\0" * 400 + b"\0\1"),
    "with a long comment": lambda: jpeg_with(segment(0xFE, bytes(60_000)) * 200),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_picture_passes(name):
    assert decode(ORDINARY[name](), Field.AVATAR)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_frames_are_counted_as_by_the_decoder(kind):
    data = animation(kind, [(i * 15, 0, 9) for i in range(17)])
    assert check_structure(data, kind_of(data)).what.startswith("17 frames")


def test_empty_extension_hides_no_frames_from_the_count():
    """Pillow reads on after an empty extension, so that a frame may hide in what a strict reader passes over."""
    base = growing_gif(3, 8)
    for extension in (b"\x21\xf9\0", b"\x21\xff\x0bNETSCAPE2.0\0", b"\x21\xfe\0", b"\x21\x01\0\0"):
        data = base[:19] + extension + base[19:]
        try:
            with PIL.Image.open(io.BytesIO(data)) as picture:
                expected = picture.n_frames
        except OSError:
            continue
        assert check_structure(data, "GIF").what.startswith(f"{expected} frames")


def test_more_than_the_accepted_frames_are_refused_by_their_number():
    with pytest.raises(ProfileError, match="frames are too many"):
        check_structure(growing_gif(MAX_FRAMES, 8), "GIF")


def test_arithmetic_jpeg_is_refused():
    data = bytearray(encoded(photo(64, 64), "JPEG"))
    data[data.index(b"\xff\xc0") + 1] = 0xC9
    with pytest.raises(ProfileError, match="arithmetic"):
        decode(bytes(data), Field.AVATAR)


NEAR_THE_LIMITS = {
    "jpeg": lambda: encoded(PIL.Image.fromarray(_noise(6_000, 6_000, 4)), "JPEG", quality=60, progressive=True),
    "png": lambda: encoded(PIL.Image.fromarray(_noise(4_100, 4_100, 4, channels=4)), "PNG", compress_level=1),
    "webp": lambda: encoded(PIL.Image.fromarray(_noise(3_700, 3_700, 4)), "WEBP", quality=30, method=0),
}


def _noise(width, height, block, channels=3):
    small = np.random.default_rng(1).integers(0, 255, (height // block, width // block, channels), np.uint8)
    return small.repeat(block, 0).repeat(block, 1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", NEAR_THE_LIMITS)
def test_accepted_picture_takes_under_a_second_and_300_mb(kind, tmp_path):
    (tmp_path / "picture").write_bytes(NEAR_THE_LIMITS[kind]())
    program = (
        "import pathlib, resource, sys\nfrom models.images.input.decode import decode\n"
        "data = pathlib.Path(sys.argv[1]).read_bytes()\n"
        "before = resource.getrusage(resource.RUSAGE_SELF)\n"
        "decode(data, 'avatar')\n"
        "after = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss - before.ru_maxrss)"
    )
    command = [sys.executable, "-c", program, tmp_path / "picture"]
    seconds, kilobytes = map(float, subprocess.run(command, capture_output=True, check=True, text=True).stdout.split())
    assert seconds < 1.5  # a core alone takes 0.9 s at most; another program on its hyperthread adds half
    assert kilobytes < 300_000
