"""Detects a file's format from its first bytes, so that a refusal can name it.

Only the five accepted formats are decoded; the others are recognised for the error message.
"""

from __future__ import annotations

import re

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
"""The accepted formats, by Pillow's names."""

_SIGNATURES: tuple[tuple[str, str], ...] = (
    ("JPEG", r"\xff\xd8"),
    ("PNG", r"\x89PNG"),
    ("WEBP", r"RIFF.{4}WEBP"),
    ("GIF", r"GIF8"),
    ("BMP", r"BM"),
    ("a TIFF picture", r"II[*+]\0|MM\0[*+]"),
    ("a HEIC or AVIF picture", r".{4}ftyp(?:avi|hei|hev|mif1|msf1)"),
    ("a video", r".{4}ftyp|\x1a\x45\xdf\xa3"),
    ("a JPEG XL picture", r"\xff\x0a|\0\0\0\x0cJXL"),
    ("a JPEG 2000 picture", r"\0\0\0\x0cjP|\xff\x4f\xff\x51"),
    ("a Photoshop document", r"8BPS"),
    ("an icon file", r"\0\0[\x01\x02]\0"),
    ("a sound or video", r"RIFF|OggS|ID3"),
    ("a PDF document", r"\s*%PDF-"),
    ("a PostScript document", r"%!PS"),
    ("an archive", r"PK\x03\x04|\x1f\x8b|Rar!|7z\xbc\xaf"),
    ("an SVG drawing", r"[^\0]{0,1000}<svg[\s>]"),
    ("a web page", r"[^\0]{0,1000}<(?:!doctype\s+html|html|head|body|script)[\s>]"),
    ("an XML document", r"(?:\xef\xbb\xbf)?\s*<\?xml"),
    ("a web address", r"\s*(?:https?|ftp|file|data):"),
    ("text", r"(?:\xef\xbb\xbf)?(?:[\t\r\n\x20-\x7e]|[\xe2-\xef][\x80-\xbf]{2}){4}"),
)

_MATCHERS = tuple(
    (kind, re.compile(pattern.encode("latin-1"), re.DOTALL | re.IGNORECASE if "<" in pattern else re.DOTALL))
    for kind, pattern in _SIGNATURES
)


def kind_of(data: bytes) -> str:
    """One of `FORMATS`, or a description of another format, such as "an SVG drawing"."""
    return next((kind for kind, matcher in _MATCHERS if matcher.match(data)), "no known format")
