"""Listed words are read from their fields, and refused by field."""

import pytest

from models.profile import Field, Label, Severity
from models.text.lists.words import MAX_NOTE, MAX_WORD, ListsError, WordList, parse_word

BLOCKED = {"word": "跑分", "list": "blocked", "label": "prohibited_content", "severity": "reject"}


def test_blocked_word_counts_in_all_text_fields():
    word = parse_word(BLOCKED)
    assert (word.list, word.label, word.severity) == (WordList.BLOCKED, Label.PROHIBITED_CONTENT, Severity.REJECT)
    assert word.fields == (Field.NAME, Field.BIO, Field.SIGNATURE)
    assert parse_word(word.to_dict()) == word


def test_fields_are_in_the_order_of_the_contract_and_once():
    assert parse_word(BLOCKED | {"fields": ["bio", "name", "bio"]}).fields == (Field.NAME, Field.BIO)


def test_restricted_word_counts_in_names_only():
    assert parse_word(BLOCKED | {"label": "restricted_word"}).fields == (Field.NAME,)


def test_allowed_word_needs_no_label():
    allowed = parse_word({"word": "海边", "list": "allowed", "label": None, "note": "a shop"})
    assert (allowed.label, allowed.severity, allowed.note) == (None, None, "a shop")


@pytest.mark.parametrize(("one", "other"), [("賭博", "赌博"), ("ＶＸ", "vx"), ("跑\u200b分", " 跑分 ")])
def test_spellings_that_the_normaliser_does_not_tell_apart_have_one_key(one, other):
    assert parse_word(BLOCKED | {"word": one}).key == parse_word(BLOCKED | {"word": other}).key


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"word": None}, "missing_field", "word"),
        ({"word": 5}, "wrong_type", "word"),
        ({"word": " "}, "value_empty", "word"),
        ({"word": "\u200b"}, "value_empty", "word"),
        ({"word": ".."}, "value_empty", "word"),
        ({"word": "跑" * (MAX_WORD + 1)}, "value_too_long", "word"),
        ({"word": "跑\ud800分"}, "text_invalid", "word"),
        ({"list": None}, "missing_field", "list"),
        ({"list": "grey"}, "value_invalid", "list"),
        ({"label": None}, "missing_field", "label"),
        ({"label": "qr_code"}, "value_invalid", "label"),
        ({"label": "closed_account_match"}, "value_invalid", "label"),
        ({"severity": None}, "missing_field", "severity"),
        ({"severity": "pass"}, "value_invalid", "severity"),
        ({"list": "allowed", "label": None}, "value_invalid", "severity"),
        ({"list": "allowed", "severity": None}, "value_invalid", "label"),
        ({"fields": "name"}, "wrong_type", "fields"),
        ({"fields": [1]}, "wrong_type", "fields"),
        ({"fields": []}, "value_empty", "fields"),
        ({"fields": ["avatar"]}, "value_invalid", "fields"),
        ({"label": "restricted_word", "fields": ["bio"]}, "value_invalid", "fields"),
        ({"note": "n" * (MAX_NOTE + 1)}, "value_too_long", "note"),
        ({"severty": "reject"}, "unknown_field", "severty"),
    ],
)
def test_word_is_refused_with_its_field(values, code, field):
    with pytest.raises(ListsError) as refused:
        parse_word(BLOCKED | values)
    assert (refused.value.code, refused.value.field) == (code, field)
