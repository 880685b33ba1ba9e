"""A platform's word lists in the judgement of profiles."""

import dataclasses

import pytest

from models.live import LiveInspector
from models.policy import Policy
from models.profile import Field, Label, Profile, Severity
from models.settings import Settings
from models.text.lists.files import ListFiles
from models.text.lists.matcher import WordMatcher
from models.text.lists.words import parse_word
from models.text.normalize.normalize import FieldText


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    return LiveInspector(Settings(home=tmp_path_factory.mktemp("home")))


@pytest.fixture
def judge(live):
    """Judges a profile with some words listed."""

    def judged(words, **fields):
        ListFiles(live.settings.home).add([parse_word(word) for word in words], instead=True)
        live.refresh()
        (answer,) = live.current([Profile("42", **fields)])
        return answer

    yield judged
    ListFiles(live.settings.home).add([], instead=True)


def blocked(word, severity="reject", label="prohibited_content", **values):
    return {"word": word, "list": "blocked", "label": label, "severity": severity, **values}


def allowed(word, **values):
    return {"word": word, "list": "allowed", **values}


def labels(answer):
    return {finding.label for finding in answer.findings}


def test_blocked_word_counts_until_it_is_removed(judge, live):
    before = live.current
    answer = judge([blocked("青柠")], bio="喜欢 青·柠 味")
    version = ListFiles(live.settings.home).read().version
    (finding,) = answer.findings
    assert (answer.verdict, finding.label, finding.severity) == (Severity.REJECT, Label.PROHIBITED_CONTENT, "reject")
    assert (finding.detector, finding.evidence.spans) == (f"lists@{version}", ((3, 6),))
    assert answer.versions["lists"] == live.current.current_versions()["lists"] == version
    clean = judge([], bio="喜欢 青·柠 味")
    assert (clean.findings, "lists" in clean.versions) == ((), False)
    assert live.current is before


def test_severity_is_the_words_own_and_not_the_policys(judge):
    text = "喜欢青柠味"
    assert judge([blocked("青柠", "review")], bio=text).verdict is Severity.REVIEW
    assert judge([blocked("青柠", "reject", "exaggeration")], bio=text).verdict is Severity.REJECT


def test_no_entitlement_covers_a_blocked_word(live, judge):
    name = {"name": "新华社", "entitlements": frozenset({"media.xinhua"})}
    assert judge([], **name).verdict is Severity.PASS
    answer = judge([blocked("新华", "review", "media_impersonation")], **name)
    assert answer.verdict is Severity.REVIEW
    assert [finding.authorized for finding in answer.findings if finding.is_final] == [False]


def test_allowed_word_silences_a_detector_and_leaves_its_scores(judge):
    plain = judge([], name="中国好声音")
    assert Label.RESTRICTED_WORD in labels(plain)
    silent = judge([allowed("中国好声音")], name="中国好声音")
    assert Label.RESTRICTED_WORD not in labels(silent)
    assert silent.text_scores == plain.text_scores


def test_allowed_word_silences_no_claim_that_goes_beyond_it(judge):
    contact = {"bio": "中国人，加V：abc12345"}
    assert Label.CONTACT_DIVERSION in labels(judge([allowed("加V")], **contact))


def test_allowed_word_silences_no_blocked_one(judge):
    answer = judge([allowed("青柠汽水"), blocked("青柠")], bio="青柠汽水")
    assert [finding.detector.split("@")[0] for finding in answer.findings] == ["lists"]


def test_allowed_word_counts_in_its_fields_only(judge):
    assert Label.RESTRICTED_WORD in labels(judge([allowed("中国好声音", fields=["bio"])], name="中国好声音"))


def test_broken_lists_are_refused_by_name(live, judge):
    judge([blocked("青柠")], bio="海")
    file = live.settings.home / "lists" / "words.jsonl"
    good = file.read_text("utf-8")
    file.write_text("{", "utf-8")
    live.refresh()
    assert [refusal.part for refusal in live.refusals] == ["lists"]
    assert live.current([Profile("42", bio="青柠")])[0].verdict is Severity.REJECT
    file.write_text(good, "utf-8")
    assert live.refresh()
    assert live.refusals == []


def test_service_does_not_start_with_broken_lists(tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "words.jsonl").write_text('{"word": "海边"}\n', "utf-8")
    with pytest.raises(ValueError, match=r"words.jsonl, line 1: list: missing"):
        LiveInspector(dataclasses.replace(Settings(), home=tmp_path))


@pytest.mark.parametrize("severity", ["off", "observe"])
def test_blocked_word_counts_whatever_the_policy_makes_of_its_label(severity):
    policy = Policy.load(Settings().policy)
    rule = policy.rules[Label.EXAGGERATION].model_copy(update={"severity": severity, "reject_from": None})
    policy = policy.model_copy(update={"rules": {**policy.rules, Label.EXAGGERATION: rule}})
    (said,) = WordMatcher([parse_word(blocked("青柠", "review", "exaggeration"))], "1")(
        [FieldText.of(Field.NAME, "青柠")]
    )
    findings = policy.apply(said.blocked, frozenset(), "42")
    assert [(finding.severity, finding.report_only) for finding in findings] == [(Severity.REVIEW, False)]
