"""Small, rotated, inverted and damaged codes are found; stripes, flags and letters are not."""

import io

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageOps
import pytest
import zxingcpp
from pictures import photo

from models.images.codes import CodeDetector
from models.images.input.decode import Image
from models.profile import Field, Label

INVITATION = "https://u.wechat.com/EAq3x8YbZ2mKc1"
QR = zxingcpp.BarcodeFormat.QRCode

detector = CodeDetector()


def code(kind=QR, text=INVITATION, scale=6, **options):
    return PIL.Image.fromarray(np.array(zxingcpp.create_barcode(text, kind, **options).to_image(scale=scale)))


def on_cover(picture, side, place, size=(640, 640)):
    cover = photo(*size)
    cover.paste(picture.convert("RGB").resize((side, round(side * picture.height / picture.width))), place)
    return cover


def jpeg(picture, quality):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return PIL.Image.open(buffer).convert("RGB")


def findings(picture):
    return detector([Image(np.array(picture.convert("RGB")))], [Field.COVER])[0]


def assert_found(picture):
    (finding,) = findings(picture)
    assert (finding.label, finding.field) == (Label.QR_CODE, Field.COVER)
    assert finding.evidence.text == INVITATION
    assert finding.score > 0.9


@pytest.mark.parametrize("degrees", [0, 15, 45, 90, 200])
def test_turned_code_is_found(degrees):
    assert_found(on_cover(code().convert("L").rotate(degrees, expand=True, fillcolor=255), 400, (100, 100)))


@pytest.mark.parametrize("side", [60, 80, 120])
def test_small_code_in_the_corner_of_a_compressed_cover_is_found(side):
    assert_found(jpeg(on_cover(code(), side, (1190 - side, 665 - side), (1200, 675)), 40))


def test_small_code_in_a_large_cover_is_found():
    assert_found(on_cover(code(), 90, (1900, 1000), (2048, 1152)))


def test_rotated_code_of_fifty_pixels_is_found_in_the_second_pass():
    assert_found(on_cover(code().rotate(7, expand=True, fillcolor=255), 60, (300, 200)))


def test_inverted_and_mirrored_codes_are_found():
    assert_found(on_cover(PIL.ImageOps.invert(code()), 300, (50, 50)))
    assert_found(on_cover(PIL.ImageOps.mirror(code()), 300, (50, 50)))


def test_coloured_code_with_a_logo_in_its_middle_is_found():
    styled = PIL.ImageOps.colorize(code(ec_level="H"), (20, 120, 60), (255, 255, 255))
    middle, half = styled.width // 2, styled.width // 10
    PIL.ImageDraw.Draw(styled).ellipse((middle - half, middle - half, middle + half, middle + half), fill="red")
    assert_found(on_cover(styled, 200, (50, 50)))


def test_damaged_code_is_found_with_a_lower_score_and_no_text():
    hidden = code()
    PIL.ImageDraw.Draw(hidden).rectangle((70, 70, 140, 140), fill=128)
    (finding,) = findings(on_cover(hidden, 300, (50, 50)))
    assert finding.evidence.text is None
    assert 0.5 < finding.score < 0.99


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("MicroQRCode", "ABC12345"),
        ("RMQRCode", "https://t.cn/A6xyz"),
        ("DataMatrix", INVITATION),
        ("Aztec", INVITATION),
        ("PDF417", INVITATION),
        ("EAN13", "6901234567892"),
        ("Code128", "WX-abc12345"),
    ],
)
def test_other_kinds_of_code_are_found(kind, text):
    found = findings(on_cover(code(getattr(zxingcpp.BarcodeFormat, kind), text), 400, (100, 100)))
    assert text in [finding.evidence.text for finding in found]


def test_box_is_where_the_code_is():
    (finding,) = findings(on_cover(code(), 160, (320, 480)))
    assert finding.evidence.box == pytest.approx((0.5, 0.75, 0.75, 1.0), abs=0.04)


def test_frame_is_named_and_images_stay_in_order():
    with_code = Image(np.array(on_cover(code(), 300, (50, 50))), frame=7)
    first, second = detector([Image(np.array(photo())), with_code], [Field.AVATAR, Field.COVER])
    assert first == []
    assert (second[0].field, second[0].evidence.frame) == (Field.COVER, 7)


def bars(seed):
    """Stripes of random widths, black and white or coloured, upright or flat."""
    rng = np.random.default_rng(seed)
    widths = rng.integers(1, 5, 80) * rng.integers(2, 6)
    shades = rng.integers(0, 255, (80, 3)) if seed % 2 else np.repeat(np.arange(80)[:, None] % 2 * 255, 3, axis=1)
    row = np.repeat(shades, widths, axis=0)[:500].astype(np.uint8)
    stripes = np.tile(row, (200, 1, 1))
    return PIL.Image.fromarray(stripes if seed % 4 < 2 else stripes.transpose(1, 0, 2))


def chequers(seed):
    rng = np.random.default_rng(seed)
    return PIL.Image.fromarray(rng.integers(0, 2, (25, 25), dtype=np.uint8) * 255).resize((300, 300), 0)


@pytest.mark.parametrize("harmless", [bars, chequers])
def test_stripes_and_chequers_are_no_codes(harmless):
    assert [seed for seed in range(40) if findings(harmless(seed))] == []


@pytest.mark.parametrize("size", [(8, 8), (8, 256), (2048, 64), (33, 17)])
def test_any_size_of_picture_is_looked_at(size):
    assert findings(photo(*size)) == []
