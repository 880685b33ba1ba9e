"""Every contact has a kind; services beside it tell an account elsewhere from an id."""

import pytest
import yaml

from models.profile import ContactKind, Evidence, Field, Finding, Label
from models.runtime.paths import REPOSITORY
from models.text.contacts.detector import ContactDetector
from models.text.contacts.families import contact_families
from models.text.contacts.kinds import canonical, with_contacts
from models.text.contacts.platforms import PLATFORMS_FILE, services
from models.text.normalize.normalize import FieldText, normalize

detect = ContactDetector()


def contacts(text):
    return [contact for found in detect([FieldText.of(Field.BIO, text)])[0] for contact in found.contacts]


def kinds(text):
    return [str(contact.kind) for contact in contacts(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话：0571-88001063", ["number"]),
        ("QQ：3091175", ["number"]),
        ("加微信 xiaotao-0326", ["id"]),
        ("Telegram@momo_stamp", ["id"]),
        ("微信同号", ["id"]),
        ("官网 www.qingcao.com", ["link"]),
        ("商务 hello@qingcao.com", ["link"]),
        ("QQ群：660492131", ["group"]),
        ("微博@江边老林", ["account_name"]),
        ("公众号：老街的灯", ["account_name"]),
        ("B站：阿蘅妆娘", ["account_name"]),
        ("微信公众号：lin_hui88", ["account_name"]),
        ("ins: lin_hui_88", ["account_name"]),
        ("去小红书找我", ["account_name"]),
        ("公众号/微信：abc12345", ["id"]),
        ("加我，绿色那个", ["hint"]),
        ("微博@江边老林，电话0571-88001063", ["account_name", "number"]),
        ("公众号：老街的灯，VX：abc12345", ["account_name", "id"]),
        ("公众号：老街的灯。伽魏鑫聊", ["account_name", "hint"]),
    ],
)
def test_open_contact_has_the_kind_of_its_words(text, expected):
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("电话：０５７１-88001063", ("057188001063",)),
        ("☎️零五七一-八八〇〇-一零六三", ("057188001063",)),
        ("专业伴读15410002688一对一", ("15410002688",)),
        ("+86 154 1000 2688", ("15410002688",)),
        ("15410002688，微信同号", ("15410002688",)),
        ("ＶＸ：ｂａｍｂｏｏ＿ｌｅａｆ", ("bamboo_leaf",)),
        ("官网 https://www.Qingcao.com/", ("qingcao.com",)),
        ("商务 Hello@qingcao.com", ("hello@qingcao.com",)),
        ("公众号：老街的灯，欢迎", ("老街的灯",)),
        ("微博：@lin_hui88", ("lin_hui88",)),
        ("去小红书找我", ()),
        ("加我，绿色那个", ()),
    ],
)
def test_contact_has_its_values_in_canonical_form(text, values):
    found = contacts(text)
    assert found
    assert all(contact.values == values for contact in found)
    assert all(canonical(value) == value for value in values)


def test_account_elsewhere_names_its_platform():
    (contact,) = contacts("新浪微博@江边老林")
    assert contact.platforms == {"微博"}


SHOWN_BY_CLASSIFIER = [
    ("爱基搜 xueyou丁丁", "爱基搜 xueyou丁丁", "id"),
    ("抖店：狮山文具铺", "狮山文具铺", "account_name"),
    ("号码是 0571和88390", "0571和88390", "number"),
    ("进二群先关注再说", "进二群", "group"),
    ("「二维码」我不会弄", "二维码", "code"),
    ("淘口令在评论区", "淘口令", "code"),
    ("主业在简介，副业在薇里", "副业在薇里", "hint"),
]


@pytest.mark.parametrize(("text", "words", "kind"), SHOWN_BY_CLASSIFIER)
def test_kind_follows_from_the_evidence_where_no_family_matches(text, words, kind):
    start = text.index(words)
    evidence = Evidence(spans=((start, start + len(words)),), text=words)
    shown = Finding(Label.CONTACT_DIVERSION, Field.BIO, 0.9, "classifier@1", evidence)
    (found,) = with_contacts(FieldText.of(Field.BIO, text), [shown])
    assert [str(contact.kind) for contact in found.contacts] == [kind]


def test_id_that_only_the_classifier_finds_joins_the_matched_contacts():
    text = "公众号：老街的灯。记住 zhuozi2yuan"
    start = text.index("zhuozi")
    shown = Finding(Label.CONTACT_DIVERSION, Field.BIO, 0.9, "classifier@1", Evidence(spans=((start, len(text)),)))
    both = with_contacts(FieldText.of(Field.BIO, text), [shown, *detect([FieldText.of(Field.BIO, text)])[0]])
    assert [[str(contact.kind) for contact in found.contacts] for found in both] == [["account_name", "id"]] * 2


def test_finding_of_another_label_has_no_contacts():
    shown = Finding(Label.EXAGGERATION, Field.BIO, 0.9, "classifier@1", Evidence(spans=((0, 2),)))
    assert with_contacts(FieldText.of(Field.BIO, "全网第一"), [shown]) == [shown]


def test_every_family_has_a_kind():
    assert {type(family.kind) for family in contact_families()} == {ContactKind}


def test_every_word_for_a_platform_is_normalised_and_stands_once():
    table = yaml.safe_load((REPOSITORY / PLATFORMS_FILE).read_text(encoding="utf-8"))
    words = [str(word) for lists in table.values() for names in lists for word in names]
    assert [word for word in words if normalize(word).text != word] == []
    assert sorted(set(words)) == sorted(words)
    assert services().platform("Weibo") == "微博"
    assert services().platform("微信") is None
