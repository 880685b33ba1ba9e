"""Accepted pictures, and the refusals of all others."""

import struct
import subprocess
import sys
import zlib

import cv2
import numpy as np
import PIL.Image
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pictures import BLUE, GREEN, HTML, RED, SVG, animation, encoded, gif_of, photo, png_declaring

from models.images.input.decode import (
    MAX_BYTES,
    MAX_DECODED_SIDE,
    MAX_FRAMES,
    Image,
    decode,
    decode_rgba,
)
from models.profile import Field, ProfileError

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")

KINDS = ["JPEG", "PNG", "WEBP", "GIF", "BMP"]


def one(data):
    (image,) = decode(data, Field.AVATAR)
    return image


def refusal(data, field=Field.AVATAR):
    with pytest.raises(ProfileError) as refused:
        decode(data, field)
    return refused.value


def colour(image, x=0.25, y=0.25):
    height, width = image.pixels.shape[:2]
    return image.pixels[int(y * height), int(x * width)].astype(int)


def is_near(seen, expected, within=24):
    return np.abs(np.asarray(seen, dtype=int) - np.asarray(expected)).max() <= within


@pytest.mark.parametrize("kind", KINDS)
def test_every_accepted_format_becomes_upright_rgb(kind):
    image = one(encoded(photo(), kind))
    assert image.pixels.shape == (240, 320, 3)
    assert image.pixels.dtype == np.uint8
    assert image.frame is None
    assert is_near(colour(image), RED)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.9])
def test_truncated_picture_is_refused_with_its_field_named(kind, kept):
    data = encoded(photo(), kind)
    error = refusal(data[: int(len(data) * kept)], Field.COVER)
    assert (error.code, error.field) == ("image_undecodable", "cover")


def test_corrupt_png_is_refused():
    data = bytearray(encoded(photo()))
    data[len(data) // 2 : len(data) // 2 + 40] = b"\xaa" * 40
    assert refusal(bytes(data)).code == "image_undecodable"


def test_signature_followed_by_nonsense_is_undecodable():
    assert refusal(b"\xff\xd8\xff\xe0" + b"nonsense" * 50).code == "image_undecodable"


def test_empty_picture_is_refused():
    error = refusal(b"")
    assert (error.code, error.field) == ("image_empty", "avatar")


def test_too_many_bytes_are_refused_unread():
    assert refusal(b"\xff\xd8" + bytes(MAX_BYTES)).code == "image_bytes"


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (SVG, "SVG"),
        (b"\xef\xbb\xbf" + SVG, "SVG"),
        (HTML, "web page"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (encoded(photo(), "TIFF"), "TIFF"),
        (encoded(photo(), "ICO"), "icon"),
        (encoded(photo(), "JPEG2000"), "JPEG 2000"),
        (encoded(photo(), "AVIF"), "AVIF"),
        (b"https://example.com/a.png", "web address"),
        ("你好，这不是图片".encode(), "text"),
        (b"PK\x03\x04rest of an archive", "archive"),
        (b"\x07\x99\x01\x02\x03", "no known format"),
    ],
)
def test_other_content_is_refused_by_what_it_is(data, named):
    error = refusal(data)
    assert error.code == "image_type"
    assert named in error.message


@pytest.mark.parametrize("size", [(20_000, 20_000), (2_000_000_000, 9), (6_000, 6_000)])
def test_decompression_bomb_is_refused_from_its_header(size):
    error = refusal(png_declaring(*size))
    assert (error.code, error.field) == ("image_dimensions", "avatar")


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (8, 300)])
def test_picture_that_shows_nothing_is_refused(size):
    assert refusal(encoded(photo(*size))).code == "image_dimensions"


def test_smallest_accepted_picture_has_eight_pixels_a_side():
    assert one(encoded(photo(8, 8))).pixels.shape == (8, 8, 3)


def test_wrong_extension_does_not_matter():
    """The format comes from the bytes, whatever the file was called."""
    assert is_near(colour(one(encoded(photo(), "WEBP"))), RED)


