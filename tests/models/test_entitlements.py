"""Professions and own contacts that an account is verified for do not count."""

import pytest
import yaml

from models.entitlements import PROFESSIONS_FILE, Entitlements, is_known_form, professions_in
from models.profile import Contact, ContactKind, Evidence, Field, Finding, Label
from models.runtime.paths import REPOSITORY
from models.text.normalize.normalize import normalize


def profession(normalized, label=Label.REGULATED_PROFESSION):
    return Finding(label, Field.BIO, 0.9, "test@1", Evidence(normalized=normalized))


def contact(*values):
    several = tuple(Contact(ContactKind.NUMBER, (0, 1), each) for each in values)
    return Finding(Label.CONTACT_DIVERSION, Field.BIO, 0.9, "test@1", contacts=several)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("张律师", {"lawyer"}),
        ("执业律师 … 法律顾问", {"lawyer"}),
        ("执业兽医师", {"veterinarian"}),
        ("二级心理咨询师", {"psychologist"}),
        ("高中物理老师", {"teacher"}),
        ("律师 … 注册会计师", {"lawyer", "accountant"}),
        ("律师 … 高级插花师", {"lawyer", ""}),
        ("手术台", set()),
    ],
)
def test_professions_are_recognised_by_their_words(words, named):
    assert professions_in(words) == named


@pytest.mark.parametrize(
    ("words", "given", "covered"),
    [
        ("张律师", ["profession:lawyer"], True),
        ("律师 … 会计师", ["profession:lawyer"], False),
        ("律师 … 会计师", ["profession:lawyer", "profession:accountant"], True),
        ("律师 … 插花师", ["profession:lawyer"], False),
        ("律师 … 插花师", ["profession:lawyer", "profession:"], False),
        ("手术台", ["profession:doctor"], False),
        ("张律师", ["lawyer"], False),
        ("张律师", [], False),
    ],
)
def test_profession_is_covered_where_all_that_are_named_are_verified(words, given, covered):
    assert Entitlements.of(given).cover(profession(words)) is covered


def test_profession_covers_no_other_label():
    assert not Entitlements.of(["profession:lawyer"]).cover(profession("律师", Label.FALSE_AUTHORITY))


@pytest.mark.parametrize(
    ("finding", "given", "covered"),
    [
        (contact(("057188001063",)), ["contact:0571-8800 1063"], True),
        (contact(("15410002688",)), ["contact:+86 154 1000 2688"], True),
        (contact(("shop@qingcao.com",)), ["contact:Shop@Qingcao.com"], True),
        (contact(("qingcao.com",)), ["contact:https://www.qingcao.com/"], True),
        (contact(("老街的灯",)), ["contact:老街的灯"], True),
        (contact(("a1b2",), ("老街的灯",)), ["contact:老街的灯"], False),
        (contact(("a1b2", "15410002688")), ["contact:15410002688"], False),
        (contact(("a1b2",), ()), ["contact:a1b2"], False),
        (contact(("a1b2",)), ["contact:"], False),
        (contact(()), ["contact:"], False),
        (contact(), ["contact:a1b2"], False),
        (contact(("a1b2",)), ["a1b2"], False),
    ],
)
def test_contact_is_covered_where_every_contact_is_verified(finding, given, covered):
    assert Entitlements.of(given).cover(finding) is covered


def test_only_listed_professions_and_contacts_with_a_value_are_known():
    given = ["profession:lawyer", "contact:a1b2", "profession:astronaut", "profession:", "contact:", "media.xinhua"]
    assert [is_known_form(one) for one in given] == [True, True, False, False, False, False]


def test_every_word_for_a_profession_is_normalised_and_stands_once():
    table = yaml.safe_load((REPOSITORY / PROFESSIONS_FILE).read_text(encoding="utf-8"))
    words = [word for several in table.values() for word in several]
    assert [word for word in words if normalize(word).text != word] == []
    assert sorted(set(words)) == sorted(words)
