"""Places that are looked at closely lie apart, and what is seen there is told as a place of the picture."""

import numpy as np
import pytest

from models.boxes import WHOLE_PICTURE
from models.images.matching.calibration import CLOSER, LEADS
from models.images.matching.verifier import (
    CROP_MARGIN,
    MAX_REGIONS,
    RERANKER_WEIGHT,
    _reading,
    enlarged,
    nearest_regions,
    select_regions,
    text_line_region,
    with_context,
    with_leads,
)
from models.images.ocr.inscriptions import UNREAD, Inscription, Inscriptions, Reading, Written

NOISE = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)


def windows_of(places):
    return [place.window for place in places]


def test_of_windows_at_one_place_the_first_is_looked_at():
    here, nearly, there = (0.0, 0.0, 0.4, 0.4), (0.02, 0.0, 0.42, 0.4), (0.6, 0.6, 1.0, 1.0)
    assert windows_of(select_regions(NOISE, [here, nearly, there])) == [here, there]


def test_no_more_places_are_looked_at_than_there_is_time_for():
    corners = [(x, y, x + 0.1, y + 0.1) for x in (0.0, 0.3, 0.6) for y in (0.0, 0.3, 0.6)]
    assert windows_of(select_regions(NOISE, corners)) == corners[:MAX_REGIONS]


def test_a_place_is_cut_out_with_what_is_around_it():
    (place,) = select_regions(NOISE, [(0.2, 0.2, 0.6, 0.6)])
    assert place.crop == pytest.approx((0.1, 0.1, 0.7, 0.7)) and place.emblem is None


def test_of_a_place_whose_emblem_is_located_that_is_cut_out_with_a_little_around_it():
    emblem = (0.3, 0.4, 0.5, 0.9)
    (place,) = select_regions(NOISE, [(0.2, 0.2, 0.6, 0.6)], lambda *_: emblem)
    assert place.emblem == emblem
    assert place.crop == pytest.approx(
        (0.3 - 0.2 * CROP_MARGIN, 0.4 - 0.5 * CROP_MARGIN, 0.5 + 0.2 * CROP_MARGIN, 0.9 + 0.5 * CROP_MARGIN)
    )


def test_windows_apart_that_show_one_emblem_are_one_place():
    windows = [(0.0, 0.0, 0.4, 0.4), (0.3, 0.3, 0.7, 0.7), (0.6, 0.6, 1.0, 1.0)]
    emblems = dict(zip(((0.0, 0.0, 0.5, 0.5), (0.2, 0.2, 0.8, 0.8)), [(0.1, 0.1, 0.5, 0.5)] * 2, strict=True))
    places = select_regions(NOISE, windows, lambda wide, _: emblems.get(tuple(np.round(wide, 6)), (0.7, 0.7, 0.9, 0.9)))
    assert windows_of(places) == [windows[0], windows[2]]


@pytest.mark.parametrize(
    ("window", "is_seen"),
    [
        ((0.1, 0.1, 0.4, 0.4), True),
        ((0.08, 0.08, 0.38, 0.38), True),  # beyond the emblem, but within what is cut out around it
        ((0.45, 0.45, 0.78, 0.78), False),  # sticks out by a tenth
        ((0.6, 0.6, 0.9, 0.9), False),
    ],
)
def test_what_lies_within_a_located_emblem_is_not_looked_at_again(window, is_seen):
    asked, first = [], (0.3, 0.3, 0.5, 0.5)

    emblems = [(0.1, 0.1, 0.7, 0.7), (0.6, 0.6, 0.9, 0.9)]

    def locate(wide, located):
        assert located == emblems[: len(asked)]
        asked.append(wide)
        return emblems[len(asked) - 1]

    looked_at = [first] if is_seen else [first, window]
    assert windows_of(select_regions(NOISE, [first, window], locate)) == looked_at
    assert asked == [with_context(one) for one in looked_at]


