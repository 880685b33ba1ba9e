import io
import itertools
from dataclasses import replace

import numpy as np
import PIL.Image
import pytest
import resvg_py

from models.inspector import Inspector
from models.profile import CLASSIFIER_LABELS, Answer, Field, Label, Profile, ProfileError, Severity
from models.runtime.paths import REPOSITORY
from models.runtime.stages import Stages
from models.settings import Settings

FLAG = (REPOSITORY / "docs" / "example-avatar.png").read_bytes()
"""An avatar with the national flag."""


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector.load(Settings(home=REPOSITORY / "no-home"))


def png(picture: PIL.Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def harmless_picture() -> bytes:
    noise = np.random.default_rng(3).integers(90, 200, (6, 6, 3), dtype=np.uint8)
    return png(PIL.Image.fromarray(noise).resize((320, 320), PIL.Image.Resampling.BICUBIC))


def judge(inspector: Inspector, **fields) -> Answer:
    (answer,) = inspector([Profile("42", **fields)])
    assert isinstance(answer, Answer), answer
    return answer


def test_ordinary_profile_passes_without_findings(inspector: Inspector):
    answer = judge(inspector, name="半糖去冰", bio="上班摸鱼，下班做饭", avatar=harmless_picture())
    assert (answer.verdict, answer.findings) == (Severity.PASS, ())


def test_national_flag_is_rejected_with_reference_box_and_article(inspector: Inspector):
    answer = judge(inspector, avatar=FLAG).to_dict()
    finding = answer["findings"][0]
    assert (answer["verdict"], finding["label"], finding["field"]) == ("reject", "national_symbol", "avatar")
    assert finding["articles"] == ["8(3)", "10"]
    assert finding["evidence"]["reference_id"] == answer["matches"]["avatar"][0]["reference_id"] == "flag.cn"
    left, top, right, bottom = finding["evidence"]["box"]
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1


def test_every_picture_lists_its_three_best_references(inspector: Inspector):
    matches = judge(inspector, avatar=harmless_picture(), cover=FLAG).matches
    assert {field: len({match.reference_id for match in best}) for field, best in matches.items()} == {
        Field.AVATAR: 3,
        Field.COVER: 3,
    }


def test_entitled_account_may_show_its_emblem(inspector: Inspector):
    answer = judge(inspector, avatar=FLAG, entitlements=frozenset({"state.cn"}))
    assert answer.findings[0].authorized
    assert answer.verdict is Severity.PASS
    assert answer.warnings == ()


def test_entitlements_may_be_a_list(inspector: Inspector):
    assert judge(inspector, avatar=FLAG, entitlements=["flag.cn"]).verdict is Severity.PASS


@pytest.mark.parametrize(
    "values", [{"account_id": ""}, {"account_id": 5}, {"account_id": "1", "entitlements": "flag.cn"}]
)
def test_profile_needs_an_id_and_a_list_of_entitlements(values):
    with pytest.raises(ProfileError):
        Profile(**values, name="小鹿")


def test_party_emblem_on_a_red_square_is_rejected(inspector: Inspector):
    drawing = REPOSITORY / "datasets" / "emblems" / "drawings" / "party-emblem.svg"
    emblem = PIL.Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_path=str(drawing), width=400)))).convert("RGBA")
    for red, margin in itertools.product(((222, 41, 16), (238, 28, 37), (200, 0, 0)), (0, 20, 40)):
        picture = PIL.Image.new("RGB", (400 + 2 * margin, 400 + 2 * margin), red)
        picture.paste(emblem, (margin, margin), emblem)
        answer = judge(inspector, avatar=png(picture))
        assert (answer.verdict, answer.findings[0].label) == (Severity.REJECT, Label.PARTY_EMBLEM), (red, margin)


