"""A stored decision under another policy is what judging again would give, or left undecided."""

import itertools
import random
from functools import cache
from types import MethodType, SimpleNamespace

import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.images.matching.emblems import EmblemDetector
from models.policy import Policy
from models.profile import (
    CLASSIFIER_LABELS,
    EMBLEM_LABELS,
    IMAGE_FIELDS,
    LABELS,
    TEXT_FIELDS,
    Answer,
    Contact,
    ContactKind,
    Evidence,
    Field,
    Finding,
    Label,
    Match,
    Severity,
)
from models.settings import Settings
from models.text.fusion import strongest
from serving.batch.decisions import SCHEMA
from serving.runs.rejudge import Gap, Rejudge, _highest_pooled
from serving.runs.thresholds import NEVER, PLACES, thresholds

RULES = yaml.safe_load(Settings().policy.read_text(encoding="utf-8"))
SCORES = st.one_of(st.floats(0, 1), st.sampled_from([0.3, 0.49996, 0.5, 0.50004, 0.7, 0.85, 0.849951, 0.9, 0.95]))
EMBLEMS = st.sampled_from(EMBLEM_LABELS[:3])
KINDS = st.lists(st.sampled_from(list(ContactKind)), min_size=1, max_size=3)
THRESHOLDS = [0.3, 0.5, 0.7, 0.85, 0.9, 0.95]
BOXES = [(0.0, 0.0, 0.5, 0.5), (0.0, 0.0, 0.5, 0.48), (0.5, 0.5, 1.0, 1.0)]


def policy(**changes):
    """The shipped policy with other rules for some labels."""
    rules = {label: {**rule, **changes.get(label, {})} for label, rule in RULES["rules"].items()}
    return Policy.model_validate({**RULES, "rules": rules})


def random_policy(seed):
    pick = random.Random(seed)
    labels = pick.sample([*CLASSIFIER_LABELS[:3], *EMBLEM_LABELS[:3], Label.QR_CODE], pick.randint(1, 4))
    changes = {}
    for label in labels:
        changes[label] = {"threshold": pick.choice(THRESHOLDS), "severity": pick.choice(["review", "reject"])}
        changes[label]["reject_from"] = pick.choice([None, *THRESHOLDS])
    if pick.random() < 0.7:
        kinds = {
            kind: pick.choice(["off", "observe", "review", "reject"]) for kind in pick.sample(list(ContactKind), 2)
        }
        changes[Label.CONTACT_DIVERSION] = {"kinds": kinds}
    return policy(**changes)


POLICIES = [policy(), *map(random_policy, range(5))]


@cache
def rejudge(old, new):
    return Rejudge(POLICIES[old], POLICIES[new])


NUMBERS = st.integers(0, len(POLICIES) - 1)


@st.composite
def raw(draw):
    """What detectors find in one account: findings at any score, matches per picture, and its entitlements."""
    findings, matches = [], {}
    for field in draw(st.sets(st.sampled_from(TEXT_FIELDS))):
        for label in CLASSIFIER_LABELS:
            body = draw(st.sampled_from([None, None, None, "body.a", "body.b"]))
            evidence = Evidence(reference_id=body, owner_id=body, spans=((0, 2),))
            contacts = tuple(map(Contact, draw(KINDS))) if label is Label.CONTACT_DIVERSION else ()
            findings.append(Finding(label, field, draw(SCORES), "text", evidence, contacts=contacts))
        if draw(st.booleans()):
            findings.append(
                Finding(CLASSIFIER_LABELS[0], field, 1.0, "lists@1", severity=Severity.REVIEW, is_final=True)
            )
    for field in draw(st.sets(st.sampled_from(IMAGE_FIELDS))):
        found = [
            Match(f"{owner}.{field}.{number}", draw(EMBLEMS), 0.5, draw(SCORES), draw(boxes), "", owner)
            for number, owner in enumerate(draw(st.lists(st.sampled_from(["body.a", "owner.x"]), max_size=6)))
            for boxes in [st.sampled_from(BOXES)]
        ]
        matches[field] = sorted(found, key=lambda match: -match.score)
        findings += emblem_findings(matches[field], field)
        if draw(st.booleans()):
            findings.append(Finding(Label.QR_CODE, field, draw(st.sampled_from([0.9, 0.99])), "codes"))
        if draw(st.booleans()):
            evidence = Evidence(text="加V", box=draw(st.sampled_from(BOXES)))
            findings.append(Finding(CLASSIFIER_LABELS[0], field, draw(SCORES), "writing", evidence))
    return findings, matches, draw(st.sampled_from([frozenset(), frozenset(), frozenset({"body.a"})]))


