"""A line of type on plain ground is a strip; flags, pages and scenes are not cropped to one of their parts."""

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest

from models.boxes import area, iou
from models.images.matching.strips import find_strip

LETTERS = (30, 110, 226, 130)
"""Where strokes of a masthead stand in a picture of 256 pixels: left, top, right, bottom."""


def page(ground="#f4f0e8"):
    return PIL.Image.new("RGB", (256, 256), ground)


def lettered(picture, ink="#141414", box=LETTERS):
    """Upright strokes, as letters have."""
    left, top, right, bottom = box
    pen = PIL.ImageDraw.Draw(picture)
    for x in range(left, right, 8):
        pen.rectangle((x, top, x + 3, bottom - 1), fill=ink)
    return picture


def noisy(picture, strength):
    noise = np.random.default_rng(0).normal(0, strength, (256, 256, 3))
    return (np.asarray(picture) + noise).clip(0, 255).astype(np.uint8)


def shaded():
    """A ground that is darker towards a corner, as a photographed screen is."""
    fall = np.linspace(0, 60, 256)
    return PIL.Image.fromarray((220 - (fall[:, None] + fall[None]) / 2)[..., None].repeat(3, 2).astype(np.uint8))


def stickered():
    picture = lettered(page())
    PIL.ImageDraw.Draw(picture).ellipse((150, 112, 178, 140), fill="#e0c020")
    return picture


MASTHEADS = {
    "plain": lettered(page()),
    "white on blue": lettered(page("#1c3c8c"), "#ffffff"),
    "noisy": noisy(lettered(page()), 12),
    "shaded": lettered(shaded()),
    "with a sticker": stickered(),
}


@pytest.mark.parametrize("name", MASTHEADS)
def test_a_line_of_type_is_found_on_plain_ground(name):
    found = find_strip(np.asarray(MASTHEADS[name]))
    left, top, right, bottom = (side / 256 for side in LETTERS)
    assert found[0] <= left and found[1] <= top and found[2] >= right and found[3] >= bottom
    assert iou(found, (left, top, right, bottom)) > 0.3 and area(found) < 0.25


def test_a_column_of_type_is_found_as_a_line_is():
    across = np.asarray(MASTHEADS["plain"])
    left, top, right, bottom = find_strip(across)
    assert find_strip(np.swapaxes(across, 0, 1)) == (top, left, bottom, right)


def bands(*colours):
    picture = page()
    pen = PIL.ImageDraw.Draw(picture)
    for number, colour in enumerate(colours):
        pen.rectangle((0, 256 * number // len(colours), 256, 256 * (number + 1) // len(colours)), fill=colour)
    return picture


def ringed():
    """Letters in a ring, which belongs to the emblem."""
    picture = lettered(page())
    PIL.ImageDraw.Draw(picture).ellipse((40, 32, 216, 208), outline="#b01020", width=8)
    return picture


def with_disc(middle, radius, colour="#c01020"):
    """Letters and a disc, which belongs to the emblem too."""
    picture, (x, y) = lettered(page(), box=(90, 118, 226, 138)), middle
    PIL.ImageDraw.Draw(picture).ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return picture


WHOLE = {
    "a disc above letters": with_disc((160, 80), 20),
    "a disc beside letters": with_disc((50, 128), 30),
    "a pale disc around letters": lettered(with_disc((128, 128), 78, "#b0b0b0"), box=(60, 118, 196, 138)),
    "two bands": bands("#ce1126", "#ffffff"),
    "a script between bands": lettered(bands("#ce1126", "#ffffff", "#101010"), "#007a3d", (60, 114, 196, 142)),
    "letters in a ring": ringed(),
    "a square block of letters": lettered(page(), box=(60, 60, 196, 196)),
    "a scene": PIL.Image.fromarray(np.random.default_rng(1).integers(0, 256, (256, 256, 3), dtype=np.uint8)),
    "nothing": page(),
    "one pixel": PIL.Image.new("RGB", (1, 1)),
    "one row": PIL.Image.new("RGB", (256, 1)),
}


@pytest.mark.parametrize("name", WHOLE)
def test_other_pictures_have_no_strip(name):
    assert find_strip(np.asarray(WHOLE[name])) is None
