"""Hostile texts: corpus, contacts, names and all of Unicode, mixed and repeated."""

from __future__ import annotations

from hypothesis import strategies as st

from benchmarks.profiles import texts
from models.loading import text_classifier
from models.profile import MAX_LENGTH, Field, Finding
from models.settings import Settings
from models.text.contacts.detector import ContactDetector
from models.text.names.protected_names import ProtectedNameDetector
from models.text.names.restricted_words import RestrictedWordDetector
from models.text.normalize.normalize import FieldText, Normalized, normalize
from models.text.normalize.readings import readings

MAX_TEXT_LENGTH = MAX_LENGTH[Field.BIO]
"""Code points of the longest text that any field accepts."""

PARTS = (
    *(
        "加V",
        "➕Ⓥ",
        "薇❤",
        "卫星",
        "wx",
        "vx:",
        "微 信",
        "扣扣",
        "QQ",
        "电报",
        "@",
        "t.me/",
        "www.",
        ".com",
        "点com",
        "http://",
    ),
    *("138", "一三八", "①③⑧", "壹叁捌", "１３８", "𝟏𝟑𝟖", "1️⃣3️⃣8️⃣", "〡〣", "零", "O0oО", "abc12345", "+86 "),
    *(
        "新华社",
        "人民日报",
        "北京市",
        "公安局",
        "官方",
        "中国",
        "中 国",
        "囯",
        "國",
        "央視",
        "C.C.T.V",
        "联合国",
        "12306",
    ),
    *(
        "\u200b",
        "\u200d",
        "\ufe0f",
        "\u202e",
        "\u0301",
        "\u3099",
        "\u0336",
        "\x00",
        "\u3164",
        "\u2028",
        "\ud800",
        "\ufffe",
    ),
    *(
        "ﷺ",
        "㍿",
        "℡",
        "ﬄ",
        "㏂",
        "🇨🇳",
        "👨‍👩‍👧",
        "กิ่",
        "가",
        "ｶﾞ",
        "豈",
        "⼭",
        "亻尔",
        "言十",
        "xīn",
        "lv4",
        "。",
        "，",
        "\n",
        " ",
    ),
)
"""Contacts, digits, protected names, invisible characters, and characters whose length or order normalizing changes."""

_pieces = st.one_of(
    st.sampled_from(PARTS),
    st.sampled_from(texts("name") + texts("bio")).map(lambda text: text[:60]),
    st.characters(exclude_categories=()),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FFFF, exclude_categories=()), max_size=12),
)
_mixed = st.lists(_pieces, max_size=20).map("".join)
_repeated = st.builds(
    lambda unit, times: unit * times,
    st.text(_pieces.map(lambda piece: piece[:1] or "a"), min_size=1, max_size=6),
    st.integers(2, MAX_TEXT_LENGTH),
)
hostile_texts = st.one_of(_mixed, _repeated, st.builds("".join, st.tuples(_mixed, _repeated, _mixed))).map(
    lambda text: text[:MAX_TEXT_LENGTH]
)
"""Pieces mixed, a few characters repeated, or these between those; up to `MAX_TEXT_LENGTH`."""

_DETECTORS = (ContactDetector(), RestrictedWordDetector(), ProtectedNameDetector())


def check_normaliser(text: str) -> None:
    """Assert that characters map back to the original, normalizing is idempotent, and readings keep the order."""
    once = normalize(text)
    _check_offsets(once, text)
    assert bool(once.text) == bool(text)
    assert normalize(once.text).text == once.text, "not stable"
    for reading in readings(once):
        assert len(reading.pieces) == len(reading.starts) == len(reading.ends)
        if reading.text:
            span = reading.span(0, len(reading.text))
            assert span is None or 0 <= span[0] < span[1] <= len(once.text)


def _check_offsets(once: Normalized, text: str) -> None:
    assert once.original == text
    assert len(once.text) == len(once.starts) == len(once.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(once.starts, once.ends, strict=True))
    assert list(once.starts) == sorted(once.starts)
    assert list(once.ends) == sorted(once.ends)


def check_detectors(text: str) -> None:
    """Assert that all evidence lies in the text."""
    for field in (Field.NAME, Field.BIO):
        given = FieldText.of(field, text[: MAX_LENGTH[field]])
        for detector in _DETECTORS:
            (found,) = detector([given])
            for finding in found:
                assert finding.evidence.spans is not None
                _check_finding(finding, given)


def check_classifier(text: str) -> None:
    """The same for the classifier, with a text as a bio."""
    given = FieldText.of(Field.BIO, text)
    (found,) = text_classifier(Settings())([given])
    for finding in found:
        _check_finding(finding, given)


def _check_finding(finding: Finding, given: FieldText) -> None:
    original = given.normalized.original
    assert finding.field is given.field
    assert 0 <= finding.score <= 1
    spans = finding.evidence.spans or ()
    assert all(0 <= start < end <= len(original) for start, end in spans), spans
