"""Invented wordmarks can be drawn and are deterministic."""

import re

import pytest

from training.images.sources.graphics import render_svg
from training.images.synthesis.wordmarks import WORDMARKS_PER_SETTING, invented_wordmarks

pytestmark = pytest.mark.slow


def test_wordmarks_depend_on_seed_and_number():
    assert list(invented_wordmarks(5)) == list(invented_wordmarks(5)) != list(invented_wordmarks(5, seed=12))
    assert list(invented_wordmarks(2, start=3)) == list(invented_wordmarks(5))[3:]


def test_every_wordmark_can_be_drawn():
    for svg in invented_wordmarks(20):
        drawing = render_svg(svg)
        assert drawing is not None and drawing[..., 3].any()


def test_wordmarks_of_a_group_differ_in_their_letters_alone():
    drawn = list(invented_wordmarks(10 * WORDMARKS_PER_SETTING))
    families = [drawn[at : at + WORDMARKS_PER_SETTING] for at in range(0, len(drawn), WORDMARKS_PER_SETTING)]
    colours = [[set(re.findall(r'fill="(#\w+)"', svg)) for svg in family] for family in families]
    assert all(worn[0] == other for worn in colours for other in worn)
    assert len({frozenset(worn[0]) for worn in colours}) > WORDMARKS_PER_SETTING
    assert all(len({svg.count("<path") for svg in family}) == 1 for family in families)
    assert len({re.sub("<!--.*?-->", "", svg) for svg in drawn}) == len(drawn)