def test_sixteen_bit_grey_keeps_its_shades():
    ramp = np.tile(np.linspace(0, 65_535, 256).astype(np.uint16), (64, 1))
    row = one(encoded(PIL.Image.fromarray(ramp))).pixels[0, :, 0].astype(int)
    assert np.abs(row - np.arange(256)).max() <= 1


def test_sixteen_bit_colour_is_decoded():
    deep = (np.asarray(photo()).astype(np.uint16) * 257)[..., ::-1]
    done, data = cv2.imencode(".png", deep)
    assert done
    assert is_near(colour(one(data.tobytes())), RED)


def with_transparent(data, *values):
    """A 16-bit PNG with one transparent colour (chunk tRNS)."""
    body = b"tRNS" + b"".join(value.to_bytes(2, "big") for value in values)
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    start = data.index(b"IDAT") - 4
    return data[:start] + chunk + data[start:]


@pytest.mark.parametrize(("bits", "spread"), [(1, 255), (2, 85), (4, 17)])
@pytest.mark.parametrize("clear", [0, 1])
def test_shallow_grey_that_is_transparent_is_told_from_its_neighbour(bits, spread, clear):
    """Left half of level 0, right half of level 1."""
    row = b"\0" + bytes(4 * bits) + bytes([{1: 0xFF, 2: 0x55, 4: 0x11}[bits]]) * (4 * bits)
    header = struct.pack(">IIBBBBB", 64, 64, bits, 0, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(row * 64)), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    ]
    data = with_transparent(b"\x89PNG\r\n\x1a\n" + b"".join(chunks), clear)
    seen = decode_rgba(data, "image")
    assert seen[5, [5, 60], 3].tolist() == ([0, 255] if clear == 0 else [255, 0])
    assert seen[5, 60, 0] == spread


def test_sixteen_bit_grey_that_is_transparent_is_told_from_its_neighbour():
    ground = np.full((64, 64), 0x80FF, np.uint16)
    ground[16:48, 16:48] = 0x8000
    pixels = one(with_transparent(encoded(PIL.Image.fromarray(ground)), 0x80FF)).pixels.astype(int)
    assert np.abs(pixels[32, 32] - pixels[0, 0]).max() > 50


def test_sixteen_bit_colour_with_a_transparent_one_is_refused():
    done, data = cv2.imencode(".png", (np.asarray(photo()).astype(np.uint16) * 257)[..., ::-1])
    assert done
    with pytest.raises(ProfileError, match="16 bits") as refused:
        one(with_transparent(data.tobytes(), 1, 2, 3))
    assert refused.value.code == "image_undecodable"


def test_only_exif_orientation_is_applied_as_in_browsers():
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    image = one(encoded(photo(), "JPEG", xmp=xmp))
    assert image.pixels.shape == (240, 320, 3)


def test_cmyk_jpeg_has_the_right_colours():
    assert is_near(colour(one(encoded(photo().convert("CMYK"), "JPEG", quality=95))), RED, within=40)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA"])
def test_every_png_mode_becomes_rgb(mode):
    assert one(encoded(photo().convert(mode))).pixels.shape == (240, 320, 3)


def test_palette_with_transparency_is_laid_on_white():
    picture = photo(64, 64).quantize(16)
    index = picture.getpixel((10, 10))
    image = one(encoded(picture, "PNG", transparency=index))
    assert is_near(colour(image, 0.2, 0.2), (255, 255, 255))


@pytest.mark.parametrize(("ink", "shown_on"), [("black", 255), ("white", 32), ("red", 255)])
def test_transparent_picture_gets_a_background_that_shows_it(ink, shown_on):
    picture = PIL.Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    picture.paste(ink, (16, 16, 48, 48))
    image = one(encoded(picture))
    assert is_near(colour(image, 0.05, 0.05), [shown_on] * 3)
    assert is_near(colour(image, 0.5, 0.5), PIL.ImageColor.getrgb(ink))


def test_wholly_transparent_picture_is_white():
    assert one(encoded(PIL.Image.new("RGBA", (32, 32), (9, 9, 9, 0)))).pixels.min() == 255


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_first_middle_and_last_frame_of_an_animation_are_judged(kind):
    colours = [RED, (0, 0, 0), GREEN, (9, 9, 9), BLUE]
    images = decode(animation(kind, colours), Field.AVATAR)
    assert [image.frame for image in images] == [0, 2, 4]
    assert all(is_near(colour(image), seen) for image, seen in zip(images, [RED, GREEN, BLUE], strict=True))


