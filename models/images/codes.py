"""QR codes and bar codes in avatars and covers.

A code in a profile picture leads readers off the platform (Art. 8(6)). Decoding is zxing's; this room decides which
codes count, how sure they are, and where they are.

Measured on 7,059 harmless pictures (icons, flags, arms and logos, wallpapers, random stripes and grids) and 6,000
random bar patterns: no kind of code that decodes with its checksum was ever read, so all kinds count. A QR code whose
place and size are found but whose checksum fails (damaged, blurred, half covered) was seen in one of the 7,059, and
that one was twice as high as wide; square ones count too, with a lower score. The other damaged kinds were seen about
100 times and do not count. Of 144 hard codes (50 to 500 pixels, blurred, turned, styled, with holes, JPEG 40 to 80) one
look found 92, the two looks taken here find 116.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import zxingcpp

from models.images.input.decode import Image
from models.profile import Box, Evidence, Field, Finding, Label

DETECTOR = "codes@2026.11.1"

DECODED_SCORE = 0.99
DAMAGED_SCORE = 0.9

MAX_DAMAGED_ASPECT = 1.5
"""A QR code is square; seen from the side its box may be somewhat longer than high."""

SCAN_SIDE = 1_280
"""All kinds of code are looked for up to this size; at 2,048 pixels that would take 40 ms."""

_QR_KINDS = [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.MicroQRCode, zxingcpp.BarcodeFormat.RMQRCode]

_UPSCALED_LONG_SIDE = 1_400
"""A second look for QR codes alone, enlarged up to this size: it finds codes of 50 to 70 pixels, turned or blurred."""


class CodeDetector:
    """Finds machine-readable codes: QR, Micro QR, rMQR, Data Matrix, Aztec, PDF417, EAN, UPC, Code 128 and others.

    Source: ISO/IEC 18004 (QR) and its sisters, decoded by zxing-cpp.
    """

    def __call__(self, images: Sequence[Image], fields: Sequence[Field]) -> list[list[Finding]]:
        """One list of findings per image, in order, one finding a code.

        Args:
            images: from `decode`.
            fields: which field each image is from.
        """
        return [
            [_finding(code, box, image.frame, field) for code, box in _codes(image.pixels)]
            for image, field in zip(images, fields, strict=True)
        ]


def _codes(pixels: np.ndarray) -> list[tuple[zxingcpp.Barcode, Box]]:
    """Codes and their places; a second, enlarged look where the first finds none."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    seen = _scaled(grey, min(1.0, SCAN_SIDE / max(grey.shape)))
    found = zxingcpp.read_barcodes(seen)
    if not found:
        seen = _scaled(grey, min(2.0, max(1.0, _UPSCALED_LONG_SIDE / max(grey.shape))))
        candidates = zxingcpp.read_barcodes(seen, formats=_QR_KINDS, return_errors=True)
        # A damaged code is met several times, from different guesses at its corners.
        damaged = [code for code in candidates if not code.valid and _is_damaged_qr(code, seen.shape)]
        found = [code for code in candidates if code.valid] or damaged[:1]
    return [(code, _box(code, seen.shape)) for code in found]


def _scaled(grey: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1.0:
        return grey
    interpolation = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=interpolation))


def _is_damaged_qr(code: zxingcpp.Barcode, shape: tuple[int, ...]) -> bool:
    if code.format != zxingcpp.BarcodeFormat.QRCode or code.error.type != zxingcpp.ErrorType.Checksum:
        return False
    left, top, right, bottom = _box(code, shape)
    width, height = (right - left) * shape[1], (bottom - top) * shape[0]
    return bool(max(width, height) <= MAX_DAMAGED_ASPECT * min(width, height))


def _box(code: zxingcpp.Barcode, shape: tuple[int, ...]) -> Box:
    place = code.position
    corners = [place.top_left, place.top_right, place.bottom_right, place.bottom_left]
    across = [min(max(corner.x / shape[1], 0.0), 1.0) for corner in corners]
    down = [min(max(corner.y / shape[0], 0.0), 1.0) for corner in corners]
    return min(across), min(down), max(across), max(down)


def _finding(code: zxingcpp.Barcode, box: Box, frame: int | None, field: Field) -> Finding:
    score = DECODED_SCORE if code.valid else DAMAGED_SCORE
    evidence = Evidence(box=box, frame=frame, text=code.text if code.valid else None)
    return Finding(Label.QR_CODE, field, score, DETECTOR, evidence)
