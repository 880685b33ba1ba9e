"""Emblems are found by their inscriptions, in any lettering."""

import string

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.images.ocr.inscriptions import UNREAD, FoldedLine, Inscription, Inscriptions, PictureText, fold, writing_of
from models.images.ocr.reader import Line, TextReader

WHOLE = (0.0, 0.0, 1.0, 1.0)
MASTHEADS = ("THE HARBOUR GAZETTE", "THE HARBOUR HERALD", "MORNING TELEGRAM")


def lettered(text, size=(420, 90), ink="black", ground="white"):
    picture = PIL.Image.new("RGBA", size, ground)
    font = PIL.ImageFont.load_default(30)
    PIL.ImageDraw.Draw(picture).multiline_text((14, 16), text, fill=ink, font=font)
    return np.array(picture)


@pytest.fixture(scope="module")
def writings():
    return [writing_of(lettered(text)) for text in MASTHEADS]


@pytest.fixture(scope="module")
def inscriptions(writings):
    return Inscriptions([*writings, ()])


def test_drawing_is_read_by_line_and_as_a_whole():
    assert writing_of(lettered("MORNING TELEGRAM")) == ("morningtelegram",)
    assert writing_of(lettered("MORNING\nTELEGRAM", (300, 140))) == ("morning", "telegram", "morningtelegram")


def test_drawing_without_text_has_no_writing():
    plain = np.full((120, 160, 4), 255, np.uint8)
    plain[30:90, 40:120, :3] = (200, 20, 30)
    assert writing_of(plain) == ()


def test_each_masthead_is_found_and_located_in_other_colours(inscriptions):
    for place, text in enumerate(MASTHEADS):
        picture = np.full((300, 600, 3), (20, 90, 60), np.uint8)
        picture[200:290, 150:570] = lettered(text, ink="gold", ground=(20, 90, 60))[..., :3]
        found = inscriptions(picture).matches
        assert next(iter(found)) == place and found[place].justifies_verification
        assert found[place].similarity == pytest.approx(1, abs=0.1)
        left, top, right, bottom = found[place].box
        assert 0.2 < left < right < 0.95 and 0.6 < top < bottom < 1


def test_cropped_words_match_with_lower_similarity_and_fewer_letters(inscriptions):
    whole, cut = lettered(MASTHEADS[0])[..., :3], lettered(MASTHEADS[0][:11])[..., :3]
    assert 0.6 <= inscriptions(cut).matches[0].similarity < inscriptions(whole).matches[0].similarity
    assert inscriptions(cut).matches[0].letters < inscriptions(whole).matches[0].letters


def test_exact_line_outranks_all_lines_joined(inscriptions):
    alone = inscriptions(lettered(MASTHEADS[0])[..., :3]).matches[0]
    among = inscriptions(lettered(f"{MASTHEADS[0]}\nEntertainment", (420, 150))[..., :3]).matches[0]
    assert among.similarity == pytest.approx(alone.similarity) and among.justifies_verification
    assert among.box[3] < 0.6


def test_distant_words_of_one_row_are_joined_beside_other_text():
    picture = np.full((400, 900, 3), 255, np.uint8)
    for row, words in enumerate((("SUMMER SALE", "FIFTY PERCENT"), ("THE HARBOUR", "GAZETTE"), ("TO", "FROM"))):
        for column, text in enumerate(words):
            picture[130 * row :][:90, 440 * column :][:, :420] = lettered(text)[..., :3]
    words = Inscriptions([("theharbourgazette",)])(picture).matches[0]
    assert words.similarity > 0.9 and words.justifies_verification
    assert words.box[0] < 0.1 < 0.5 < words.box[2] and 0.3 < words.box[1] < words.box[3] < 0.7


def test_a_mirrored_masthead_is_read_as_it_was_and_boxed_where_it_stands(inscriptions):
    picture = np.full((300, 600, 3), 255, np.uint8)
    picture[200:290, 20:440] = lettered(MASTHEADS[1])[:, ::-1, :3]
    read = inscriptions(picture)
    assert next(iter(read.matches)) == 1 and read.matches[1].justifies_verification
    left, top, right, bottom = read.matches[1].box
    assert 0 < left < 0.3 and 0.4 < right < 0.74 and 0.6 < top < bottom < 1
    assert [line.box for line in read.lines] == [read.matches[1].box] and len(read.lines[0].text) in range(16, 19)