def test_animation_of_two_frames_gives_both():
    assert [image.frame for image in decode(animation(colours=(RED, BLUE)), Field.AVATAR)] == [0, 1]


@pytest.mark.parametrize("data", [gif_of(10_000), gif_of(MAX_FRAMES, size=2_000)])
def test_animation_that_costs_too_much_is_refused_not_judged_in_part(data):
    error = refusal(data)
    assert error.code == "image_dimensions"
    assert "frames" in error.message


def test_gif_whose_later_frame_outgrows_the_canvas_is_refused():
    data = bytearray(gif_of(3))
    second = data.index(b",", data.index(b",") + 1)
    data[second + 5 : second + 9] = b"\xff\xff\xff\xff"
    assert refusal(bytes(data)).code in {"image_dimensions", "image_undecodable"}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_orientation_is_applied(kind, orientation):
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    upright = photo()
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    image = one(encoded(stored, kind, exif=exif))
    assert image.pixels.shape == (240, 320, 3)
    assert is_near(image.pixels[60, 80], RED)
    assert is_near(image.pixels[200, 280], upright.getpixel((280, 200)), within=40)


def test_broken_exif_does_not_spoil_a_good_picture():
    assert is_near(colour(one(encoded(photo(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"))), RED)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_large_picture_is_reduced(kind):
    image = one(encoded(photo(2_400, 600), kind))
    assert image.pixels.shape == (MAX_DECODED_SIDE // 4, MAX_DECODED_SIDE, 3)
    assert is_near(colour(image), RED)


def test_multi_picture_jpeg_of_a_phone_is_one_picture():
    data = encoded(photo(), "MPO", save_all=True, append_images=[photo(seed=1)])
    assert is_near(colour(one(data)), RED)


def test_rgba_decoding_keeps_transparency():
    picture = PIL.Image.new("RGBA", (40, 30), (1, 2, 3, 77))
    assert (decode_rgba(encoded(picture), "image") == (1, 2, 3, 77)).all()


CODES = {"image_empty", "image_bytes", "image_type", "image_dimensions", "image_undecodable"}


def images_or_refusal(data):
    try:
        images = decode(data, Field.AVATAR)
    except ProfileError as error:
        assert error.code in CODES
        assert error.field == "avatar"
    else:
        assert images
        assert all(isinstance(image, Image) and image.pixels.shape[2] == 3 for image in images)


PREFIXES = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF\x40\0\0\0WEBPVP8 "]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PREFIXES), st.binary(max_size=300))
def test_any_bytes_are_pictures_or_refused(prefix, tail):
    images_or_refusal(prefix + tail)


VALID = [encoded(photo(48, 40), kind) for kind in KINDS] + [animation(kind) for kind in ("GIF", "WEBP", "PNG")]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(VALID),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6),
    st.floats(0.3, 1),
)
@example(animation("GIF"), [(0.3828125, 1)], 1.0)  # its second frame is larger than the picture
def test_damaged_pictures_are_pictures_or_refused(data, changes, kept):
    damaged = bytearray(data)
    for place, value in changes:
        damaged[int(place * len(damaged))] = value
    images_or_refusal(bytes(damaged[: int(kept * len(damaged))]))


def test_nothing_is_written_to_the_log_about_bad_pictures(tmp_path):
    odd = {
        "bomb": png_declaring(9_000, 9_000),
        "exif": encoded(photo(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0" * 9),
        "palette": encoded(photo().quantize(16), "PNG", transparency=bytes(range(16))),
        "cut": encoded(photo())[:300],
    }
    for name, data in odd.items():
        (tmp_path / name).write_bytes(data)
    program = (
        "import sys, pathlib\nfrom models.images.input.decode import decode\nfrom models.profile import ProfileError\n"
        "for path in pathlib.Path(sys.argv[1]).iterdir():\n"
        "    try: decode(path.read_bytes(), 'avatar')\n"
        "    except ProfileError: pass\n"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""
