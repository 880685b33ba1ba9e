"""Keypoints find a turned and cropped drawing again, and judge an empty picture without falling over."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from training.images.evaluation.peers import SiftFinder


def drawing(seed):
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", (240, 240), "white")
    pen = ImageDraw.Draw(picture)
    for x, y, size in rng.integers(10, 200, (40, 3)):
        pen.rectangle((x, y, x + size % 40 + 5, y + size % 30 + 5), fill=tuple(map(int, rng.integers(0, 256, 3))))
    return np.asarray(picture)


@pytest.fixture(scope="module")
def finder():
    return SiftFinder([drawing(seed) for seed in range(6)])


def test_a_turned_drawing_is_found_by_its_keypoints(finder):
    turned = Image.fromarray(drawing(4)).rotate(25).crop((30, 30, 220, 220))
    inliers, place = finder(np.asarray(turned))["SIFT + RANSAC"]
    assert place == 4 and inliers > 15


def test_a_picture_without_keypoints_has_no_inliers(finder):
    assert finder(np.full((80, 80, 3), 200, np.uint8))["SIFT + RANSAC"][0] == 0
