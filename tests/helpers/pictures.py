"""Encoded pictures, valid and invalid, made by code that shows their faults."""

import io
import struct
import zlib

import numpy as np
import PIL.Image

RED, GREEN, BLUE = (220, 20, 30), (20, 180, 60), (30, 40, 200)


def encoded(picture, kind="PNG", **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def photo(width=320, height=240, seed=0):
    """Smooth colours, which JPEG preserves; the top left quarter is red."""
    noise = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    picture = PIL.Image.fromarray(noise).resize((width, height))
    picture.paste(RED, (0, 0, width // 2, height // 2))
    return picture


def animation(kind="GIF", colours=(RED, GREEN, BLUE), size=(64, 48)):
    frames = [PIL.Image.new("RGB", size, colour) for colour in colours]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def png_declaring(width, height, depth=8):
    """A valid PNG header with next to no data: a decompression bomb if its size were trusted."""
    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + _chunk(b"IEND")
    )


def _chunk(name, data=b""):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def gif_of(count, size=8):
    """A GIF of `count` frames of a few bytes each, `size` pixels wide."""
    screen = b"GIF89a" + struct.pack("<HHBBB", size, size, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, size, size, 0) + b"\x02\x01\x05\x00"
    return screen + frame * count + b";"


SVG = b'<?xml version="1.0"?>\n<!-- a drawing -->\n<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>'
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
