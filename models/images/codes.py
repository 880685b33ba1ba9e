"""QR codes and bar codes in avatars and covers.

A code in a profile picture leads readers off the platform (Art. 8(6)). zxing decodes; this module decides which codes
count and how they score.

Every code that decodes with its checksum counts: none was ever read in 7,059 harmless pictures and 6,000 random bar
patterns. A QR code whose checksum fails counts with a lower score if it is square. Other damaged codes are ignored:
harmless pictures gave about 100 of them. The second, enlarged pass raises codes found from 92 to 116 of 144 hard ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import zxingcpp

from models.arrays import Pixels, UInt8
from models.images.input.decode import Image
from models.profile import Box, Evidence, Field, Finding, Label

DETECTOR = "codes@2026.11.1"

DECODED_SCORE = 0.99
DAMAGED_SCORE = 0.9

MAX_DAMAGED_ASPECT = 1.5
"""Longest side of a damaged QR code's box over the shortest; perspective makes a square longer than high."""

SCAN_SIDE = 1_280
"""Longest side, in pixels, at which all code formats are searched; 2,048 pixels would take 40 ms."""

_QR_FORMATS = [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.MicroQRCode, zxingcpp.BarcodeFormat.RMQRCode]

ENLARGED_SIDE = 1_400
"""Longest side, in pixels, of the second pass for QR codes; it finds rotated or blurred codes of 50 to 70."""


class CodeDetector:
    """Finds machine-readable codes: QR, Micro QR, rMQR, Data Matrix, Aztec, PDF417, EAN, UPC, Code 128 and others.

    Source: ISO/IEC 18004 (QR) and related standards, decoded by zxing-cpp.
    """

    def __call__(self, images: Sequence[Image], fields: Sequence[Field]) -> list[list[Finding]]:
        """One list of findings per image, in order; one finding per code.

        Args:
            images: decoded by `decode`.
            fields: the profile field of each image.
        """
        return [
            [_finding(code, box, image.frame, field) for code, box in _codes(image.pixels)]
            for image, field in zip(images, fields, strict=True)
        ]


def _codes(pixels: Pixels) -> list[tuple[zxingcpp.Barcode, Box]]:
    """Codes and their boxes; a second, enlarged pass for QR codes where the first finds none."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    scanned = _scaled(grey, min(1.0, SCAN_SIDE / max(grey.shape)))
    found = zxingcpp.read_barcodes(scanned)
    if not found:
        scanned = _scaled(grey, min(2.0, max(1.0, ENLARGED_SIDE / max(grey.shape))))
        candidates = zxingcpp.read_barcodes(scanned, formats=_QR_FORMATS, return_errors=True)
        # One damaged code is reported several times, once for each guess at its corners.
        damaged = [code for code in candidates if not code.valid and _is_damaged_qr(code, scanned.shape)]
        found = [code for code in candidates if code.valid] or damaged[:1]
    return [(code, _box(code, scanned.shape)) for code in found]


def _scaled(grey: UInt8, scale: float) -> UInt8:
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
    position = code.position
    corners = [position.top_left, position.top_right, position.bottom_right, position.bottom_left]
    across = [min(max(corner.x / shape[1], 0.0), 1.0) for corner in corners]
    down = [min(max(corner.y / shape[0], 0.0), 1.0) for corner in corners]
    return min(across), min(down), max(across), max(down)


def _finding(code: zxingcpp.Barcode, box: Box, frame: int | None, field: Field) -> Finding:
    score = DECODED_SCORE if code.valid else DAMAGED_SCORE
    evidence = Evidence(box=box, frame=frame, text=code.text if code.valid else None)
    return Finding(Label.QR_CODE, field, score, DETECTOR, evidence)
