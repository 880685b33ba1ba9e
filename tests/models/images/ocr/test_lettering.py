import cv2
import numpy as np
import pytest
from written import pixels, scenery

from models.images.ocr.lettering import may_hold_text, strokes_per_row


@pytest.mark.parametrize("name", ["contact", "claim", "harmless"])
@pytest.mark.parametrize("width", [240, 480, 1600])
def test_lines_of_text_are_seen_whatever_their_size(name: str, width: int):
    picture = pixels(name)
    scale = width / picture.shape[1]
    assert may_hold_text(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def test_light_text_is_seen_as_well_as_dark():
    assert may_hold_text(255 - pixels("harmless"))


@pytest.mark.parametrize(
    "picture",
    [
        np.array(scenery()),
        np.full((300, 300, 3), 200, np.uint8),
        cv2.circle(np.full((400, 400, 3), 255, np.uint8), (200, 200), 120, (200, 30, 30), -1),
        np.zeros((8, 8, 3), np.uint8),
        np.zeros((64, 2048, 3), np.uint8),
    ],
    ids=["scenery", "one colour", "badge", "tiny", "strip"],
)
def test_a_picture_without_text_is_left_alone(picture: np.ndarray):
    assert not may_hold_text(picture)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("period", [1, 2])
def test_picture_of_strokes_alone_is_judged_without_a_warning(period: int):
    stripes = np.tile(np.repeat([0, 255], period), (64, 60)).astype(np.uint8)
    assert strokes_per_row(np.dstack([stripes] * 3)) >= 0