def test_without_a_localizer_what_lies_within_a_place_is_looked_at_too():
    windows = [WHOLE_PICTURE, (0.25, 0.25, 0.75, 0.75)]
    assert windows_of(select_regions(NOISE, windows)) == windows


def test_windows_apart_whose_emblem_fills_the_picture_are_one_place():
    windows = [(0.25, 0.25, 0.75, 0.75), WHOLE_PICTURE]
    assert windows_of(select_regions(NOISE, windows, lambda *_: WHOLE_PICTURE)) == [windows[0]]


def test_no_emblem_is_located_twice_from_windows_of_one_place():
    asked = []

    def locate(wide, _):
        asked.append(wide)
        return 0.4, 0.4, 0.6, 0.6

    select_regions(NOISE, [WHOLE_PICTURE, (0.0, 0.0, 1.0, 0.9), (0.3, 0.3, 0.7, 0.7), (0.3, 0.32, 0.7, 0.72)], locate)
    assert len(asked) == 2


def test_of_a_masthead_on_plain_ground_only_its_line_is_cut_out_and_that_once():
    pixels = np.full((256, 256, 3), 250, np.uint8)
    pixels[64:80, 20:236:8], pixels[64:80, 22:238:8] = 20, 20
    upper, middle, lower = (0.0, 0.0, 1.0, 0.5), (0.15, 0.1, 0.85, 0.6), (0.3, 0.7, 0.6, 1.0)
    places = select_regions(pixels, [upper, middle, lower])
    assert windows_of(places) == [upper, lower]
    left, top, right, bottom = places[0].crop
    assert left < 20 / 256 and right > 228 / 256
    assert 0.1 < top < 64 / 256 and 80 / 256 < bottom < 0.4


def test_a_line_is_cut_out_with_as_much_around_it_on_all_sides_as_the_picture_has():
    wide, line = np.zeros((100, 400, 3), np.uint8), (0.25, 0.4, 0.75, 0.6)
    assert text_line_region(line, wide).crop == pytest.approx((0.2375, 0.35, 0.7625, 0.65))
    assert text_line_region(line, wide).emblem == line
    assert text_line_region((0.0, 0.0, 1.0, 1.0), wide).crop == (0.0, 0.0, 1.0, 1.0)


def test_words_count_at_the_place_that_shows_them_alone():
    box = (0.6, 0.6, 0.9, 0.7)
    read = Reading({0: Inscription(0.9, 11.0, box)}, [Written("morninggram", box)])
    references, known = np.arange(3), Inscriptions([("morningtelegram",), ("gazette",), ()])
    likeness, letters, other, drawn = _reading((0.5, 0.5, 1.0, 1.0), references, read, known)
    assert likeness.tolist() == [0.9, 0.0, 0.0] and letters.tolist() == [np.log1p(11.0), 0.0, 0.0]
    assert other.tolist() == [0.0, np.log1p(11.0), 0.0]  # what says nothing is not gainsaid
    assert drawn.tolist() == np.log1p([15.0, 7.0, 0.0]).tolist()
    assert not np.any(_reading((0.0, 0.0, 0.7, 0.7), references, read, known)[:3])


def test_what_a_drawing_says_is_missed_only_in_pictures_that_were_read():
    references, known, whole = np.array([0]), Inscriptions([("gazette",)]), (0.0, 0.0, 1.0, 1.0)
    assert not np.any(_reading(whole, references, UNREAD, known))
    assert _reading(whole, references, Reading({}, []), known)[3] > 0


def test_a_drawing_too_low_for_details_is_enlarged_and_another_stays_as_it_is():
    long = enlarged(np.zeros((20, 192, 3), np.uint8)).shape
    assert long[0] * long[1] == pytest.approx(128**2, rel=0.03) and long[1] / long[0] == pytest.approx(9.6, rel=0.03)
    square = np.random.default_rng(0).integers(0, 256, (160, 192, 3), dtype=np.uint8)
    assert np.array_equal(enlarged(square), square)


