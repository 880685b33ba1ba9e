import pytest

from models.images.ocr.reader import Line
from models.images.ocr.writing import Writing
from models.profile import Evidence

ABOVE = Line("加微信", (0.1, 0.1, 0.3, 0.2), 0.99, 4.0)
BESIDE = Line("abc12345", (0.35, 0.11, 0.6, 0.21), 0.98, 4.0)
BELOW = Line("每天一杯", (0.1, 0.3, 0.4, 0.4), 0.97, 4.0)
UNSURE = Line("囗口吕", (0.1, 0.5, 0.4, 0.6), 0.4, 4.0)


def test_lines_are_joined_in_reading_order():
    writing = Writing.of([BELOW, UNSURE, BESIDE, ABOVE])
    assert writing.text == "加微信 abc12345\n每天一杯"
    assert writing.judged == "加微信 abc12345，每天一杯"
    assert writing.lines == (ABOVE, BESIDE, BELOW)


def test_unsure_lines_are_left_out():
    assert Writing.of([UNSURE]) == Writing.of([])


@pytest.mark.parametrize(
    ("spans", "text", "box"),
    [
        (((0, 3),), "加微信", (0.1, 0.1, 0.3, 0.2)),
        (((1, 12),), "加微信 abc12345", (0.1, 0.1, 0.6, 0.21)),
        (((13, 15),), "每天一杯", (0.1, 0.3, 0.4, 0.4)),
        (((4, 8), (14, 15)), "abc12345\n每天一杯", (0.1, 0.11, 0.6, 0.4)),
        (None, "加微信 abc12345\n每天一杯", (0.1, 0.1, 0.6, 0.4)),
    ],
)
def test_evidence_has_the_box_of_its_lines(spans, text: str, box):
    writing = Writing.of([ABOVE, BESIDE, BELOW])
    placed = writing.placed(Evidence(spans=spans), frame=2)
    assert (placed.text, placed.box, placed.frame) == (text, box, 2)
    for (start, end), (first, last) in zip(placed.spans or (), spans or (), strict=True):
        assert placed.text[start:end] == writing.text[first:last]


@pytest.mark.parametrize(("text", "claims"), [("POLICE", False), ("小满家", False), ("保证录取", True), ("", False)])
def test_a_word_or_two_make_no_claim(text: str, claims: bool):
    lines = [Line(text, (0.1, 0.1, 0.5, 0.2), 0.99, 4.0)] if text else []
    assert Writing.of(lines).makes_a_claim is claims
