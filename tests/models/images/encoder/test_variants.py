"""A reference is embedded in variants on white, dark and grey, and cropped to a circle."""

import numpy as np
import PIL.Image
import PIL.ImageDraw

from models.images.encoder.variants import trimmed, variants


def emblem(ink, size=(200, 120), box=(50, 30, 150, 90)):
    picture = PIL.Image.new("RGBA", size, (0, 0, 0, 0))
    PIL.ImageDraw.Draw(picture).ellipse(box, fill=ink)
    return np.array(picture)


def corners(looks):
    return [tuple(int(value) for value in look[0, 0]) for look in looks]


def test_coloured_emblem_has_five_opaque_variants():
    looks = variants(emblem("red"))
    assert len(looks) == 5
    assert all(look.dtype == np.uint8 and look.shape[2] == 3 for look in looks)


def test_backgrounds_are_white_dark_and_grey():
    drawn, *grounds, circle = corners(variants(emblem("red")))
    assert (drawn, circle) == ((255, 255, 255), (255, 255, 255))
    assert grounds == [(255, 255, 255), (32, 32, 32), (128, 128, 128)]


def test_variant_in_which_the_emblem_vanishes_is_left_out():
    looks = variants(emblem("white"))
    assert looks
    assert all(np.ptp(look, axis=(0, 1)).max() > 100 for look in looks)


def test_blank_pictures_have_no_variants():
    assert variants(np.full((50, 50, 4), 255, np.uint8)) == []
    assert variants(np.zeros((50, 50, 4), np.uint8)) == []


def test_transparent_and_plain_margins_are_trimmed():
    framed = PIL.Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    framed.paste((250, 250, 250, 255), (20, 20, 280, 280))
    framed.paste((200, 0, 0, 255), (100, 110, 180, 150))
    assert trimmed(framed).size == (80, 40)


def test_picture_without_margins_is_kept_whole():
    picture = PIL.Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60, 4), dtype=np.uint8) | 1)
    assert trimmed(picture).size == (60, 40)


def test_bands_at_two_sides_are_no_margin():
    flag = PIL.Image.new("RGBA", (90, 60), (200, 16, 46, 255))
    flag.paste((255, 255, 255, 255), (0, 20, 90, 40))
    assert trimmed(flag).size == (90, 60)
    assert len(variants(np.asarray(flag))) == 5