def test_mirrored_words_side_by_side_are_read_in_their_order(inscriptions):
    picture = np.full((120, 900, 3), 255, np.uint8)
    for column, text in enumerate(("THE HARBOUR", "GAZETTE")):
        picture[:90, 440 * column :][:, :420] = lettered(text)[..., :3]
    words = inscriptions(picture[:, ::-1].copy()).matches[0]
    assert words.similarity > 0.9 and words.justifies_verification
    assert words.box[0] < 0.5 < 0.9 < words.box[2]


def test_what_is_clear_is_not_read_the_other_way_round(inscriptions, monkeypatch):
    read, asked = TextReader.read, []
    monkeypatch.setattr(TextReader, "read", lambda *given: asked.append(given) or read(*given))
    inscriptions(lettered(MASTHEADS[0])[..., :3])
    assert len(asked) == 1
    inscriptions(lettered(MASTHEADS[0])[:, ::-1, :3])
    assert len(asked) == 3


def reading(monkeypatch, known, lines):
    """Text of a picture in which these lines are read, stacked or at given boxes."""
    below = [(0.1, 0.12 * row, 0.9, 0.12 * row + 0.1) for row in range(len(lines))]
    read = [
        Line(text, box[0] if box else default, confidence, 4.0)
        for (text, confidence, *box), default in zip(lines, below, strict=True)
    ]
    monkeypatch.setattr(TextReader, "read", lambda *_: read)
    return Inscriptions(known)(np.zeros((64, 64, 3), np.uint8))


def test_what_is_read_surely_counts_whether_an_emblem_says_it_or_not(monkeypatch):
    words = [("SUMMER SALE", 0.71), ("QWERTY", 0.69), ("促销", 0.91), ("大促销", 0.7)]
    lines = [*words, ("to", 0.91), ("X", 0.89), ("年年", 0.87), ("★", 1.0)]
    found = reading(monkeypatch, [("morningtelegram",)], lines)
    assert not found.matches
    assert [line.text for line in found.lines] == ["summersale", "促销", "大促销", "to"]
    assert found.other_letters(0, ("morningtelegram",), WHOLE) == 22.0


@pytest.mark.parametrize(
    ("said", "own", "letters"),
    [
        ("GAZETTE", "theharbourgazette", 0.0),
        ("GAZETTF", "theharbourgazette", 0.0),
        ("GAZETTE", "gazette", 0.0),
        ("GAZETTE", "gaz", 7.0),
        ("GA", "gazette", 2.0),
        ("XIN", "inpost", 3.0),
        ("闻", "澎湃新闻", 0.0),
        ("新华社", "华社日报", 6.0),
    ],
)
def test_a_part_of_an_emblem_s_words_does_not_speak_against_it(said, own, letters):
    read = PictureText({}, [FoldedLine(fold(said), (0.1, 0.1, 0.9, 0.2))])
    assert read.other_letters(0, ("elsewhere", own), WHOLE) == letters


def test_two_chinese_characters_are_a_name_and_two_letters_none(monkeypatch):
    known = [("澎湃",), ("极目", "新闻", "极目新闻"), ("ft",)]
    assert set(reading(monkeypatch, known, [("澎湃", 0.95)]).matches) == {0}
    assert reading(monkeypatch, known, [("FT", 0.99)]).matches == {}
    stacked = reading(monkeypatch, known, [("极目", 0.95), ("新闻", 0.95)])
    assert stacked.matches[1].similarity == 1.0 and stacked.matches[1].justifies_verification
    assert stacked.matches[1].box == pytest.approx((0.1, 0.0, 0.9, 0.22))


def test_a_name_spelt_in_boxes_is_read_and_signs_are_not(monkeypatch):
    boxes = [(0.1 + 0.3 * column, 0.4, 0.3 + 0.3 * column, 0.6) for column in range(3)]
    known = [("bbc",), ("十十",)]
    spelt = [(letter, 0.95, box) for letter, box in zip("BBC", boxes, strict=True)]
    assert reading(monkeypatch, known, spelt).matches[0].similarity == 1.0
    for letter in "十", "★", "B":  # a sign, no letter and an unsure one
        confidence = 0.5 if letter == "B" else 1.0
        middle = [("十", 1.0, boxes[0]), (letter, confidence, boxes[1]), ("十", 1.0, boxes[2])]
        assert 1 not in reading(monkeypatch, known, middle if letter != "十" else middle[:2]).matches


