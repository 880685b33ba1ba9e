"""Thumbnails find near-duplicates of flags in any orientation; other colours are not near."""

import numpy as np
from PIL import Image, ImageDraw

from training.images.synthesis.flag_likeness import near_flag, thumbnail

RED, GREEN, YELLOW = (206, 17, 38), (0, 90, 60), (252, 209, 22)


def bands(*colours, size=(300, 200)):
    picture = Image.new("RGB", size, "white")
    for place, colour in enumerate(colours):
        top, bottom = place * size[1] // len(colours), (place + 1) * size[1] // len(colours) - 1
        ImageDraw.Draw(picture).rectangle((0, top, size[0], bottom), fill=colour)
    return picture


KNOWN = np.array([thumbnail(bands(RED, "white")), thumbnail(bands(RED, YELLOW, GREEN))])


def test_turned_or_mirrored_flag_is_near():
    flag = bands(RED, YELLOW, GREEN)
    for picture in (flag, flag.rotate(90, expand=True).resize((90, 160)), flag.rotate(180), flag.convert("RGBA")):
        assert near_flag(thumbnail(picture), KNOWN)


def test_other_or_reordered_colours_are_not_near():
    assert not near_flag(thumbnail(bands(RED, GREEN)), KNOWN)
    assert not near_flag(thumbnail(bands(YELLOW, RED, GREEN)), KNOWN)  # its mean colour is the same


def test_nothing_is_near_without_flags():
    assert not near_flag(KNOWN[0], None)
    assert not near_flag(KNOWN[0], KNOWN[:0])