def emblem_findings(matches, field):
    detector = SimpleNamespace(encoder=SimpleNamespace(fingerprint="0"))
    for name in ("_findings", "_finding"):
        setattr(detector, name, MethodType(getattr(EmblemDetector, name), detector))
    return EmblemDetector.findings(detector, matches, field)


def decision(account, rules):
    """The account's row of a run with this policy, as Parquet gives it back."""
    findings, matches, entitlements = account
    reported = rules.apply(findings, entitlements, "7")
    texts = {
        field: strongest(one for one in findings if one.field is field)
        for field in {one.field for one in findings} & set(TEXT_FIELDS)
    }
    best = {field: tuple(found[:3]) for field, found in matches.items()}
    versions = {"encoder": "e", "gallery": "g", "text": "t", "policy": rules.version, "ocr": "o"}
    warned = ("1 entitlements name nothing in gallery g",) if entitlements else ()
    answer = Answer("1", "7", rules.verdict(reported), reported, best, texts, versions, warned).to_dict()
    return pa.Table.from_pylist([answer], SCHEMA).to_pylist()[0]


def consequences(row):
    return sorted((one["label"], one["field"], one["severity"], one["score"]) for one in row)


@settings(max_examples=200, deadline=None)
@given(account=raw(), old=NUMBERS, new=NUMBERS)
def test_decided_row_has_the_verdict_of_judging_again(account, old, new):
    expected = decision(account, POLICIES[new])
    after = rejudge(old, new)(decision(account, POLICIES[old]))
    assert after.verdict is None or str(after.verdict) == expected["verdict"]
    if after.is_whole:
        assert consequences(after.findings) == consequences(expected["findings"])


@settings(max_examples=100, deadline=None)
@given(account=raw(), old=NUMBERS)
def test_same_policy_changes_nothing(account, old):
    row = decision(account, POLICIES[old])
    after = rejudge(old, old)(row)
    assert (str(after.verdict), after.findings, after.is_whole) == (row["verdict"], row["findings"], True)


def test_thresholds_are_those_of_the_policy_file():
    found = thresholds(policy())
    assert found == {(label, field): RULES["rules"][label]["threshold"] for label, field in PLACES}
    assert NEVER not in found.values()


def test_threshold_with_many_decimals_is_found_to_the_bit():
    assert thresholds(policy(exaggeration={"threshold": 0.123456789}))[Label.EXAGGERATION, Field.BIO] == 0.123456789


def account(field, label, score, **evidence):
    return [Finding(label, field, score, "d", Evidence(**evidence))], {}, frozenset()


def text_account(score):
    findings = [Finding(label, Field.BIO, 0.01, "d") for label in CLASSIFIER_LABELS[1:]]
    return [Finding(CLASSIFIER_LABELS[0], Field.BIO, score, "d"), *findings], {}, frozenset()


def test_lower_threshold_of_a_text_is_decided_by_its_stored_scores():
    old, new = policy(), policy(exaggeration={"threshold": 0.3})
    after = Rejudge(old, new)(decision(text_account(0.4), old))
    assert (after.verdict, [one["label"] for one in after.findings]) == ("review", ["exaggeration"])
    assert not after.is_whole, "the words are not known"


def contact_account(*kinds):
    contacts = tuple(map(Contact, kinds))
    findings = [Finding(label, Field.BIO, 0.01, "d") for label in CLASSIFIER_LABELS if label != "contact_diversion"]
    return [*findings, Finding(Label.CONTACT_DIVERSION, Field.BIO, 0.99, "d", contacts=contacts)], {}, frozenset()


