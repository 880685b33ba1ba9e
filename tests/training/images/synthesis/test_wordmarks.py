"""Invented wordmarks are type that can be drawn, the same for the same seed."""

import re

import pytest

from training.images.sources.graphics import render
from training.images.synthesis.wordmarks import SIBLINGS, invented

pytestmark = pytest.mark.slow


def test_the_same_seed_sets_the_same_wordmarks_and_another_others():
    assert list(invented(5)) == list(invented(5)) != list(invented(5, seed=12))
    assert list(invented(2, start=3)) == list(invented(5))[3:]


def test_every_wordmark_can_be_drawn():
    for svg in invented(20):
        drawing = render(svg)
        assert drawing is not None and drawing[..., 3].any()


def test_siblings_wear_the_same_colours_and_say_different_names():
    drawn = list(invented(10 * SIBLINGS))
    families = [drawn[at : at + SIBLINGS] for at in range(0, len(drawn), SIBLINGS)]
    colours = [[set(re.findall(r'fill="(#\w+)"', svg)) for svg in family] for family in families]
    assert all(worn[0] == other for worn in colours for other in worn)
    assert len({frozenset(worn[0]) for worn in colours}) > SIBLINGS
    assert all(len({svg.count("<path") for svg in family}) == 1 for family in families)
    assert len({re.sub("<!--.*?-->", "", svg) for svg in drawn}) == len(drawn)
