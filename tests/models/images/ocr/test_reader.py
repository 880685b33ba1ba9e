import socket

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
from written import pixels, scenery

from models.images.input.decode import Image
from models.images.ocr.reader import MAX_LONG_LINES, MAX_SHORT_LINES, TextReader


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader()


def texts(lines) -> set[str]:
    return {line.text.replace(" ", "") for line in lines}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("contact", {"加微信abc12345领福利"}),
        ("claim", {"内部渠道操作", "保证录取重点名校"}),
        ("harmless", {"今天也要好好吃饭", "早睡早起慢慢生活"}),
    ],
)
def test_lines_are_read(reader: TextReader, name: str, expected: set[str]):
    ((lines, cost),) = reader([Image(pixels(name))])
    assert texts(lines) == expected
    assert all(line.confidence > 0.9 for line in lines)
    assert cost.read


def test_a_slanted_line_is_read(reader: TextReader):
    turned = PIL.Image.fromarray(pixels("contact")).rotate(8, fillcolor="#f3d9b1")
    assert texts(reader.read(np.array(turned))) == {"加微信abc12345领福利"}


def test_a_letter_or_two_are_read_but_make_no_text(reader: TextReader):
    picture = PIL.Image.fromarray(pixels("contact"))
    font = PIL.ImageFont.load_default(90)
    PIL.ImageDraw.Draw(picture).text((60, 30), "KB", fill="black", font=font)
    pair = next(line for line in reader.read(np.array(picture)) if line.text == "KB")
    assert not pair.is_long and pair.confidence > 0.9
    ((lines, _),) = reader([Image(np.array(picture))])
    assert texts(lines) == {"加微信abc12345领福利"}


def test_a_box_is_around_its_line(reader: TextReader):
    (line,) = reader.read(pixels("contact"))
    left, top, right, bottom = line.box  # the middle of the line was set at (0.63, 0.71)
    assert left < 0.63 < right < 1
    assert top < 0.71 < bottom
    assert bottom - top < 0.2


def test_a_picture_where_text_is_unlikely_is_not_read(reader: TextReader, monkeypatch):
    monkeypatch.setattr(TextReader, "read", lambda *_: pytest.fail("the networks were asked"))
    ((lines, cost),) = reader([Image(np.array(scenery()))])
    assert (lines, cost.read) == ([], False)
    assert 0 < cost.seconds < 1


def test_picture_read_for_another_detector_has_its_cost_and_no_lines(reader: TextReader):
    picture = np.array(scenery())
    read = reader.lines(picture)
    ((lines, cost),) = reader([Image(picture)])
    assert (lines, cost.read) == ([], True) and reader.lines(picture) is read


def test_every_picture_of_a_batch_gets_its_own_lines(reader: TextReader):
    pictures = [Image(pixels("claim")), Image(np.array(scenery())), Image(pixels("contact"))]
    assert [len(lines) for lines, _ in reader(pictures)] == [2, 0, 1]
    assert reader([]) == []


def test_a_page_of_text_costs_no_more_than_its_largest_lines(reader: TextReader):
    page = np.vstack([pixels("harmless")] * (MAX_LONG_LINES // 2 + 2))
    assert len(reader.read(page)) == MAX_LONG_LINES


def test_letters_displace_no_text_and_are_few(reader: TextReader):
    picture = PIL.Image.new("RGB", (900, 900), "white")
    rng = PIL.ImageDraw.Draw(picture)
    for number in range(3 * (MAX_SHORT_LINES + 1)):
        letter = "BEKMRSTXZ"[number % 9]
        rng.text((30 + 120 * (number % 7), 40 + 180 * (number // 7)), letter, fill="black", font_size=110)
    rng.text((60, 700), "MORNING TELEGRAM", fill="black", font_size=40)
    lines = reader.read(np.array(picture))
    assert texts(line for line in lines if line.is_long) >= {"MORNINGTELEGRAM"}
    assert len([line for line in lines if not line.is_long]) <= MAX_SHORT_LINES


@pytest.mark.parametrize("shape", [(8, 8), (8, 256), (2048, 64), (33, 31)])
def test_any_size_of_picture_is_looked_at(reader: TextReader, shape: tuple[int, int]):
    noise = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert isinstance(reader.read(noise), list)


def test_nothing_is_fetched_and_nothing_is_logged(monkeypatch, caplog, capfd):
    picture = pixels("contact")
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it asked the network"))
    with caplog.at_level("DEBUG"):
        assert TextReader().read(picture)
    assert (caplog.text, *capfd.readouterr()) == ("", "", "")


def test_the_version_names_networks_and_package(reader: TextReader):
    assert reader.version.startswith("PP-OCRv6-small@rapidocr-")


def test_large_letters_without_thin_strokes_are_read(reader: TextReader):
    picture = PIL.Image.new("RGB", (600, 300), "white")
    PIL.ImageDraw.Draw(picture).text((60, 60), "NEWS", "black", font_size=170, stroke_width=14, stroke_fill="black")
    pixels = np.asarray(picture)
    assert not reader.is_likely(pixels)
    assert [line.text for line in reader.lines(pixels)] == ["NEWS"]
