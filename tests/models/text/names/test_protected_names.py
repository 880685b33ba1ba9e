"""Names that pose as a protected body are found with its id; names of bystanders are not."""

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.policy import Policy
from models.profile import Field, Label, Severity
from models.settings import Settings
from models.text.fusion import fuse
from models.text.names.disguised_names import FORMS_FILE, READINGS
from models.text.names.families import family_scores
from models.text.names.lexicon import NAMES, WordKind, lexicon
from models.text.names.protected_names import ProtectedNameDetector
from models.text.normalize.normalize import FieldText
from training.text.data.names import disguised

detect = ProtectedNameDetector()


def findings(text, field=Field.NAME):
    return detect([FieldText.of(field, text)])[0]


def labels(text, field=Field.NAME):
    return {finding.label for finding in findings(text, field)}


@pytest.mark.parametrize(
    ("name", "label", "reference_id", "body"),
    [
        ("外交部", "false_authority", "gov.foreign-affairs", "外交部"),
        ("国家税务总局退税服务号", "false_authority", "gov.taxation", "国家税务总局"),
        ("贵阳交警在线服务", "false_authority", "gov.police.520100", "贵阳市交警"),
        ("北京市海淀区人民法院", "false_authority", "gov.court.110108", "海淀区人民法院"),
        ("成都市委宣传部", "false_authority", "party.publicity.510100", "成都市委宣传部"),
        ("美国大使馆签证处", "false_authority", "diplomacy.us", "美国大使馆"),
        ("联合国青年特使Kevin", "false_authority", "intl.un", "联合国"),
        ("铁路12306候补专员", "false_authority", "org.china-railway", "中国铁路"),
        ("新华社驻海东记者站", "media_impersonation", "media.xinhua", "新华社"),
        ("央视新闻", "media_impersonation", "media.cctv-news", "央视新闻"),
        ("渭南晚报", "media_impersonation", "media.610500", "渭南市晚报"),
        ("泸州广播电视台", "media_impersonation", "media.510500", "泸州市广播电视台"),
        ("武汉发布", "place_institution", "place.420100", "武汉市"),
        ("湖南省怀化市", "place_institution", "place.431200", "怀化市"),
        ("清华大学招生办", "place_institution", "org.tsinghua", "清华大学"),
        ("故宫博物院官方票务", "place_institution", "org.palace-museum", "故宫博物院"),
        ("颐和园管理处", "place_institution", "place.beijing.颐和园", "颐和园"),
    ],
)
def test_a_name_that_speaks_as_a_body_says_which(name, label, reference_id, body):
    found = {finding.label: finding for finding in findings(name)}[Label(label)]
    assert found.evidence.reference_id == reference_id
    assert found.evidence.reference_name == body
    assert found.score >= 0.8


@pytest.mark.parametrize(
    "name",
    [
        "北京吃货",
        "清华学姐",
        "央视迷",
        "上海警察局对面的小店",
        "派出所门口的流浪猫",
        "老家在公安县",
        "周公安睡中",
        "法院路小王",
        "中国风",
        "中央空调维修",
        "国家队粉",
        "北京烤鸭",
        "央视观众",
        "军人家属",
        "检察官文学",
        "西湖边的松鼠",
        "新华字典前言",
        "每天都看新闻",
        "100086号星球来客",
        "成都",
        "西湖",
        "小葵",
        "🐱",
        " ",
    ],
)
def test_name_of_a_bystander_is_harmless(name):
    assert findings(name) == []


BYSTANDERS = Path(__file__).with_name("bystanders.txt")
"""Harmless names that resemble claims, one per line."""


def test_names_that_only_mention_a_body_are_harmless():
    assert [name for name in BYSTANDERS.read_text(encoding="utf-8").split() if findings(name)] == []


@pytest.mark.parametrize("field", [Field.BIO, Field.SIGNATURE])
def test_a_mention_in_a_bio_is_no_claim(field):
    for text in (
        "我爸是警察，我妈在人民日报上班",
        "爱看央视新闻",
        "毕业于清华大学",
        "接到“公安局办公室”的电话别信",
        "这里是公安局对面的小店",
        "本账号由派出所门口的猫运营",
    ):
        assert findings(text, field) == []


def test_a_clause_of_a_bio_that_speaks_for_a_body_is_one():
    (finding,) = findings("十年老店。民政部备案，童叟无欺", Field.BIO)
    assert finding.label is Label.FALSE_AUTHORITY
    assert finding.evidence.owner_id == "gov.civil-affairs"
    assert finding.evidence.spans == ((5, 10),)


@pytest.mark.parametrize(
    ("text", "reference_id", "owner_id"),
    [
        ("本账号由贵阳市公安局官方运营", "gov.police.520100", "gov.police"),
        ("这里是新华社官方账号", "media.xinhua", "media.xinhua"),
        ("本号由清华大学招生办运营，欢迎报考", "org.tsinghua", "org.tsinghua"),
    ],
)
def test_body_that_runs_the_account_by_its_bio_is_named(text, reference_id, owner_id):
    (finding,) = findings(text, Field.BIO)
    assert (finding.evidence.reference_id, finding.evidence.owner_id) == (reference_id, owner_id)


