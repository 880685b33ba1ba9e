"""A canvas on which negatives are drawn fast: filled outlines and letters, drawn larger and reduced.

OpenCV fills a polygon in microseconds, where an SVG renderer takes tens of milliseconds a drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from models.arrays import Pixels, UInt8
from training.images.drawings.type import Face, contours, width_of
from training.images.negatives.outlines import Outline, moved, polar

SUPERSAMPLING = 2
"""Pixels of the canvas along a pixel of the drawing."""

UNITS = 100.0
"""Height of a canvas in units; the origin is its middle."""

FRACTION_BITS = 4
"""Bits of a coordinate's fraction that OpenCV takes."""

MIN_ENGRAVED_SIZE = 9.0
"""Radius in units from which a figure with an edge shows the edges of all its parts."""

Colour = tuple[int, int, int]
Paint = Pixels
"""RGB uint8 of any size, stretched over the shape that it fills."""


class Canvas:
    """A drawing under way, transparent at first.

    Args:
        height: in pixels.
        ratio: width by height.
    """

    def __init__(self, height: int, ratio: float = 1.0) -> None:
        rows = height * SUPERSAMPLING
        self.pixels: Pixels = np.zeros((rows, round(rows * ratio), 4), np.uint8)
        self.half_width = UNITS / 2 * ratio
        self._scale = rows / UNITS

    def fill(self, outlines: Outline | Iterable[Outline], paint: Paint, mask: UInt8 | None = None) -> None:
        """Fill each outline, or where one is within another, what is between them.

        Args:
            outlines: one, or several that are filled together.
            paint: stretched over their bounding box.
            mask: uint8 (height, width) of the canvas; where it is 0 nothing is drawn.
        """
        points = self._points(outlines)
        if len(paint) == 1 and paint.shape[1] == 1 and mask is None:
            cv2.fillPoly(self.pixels, points, (*paint[0, 0].tolist(), 255), shift=FRACTION_BITS)
            return
        left, top, width, height = cv2.boundingRect(np.concatenate(points) >> FRACTION_BITS)
        rows, columns = slice(max(0, top), max(0, top + height)), slice(max(0, left), max(0, left + width))
        part = self.pixels[rows, columns]
        if not part.size:
            return
        inside = np.zeros(part.shape[:2], np.uint8)
        corner = np.array([columns.start, rows.start], np.int32) << FRACTION_BITS
        cv2.fillPoly(inside, [outline - corner for outline in points], 255, shift=FRACTION_BITS)
        if mask is not None:
            cv2.bitwise_and(inside, mask[rows, columns], inside)
        opaque = np.dstack([paint, np.full(paint.shape[:2], 255, np.uint8)])
        swatch = cv2.resize(opaque, inside.shape[::-1], interpolation=cv2.INTER_LINEAR)
        cv2.copyTo(swatch, inside, part)

    def each(self, outlines: Iterable[Outline], paint: Paint, edge: Paint | None = None, width: float = 0.5) -> None:
        """Fill outlines one by one, so that overlaps stay filled, at times with an edge."""
        for outline in outlines:
            self.fill(outline, paint)
            if edge is not None:
                self.line(outline, edge, width)

    def figure(
        self,
        layers: Sequence[tuple[Sequence[Outline], int]],
        x: float,
        y: float,
        size: float,
        paints: Sequence[Paint],
        *,
        turn: float = 0,
        stretch: float = 1,
        edge: Paint | None = None,
        width: float = 0.5,
    ) -> None:
        """A figure of `charges` or `pictograms`.

        Args:
            layers: outlines and tone of each.
            x, y, size: centre and radius in units.
            paints: of tone 0 and 1.
            turn: in degrees clockwise.
            stretch: of its width; -1 mirrors it.
            edge: colour of the outlines of tone 0; None draws none.
            width: of the outlines.
        """
        for outlines, tone in layers:
            placed = [moved(outline, x, y, size, turn, stretch=stretch) for outline in outlines]
            if edge is not None and not tone:
                for outline in placed:
                    self.line(outline, edge, 2 * width)
            if _encloses(outlines):
                self.fill(placed, paints[tone])
            else:
                self.each(placed, paints[tone], edge if size > MIN_ENGRAVED_SIZE and not tone else None, width / 2)

    def line(self, outline: Outline, colour: Paint, width: float, mask: UInt8 | None = None) -> None:
        """The edge of an outline, `width` units wide; where the mask is 0 nothing is drawn."""
        thickness, points = max(1, round(width * self._scale)), self._points(outline)
        colours = (*colour[0, 0].tolist(), 255)
        if mask is None:
            cv2.polylines(self.pixels, points, True, colours, thickness, cv2.LINE_8, FRACTION_BITS)
            return
        shape = np.zeros(self.pixels.shape[:2], np.uint8)
        cv2.polylines(shape, points, True, 255, thickness, cv2.LINE_8, FRACTION_BITS)
        self.pixels[cv2.bitwise_and(shape, mask) > 0] = colours

    def mirror(self) -> None:
        """Repeat the right half on the left, mirrored, over what is there."""
        half = self.pixels.shape[1] // 2
        self.pixels[:, :half] = self.pixels[:, : -half - 1 : -1]

    def mask(self, outlines: Outline | Iterable[Outline]) -> UInt8:
        """Where these outlines are, uint8 (height, width) of the canvas, 0 or 255."""
        shape = np.zeros(self.pixels.shape[:2], np.uint8)
        cv2.fillPoly(shape, self._points(outlines), 255, shift=FRACTION_BITS)
        return shape

    def blend(self, outlines: Outline | Iterable[Outline], paint: Paint, opacity: float) -> None:
        """Fill outlines half transparently, where something is drawn already."""
        before = self.pixels.copy()
        self.fill(outlines, paint, self.pixels[..., 3].copy())
        cv2.addWeighted(self.pixels, opacity, before, 1 - opacity, 0, self.pixels)

    def words(self, content: str, x: float, y: float, size: float, paint: Paint, face: Face, width: float = 0) -> None:
        """A line of text centred on (x, y).

        Args:
            content: one line.
            x, y, size: in units; `size` is that of the em.
            paint: stretched over the line.
            face: typeface.
            width: greatest width in units; longer lines are squeezed. 0 sets no limit.
        """
        natural = width_of(content, size, face)
        squeeze = min(1.0, width / natural) if width else 1.0
        start, outlines = x - natural * squeeze / 2, []
        for character in content:
            outlines += [
                moved(part, start, y + 0.36 * size, size, stretch=squeeze) for part in contours(character, face)
            ]
            start += width_of(character, size, face) * squeeze
        self._letters(outlines, paint)

    def ring(
        self, content: str, radius: float, size: float, paint: Paint, face: Face, *, foot: bool = False, span: float = 0
    ) -> None:
        """A line of text along a circle around the origin, at its top, or upright at its foot.

        Args:
            content: one line.
            radius: of the letters' middles, in units.
            size: of the em.
            paint: of the letters.
            face: typeface.
            foot: set the text along the lower half.
            span: greatest angle of the line; longer lines are set smaller. 0 sets no limit.
        """
        natural = width_of(content, size, face) / radius * 57.3
        size *= min(1.0, span / natural) if span and natural else 1.0
        side, outlines = -1 if foot else 1, []
        angle = (180 if foot else 0) - side * width_of(content, size, face) / radius * 57.3 / 2
        for character in content:
            advance = width_of(character, size, face)
            angle += side * advance / radius * 57.3 / 2
            turn = angle - (180 if foot else 0)
            x, y = polar(radius, angle)
            for part in contours(character, face):
                centred = part + np.array([-advance / size / 2, 0.36], np.float32)
                outlines.append(moved(centred, x, y, size, turn))
            angle += side * advance / radius * 57.3 / 2
        self._letters(outlines, paint)

    def drawing(self) -> Pixels:
        """The drawing without transparent margins, RGBA uint8 (height, width, 4), colours not multiplied by opacity."""
        rows, columns = self.pixels.shape[:2]
        size = (columns // SUPERSAMPLING, rows // SUPERSAMPLING)
        reduced = cv2.resize(self.pixels, size, interpolation=cv2.INTER_AREA)
        rows_of, columns_of = np.nonzero((reduced[..., 3] > 0) & (reduced[..., 3] < 255))
        edge = reduced[rows_of, columns_of].astype(np.float32)
        edge[:, :3] = np.minimum(edge[:, :3] * 255 / edge[:, 3:], 255)
        reduced[rows_of, columns_of] = edge.astype(np.uint8)
        left, top, width, height = cv2.boundingRect(reduced[..., 3])
        return np.ascontiguousarray(reduced[top : top + height, left : left + width])

    def _letters(self, outlines: Sequence[Outline], paint: Paint) -> None:
        if outlines:
            self.fill(outlines, paint)

    def _points(self, outlines: Outline | Iterable[Outline]) -> list[np.ndarray]:
        several = [outlines] if isinstance(outlines, np.ndarray) else list(outlines)
        middle = np.array([self.half_width, UNITS / 2], np.float32)
        factor = self._scale * (1 << FRACTION_BITS)
        return [np.round((outline + middle) * factor).astype(np.int32) for outline in several]


def _encloses(outlines: Sequence[Outline]) -> bool:
    """True if the second of two outlines is a hole of the first: both have one centre."""
    if len(outlines) != 2:
        return False
    first, second = ((outline.max(0) + outline.min(0)) / 2 for outline in outlines)
    return bool(np.abs(first - second).max() < 1e-3)


def flat(colour: Colour) -> Paint:
    """One colour."""
    return np.array([[colour]], np.uint8)


def vertical(top: Colour, bottom: Colour) -> Paint:
    """A gradient from top to bottom."""
    return np.array([[top], [bottom]], np.uint8)


def diagonal(first: Colour, last: Colour) -> Paint:
    """A gradient from the upper left to the lower right."""
    middle = tuple((a + b) // 2 for a, b in zip(first, last, strict=True))
    return np.array([[first, middle], [middle, last]], np.uint8)


def radial(middle: Colour, edge: Colour, x: float = 0.5, y: float = 0.5) -> Paint:
    """A gradient from a point outwards; x and y are fractions of the shape."""
    down, across = np.mgrid[0:1:17j, 0:1:17j]
    share = np.clip(np.hypot(across - x, down - y) / 0.72, 0, 1)[..., None]
    return np.round(np.array(middle) * (1 - share) + np.array(edge) * share).astype(np.uint8)


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two others; `share` is the second's."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
