"""Texts cut at the spans of findings."""

import pytest

from serving.console.evidence import Segment, segments


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], [("加V：abc😀", ())]),
        ([(1, (0, 2))], [("加V", (1,)), ("：abc😀", ())]),
        ([(1, (0, 6)), (2, (3, 7))], [("加V：", (1,)), ("abc", (1, 2)), ("😀", (2,))]),
        ([(1, (3, 99))], [("加V：", ()), ("abc😀", (1,))]),
    ],
)
def test_text_is_cut_wherever_a_span_begins_or_ends(spans, expected):
    assert segments("加V：abc😀", spans) == [Segment(*one) for one in expected]


def test_empty_text_has_no_segments():
    assert segments("", [(1, (0, 0))]) == []
