"""Invented wordmarks are type that can be drawn, the same for the same seed."""

import pytest

from training.images.graphics import render
from training.images.wordmarks import invented

pytestmark = pytest.mark.slow


def test_the_same_seed_sets_the_same_wordmarks_and_another_others():
    assert list(invented(5)) == list(invented(5)) != list(invented(5, seed=12))


def test_every_wordmark_can_be_drawn():
    for svg in invented(20):
        drawing = render(svg)
        assert drawing is not None and drawing[..., 3].any()