@pytest.mark.parametrize(
    ("kinds", "verdict"),
    [
        ([ContactKind.ACCOUNT_NAME], None),
        ([ContactKind.ACCOUNT_NAME, ContactKind.HINT], None),
        ([ContactKind.NUMBER], "reject"),
        ([ContactKind.LINK], "reject"),
    ],
)
def test_changed_kind_is_decided_where_the_severest_kept_one_tells(kinds, verdict):
    """Accounts elsewhere are rejected now and links reviewed; a row that is rejected for another kind stays so."""
    old = policy(contact_diversion={"kinds": {"account_name": "reject", "link": "reject"}})
    new = policy(contact_diversion={"kinds": {"account_name": "review", "link": "reject"}})
    after = Rejudge(old, new)(decision(contact_account(*kinds), old))
    assert after.verdict == verdict


def test_account_on_a_platform_that_is_now_ones_own_is_undecided():
    old, new = policy(), policy().model_copy(update={"own_platforms": ("微博",)})
    after = Rejudge(old, new)(decision(contact_account(ContactKind.ACCOUNT_NAME), old))
    assert (after.verdict, [one.gap for one in after.missing]) == (None, [Gap.KINDS])
    assert Rejudge(old, new)(decision(contact_account(ContactKind.LINK), old)).verdict == "reject"


def test_text_whose_base_rate_changed_is_undecided():
    old, new = policy(), policy().model_copy(update={"base_rates": {Field.BIO: {Label.EXAGGERATION: 0.3}}})
    after = Rejudge(old, new)(decision(text_account(0.01), old))
    assert (after.verdict, [one.gap for one in after.missing]) == (None, [Gap.BASE_RATES])
    assert Rejudge(old, new).concerned_from(Label.EXAGGERATION, Field.BIO) == 0


def test_picture_is_decided_where_only_base_rates_of_names_changed():
    old, new = policy(), policy().model_copy(update={"base_rates": {Field.NAME: {Label.EXAGGERATION: 0.3}}})
    row = decision(picture_account(0.8), old)
    assert Rejudge(old, new)(row).verdict == Rejudge(old, old)(row).verdict == row["verdict"]


def picture_account(*scores):
    matches = [Match(f"r{n}", EMBLEM_LABELS[0], 0.5, score, BOXES[0]) for n, score in enumerate(scores)]
    return emblem_findings(matches, Field.AVATAR), {Field.AVATAR: matches}, frozenset()


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [((0.05, 0.01, 0.01), "pass"), ((0.8, 0.01, 0.01), "reject"), ((0.5, 0.1, 0.1), None), ((0.5,), "pass")],
)
def test_lower_threshold_of_an_emblem_is_decided_where_kept_matches_allow(scores, verdict):
    old, new = policy(), policy(party_emblem={"threshold": 0.7})
    after = Rejudge(old, new)(decision(picture_account(*scores), old))
    assert after.verdict == verdict
    assert [one.gap for one in after.missing] == ([] if verdict else [Gap.BELOW])


def test_lower_threshold_of_words_in_pictures_leaves_pictures_undecided():
    old, new = policy(), policy(exaggeration={"threshold": 0.3})
    after = Rejudge(old, new)(decision(picture_account(0.01), old))
    assert (after.verdict, [one.gap for one in after.missing]) == (None, [Gap.BELOW])


def test_rejected_row_stays_decided_though_further_findings_may_be_missing():
    old, new = policy(), policy(exaggeration={"threshold": 0.3})
    after = Rejudge(old, new)(decision(picture_account(0.95), old))
    assert (after.verdict, after.is_whole, bool(after.missing)) == ("reject", False, True)


def test_score_that_rounds_to_the_new_threshold_is_undecided():
    old, new = policy(), policy(exaggeration={"threshold": 0.6})
    verdicts = [Rejudge(old, new)(decision(text_account(score), old)).verdict for score in (0.59996, 0.60004, 0.6002)]
    assert verdicts == [None, None, "review"]


def test_highest_pooled_score_bounds_every_finding_of_a_picture():
    for scores in itertools.product([0.0, 0.2, 0.6], repeat=5):
        matches = [Match(f"r{n}", EMBLEM_LABELS[0], 0.5, s, BOXES[0]) for n, s in enumerate(sorted(scores)[::-1])]
        kept = [{"label": one.label, "score": one.score} for one in matches[:3]]
        found = emblem_findings(matches, Field.COVER)
        assert max(one.score for one in found) <= _highest_pooled(kept, EMBLEM_LABELS[0])


def test_places_are_those_where_labels_are_found():
    assert set(PLACES) == {(label, field) for label, info in LABELS.items() for field in info.fields}
