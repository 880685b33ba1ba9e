"""Places that are looked at closely lie apart, and what is seen there is told as a place of the picture."""

from models.images.verify import LOOKS, distinct


def test_of_boxes_at_one_place_the_first_is_looked_at():
    here, nearly, there = (0.0, 0.0, 0.4, 0.4), (0.02, 0.0, 0.42, 0.4), (0.6, 0.6, 1.0, 1.0)
    assert distinct([here, nearly, there]) == [here, there]


def test_no_more_places_are_looked_at_than_there_is_time_for():
    corners = [(x, y, x + 0.1, y + 0.1) for x in (0.0, 0.3, 0.6) for y in (0.0, 0.3, 0.6)]
    assert distinct(corners) == corners[:LOOKS]
