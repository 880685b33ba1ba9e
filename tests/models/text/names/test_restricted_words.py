"""Restricted words of Art. 10 are found in names with any spacing; harmless longer words are not."""

import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.profile import Field, Label
from models.text.names.restricted_words import WORDS_FILE, RestrictedWordDetector
from models.text.normalize.normalize import FieldText

detect = RestrictedWordDetector()


def findings(text, field=Field.NAME):
    return detect([FieldText.of(field, text)])[0]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("中国好声音粉丝", "中国"),
        ("中國大媽", "中国"),
        ("中·国养生堂", "中·国"),
        ("中 _ 国", "中 _ 国"),
        ("中\u200b华诗词", "中华"),
        ("中央调查组", "中央"),
        ("全国招商中心", "全国"),
        ("国☆家扶贫办", "国☆家"),
        ("Ｃｈｉｎａ资讯", "china"),
        ("P.R.C. news", "p.r.c"),
        ("Zhongguo Dasha", "zhongguo"),
        ("国家地理摄影", "国家"),
        ("中国红十字会救助站", "中国红十字"),
        ("中国人民银行客服", "中国人民"),
        ("中国人寿小王", "中国人寿"),
        ("中国人才网", "中国人才网"),
        ("中 国 人 力 资 源 部", "中 国 人 力 资 源"),
        ("中国人工智能学会", "中国人工智能"),
        ("中国风景名胜区协会", "中国风景"),
        ("中国话剧院", "中国话剧"),
        ("中国红木协会", "中国红木"),
        ("网络安全国家标准", "安全国家"),
        ("中国国家队", "中国 … 国家"),
    ],
)
def test_a_restricted_word_is_found_in_a_name(name, word):
    (finding,) = findings(name)
    assert finding.label is Label.RESTRICTED_WORD
    assert finding.detector == "names@2026.11.2"
    assert finding.evidence.normalized == word
    assert finding.score >= 0.7


@pytest.mark.parametrize(
    "name",
    [
        "中国红口红控",
        "爱唱中国风",
        "我是中国人",
        "中国人才懂的梗",
        "中国人口味",
        "中国人居家日常",
        "中国风水墨画",
        "爱听中国风电音",
        "中国红旗袍店",
        "中国结婚庆布置",
        "中国象棋老李",
        "中华田园猫阿黄",
        "中央空调维修",
        "宛在水中央",
        "安全国际旅行",
        "家中国庆值班",
        "韩国家庭料理",
        "高中国文老师",
        "机器 machine learning",
        "口中的国王",
        "中外合国",
    ],
)
def test_harmless_longer_word_is_not_restricted(name):
    assert findings(name) == []


@pytest.mark.parametrize("field", [Field.BIO, Field.SIGNATURE])
def test_only_names_are_looked_at(field):
    assert findings("中国好声音", field) == []


def test_the_evidence_shows_where_the_word_stands():
    (finding,) = findings("大中\u200b國粉")
    assert finding.evidence.spans == ((1, 4),)
    assert finding.evidence.text == "中\u200b國"


def test_harmless_word_does_not_hide_a_restricted_one_beside_it():
    (finding,) = findings("中国红 · 中国商会")
    assert finding.evidence.spans == ((6, 8),)


def test_every_word_says_why_and_is_findable():
    table = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    assert all(entry["why"] for entry in table["words"] + table["allowed"])
    assert all(findings(entry["word"]) for entry in table["words"])
    assert not any(findings(entry["word"]) for entry in table["allowed"])


@settings(max_examples=100, deadline=None)
@given(st.text(st.one_of(st.characters(exclude_categories=()), st.sampled_from("中国华央全家·_ china")), max_size=64))
def test_any_name_is_read_and_its_spans_lie_inside(name):
    for finding in findings(name):
        assert all(0 <= start < end <= len(name) for start, end in finding.evidence.spans)


@pytest.mark.parametrize("unit", ["中", "中 ", "国_", "c", "c.", "全-国 家"])
def test_a_long_text_takes_a_moment(unit):
    text = FieldText.of(Field.NAME, (unit * 2000)[:2000])
    start = time.process_time()
    detect([text])
    assert time.process_time() - start < 0.1
