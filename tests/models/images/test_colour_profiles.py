"""What is judged is what browsers show: the colours of a profile, not the numbers that it is given."""

import struct
import zlib

import numpy as np
import PIL.Image
import PIL.ImageCms
import pytest
from pictures import BLUE, RED, animation, encoded, photo

from models.images.decode import decode, decode_rgba
from models.profile import Field, ProfileError

SRGB = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes()
SWAPPED = SRGB.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")
"""Red is shown blue, and blue red."""

SRGB_POINTS = (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)
SWAPPED_POINTS = (31_270, 32_900, 15_000, 6_000, 30_000, 60_000, 64_000, 33_000)


def grey_profile(curve):
    """A profile of grey pictures by which numbers shine as a curve says, values from 0 to 1."""
    values = [round(65_535 * value) for value in curve]
    tone = b"curv".ljust(8, b"\0") + struct.pack(f">I{len(values)}H", len(values), *values)
    white = b"XYZ ".ljust(8, b"\0") + struct.pack(">3i", 63_190, 65_536, 54_061)
    tags = struct.pack(">I4sII4sII", 2, b"wtpt", 156, 20, b"kTRC", 176, len(tone))
    size = 176 + len(tone)
    head = struct.pack(">I4xI4s4s4s12x4s", size, 0x02100000, b"mntr", b"GRAY", b"XYZ ", b"acsp")
    return (head.ljust(68, b"\0") + white[8:]).ljust(128, b"\0") + tags + white + tone


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with(picture, *, before=b"IDAT", icc_profile=None, **chunks):
    """A PNG with more chunks before its pixels, or behind them."""
    data = encoded(picture, icc_profile=icc_profile)
    start = data.index(before) - 4
    added = [chunk(name.encode(), struct.pack(f">{len(values)}I", *values)) for name, values in chunks.items()]
    return data[:start] + b"".join(added) + data[start:]


def shown(data):
    return decode(data, Field.AVATAR)[0].pixels.astype(int)


def corner(data):
    return shown(data)[10, 10]


def is_near(seen, expected, within=16):
    return np.abs(np.asarray(seen, int) - np.asarray(expected)).max() <= within


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_colours_are_those_of_the_profile(kind):
    data = encoded(photo(), kind, icc_profile=SWAPPED)
    assert is_near(corner(data), RED[::-1])
    assert is_near(corner(encoded(photo(), kind, icc_profile=SRGB)), RED)


def test_a_palette_and_a_transparent_picture_have_profiles_too():
    assert is_near(corner(encoded(photo().quantize(32), icc_profile=SWAPPED)), RED[::-1])
    clear = photo().convert("RGBA")
    clear.putalpha(PIL.Image.linear_gradient("L").resize(clear.size))
    seen = decode_rgba(encoded(clear, icc_profile=SWAPPED), "image")
    assert is_near(seen[60, 10, :3], RED[::-1])
    assert np.array_equal(seen[..., 3], np.asarray(clear)[..., 3])


def test_a_large_picture_is_reduced_and_keeps_its_profile():
    seen = shown(encoded(photo(3_000, 600), "JPEG", icc_profile=SWAPPED))
    assert seen.shape == (410, 2_048, 3)
    assert is_near(seen[40, 40], RED[::-1])


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_greys_that_nobody_tells_apart_are_spread_by_their_profile(mode):
    hidden = np.full((64, 64), 200, np.uint8)
    hidden[16:48, 16:48] = 204
    picture = PIL.Image.fromarray(hidden).convert(mode)
    spread = grey_profile([0.0] * 202 + [1.0] * 54)
    assert np.ptp(shown(encoded(picture))) <= 4
    assert np.ptp(shown(encoded(picture, icc_profile=spread))) > 100


@pytest.mark.parametrize(
    "profile", [b"no profile", SRGB[:200], grey_profile([0.0, 1.0]), SRGB.replace(b"RGB ", b"CMYK")]
)
def test_what_is_no_profile_of_the_picture_changes_nothing(profile):
    assert is_near(corner(encoded(photo(), icc_profile=profile)), RED, 1)


def test_a_print_colour_jpeg_is_decoded():
    assert is_near(corner(encoded(photo().convert("CMYK"), "JPEG")), RED, 24)


def test_a_picture_hidden_by_its_gamma_is_seen():
    hidden = np.full((64, 64, 3), 255, np.uint8)
    hidden[16:48, 16:48] = 250
    picture = PIL.Image.fromarray(hidden)
    assert np.ptp(shown(png_with(picture))) == 5
    assert np.ptp(shown(png_with(picture, gAMA=[1_000]))) > 100
    assert np.ptp(shown(png_with(picture, before=b"IEND", gAMA=[1_000]))) == 5


def test_where_the_profile_changes_what_is_seen_both_are_judged():
    """A program that does not apply it, or takes it for broken, shows the numbers."""
    by_profile, by_numbers = decode(encoded(photo(), icc_profile=SWAPPED), Field.AVATAR)
    assert is_near(by_profile.pixels[10, 10], RED[::-1]) and is_near(by_numbers.pixels[10, 10], RED, 0)
    assert len(decode(encoded(photo(), icc_profile=SRGB), Field.AVATAR)) == 1
    moving = decode(animation("PNG"), Field.AVATAR)
    assert [image.frame for image in moving] == [0, 1, 2]


@pytest.mark.parametrize("chunks", [b"gAMA", b"cHRM", b"iCCP"])
def test_a_png_that_says_its_colours_twice_is_refused(chunks):
    data = png_with(photo(), icc_profile=SRGB, gAMA=[45_455], cHRM=SRGB_POINTS)
    start = data.index(chunks) - 4
    end = start + 12 + int.from_bytes(data[start : start + 4], "big")
    with pytest.raises(ProfileError, match="twice"):
        decode(data[:end] + data[start:], Field.AVATAR)


def test_primaries_say_which_colour_a_number_is():
    assert is_near(corner(png_with(photo(), cHRM=SWAPPED_POINTS)), RED[::-1])
    assert is_near(corner(png_with(photo(), cHRM=SRGB_POINTS, gAMA=[45_455])), RED, 0)


def test_a_profile_counts_before_gamma_and_primaries():
    assert is_near(corner(png_with(photo(), icc_profile=SRGB, gAMA=[1_000], cHRM=SWAPPED_POINTS)), RED, 2)


@pytest.mark.parametrize("chunks", [{"gAMA": [0]}, {"cHRM": [0] * 8}, {"cHRM": [30_000] * 8}, {"gAMA": [1]}])
def test_chunks_that_name_no_colours_change_nothing(chunks):
    picture = PIL.Image.new("RGB", (32, 32), BLUE)
    assert is_near(corner(png_with(picture, **chunks)), BLUE, 0)
