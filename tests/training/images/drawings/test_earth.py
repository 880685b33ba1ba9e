"""Outlines of the continents lie where their projections put them."""

import json
import re
from itertools import pairwise

import pytest

from training.images.drawings import earth
from training.packages import packages

CAMEROON = [[5, 0], [15, 0], [15, 10], [5, 10], [5, 0]]
FRANCE = [[0, 43], [6, 43], [6, 50], [0, 50], [0, 43]]
BENGAL = [[85, 0], [95, 0], [95, 10], [85, 10], [85, 0]]
ANTARCTICA = [[-170, -85], [170, -85], [170, -70], [-170, -70], [-170, -85]]
FIJI = [[-180, -18], [180, -18], [180, -16], [-180, -16], [-180, -18]]


@pytest.fixture
def chart(tmp_path, monkeypatch):
    """Writes a map of the given rings, in which `earth` then looks."""

    def write(*rings):
        monkeypatch.setenv("HUIJIAN_CACHE", str(tmp_path))
        package = packages()["world-atlas"]
        path = tmp_path / "packages" / f"npm-{package.name}-{package.version}" / "package" / "countries-110m.json"
        path.parent.mkdir(parents=True)
        steps = [[ring[0], *([x1 - x0, y1 - y0] for (x0, y0), (x1, y1) in pairwise(ring))] for ring in rings]
        shapes = [{"type": "Polygon", "arcs": [[at]]} for at in range(len(rings))]
        layer = {"type": "GeometryCollection", "geometries": shapes}
        transform = {"scale": [1, 1], "translate": [0, 0]}
        topology = {"transform": transform, "arcs": steps, "objects": {"land": layer, "countries": layer}}
        path.write_text(json.dumps(topology))

    return write


def corners(data):
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", data)]


def test_greenwich_lies_below_the_pole_and_the_east_on_its_right(chart):
    chart(CAMEROON, BENGAL)
    africa, bengal = earth.polar_land(0, 0, 150).split("Z")[:2]
    assert all(y > 0 for _, y in corners(africa))
    assert all(x > 0 for x, _ in corners(bengal))
    assert max(abs(y) for _, y in corners(bengal)) < min(y for _, y in corners(africa))


def test_distance_from_the_pole_grows_with_the_latitude_alone(chart):
    chart([[0, 0], [90, 0], [90, 60], [0, 60], [0, 0]])
    assert corners(earth.polar_land(10, 20, 150))[:4] == [(10, 110), (100, 20), (40, 20), (10, 50)]


def test_land_south_of_sixty_degrees_is_left_out(chart):
    chart(CAMEROON, ANTARCTICA)
    assert earth.polar_land(0, 0, 150).count("M") == 1
    assert earth.flat_land(0, 0, 2).count("M") == 1


def test_flat_map_has_north_above_and_a_degree_of_the_given_length(chart):
    chart(FRANCE)
    assert corners(earth.flat_land(100, 200, 2))[:3] == [(100, 114), (112, 114), (112, 100)]


def test_africa_has_neither_europe_nor_a_country_across_the_date_line(chart):
    chart(FRANCE, CAMEROON, FIJI)
    assert corners(earth.africa(0, 0, 1)) == corners(earth.flat_land(0, 0, 1).split("Z")[1])


def test_outlines_too_small_to_see_are_left_out(chart):
    chart(CAMEROON, [[20, 0], [20.1, 0], [20.1, 0.1], [20, 0.1], [20, 0]])
    assert earth.flat_land(0, 0, 1).count("M") == 1
