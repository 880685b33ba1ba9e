"""Traced strokes become outlines of the traced thickness, and characters stand side by side."""

import re

import pytest

from training.images.drawings.press.calligraphy import stroke, written, written_width


def area(outline):
    pairs = zip(outline, [*outline[1:], outline[0]], strict=True)
    return abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairs)) / 2


def reach(markup):
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", re.search(r' d="([^"]*)"', markup)[1])]
    return min(numbers[::2]), max(numbers[::2])


def test_a_straight_stroke_covers_its_length_times_its_thickness():
    bar = stroke([(0, 0, 10), (100, 0, 10), (200, 0, 10)])
    assert area(bar) == pytest.approx(200 * 10, rel=0.05)


def test_a_stroke_thins_out_toward_its_thin_end():
    wedge = stroke([(0, 0, 20), (100, 0, 0)])
    at_start = max(abs(y) for x, y in wedge if x < 10)
    at_end = max(abs(y) for x, y in wedge if x > 95)
    assert at_end < 0.2 * at_start


def test_a_bent_stroke_stays_near_its_points():
    bend = stroke([(0, 0, 4), (50, 50, 4), (100, 0, 4)])
    assert all(-5 <= x <= 105 and -5 <= y <= 57 for x, y in bend)


def test_all_outlines_run_the_same_way_so_crossings_stay_filled():
    def turning(outline):
        return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(outline, [*outline[1:], outline[0]], strict=True)) > 0

    across, down = stroke([(0, 50, 9), (100, 50, 9)]), stroke([(50, 100, 9), (50, 0, 9)])
    assert turning(across) == turning(down)


def test_characters_stand_side_by_side_around_the_centre():
    left, right = reach(written("人民日报", "people-daily", 300, 100, 100, "#000"))
    assert left > 300 - written_width("人民日报", "people-daily", 100) / 2 - 5
    assert right < 300 + written_width("人民日报", "people-daily", 100) / 2 + 5
    assert reach(written("人", "people-daily", 0, 0, 100, "#000"))[1] - left < right - left


def test_weight_thickens_strokes():
    thin, thick = (reach(written("早", "zaobao", 0, 0, 100, "#000", weight=weight)) for weight in (0.5, 1.5))
    assert thick[0] < thin[0]
    assert thick[1] > thin[1]


def test_a_character_never_traced_is_refused():
    with pytest.raises(KeyError, match="龘"):
        written("龘", "zaobao", 0, 0, 100, "#000")