def test_of_what_is_said_a_place_has_what_stands_in_it():
    above, below = (0.1, 0.1, 0.9, 0.2), (0.1, 0.7, 0.9, 0.8)
    one, other = Inscription(1.0, 9.0, above), Inscription(0.8, 7.0, below)
    read = PictureText({3: one, 5: other}, [FoldedLine("headlines", above), FoldedLine("spectrum", below)])
    upper, whole = (0.0, 0.0, 1.0, 0.5), (0.0, 0.0, 1.0, 1.0)
    assert read.within(upper) == {3: one} and read.within(whole) == {3: one, 5: other}
    assert read.within((0.0, 0.3, 1.0, 0.6)) == {}
    assert [read.other_letters(reference, ("x" * 20,), whole) for reference in (3, 5, 7)] == [8.0, 9.0, 17.0]
    assert [read.other_letters(reference, ("x" * 20,), upper) for reference in (3, 5, 7)] == [0.0, 9.0, 9.0]


def test_a_line_of_the_words_that_an_emblem_shares_never_speaks_against_it():
    above, below = (0.1, 0.1, 0.9, 0.3), (0.1, 0.4, 0.9, 0.6)
    lines = [FoldedLine("morning", above), FoldedLine("telegrambo", below)]
    read = PictureText({3: Inscription(1.0, 17.0, (0.1, 0.1, 0.9, 0.6))}, lines)
    assert read.within(above) == {} and read.other_letters(3, (), above) == 0.0


def test_what_tells_comes_before_what_has_more_letters():
    known = Inscriptions([("morningtelegramwithmanymoreletters",), ("telegram",)])
    found = known(lettered("MORNING LAND\nTELEGRAM", (420, 150))[..., :3]).matches
    assert next(iter(found)) == 1 and found[1].justifies_verification


def test_all_emblems_that_say_the_same_are_found():
    many = Inscriptions([("morningtelegram",)] * 9)
    assert sorted(many(lettered(MASTHEADS[2])[..., :3]).matches) == [*range(9)]


@pytest.mark.parametrize(
    ("likeness", "letters", "justifies_verification"),
    [(1.0, 19.0, True), (1.0, 3.0, False), (0.7, 19.0, False), (0.8, 6.0, True)],
)
def test_short_words_and_words_half_alike_give_no_cause_by_themselves(likeness, letters, justifies_verification):
    assert Inscription(likeness, letters, (0.0, 0.0, 1.0, 0.2)).justifies_verification is justifies_verification


@pytest.mark.parametrize("text", ["SUMMER SALE 50%", "to", ""])
def test_other_words_and_short_ones_find_nothing(inscriptions, text):
    assert inscriptions(lettered(text)[..., :3]).matches == {}


def test_where_no_emblem_says_anything_nothing_is_read(monkeypatch):
    monkeypatch.setattr(TextReader, "read", lambda *_: pytest.fail("the networks were asked"))
    silent = Inscriptions([(), ()])
    assert silent(lettered(MASTHEADS[0])[..., :3]) == UNREAD
    assert not silent.may_have_text(lettered(MASTHEADS[0])[..., :3])


def test_a_picture_that_may_hold_text_is_worth_reading(inscriptions):
    assert inscriptions.may_have_text(lettered(MASTHEADS[0])[..., :3])
    assert not inscriptions.may_have_text(np.full((200, 200, 3), 128, np.uint8))


@given(st.text(max_size=40))
def test_folding_keeps_letters_and_digits_alone_and_is_settled(text):
    folded = fold(text)
    assert all(character.isalnum() for character in folded)
    assert fold(folded) == folded


@given(st.text(string.ascii_letters + string.digits, max_size=20))
def test_width_case_and_spaces_make_no_difference(text):
    wide = "".join(chr(ord(character) + 0xFEE0) for character in text)
    assert fold(" ".join(wide)) == fold(text.upper()) == text.lower()


def test_katakana_that_look_like_characters_are_those():
    assert fold("ハー") == fold("八一") == "八一"
