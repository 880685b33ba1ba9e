"""Listed words are found where they stand, disguised or not, and not in other words."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.profile import Evidence, Field, Finding, Label, Severity
from models.text.lists.matcher import WordMatcher
from models.text.lists.words import parse_word
from models.text.normalize.normalize import FieldText

many_examples = settings(max_examples=300, deadline=None)
BYSTANDERS = "海边的小店每天卖花，欢迎来坐坐。春夏秋冬"
"""Characters of no listed word, nor of its sound or components."""


def blocked(word, severity="reject", **values):
    label = values.pop("label", "prohibited_content")
    return parse_word({"word": word, "list": "blocked", "label": label, "severity": severity, **values})


def allowed(word, **values):
    return parse_word({"word": word, "list": "allowed", **values})


def listed(words, text, field=Field.BIO):
    (found,) = WordMatcher(words, "7-abc")([FieldText.of(field, text)])
    return found


def found(word, text):
    """The parts of a text in which a blocked word is found."""
    return [
        text[start:end] for finding in listed([blocked(word)], text).blocked for start, end in finding.evidence.spans
    ]


def test_blocked_word_is_a_finding_with_its_label_severity_and_version():
    (finding,) = listed([blocked("跑分", "review", label="deceptive_claim")], "长期招 跑·分 兼职").blocked
    assert (finding.label, finding.field, finding.score) == (Label.DECEPTIVE_CLAIM, Field.BIO, 1.0)
    assert (finding.severity, finding.is_final, finding.detector) == (Severity.REVIEW, True, "lists@7-abc")
    assert finding.evidence == Evidence(spans=((4, 7),), text="跑·分", normalized="跑分")


@pytest.mark.parametrize(
    ("word", "text", "part"),
    [
        ("新华社", "这是新·华 社呀", "新·华 社"),
        ("新华社", "亲斤华社", "亲斤华社"),
        ("新华社", "新毕社", "新毕社"),
        ("新华社", "新花社", "新花社"),
        ("新华社", "xīn huá shè", "xīn huá shè"),
        ("新华社", "新hua社记者", "新hua社"),
        ("重庆帮", "chong qing bang", "chong qing bang"),
        ("稳赚不赔", "文转步陪", "文转步陪"),
        ("约炮", "约pao", "约pao"),
        ("快手", "快 手：abc", "快 手"),
        ("快手", "用快/手吧", "快/手"),
        ("青柠", "喜欢青·柠味", "青·柠"),
        ("fuck", "f.u.c.k you", "f.u.c.k"),
        ("qq群", "加我QQ 群里聊", "QQ 群"),
        ("qq群", "qq裙", None),
        ("vx", "ＶＸ", "ＶＸ"),
        ("赌博", "賭博網站", "賭博"),
        ("🔞", "看🔞片", "🔞"),
        ("赌", "小赌怡情", "赌"),
    ],
)
def test_disguised_word_is_found(word, text, part):
    assert found(word, text) == ([part] if part else [])


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("vx", "convx"),
        ("138", "13800"),
        ("快手", "我很快 手机没电"),
        ("快手", "【外快】手机"),
        ("国体", "中国「体育"),
        ("新华社", "老新华 社区"),
        ("新华社", "新华 社区"),
        ("新华社", "wozaixinhuashehui"),
        ("newlife", "my new life"),
        ("大奶", "太奶"),
        ("无上", "天天上"),
        ("微信", "威心"),
        ("微信", "weixin"),
        ("新华社", "心花射"),
        ("六六六", "liu"),
        ("刘柳", "liuliu"),
        ("帕纳马", "panamania"),
    ],
)
def test_other_word_is_not_taken_for_a_disguise(word, text):
    assert found(word, text) == []


@many_examples
@given(
    st.text(BYSTANDERS, max_size=8),
    st.sampled_from(["跑分", "新华社", "稳赚不赔", "vx同号"]),
    st.sampled_from(["", "·", "_", "\u200b", "。", "★·"]),
    st.booleans(),
    st.text(BYSTANDERS, max_size=8),
)
def test_span_covers_the_word_in_the_original(before, word, gap, wide, after):
    written = gap.join(word)
    if wide:
        written = written.translate({ord("v"): "Ｖ", ord("x"): "ⓧ", ord("华"): "華"})
    before, after = f"{before}：", f"：{after}"
    assert found(word, before + written + after) == [written]


@many_examples
@given(
    st.text(
        st.sampled_from("新华社亻尔言十·.,，。 \n_丨wei xīnvx0o1l★👩\u200d囗的微信銀行西安!!快手跑分賭博"), max_size=40
    )
)
def test_spans_lie_in_the_text_in_order_and_apart(text):
    words = [blocked(word) for word in ("新华社", "微信", "vx", "快手", "赌博", "西安", "华", "银行")]
    for finding in listed(words, text).blocked:
        ends = [0]
        for start, end in finding.evidence.spans:
            assert ends[-1] <= start < end <= len(text)
            ends.append(end)


def test_each_blocked_word_is_a_finding_of_its_own():
    both = listed([blocked("赌博"), blocked("赌博网", "review")], "赌博网，赌博").blocked
    assert [(one.evidence.normalized, one.evidence.spans) for one in both] == [
        ("赌博", ((0, 2), (4, 6))),
        ("赌博网", ((0, 3),)),
    ]


def test_word_counts_in_its_fields_only():
    word = blocked("跑分", fields=["name"])
    assert listed([word], "跑分", Field.NAME).blocked
    assert not listed([word], "跑分", Field.BIO).blocked


def finding_at(*spans):
    return Finding(Label.EXAGGERATION, Field.BIO, 0.9, "classifier@1", Evidence(spans=spans or None))


def test_allowed_word_silences_what_lies_wholly_within_it():
    says = listed([allowed("第一中学")], "我在第一中学，第 一 中 学")
    assert says.allowed == [(2, 6), (7, 14)]
    assert says.silences(finding_at((2, 4)))
    assert says.silences(finding_at((2, 4), (7, 14)))
    assert not says.silences(finding_at((1, 4)))
    assert not says.silences(finding_at((2, 4), (0, 1)))
    assert not says.silences(finding_at())


def test_allowed_word_in_a_guessed_disguise_silences_nothing():
    assert not listed([allowed("第一中学")], "第一钟学 弟一中学 di yi zhong xue").allowed


def test_allowed_word_is_not_a_disguise_of_a_blocked_one_but_hides_none():
    words = [blocked("收藏家"), allowed("收藏夹")]
    assert listed(words[:1], "收藏夹").blocked
    assert not listed(words, "收藏夹").blocked
    assert listed([blocked("收藏"), allowed("收藏夹")], "收藏夹").blocked


def test_ten_thousand_words_do_not_slow_a_name():
    draw = random.Random(1)
    common = "的一是在不了有和人这中大为上个国我以要他时来用们"
    words = sorted({"".join(draw.choices(common, k=draw.choice((3, 4, 5)))) for _ in range(12_000)})[:10_000]
    matcher = WordMatcher([blocked(word) for word in words], "1")
    texts = [FieldText.of(Field.NAME, "".join(draw.choices(BYSTANDERS + common, k=8))) for _ in range(300)]
    times = []
    for _ in range(5):
        started = time.process_time()
        matcher(texts)
        times.append(time.process_time() - started)
    assert min(times) / len(texts) < 0.0002