def test_unknown_entitlement_is_a_warning_and_changes_nothing(inspector: Inspector):
    answer = judge(inspector, avatar=FLAG, entitlements=frozenset({"state.atlantis"}))
    assert answer.verdict is Severity.REJECT
    assert "1 entitlements" in answer.warnings[0]
    assert "atlantis" not in answer.warnings[0]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_animation_gets_the_verdict_of_its_worst_frame(inspector: Inspector, place: int):
    with PIL.Image.open(io.BytesIO(FLAG)) as flag:
        frames = [PIL.Image.new("RGB", flag.size, colour) for colour in ("#7a8a90", "#8d8277", "#67735f")]
        frames[place] = flag.convert("RGB")
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=80)
    answer = judge(inspector, avatar=buffer.getvalue())
    assert answer.verdict is Severity.REJECT
    assert answer.findings[0].evidence.frame == place


def test_disguised_contact_has_spans_in_the_original_text(inspector: Inspector):
    bio = "手工银饰💍\u200b ➕Ｖ：ａｂｃ12345 备注尺寸"
    finding = next(found for found in judge(inspector, bio=bio).findings if found.label is Label.CONTACT_DIVERSION)
    assert finding.severity is Severity.REJECT
    (start, end), *_ = finding.evidence.spans
    assert "ａｂｃ12345" in bio[start:end]


def test_every_text_field_has_a_probability_for_every_label(inspector: Inspector):
    scores = judge(inspector, name="小鹿", bio="", signature="🌙").text_scores
    assert set(scores) == {Field.NAME, Field.BIO, Field.SIGNATURE}
    for by_label in scores.values():
        assert tuple(by_label) == CLASSIFIER_LABELS
        assert all(0 <= score <= 1 for score in by_label.values())


def test_restricted_word_in_the_name_asks_for_review(inspector: Inspector):
    labels = {finding.label for finding in judge(inspector, name="中国手工皂联盟").findings}
    assert Label.RESTRICTED_WORD in labels


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({}, "missing_content", None),
        ({"name": "名" * 65}, "text_too_long", "name"),
        ({"bio": "字" * 2_001}, "text_too_long", "bio"),
        ({"signature": "字" * 501}, "text_too_long", "signature"),
        ({"bio": "a\ud800b"}, "text_invalid", "bio"),
        ({"cover": b""}, "image_empty", "cover"),
        ({"avatar": b"<svg/>"}, "image_type", "avatar"),
        ({"avatar": "avatar.png"}, "wrong_type", "avatar"),
        ({"cover": bytearray(FLAG)}, "wrong_type", "cover"),
        ({"bio": ["加V abc12345"]}, "wrong_type", "bio"),
        ({"name": 5}, "wrong_type", "name"),
    ],
)
def test_invalid_profile_gets_its_error_and_others_are_judged(inspector: Inspector, fields, code, field):
    broken, answer = inspector([Profile("1", **fields), Profile("2", name="小鹿")])
    assert isinstance(broken, ProfileError)
    assert (broken.code, broken.field) == (code, field)
    assert isinstance(answer, Answer)


@pytest.mark.parametrize("bio", ["\0", "\u202eabc\u202c", "😀" * 2_000, "\u200b" * 50, " "])
def test_strange_texts_are_judged(inspector: Inspector, bio: str):
    assert judge(inspector, bio=bio).text_scores[Field.BIO]


def test_batch_gives_the_answers_of_single_profiles(inspector: Inspector):
    profiles = [
        Profile("1", name="新华社记者站", avatar=FLAG),
        Profile("2", bio="稳赚不赔，加V：abc12345"),
        Profile("3", avatar=harmless_picture(), cover=FLAG),
    ]

    def comparable(answers):
        return [replace(answer, decision_id="").to_dict() for answer in answers]

    assert comparable(inspector(profiles)) == comparable([inspector([profile])[0] for profile in profiles])


def test_every_answer_names_the_versions_that_judged_it(inspector: Inspector):
    versions = judge(inspector, name="小鹿").versions
    assert set(versions) == {"encoder", "gallery", "text", "policy", "ocr"}
    assert all(versions.values())


def test_each_decision_has_its_own_id(inspector: Inspector):
    assert judge(inspector, name="小鹿").decision_id != judge(inspector, name="小鹿").decision_id


