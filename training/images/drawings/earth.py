"""Outlines of the continents for emblems with a globe, from Natural Earth's public map at 1:110 million.

Emblems show the land in one of two projections: azimuthal equidistant from the North Pole, as the United Nations do,
or flat, with a degree as one unit in both directions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate
from math import cos, dist, radians, sin
from pathlib import Path
from typing import Any

from training.images.drawings.shapes import Point
from training.packages import fetch

SOUTHERN_LIMIT = -60
"""Latitude where the United Nations' map ends, in degrees."""

SMALLEST = 3
"""An outline with no more corners is left out."""

AFRICA = ((-26, 37.5), (-6, 36), (11, 38.5), (33, 31.8), (36, 27), (43.3, 12), (53, 13), (60, -30), (20, -40), (-26, 0))
"""A polygon of longitudes and latitudes that holds the middle of every African country and of no other."""


def polar_land(x: float, y: float, radius: float) -> str:
    """Path data of all land seen from above the North Pole, Greenwich below, out to 60 degrees south.

    Args:
        x, y: the pole.
        radius: of the parallel of 60 degrees south.
    """

    def project(point: Point) -> Point:
        longitude, latitude = point
        far = radius * (90 - max(latitude, SOUTHERN_LIMIT)) / (90 - SOUTHERN_LIMIT)
        return x + far * sin(radians(longitude)), y + far * cos(radians(longitude))

    rings = (ring for ring in _rings("land") if max(latitude for _, latitude in ring) > SOUTHERN_LIMIT)
    return _data(([project(point) for point in ring] for ring in rings), radius / 80)


def flat_land(x: float, y: float, degree: float) -> str:
    """Path data of all land but Antarctica on a flat map; (x, y) is where the equator meets Greenwich.

    Args:
        x, y: in the drawing's units.
        degree: length of a degree.
    """
    rings = (ring for ring in _rings("land") if max(latitude for _, latitude in ring) > SOUTHERN_LIMIT)
    return _data(
        ([(x + degree * longitude, y - degree * latitude) for longitude, latitude in ring] for ring in rings), 1
    )


def africa(x: float, y: float, degree: float) -> str:
    """Path data of Africa's countries on a flat map; (x, y) is where the equator meets Greenwich.

    Args:
        x, y: in the drawing's units.
        degree: length of a degree.
    """
    inside = (ring for ring in _rings("countries") if _extent(ring) < 90 and _holds(AFRICA, _middle(ring)))
    flat = ([(x + degree * longitude, y - degree * latitude) for longitude, latitude in ring] for ring in inside)
    return _data(flat, degree / 2)


def _rings(layer: str) -> list[list[Point]]:
    return _read(fetch("world-atlas") / "package" / "countries-110m.json", layer)


@lru_cache
def _read(map_file: Path, layer: str) -> list[list[Point]]:
    """Closed rings of a layer of a TopoJSON map, each of longitudes and latitudes."""
    topology: dict[str, Any] = json.loads(map_file.read_text(encoding="utf-8"))
    (across, up), (left, low) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        corners = accumulate(steps, lambda last, step: [last[0] + step[0], last[1] + step[1]])
        arcs.append([(corner[0] * across + left, corner[1] * up + low) for corner in corners])

    def line(arc: int) -> list[Point]:
        return arcs[arc] if arc >= 0 else arcs[~arc][::-1]

    polygons = [
        polygon
        for shape in topology["objects"][layer]["geometries"]
        for polygon in (shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]])
    ]
    return [[point for arc in polygon[0] for point in line(arc)] for polygon in polygons]


def _middle(ring: list[Point]) -> Point:
    longitudes, latitudes = zip(*ring, strict=True)
    return (min(longitudes) + max(longitudes)) / 2, (min(latitudes) + max(latitudes)) / 2


def _extent(ring: list[Point]) -> float:
    """Width in degrees; a country that the date line cuts seems as wide as the map."""
    longitudes = [longitude for longitude, _ in ring]
    return max(longitudes) - min(longitudes)


def _holds(polygon: tuple[Point, ...], point: Point) -> bool:
    """The even-odd rule: a ray from the point crosses the polygon's sides an odd number of times."""
    x, y = point
    crossings = 0
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            crossings += 1
    return crossings % 2 == 1


def _data(rings: Iterable[list[Point]], least: float) -> str:
    """Path data of rings whose corners are at least `least` apart; smaller islands disappear."""
    outlines = []
    for ring in rings:
        kept = ring[:1]
        for point in ring:
            if dist(point, kept[-1]) >= least:
                kept.append(point)
        if len(kept) > SMALLEST:
            outlines.append(kept)
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in outlines)
