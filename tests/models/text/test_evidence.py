"""Evidence has spans and text of the original."""

from models.text.evidence import evidence_at
from models.text.normalize.normalize import normalize


def test_ranges_are_shown_in_text_order_as_written_and_normalised():
    evidence = evidence_at(normalize("➕Ⓥ x ①②③"), [(5, 8), (0, 2)])
    assert evidence.spans == ((0, 2), (5, 8))
    assert (evidence.text, evidence.normalized) == ("➕Ⓥ … ①②③", "+v … 123")


def test_overlapping_ranges_become_one():
    assert evidence_at(normalize("加微信号"), [(0, 3), (1, 2), (2, 4)]).spans == ((0, 4),)


def test_ranges_of_one_written_character_become_one():
    evidence = evidence_at(normalize("我🆔"), [(1, 2), (2, 3)])
    assert (evidence.spans, evidence.text, evidence.normalized) == (((1, 2),), "🆔", "id")


def test_neighbouring_ranges_stay_apart():
    assert evidence_at(normalize("加微信"), [(0, 1), (1, 3)]).spans == ((0, 1), (1, 3))


def test_no_ranges_show_nothing():
    assert evidence_at(normalize("加微信"), []).spans == ()
