"""Readings find disguised words with their spans."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.text.normalize.normalize import normalize
from models.text.normalize.readings import COMPONENTS_FILE, LOOK_ALIKES_FILE, ReadingKind, forms, readings

DISGUISES = "新华社亻尔言十·.,，。 \n_丨wei xīnvx0o1l★👩\u200d囗的的微信銀行西安!!ㄋкα"
any_text = st.text(st.one_of(st.characters(exclude_categories=()), st.sampled_from(DISGUISES)), max_size=40)
many_examples = settings(max_examples=300, deadline=None)


def found(word, written, kind):
    """The part of the text in which a reading finds the word."""
    text = normalize(written)
    (reading,) = readings(text, [kind])
    spans = []
    for form in forms(word, kind):
        start = reading.text.find(form)
        while start >= 0:
            spans.append(reading.span(start, start + len(form)))
            start = reading.text.find(form, start + 1)
    return [written[slice(*text.span(*span))] for span in sorted(span for span in spans if span)]


@many_examples
@given(any_text, st.data())
def test_every_range_maps_back_or_splits_a_word(text, data):
    normalized = normalize(text)
    for reading in readings(normalized):
        assert len(reading.pieces) == len(reading.starts) == len(reading.ends)
        if reading.text:
            start = data.draw(st.integers(0, len(reading.text) - 1))
            end = data.draw(st.integers(start + 1, len(reading.text)))
            span = reading.span(start, end)
            assert span is None or 0 <= span[0] < span[1] <= len(normalized.text)


@many_examples
@given(any_text)
def test_words_stand_in_the_order_they_were_written(text):
    for reading in readings(normalize(text)):
        starts = [start for start in reading.starts if start >= 0]
        ends = [end for end in reading.ends if end >= 0]
        assert starts == sorted(starts)
        assert ends == sorted(ends)


@many_examples
@given(
    st.text(st.sampled_from("新华社报人民公安长城银行乐的微信央视国"), min_size=2, max_size=6),
    st.sampled_from(ReadingKind),
)
def test_every_kind_finds_a_word_written_plainly(word, kind):
    if forms(word, kind):
        assert found(word, f"加{word}号", kind)


@pytest.mark.parametrize(
    ("word", "written", "kind", "what"),
    [
        ("新华社", "我是新·华 社的", ReadingKind.JOINED, "新·华 社"),
        ("新华社", "新,华,社", ReadingKind.JOINED, "新,华,社"),
        ("新华社", "新_华丨社", ReadingKind.JOINED, "新_华丨社"),
        ("新华社", "新\n华\n社", ReadingKind.JOINED, "新\n华\n社"),
        ("微信", "微❤️信", ReadingKind.JOINED, "微❤️信"),
        ("telegram", "t e l e g r a m", ReadingKind.JOINED, "t e l e g r a m"),
        ("新华社", "亲斤华礻土", ReadingKind.SHAPE, "亲斤华礻土"),
        ("新华社", "立木斤化十社", ReadingKind.SHAPE, "立木斤化十社"),
        ("新华社", "新毕社", ReadingKind.SHAPE, "新毕社"),
        ("新华社", "新新华华社社", ReadingKind.SHAPE, "新新华华社社"),
        ("加微信", "力口徽亻言", ReadingKind.SHAPE, "力口徽亻言"),
        ("公安局", "八厶·宀女局", ReadingKind.SHAPE, "八厶·宀女局"),
        ("代开发票", "代开发西示", ReadingKind.SHAPE, "代开发西示"),
        ("telegram", "te1egram", ReadingKind.SHAPE, "te1egram"),
        ("微信", "薇芯", ReadingKind.SOUND, "薇芯"),
        ("微信", "加weixin号", ReadingKind.SOUND, "weixin"),
        ("微信", "wēi xìn", ReadingKind.SOUND, "wēi xìn"),
        ("微信", "微xin", ReadingKind.SOUND, "微xin"),
        ("微信", "w e i x i n", ReadingKind.SOUND, "w e i x i n"),
        ("微信", "jiaweixinhao", ReadingKind.SOUND, "weixin"),
        ("长城", "常程", ReadingKind.SOUND, "常程"),
        ("银行", "yin hang", ReadingKind.SOUND, "yin hang"),
        ("旅行社", "lv xing she", ReadingKind.SOUND, "lv xing she"),
        ("西安", "xian", ReadingKind.SOUND, "xian"),
        ("新华社", "星花色", ReadingKind.NEAR_SOUND, "星花色"),
        ("中央", "zong yan", ReadingKind.NEAR_SOUND, "zong yan"),
        ("南方", "兰芳", ReadingKind.NEAR_SOUND, "兰芳"),
    ],
)
def test_a_word_in_disguise_is_found_where_it_stands(word, written, kind, what):
    assert found(word, written, kind) == [what]


@pytest.mark.parametrize(
    ("word", "written", "kind"),
    [
        ("中国", "发展中,国家富强", ReadingKind.JOINED),
        ("中国", "中 — — 国", ReadingKind.JOINED),
        ("vx", "convx", ReadingKind.JOINED),
        ("110", "13110", ReadingKind.JOINED),
        ("先生", "西安生", ReadingKind.SOUND),
        ("微信", "weixinx", ReadingKind.SOUND),
        ("好人", "如子人", ReadingKind.SHAPE),
        ("10086", "1086", ReadingKind.SHAPE),
        ("新华社", "星花色", ReadingKind.SOUND),
    ],
)
def test_what_is_not_the_word_is_not_found(word, written, kind):
    assert found(word, written, kind) == []


def test_one_character_alone_is_no_word_to_look_for():
    assert [forms("党", kind) for kind in ReadingKind] == [frozenset()] * len(ReadingKind)


def test_word_of_several_sounds_has_a_form_for_right_and_main_reading():
    assert forms("银行", ReadingKind.SOUND) == {"yin'hang'", "yin'xing'"}


def test_every_character_of_the_tables_can_be_read():
    tables = COMPONENTS_FILE.read_text(encoding="utf-8") + LOOK_ALIKES_FILE.read_text(encoding="utf-8")
    reading = readings(normalize("".join(tables.split())), [ReadingKind.SHAPE])[0]
    assert set(tables) - set(reading.text) >= set("信你警曰")


def test_readings_come_in_the_order_asked_for():
    assert [reading.kind for reading in readings(normalize("微信"), [ReadingKind.SOUND, ReadingKind.JOINED])] == [
        "sound",
        "joined",
    ]


@pytest.mark.parametrize("unit", ["微", "徽信", "a", "weixin", "a.", "微·", ",微", "🏳", "的的", "\n", "zhuang"])
def test_reading_is_linear(unit):
    assert _seconds(unit * 16_000) < 16 * max(_seconds(unit * 2_000), 0.001)


def _seconds(text):
    normalized = normalize(text[:20_000])
    return min(_timed(lambda: readings(normalized)) for _ in range(3))


def _timed(work):
    start = time.process_time()
    work()
    return time.process_time() - start