def test_repeated_picture_is_answered_from_the_cache(monkeypatch):
    inspector = Inspector.load(Settings(home=REPOSITORY / "no-home"))
    first = judge(inspector, name="新华社", avatar=FLAG, cover=harmless_picture())
    assert first.remembered == ()
    monkeypatch.setattr("models.content.decode", lambda *_: pytest.fail("it was decoded"))
    monkeypatch.setattr(type(inspector.encoder), "__call__", lambda *_: pytest.fail("it was encoded"))
    again = judge(inspector, name="新华社", avatar=FLAG, cover=harmless_picture())
    assert again.remembered == (Field.AVATAR, Field.COVER)
    assert again.ocr == ()
    assert again.to_dict() | {"decision_id": ""} == first.to_dict() | {"decision_id": ""}


def test_cached_picture_is_decided_anew_for_every_account_and_field(inspector: Inspector):
    judge(inspector, avatar=FLAG)
    assert judge(inspector, avatar=FLAG, entitlements=frozenset({"state.cn"})).verdict is Severity.PASS
    assert judge(inspector, avatar=FLAG).verdict is Severity.REJECT
    on_the_cover = judge(inspector, cover=FLAG)
    assert {finding.field for finding in on_the_cover.findings} == {Field.COVER}


def test_broken_picture_is_refused_every_time(inspector: Inspector):
    for _ in range(2):
        (error,) = inspector([Profile("42", avatar=FLAG[: len(FLAG) // 2])])
        assert (error.code, error.field) == ("image_undecodable", "avatar")


def test_every_stage_of_a_judgement_is_timed():
    inspector = Inspector.load(Settings(home=REPOSITORY / "no-home"))
    with Stages() as stages:
        judge(inspector, name="小鹿", avatar=FLAG)
    assert stages.milliseconds.keys() == {"decode", "encode", "search", "core", "verify", "codes", "ocr", "text"}
    with Stages() as stages:
        judge(inspector, avatar=FLAG)
    assert stages.milliseconds == {}


def contact_of(answer: Answer) -> dict:
    return next(found for found in answer.to_dict()["findings"] if found["label"] == "contact_diversion")


@pytest.mark.parametrize(
    ("bio", "kind", "severity"),
    [
        ("日常更新，微博@江边老林头", "account_name", "review"),
        ("手工银饰 加微信 abc12345", "id", "reject"),
        ("微博@江边老林头，加微信 abc12345", "id", "reject"),
    ],
)
def test_contact_tells_its_kind_and_is_judged_by_it(inspector: Inspector, bio: str, kind: str, severity: str):
    found = contact_of(judge(inspector, bio=bio))
    assert (found["evidence"]["kind"], found["severity"]) == (kind, severity)


def test_own_contact_of_a_verified_shop_does_not_count(inspector: Inspector):
    own = frozenset({"contact:shop@qingcao.com"})
    answer = judge(inspector, bio="商务合作 shop@qingcao.com", entitlements=own)
    assert contact_of(answer)["authorized"]
    assert (answer.verdict, answer.warnings) == (Severity.PASS, ())
    other = judge(inspector, bio="商务合作 shop@qingcao.com，加微信 abc12345", entitlements=own)
    assert (contact_of(other)["authorized"], other.verdict) == (False, Severity.REJECT)


def test_verified_profession_does_not_count(inspector: Inspector):
    bio = "执业律师，专做劳动仲裁"
    assert judge(inspector, bio=bio).verdict is Severity.REVIEW
    lawyer = judge(inspector, bio=bio, entitlements=frozenset({"profession:lawyer"}))
    assert ([found.authorized for found in lawyer.findings], lawyer.verdict) == ([True], Severity.PASS)
    doctor = judge(inspector, bio=bio, entitlements=frozenset({"profession:doctor"}))
    assert (doctor.verdict, doctor.warnings) == (Severity.REVIEW, ())
    assert "1 entitlements" in judge(inspector, bio=bio, entitlements=["profession:astronaut"]).warnings[0]