def test_each_candidate_is_told_how_far_it_is_behind_the_best_in_every_respect():
    known = CLOSER[: -len(LEADS)]
    features = np.random.default_rng(0).normal(size=(5, len(known)))
    told = dict(zip(CLOSER, with_leads(np.arange(5), features).T, strict=True))
    nearness = told["normalized"] + told["closer_normalized"]
    for lead, values in {
        "behind_nearest": nearness,
        "behind_in_details": told["details"],
        "behind_in_cells": told["cells"],
        "behind_in_colours": -told["unlike_in_colours"],
    }.items():
        assert told[lead].max() == 0 and told[lead].argmax() == values.argmax()
        assert np.allclose(np.diff(told[lead]), np.diff(values))
    assert told["nearest"].tolist() == (nearness == nearness.max()).tolist()


def test_who_alone_says_something_leads_and_two_who_say_the_same_do_not():
    features = np.zeros((5, len(CLOSER) - len(LEADS)))
    features[:, CLOSER.index("letters")] = [2.0, 0.0, 2.0, 1.5, 0.0]

    def led(*references):
        return with_leads(np.array(references), features)[:, CLOSER.index("lead_in_letters")].tolist()

    assert led(7, 7, 7, 8, 9) == [0.5, 0.5, 0.5, -0.5, -2.0]
    assert led(6, 7, 8, 9, 9) == [0.0, -2.0, 0.0, -0.5, -0.5]


def test_a_reference_has_what_speaks_for_it_at_any_place_and_leads_or_trails_the_best_other_one_by_it():
    features = np.zeros((4, len(CLOSER) - len(LEADS)))
    features[:, CLOSER.index("cells")] = [-3.0, 2.0, 1.0, -1.0]
    told = dict(zip(CLOSER, with_leads(np.array([7, 7, 8, 9]), features).T, strict=True))
    assert told["best_cells"].tolist() == [2.0, 2.0, 1.0, -1.0]
    assert told["ahead_cells"].tolist() == [1.0, 1.0, -1.0, -3.0]
    alone = dict(zip(CLOSER, with_leads(np.array([7, 7, 7, 7]), features).T, strict=True))
    assert alone["ahead_cells"].tolist() == [2.0] * 4


def test_a_reference_is_shown_at_the_place_where_it_is_nearest():
    features = np.zeros((4, len(CLOSER)))
    features[:, CLOSER.index("closer_normalized")] = [0.5, 0.2, 0.3, 0.3]
    features[:, CLOSER.index("cells")] = [0.0, 0.0, 0.0, 0.1 / RERANKER_WEIGHT]
    assert nearest_regions(np.array([7, 8, 7, 8]), features).tolist() == [0, 3, 0, 3]


def test_what_words_and_colours_say_of_a_reference_counts_at_all_its_places():
    features = np.zeros((4, len(CLOSER) - len(LEADS)))
    for name, values in {
        "closer_normalized": [0.5, 0.2, 0.3, 0.3],
        "letters": [0.0, 0.0, 2.0, 0.0],
        "unlike_in_letters": [1.5, 0.0, 0.0, 0.7],
        "unlike_in_colours": [0.3, 0.1, 0.0, 0.4],
    }.items():
        features[:, CLOSER.index(name)] = values
    told = dict(zip(CLOSER, with_leads(np.array([7, 8, 7, 8]), features).T, strict=True))
    assert told["letters"].tolist() == [2.0, 0.0, 2.0, 0.0]
    assert told["lead_in_letters"].tolist() == [2.0, -2.0, 2.0, -2.0]
    assert told["unlike_in_letters"].tolist() == [1.5, 0.7, 1.5, 0.7]
    assert told["unlike_in_colours"].tolist() == [0.3, 0.4, 0.3, 0.4]
    assert told["behind_in_colours"] == pytest.approx([0.0, -0.1, 0.0, -0.1])
