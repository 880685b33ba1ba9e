"""Pictures are judged by pixel values, so those that may be shown in other colours are refused."""

import struct
import zlib

import numpy as np
import PIL.Image
import PIL.ImageCms
import pytest
from pictures import BLUE, RED, encoded, photo

from models.images.input.decode import decode
from models.profile import Field, ProfileError

SRGB = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes()
SWAPPED = SRGB.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")
"""A profile that swaps red and blue."""

SRGB_POINTS = (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)
ADOBE_POINTS = (31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000)
SWAPPED_POINTS = (31_270, 32_900, 15_000, 6_000, 30_000, 60_000, 64_000, 33_000)

ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
PROPHOTO = ((0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03135, 0.00009, 0.82491))
"""Red, green and blue primaries in XYZ, with white D50."""


def numbers(kind, *values):
    return kind.ljust(8, b"\0") + struct.pack(f">{len(values)}i", *(round(65_536 * value) for value in values))


def curve(values):
    """A tone curve of values from 0 to 1; a single value is its exponent."""
    packed = [round(65_535 * value) for value in values] if len(values) > 1 else [round(256 * values[0])]
    return b"curv".ljust(8, b"\0") + struct.pack(f">I{len(packed)}H", len(packed), *packed)


def profile(space, tags, kind=b"mntr"):
    table, body, place = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, data in tags:
        padded = data.ljust(-(-len(data) // 4) * 4, b"\0")
        table += struct.pack(">4sII", name, place + len(body), len(data))
        body += padded
    head = struct.pack(">I4xI4s4s4s12x4s", place + len(body), 0x02100000, kind, space, b"XYZ ", b"acsp")
    return (head.ljust(68, b"\0") + numbers(b"", 0.9642, 1.0, 0.8249)[8:]).ljust(128, b"\0") + table + body


def rgb(primaries, *tone):
    points = zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)
    tags = [(name, numbers(b"XYZ ", *point)) for name, point in points]
    return profile(b"RGB ", tags + [(name, curve(tone)) for name in (b"rTRC", b"gTRC", b"bTRC")])


def grey(*tone):
    return profile(b"GRAY", [(b"wtpt", numbers(b"XYZ ", 0.9642, 1.0, 0.8249)), (b"kTRC", curve(tone))])


SPREAD = [0.0] * 202 + [1.0] * 54
"""A curve that maps two nearly equal greys to black and white."""


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with(*chunks, before=b"IDAT", picture=None, **options):
    """A PNG with extra chunks before or after its pixels."""
    data = encoded(picture or photo(), **options)
    start = data.index(before) - 4
    return data[:start] + b"".join(chunk(name, body) for name, body in chunks) + data[start:]


def words(name, *values):
    return name, struct.pack(f">{len(values)}I", *values)


def is_judged_by_its_numbers(data):
    (image,) = decode(data, Field.AVATAR)
    return np.abs(image.pixels[10, 10].astype(int) - RED).max() <= 24


def is_refused(data):
    with pytest.raises(ProfileError, match="colours than it holds") as refused:
        decode(data, Field.COVER)
    return (refused.value.code, refused.value.field) == ("image_undecodable", "cover")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_common_profiles_are_accepted_and_others_refused_in_every_format(kind):
    for usual in (SRGB, rgb(ADOBE, 2.2), rgb(PROPHOTO, 1.8)):
        assert is_judged_by_its_numbers(encoded(photo(), kind, icc_profile=usual))
    for other in (SWAPPED, rgb(ADOBE, *SPREAD), rgb(ADOBE, 0.2)):
        assert is_refused(encoded(photo(), kind, icc_profile=other))


def test_a_grey_picture_has_profiles_of_either_kind():
    plain = photo().convert("L")
    for usual in (grey(2.2), grey(1.8), SRGB):
        assert len(decode(encoded(plain, icc_profile=usual), Field.AVATAR)) == 1
    for other in (grey(*SPREAD), rgb(ADOBE, *SPREAD)):
        assert is_refused(encoded(plain, "JPEG", icc_profile=other))


def with_tags(*tags):
    """A valid profile with additional tags that no transform to sRGB needs."""
    points = zip((b"rXYZ", b"gXYZ", b"bXYZ"), ADOBE, strict=True)
    sound = [(name, numbers(b"XYZ ", *point)) for name, point in points]
    sound += [(name, curve([2.2])) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return profile(b"RGB ", [*sound, *tags])


def video(primaries, transfer):
    return b"cicp", b"cicp".ljust(8, b"\0") + bytes([primaries, transfer, 0, 1])


def test_tags_that_no_transform_needs_are_accepted():
    more = [(f"t{number:03}".encode(), bytes(8)) for number in range(94)]
    for usual in (with_tags(), with_tags(*more), with_tags(video(12, 13))):
        assert is_judged_by_its_numbers(encoded(photo(), icc_profile=usual))


@pytest.mark.parametrize(
    "unsound",
    [
        b"no profile",
        profile(b"RGB ", []),
        SRGB[:200],
        with_tags((b"rXYZ", numbers(b"XYZ ", *ADOBE[2]))),
        with_tags(video(9, 16)),
        with_tags((b"A2B1", bytes(8))),
        with_tags((b"D2B3", bytes(8))),
        with_tags(*((f"t{number:03}".encode(), bytes(8)) for number in range(95))),
        SRGB.replace(b"RGB ", b"CMYK", 1),
        SRGB.replace(b"mntr", b"link"),
        SRGB + bytes(600_000),
        rgb(ADOBE, *(min(1.0, max(0.0, 0.5 + 6 * (level - 128) / 255)) for level in range(256))),
    ],
)
def test_profile_that_programs_interpret_differently_is_refused(unsound):
    assert is_refused(encoded(photo(), icc_profile=unsound))


def test_pieces_of_a_profile_that_do_not_fit_are_refused():
    data = encoded(photo(), "JPEG", icc_profile=SRGB)
    assert is_refused(data.replace(b"ICC_PROFILE\0\1\1", b"ICC_PROFILE\0\1\2"))
    start = data.index(b"ICC_PROFILE") - 4
    end = start + 2 + int.from_bytes(data[start + 2 : start + 4])
    piece, without = data[start:end], data[:start] + data[end:]
    late = without.index(b"\xff\xda")
    assert is_refused(without[:late] + piece + without[late:])


def test_a_png_profile_that_is_damaged_is_refused():
    packed = bytearray(zlib.compress(SWAPPED))
    packed[-1] ^= 1
    assert is_refused(png_with((b"iCCP", b"name\0\0" + packed)))


def test_print_colours_are_judged_without_a_profile_alone():
    ink = photo().convert("CMYK")
    assert is_judged_by_its_numbers(encoded(ink, "JPEG"))
    assert is_refused(encoded(ink, "JPEG", icc_profile=SRGB.replace(b"RGB ", b"CMYK", 1)))


@pytest.mark.parametrize(
    "usual",
    [
        [],
        [words(b"gAMA", 45_455)],
        [words(b"gAMA", 55_556), words(b"cHRM", *ADOBE_POINTS)],
        [words(b"gAMA", 0)],
        [(b"sRGB", b"\0"), words(b"gAMA", 45_455), words(b"cHRM", *SRGB_POINTS)],
        [(b"cICP", bytes([12, 13, 0, 1]))],
        [(b"cICP", bytes([1, 1, 0, 1]))],
        [words(b"cHRM", 34_570, 35_850, 73_470, 26_530, 15_960, 84_040, 3_660, 10)],
        [(b"tEXt", b"Software\0exif"), (b"iTXt", b"Comment\0\0\0\0\0gamma")],
    ],
)
def test_common_chunks_are_accepted(usual):
    assert is_judged_by_its_numbers(png_with(*usual))


@pytest.mark.parametrize(
    "other",
    [
        [words(b"gAMA", 1_000)],
        [words(b"gAMA", 4_000_000_000)],
        [(b"sRGB", b"\0"), words(b"gAMA", 1_000)],
        [(b"sRGB", b"\0"), words(b"cHRM", *SWAPPED_POINTS)],
        [words(b"cHRM", *SRGB_POINTS, 0)],
        [words(b"cHRM", *SWAPPED_POINTS)],
        [words(b"cHRM", *[33_333] * 8)],
        [words(b"gAMA", 45_455), words(b"gAMA", 1_000)],
        [words(b"cHRM", *SRGB_POINTS), words(b"cHRM", *SRGB_POINTS)],
        [(b"cICP", bytes([9, 16, 0, 1]))],
        [(b"tEXt", b"srgb\0\0"), words(b"gAMA", 1_000)],
    ],
)
def test_chunks_that_change_shown_colours_are_refused(other):
    assert is_refused(png_with(*other))


def test_chunks_after_the_pixels_do_not_count():
    late = png_with((b"sRGB", b"\0"), before=b"IEND")
    start = late.index(b"IDAT") - 4
    assert is_judged_by_its_numbers(late)
    assert is_refused(late[:start] + chunk(*words(b"gAMA", 1_000)) + late[start:])


def test_gamma_counts_beside_a_profile_that_some_programs_ignore():
    assert is_refused(png_with(words(b"gAMA", 1_000), picture=photo().convert("L"), icc_profile=grey(2.2)))


@pytest.mark.parametrize("place", [b"IDAT", b"IEND"])
@pytest.mark.parametrize("keyword", [b"interlace", b"transparency", b"exif", b"icc_profile"])
def test_text_chunk_that_pillow_takes_for_a_property_is_refused(keyword, place):
    assert is_refused(png_with((b"tEXt", keyword + b"\x001"), before=place))


def bitmap(kind, *values, size=124):
    """A BMP with a newer header."""
    data = encoded(photo(), "BMP")
    head = struct.pack("<I", size) + data[18:54] + struct.pack("<4I", 0, 0, 0, 0) + kind + struct.pack("<12I", *values)
    head = head.ljust(size, b"\0")
    start = 14 + size
    return data[:2] + struct.pack("<IHHI", start + len(data) - 54, 0, 0, start) + head + data[54:]


@pytest.mark.parametrize("size", [108, 124])
def test_bitmap_with_its_own_colour_space_is_refused(size):
    nothing = [0] * 12
    for usual in (b"BGRs", b" niW", b"\0\0\0\0"):
        assert is_judged_by_its_numbers(bitmap(usual, *nothing, size=size))
    assert is_refused(bitmap(b"DEBM", *nothing, size=size))
    assert is_refused(bitmap(b"\0\0\0\0", *nothing[:9], 1_000, 1_000, 1_000, size=size))


def test_palette_colours_are_checked_too():
    assert is_judged_by_its_numbers(encoded(photo().quantize(64), icc_profile=SRGB))
    assert is_refused(encoded(photo().quantize(64), icc_profile=SWAPPED))
    assert is_refused(encoded(PIL.Image.new("RGBA", (32, 32), (*BLUE, 99)), icc_profile=SWAPPED))