def test_decoration_and_traditional_characters_do_not_hide_a_name():
    (finding,) = findings("★新_華·社☆")
    assert finding.evidence.reference_id == "media.xinhua"
    assert finding.evidence.spans == ((1, 6),)
    assert finding.evidence.text == "新_華·社"


@pytest.mark.parametrize(
    ("name", "reference_id", "shown"),
    [
        ("人民曰报评论台", "media.people-daily", "人民曰报评论台"),
        ("Xin华社海外视点", "media.xinhua", "Xin华社海外"),
        ("商務bu白名单办", "gov.commerce", "商務bu白名单办"),
        ("检查院普法小张", "gov.procuratorate", "检查院普法"),
        ("敦化fabu", "place.222403", "敦化fabu"),
    ],
)
def test_a_name_disguised_by_shape_or_sound_is_found_less_surely(name, reference_id, shown):
    (finding,) = findings(name)
    assert finding.evidence.reference_id == reference_id
    assert finding.evidence.text == shown
    assert 0.8 <= finding.score <= max(family_scores()[reading] for reading in READINGS)


@pytest.mark.parametrize(
    "name", ["高原小羊倌", "中原第一唢呐", "林深时见鹿", "早安阳光", "税务师Nina", "零食投诉大队长"]
)
def test_name_that_only_sounds_like_a_body_is_harmless(name):
    assert findings(name) == []


def test_the_forms_on_disk_are_those_of_the_names():
    assert FORMS_FILE.read_text(encoding="utf-8") == "".join("\t".join(row) + "\n" for row in disguised())


@pytest.mark.parametrize("entitlement", ["media.xinhua", "gov.police", "gov.police.520100"])
def test_an_entitled_account_may_carry_the_name(entitlement):
    name = "新华社快讯" if entitlement.startswith("media") else "贵阳交警"
    policy = Policy.load(Settings().policy)
    judged = policy.apply(findings(name), frozenset({entitlement}), "1")
    assert judged and all(finding.authorized for finding in judged)
    assert policy.verdict(judged) is Severity.PASS
    assert policy.verdict(policy.apply(findings(name), frozenset({"media.bbc"}), "1")) is Severity.REJECT


@pytest.mark.parametrize("bio", ["央视官方，新华社官方", "新华社官方，央视官方"])
def test_entitlement_to_one_body_does_not_cover_another(bio):
    policy = Policy.load(Settings().policy)
    found = fuse(detect([FieldText.of(Field.BIO, bio)])[0])
    assert {finding.evidence.owner_id for finding in found} == {"media.cctv", "media.xinhua"}
    for entitled, verdict in (({"media.cctv"}, Severity.REJECT), ({"media.cctv", "media.xinhua"}, Severity.PASS)):
        assert policy.verdict(policy.apply(found, frozenset(entitled), "1")) is verdict


@pytest.mark.parametrize("bio", ["贵阳市公安局官方，成都市公安局官方", "成都市公安局官方，贵阳市公安局官方"])
def test_local_police_entitlement_covers_its_town_and_the_owner_all(bio):
    policy = Policy.load(Settings().policy)
    found = fuse(detect([FieldText.of(Field.BIO, bio)])[0])
    assert policy.verdict(policy.apply(found, frozenset({"gov.police.520100"}), "1")) is Severity.REJECT
    assert policy.verdict(policy.apply(found, frozenset({"gov.police"}), "1")) is Severity.PASS


def test_entitlements_that_a_name_can_be_are_known():
    known = ("media.xinhua", "gov.police", "gov.police.520100", "media.610500", "diplomacy.us", "place.beijing.颐和园")
    assert all(map(detect.knows, known))
    assert not any(map(detect.knows, ("media.nobody", "media", "gov.police.999999", "")))


def test_every_file_of_names_has_a_source():
    files = [
        file for file in NAMES.glob("*.yaml") if file.stem not in ("restricted_words", "families", "family_scores")
    ]
    assert len(files) > 10
    assert all(yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)["source"] for file in files)


def test_every_body_is_found_by_its_own_names():
    bodies = [word for word in lexicon().words if word.kind in (WordKind.BODY, WordKind.MEDIA) and len(word.text) > 1]
    assert len(bodies) > 900
    lost = [word.text for word in bodies if word.label not in labels(word.text)]
    assert lost == []


@settings(max_examples=100, deadline=None)
@given(st.text(st.one_of(st.characters(), st.sampled_from("北京市公安局新华社日报官方 ·，的猫12306")), max_size=64))
def test_any_text_is_read_and_its_spans_lie_inside(text):
    for field in (Field.NAME, Field.BIO):
        for finding in findings(text, field):
            assert all(0 <= start < end <= len(text) for start, end in finding.evidence.spans)


@pytest.mark.parametrize("unit", ["公安", "北京市", "新华社，", "10086", "a", "的"])
def test_a_long_text_takes_a_moment(unit):
    text = FieldText.of(Field.BIO, (unit * 2000)[:2000])
    start = time.process_time()
    detect([text, FieldText(Field.NAME, text.normalized)])
    assert time.process_time() - start < 0.1
