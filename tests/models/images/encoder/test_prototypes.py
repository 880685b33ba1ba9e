"""Prototypes are means of altered copies; plain flags are never recoloured."""

import numpy as np
import pytest
import tiny_encoder
from PIL import Image, ImageDraw

from models.images.encoder.encoder import Encoder
from models.images.encoder.prototypes import ALTERATIONS, altered_copies, prototypes


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return Encoder(tiny_encoder.write(tmp_path_factory.mktemp("encoder")))


@pytest.fixture
def emblem():
    """A red disc with a yellow cross on transparency, wider than high."""
    picture = Image.new("RGBA", (240, 200), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((40, 20, 200, 180), fill=(200, 20, 20, 255))
    pen.rectangle((60, 90, 180, 110), fill=(250, 220, 0, 255))
    pen.rectangle((110, 40, 130, 160), fill=(250, 220, 0, 255))
    return np.array(picture)


@pytest.fixture
def flag():
    """A flag of three bands."""
    pixels = np.full((120, 180, 4), 255, np.uint8)
    pixels[:, :60, :3], pixels[:, 120:, :3] = (0, 80, 160), (200, 30, 40)
    return pixels


def test_altered_copies_are_square_distinct_and_deterministic(emblem):
    families, again = altered_copies(emblem), altered_copies(emblem)
    assert tuple(families) == ALTERATIONS
    for copies, repeated in zip(families.values(), again.values(), strict=True):
        assert all(copy.dtype == np.uint8 and copy.shape == (copy.shape[0],) * 2 + (3,) for copy in copies)
        assert len({copy.tobytes() for copy in copies}) == len(copies) > 1
        assert all(np.array_equal(copy, other) for copy, other in zip(copies, repeated, strict=True))


def test_a_plain_flag_keeps_its_colours(flag, emblem):
    assert set(ALTERATIONS) - set(altered_copies(flag)) == {"one colour"}
    for copy in altered_copies(flag)["redrawn"]:
        inside = copy[copy.shape[0] // 2, copy.shape[1] // 5 : -copy.shape[1] // 5].astype(int)
        left, right = inside[: len(inside) // 6].mean(axis=0), inside[-len(inside) // 6 :].mean(axis=0)
        assert left[2] > left[0] + 40 and right[0] > right[2] + 40, "blue at the hoist, red at the fly"


def test_each_alteration_has_one_unit_vector(encoder, emblem):
    vectors = prototypes(encoder, emblem)
    assert len(vectors) == len(ALTERATIONS)
    assert all(vector.dtype == np.float32 and np.linalg.norm(vector) == pytest.approx(1) for vector in vectors)


def test_a_prototype_is_the_direction_of_its_copies(encoder, emblem):
    for copies, vector in zip(altered_copies(emblem).values(), prototypes(encoder, emblem), strict=True):
        cosines = [float(vector @ embedding.vectors[0]) for embedding in encoder(copies)]
        total = sum(embedding.vectors[0] for embedding in encoder(copies))
        assert np.mean(cosines) == pytest.approx(float(np.linalg.norm(total)) / len(copies), abs=1e-4)


@pytest.mark.parametrize("size", [(24, 24), (16, 300), (1_000, 40)])
def test_small_and_long_drawings_have_prototypes_too(encoder, size):
    pixels = np.zeros((*size, 4), np.uint8)
    pixels[: size[0] // 2] = (200, 0, 0, 255)
    assert all(np.isfinite(vector).all() for vector in prototypes(encoder, pixels))
