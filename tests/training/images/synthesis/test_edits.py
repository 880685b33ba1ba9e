"""Every kind of imitation shows the emblem in its box, and is deterministic."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from training.images.sources.backgrounds import Backgrounds
from training.images.synthesis.edits import IMITATION_KINDS
from training.images.synthesis.negatives import NEGATIVES
from training.images.synthesis.scenes import COVER, Scene, placed

EXPECTED_KINDS = {
    *("copy", "circle", "recoloured", "one_colour", "rotated", "perspective", "mirrored", "blur_noise", "crop"),
    *("text_over", "sticker", "border", "moire", "by_hand", "other_style", "small_plain", "small_photo", "corner"),
    *("beside", "several"),
}

PHOTO = np.linspace(60, 200, 600 * 300, dtype=np.uint8).reshape(300, 600, 1).repeat(3, axis=2)


def icon():
    drawing = Image.new("RGBA", (120, 120))
    ImageDraw.Draw(drawing).regular_polygon((60, 60, 55), 5, fill="teal")
    return drawing


def scene(seed, **attributes):
    return Scene(np.random.default_rng(seed), Backgrounds((PHOTO,)), icon, icon, **attributes)


def emblem():
    drawing = Image.new("RGBA", (200, 120))
    ImageDraw.Draw(drawing).rectangle((20, 10, 179, 109), fill=(255, 0, 255), outline="black", width=6)
    return drawing


def test_kinds_of_imitation_are_complete():
    assert set(IMITATION_KINDS) == EXPECTED_KINDS


@pytest.mark.parametrize(
    "kind", sorted(EXPECTED_KINDS - {"recoloured", "one_colour", "by_hand", "other_style", "several"})
)
def test_box_is_around_the_emblem(kind):
    made = IMITATION_KINDS[kind](scene(3), emblem())
    red, green, blue = np.moveaxis(np.asarray(made.picture.convert("RGB"), dtype=int), 2, 0)
    inked = np.argwhere((np.minimum(red, blue) - green) > 100)
    (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0) + 1
    width, height = made.picture.size
    seen = np.array([left / width, top / height, right / width, bottom / height])
    slack = 0.15 if kind in {"crop", "sticker", "blur_noise", "circle"} else 0.08
    assert np.abs(seen - made.box).max() < slack


def test_imitations_depend_on_the_seed():
    for kind in IMITATION_KINDS:
        first, again, other = (IMITATION_KINDS[kind](scene(seed), emblem()).picture for seed in (1, 1, 2))
        assert first.tobytes() == again.tobytes() != other.tobytes()


def test_wordmark_is_set_longer_than_a_square_emblem():
    ground = Image.new("RGB", COVER)
    square, word = Image.new("RGBA", (100, 100), "red"), Image.new("RGBA", (600, 100), "red")
    widths = [placed(ground, drawing, 0.4).box[2] - placed(ground, drawing, 0.4).box[0] for drawing in (square, word)]
    assert widths[1] == pytest.approx(2.375 * widths[0], rel=0.02)


def test_benchmark_has_10000_negatives_of_every_edit():
    assert sum(count for _, count in NEGATIVES.values()) >= 10_000
    assert {f"graphic_{kind}" for kind in IMITATION_KINDS} < set(NEGATIVES)


@pytest.mark.parametrize(
    "kind", sorted(set(NEGATIVES) - {f"graphic_{kind}" for kind in IMITATION_KINDS} - {"letters_chinese", "seal"})
)
def test_negatives_need_no_packages(kind):
    picture = NEGATIVES[kind][0](scene(5))
    assert picture.mode == "RGB" and np.ptp(np.asarray(picture)) > 0
