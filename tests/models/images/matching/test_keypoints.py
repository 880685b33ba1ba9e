"""Keypoints in a drawing's arrangement are counted, however it was rotated, mirrored or recoloured."""

import cv2
import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest

from models.images.matching.keypoints import agreement, detect, enlarged


def emblem(seed, side=192):
    rng = np.random.default_rng(seed)
    picture = PIL.Image.new("RGB", (side, side), "white")
    pen = PIL.ImageDraw.Draw(picture)
    for x, y, wide, tall, *colour in rng.integers(0, 255, (14, 7)):
        left, top = x * side // 300, y * side // 300
        pen.rectangle((left, top, left + wide * side // 600, top + tall * side // 600), fill=tuple(colour), outline=0)
    return np.asarray(picture)


def laid(picture, matrix, size=(400, 300)):
    return cv2.warpAffine(picture, np.array(matrix, np.float32), size, borderValue=(90, 130, 90))


CHANGES = {
    "moved": lambda picture: laid(picture, [[0.8, 0, 150], [0, 0.8, 60]]),
    "turned": lambda picture: laid(picture, [[0.7, -0.5, 180], [0.5, 0.7, 30]]),
    "mirrored": lambda picture: laid(picture[:, ::-1], [[0.9, 0, 60], [0, 0.9, 50]]),
    "of one colour": lambda picture: laid(
        picture.mean(axis=2, keepdims=True).repeat(3, axis=2).astype(np.uint8), [[1, 0, 90], [0, 1, 40]]
    ),
    "slanted": lambda picture: laid(picture, [[0.9, 0.2, 80], [0.05, 0.8, 40]]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_transformed_drawing_has_inliers(change):
    drawing = emblem(1)
    found = agreement(detect(change(drawing)), detect(drawing))
    assert found.inliers >= 8


def test_the_box_of_the_drawing_is_found():
    picture = laid(emblem(1), [[0.8, 0, 150], [0, 0.8, 60]])
    assert agreement(detect(picture), detect(emblem(1))).box == pytest.approx(
        (150 / 400, 60 / 300, 304 / 400, 214 / 300), abs=0.02
    )


def test_other_drawings_have_few_inliers():
    inliers = [
        agreement(detect(laid(emblem(seed), [[1, 0, 80], [0, 1, 40]])), detect(emblem(1))).inliers
        for seed in range(2, 12)
    ]
    assert max(inliers) <= 5


@pytest.mark.parametrize("pixels", [np.zeros((1, 1, 3), np.uint8), np.full((200, 300, 3), 128, np.uint8)])
def test_a_picture_without_keypoints_has_no_inliers(pixels):
    found = agreement(detect(pixels), detect(emblem(1)))
    assert found.inliers == 0 and found.box is None


def test_the_same_pictures_agree_equally_each_time():
    picture, drawing = detect(CHANGES["turned"](emblem(3))), detect(emblem(3))
    assert agreement(picture, drawing) == agreement(picture, drawing)


def test_a_low_drawing_is_enlarged_and_a_large_one_stays_as_it_is():
    long = enlarged(np.zeros((20, 192, 3), np.uint8)).shape
    assert long[0] * long[1] == pytest.approx(128**2, rel=0.03) and long[1] / long[0] == pytest.approx(9.6, rel=0.03)
    square = np.random.default_rng(0).integers(0, 256, (160, 192, 3), dtype=np.uint8)
    assert np.array_equal(enlarged(square), square)
