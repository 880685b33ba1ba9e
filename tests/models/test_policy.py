from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from models.policy import Policy, PolicyError
from models.profile import EMBLEM_LABELS, LABELS, Contact, ContactKind, Evidence, Field, Finding, Label, Severity
from models.runtime.paths import REPOSITORY

SHIPPED = REPOSITORY / "policy.yaml"
ACCOUNT = "42"


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The shipped policy with fixed thresholds for emblems, which no calibration changes."""
    shipped = Policy.load(SHIPPED)
    emblems = {label: shipped.rules[label].model_copy(update={"threshold": 0.9}) for label in EMBLEM_LABELS}
    return shipped.model_copy(update={"rules": {**shipped.rules, **emblems}})


def finding(label: Label, score: float, **evidence: str) -> Finding:
    return Finding(label, LABELS[label].fields[0], score, "test@1", Evidence(**evidence))


def edited(tmp_path: Path, edit) -> Path:
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    edit(content)
    path = tmp_path / "policy.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def in_field(label: str, field: str, **rule):
    """An edit that gives a label's rule an exception for one field."""
    return lambda content: content["rules"][label].setdefault("fields", {}).update({field: rule})


def rates(**by_field):
    return lambda content: content.update(base_rates=by_field)


def of_kinds(**severities):
    """An edit that gives kinds of contact their severities."""
    return lambda content: content["rules"]["contact_diversion"].update(kinds=severities)


def contact(*kinds: str, field: Field = Field.BIO, platforms=(), score: float = 0.9) -> Finding:
    contacts = tuple(Contact(ContactKind(kind), platforms=frozenset(platforms)) for kind in kinds)
    return Finding(Label.CONTACT_DIVERSION, field, score, "test@1", contacts=contacts)


def judged(policy: Policy, label: Label, field: Field, score: float) -> str:
    """The severity of a finding; "observed" or "unreported" where it does not count."""
    found = policy.apply([Finding(label, field, score, "test@1")], frozenset(), ACCOUNT)
    if not found:
        return "unreported"
    return "observed" if found[0].report_only else str(found[0].severity)


@pytest.mark.parametrize("label", list(Label))
def test_shipped_policy_has_the_default_severity_and_names_the_article(policy: Policy, label: Label):
    rule = policy.rules[label]
    assert rule.severity == LABELS[label].severity
    assert LABELS[label].articles[0].split("(")[0] in rule.why


@pytest.mark.parametrize(("change", "expected"), [({}, True), ({"image_text": False}, False)])
def test_text_in_pictures_is_judged_by_default(tmp_path: Path, change, expected: bool):
    def edit(content):
        del content["image_text"]
        content.update(change)

    assert Policy.load(edited(tmp_path, edit)).image_text is expected


def test_image_text_must_be_a_boolean(tmp_path: Path):
    with pytest.raises(PolicyError, match="image_text"):
        Policy.load(edited(tmp_path, lambda content: content.update(image_text="maybe")))


def test_finding_is_reported_from_exactly_its_threshold(policy: Policy):
    assert policy.apply([finding(Label.QR_CODE, 0.4999)], frozenset(), ACCOUNT) == ()
    assert policy.apply([finding(Label.QR_CODE, 0.5)], frozenset(), ACCOUNT)[0].severity is Severity.REJECT


def test_verdict_is_the_worst_finding(policy: Policy):
    found = policy.apply([finding(Label.LANDMARK, 0.9), finding(Label.QR_CODE, 0.6)], frozenset(), ACCOUNT)
    assert [entry.label for entry in found] == [Label.QR_CODE, Label.LANDMARK]
    assert policy.verdict(found) is Severity.REJECT
    assert policy.verdict(found[1:]) is Severity.REVIEW
    assert policy.verdict(()) is Severity.PASS


@pytest.mark.parametrize("entitlement", ["media.x", "owner.x"])
def test_entitled_finding_is_reported_but_does_not_count(policy: Policy, entitlement: str):
    emblem = finding(Label.MEDIA_LOGO, 0.99, reference_id="media.x", owner_id="owner.x")
    found = policy.apply([emblem], frozenset({entitlement}), ACCOUNT)
    assert found[0].authorized
    assert policy.verdict(found) is Severity.PASS


def test_entitlement_does_not_cover_another_reference(policy: Policy):
    emblem = finding(Label.MEDIA_LOGO, 0.99, reference_id="media.y", owner_id="owner.y")
    assert policy.verdict(policy.apply([emblem], frozenset({"media.x"}), ACCOUNT)) is Severity.REJECT


def test_reject_from_turns_a_high_scored_review_into_a_rejection(tmp_path: Path):
    policy = Policy.load(edited(tmp_path, lambda content: content["rules"]["landmark"].update(reject_from=0.9)))
    scores = [0.3, 0.85, 0.95]
    assert [policy.rules[Label.LANDMARK].severity_at(score) for score in scores] == list(Severity)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"threshold": 0.9}, ["unreported", "review", "review"]),
        ({"severity": "reject"}, ["reject", "reject", "reject"]),
        ({"severity": "observe"}, ["observed", "observed", "observed"]),
        ({"severity": "off"}, ["unreported", "unreported", "unreported"]),
        ({"severity": False}, ["unreported", "unreported", "unreported"]),
        ({"reject_from": 0.97}, ["review", "review", "reject"]),
        ({"threshold": 0.9, "severity": "observe"}, ["unreported", "observed", "observed"]),
    ],
    ids=str,
)
def test_rule_of_a_field_holds_in_it_alone(tmp_path: Path, rule, expected: list[str]):
    policy = Policy.load(edited(tmp_path, in_field("exaggeration", "name", **rule)))
    scores = (0.6, 0.95, 0.98)
    assert [judged(policy, Label.EXAGGERATION, Field.NAME, score) for score in scores] == expected
    assert [judged(policy, Label.EXAGGERATION, Field.BIO, score) for score in scores] == ["review"] * 3


def test_severity_of_a_field_comes_without_the_labels_reject_from(tmp_path: Path):
    def edit(content):
        content["rules"]["exaggeration"].update(reject_from=0.9)
        in_field("exaggeration", "name", severity="review")(content)

    policy = Policy.load(edited(tmp_path, edit))
    assert judged(policy, Label.EXAGGERATION, Field.BIO, 0.95) == "reject"
    assert judged(policy, Label.EXAGGERATION, Field.NAME, 0.95) == "review"


def test_observed_finding_never_counts(tmp_path: Path):
    policy = Policy.load(edited(tmp_path, lambda content: content["rules"]["qr_code"].update(severity="observe")))
    found = policy.apply([finding(Label.QR_CODE, 0.99)], frozenset(), ACCOUNT)
    assert [(entry.label, entry.severity, entry.report_only) for entry in found] == [
        (Label.QR_CODE, Severity.PASS, True)
    ]
    assert policy.verdict(found) is Severity.PASS


def test_observed_emblem_hides_no_other_in_its_region(tmp_path: Path):
    policy = Policy.load(edited(tmp_path, lambda content: content["rules"]["landmark"].update(severity="observe")))
    observed = replace(emblem("tower", 0.99), label=Label.LANDMARK)
    found = policy.apply([observed, emblem("flag.mc", 0.9)], frozenset(), ACCOUNT)
    assert policy.verdict(found) is Severity.REJECT


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (lambda content: content["rules"].pop("qr_code"), "qr_code"),
        (lambda content: content["rules"]["qr_code"].update(threshold=1.5), "rules.qr_code.threshold"),
        (lambda content: content["rules"]["qr_code"].update(severity="ban"), "rules.qr_code.severity"),
        (lambda content: content["rules"]["qr_code"].pop("why"), "rules.qr_code.why"),
        (lambda content: content["rules"]["qr_code"].update(treshold=0.4), "rules.qr_code.treshold"),
        (lambda content: content["rules"].update(spam={}), "rules.spam"),
        (lambda content: content["rules"]["qr_code"].update(severity=True), "rules.qr_code.severity"),
        (lambda content: content["rules"]["qr_code"].update(fields={"bio": {"threshold": 0.9}}), "qr_code.fields.bio"),
        (lambda content: content["rules"]["qr_code"].update(fields={"face": {}}), "rules.qr_code.fields.face"),
        (lambda content: content["rules"]["qr_code"].update(fields={"cover": {}}), "rules.qr_code.fields.cover"),
        (in_field("landmark", "cover", threshold=2), "rules.landmark.fields.cover.threshold"),
        (in_field("landmark", "cover", severity="ban"), "rules.landmark.fields.cover.severity"),
        (in_field("landmark", "cover", severity="off", reject_from=0.9), "rules.landmark: .*fields.cover: reject_from"),
        (lambda content: content["rules"]["landmark"].update(severity="observe", reject_from=0.9), "rules.landmark"),
        (lambda content: content["rules"]["qr_code"].update(kinds={"link": "review"}), "qr_code.kinds"),
        (in_field("qr_code", "cover", kinds={"link": "review"}), "qr_code.kinds"),
        (of_kinds(phone="review"), "rules.contact_diversion.kinds.phone"),
        (of_kinds(link="ban"), "rules.contact_diversion.kinds.link"),
        (lambda content: content.update(own_platforms=["微博", "火星网"]), "own_platforms: .*火星网"),
        (lambda content: content.update(own_platforms="微博"), "own_platforms"),
        (rates(avatar={"exaggeration": 0.1}), "base_rates: .*avatar: write one of name, bio, signature"),
        (rates(bio={"qr_code": 0.1}), "base_rates: .*bio.qr_code: the text model scores"),
        (rates(bio={"spam": 0.1}), "base_rates.bio.spam"),
        (rates(bio={"exaggeration": 0}), "base_rates.bio.exaggeration: .*greater than 0"),
        (rates(bio={"exaggeration": "2%"}), "base_rates.bio.exaggeration"),
        (lambda content: content.pop("store"), "store"),
        (lambda content: content["store"]["contents"].update(keep="sometimes"), "store.contents.keep"),
        (lambda content: content["store"]["contents"].update(days=186), "store: .*contents.days"),
        (lambda content: content["store"]["decisions"].update(days=0), "store.decisions.days"),
        (lambda content: content["store"]["decisions"].pop("why"), "store.decisions.why"),
        (lambda content: content["store"]["database_down"].update(then="hope"), "store.database_down.then"),
    ],
)
def test_faulty_policy_is_refused_with_the_rule_named(tmp_path: Path, edit, named: str):
    with pytest.raises(PolicyError, match=named):
        Policy.load(edited(tmp_path, edit))


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("qr_code:\n    {threshold: 0.5", "qr_code:\n    {threshold: 5", "rules.qr_code.threshold"),
        ("image_text: true", "image_text: : true", "not valid YAML"),
    ],
)
def test_fault_is_named_with_its_line(tmp_path: Path, right, wrong, named):
    shipped, path = SHIPPED.read_text(encoding="utf-8"), tmp_path / "policy.yaml"
    path.write_text(shipped.replace(right, wrong), encoding="utf-8")
    line = shipped[: shipped.index(right)].count("\n") + right.count("\n") + 1
    with pytest.raises(PolicyError, match=f"line {line}[,:] .*{named}"):
        Policy.load(path)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "file: Input should be"),
        ("just words", "file: Input should be"),
        ("rules: [", "not valid YAML"),
        ("- 1\n- 2", "file: Input should be"),
        ("version: 2026-13-40", "not valid YAML: month must be in"),
        ("[" * 5_000, "not valid YAML"),
        ("version: a\x00b", "not valid YAML: unacceptable character"),
        ("版本: 一\n".encode("gbk"), "line 1: this is not UTF-8"),
        ("version: 1".encode("utf-16"), "line 1: this is not UTF-8"),
        ("".join(f"a{number}: 1\n" for number in range(100)), "line 17, a16: .*; and 83 more"),
    ],
)
def test_file_that_is_no_policy_is_refused(content: str | bytes, fault: str):
    with pytest.raises(PolicyError, match=fault):
        Policy.parse(content if isinstance(content, bytes) else content.encode(), "policy.yaml")


def test_edited_policy_gets_another_version_without_its_author(tmp_path: Path, policy: Policy):
    other = Policy.load(edited(tmp_path, lambda content: content["rules"]["qr_code"].update(threshold=0.4)))
    assert other.version != policy.version


def test_every_label_is_found_somewhere():
    assert {field for info in LABELS.values() for field in info.fields} == set(Field)


def emblem(reference_id: str, score: float, box=(0.1, 0.1, 0.9, 0.9)) -> Finding:
    evidence = Evidence(reference_id=reference_id, owner_id=f"{reference_id}.owner", box=box)
    return Finding(Label.NATIONAL_SYMBOL, Field.AVATAR, score, "emblem@1", evidence)


def test_region_that_resembles_several_emblems_is_one_finding(policy: Policy):
    found = policy.apply(
        [emblem("flag.mc", 0.95), emblem("flag.id", 0.97, (0.12, 0.1, 0.9, 0.9))], frozenset(), ACCOUNT
    )
    assert [entry.evidence.reference_id for entry in found] == ["flag.id"]


def test_emblems_in_different_regions_are_different_findings(policy: Policy):
    found = policy.apply(
        [emblem("flag.mc", 0.95, (0, 0, 0.4, 1)), emblem("flag.id", 0.97, (0.6, 0, 1, 1))], frozenset(), ACCOUNT
    )
    assert len(found) == 2


def test_permitted_emblem_explains_a_look_alike_of_slightly_higher_score(policy: Policy):
    found = policy.apply([emblem("flag.mc", 0.99), emblem("flag.id", 0.95)], frozenset({"flag.id"}), ACCOUNT)
    assert [(entry.evidence.reference_id, entry.authorized) for entry in found] == [("flag.id", True)]
    assert policy.verdict(found) is Severity.PASS


def test_permitted_emblem_just_below_threshold_explains_one_just_above(policy: Policy):
    just_above = policy.rules[Label.NATIONAL_SYMBOL].threshold + 0.02
    just_below = just_above - 0.04
    found = policy.apply(
        [emblem("flag.mc", just_above), emblem("flag.id", just_below)], frozenset({"flag.id"}), ACCOUNT
    )
    assert found == ()


def test_permitted_emblem_below_its_own_threshold_explains_a_look_alike(policy: Policy):
    own = replace(emblem("flag.id", 0.75), threshold=0.99)
    assert policy.apply([emblem("flag.mc", 0.9), own], frozenset({"flag.id"}), ACCOUNT) == ()


def test_permitted_emblem_does_not_explain_one_of_much_higher_score(policy: Policy):
    found = policy.apply([emblem("flag.mc", 0.99), emblem("flag.id", 0.6)], frozenset({"flag.id"}), ACCOUNT)
    assert policy.verdict(found) is Severity.REJECT


def rolled_out(rollout: float, reference_id: str = "flag.new", score: float = 0.9) -> Finding:
    return replace(emblem(reference_id, score), rollout=rollout)


def counting(policy: Policy, rollout: float, reference_id: str = "flag.new") -> set[int]:
    """Those of 1,000 accounts for which a finding counts."""
    found = rolled_out(rollout, reference_id)
    return {account for account in range(1_000) if not policy.apply([found], frozenset(), f"a{account}")[0].report_only}


def test_reference_is_reported_from_its_own_threshold(policy: Policy):
    for score, reported in ((0.94, 0), (0.95, 1)):
        found = replace(emblem("flag.mc", score), threshold=0.95)
        assert len(policy.apply([found], frozenset(), ACCOUNT)) == reported


def test_reference_threshold_cannot_undercut_its_labels(policy: Policy):
    found = replace(emblem("flag.mc", 0.45), threshold=0.1)
    assert policy.apply([found], frozenset(), ACCOUNT) == ()


def test_emblem_with_rollout_zero_is_report_only(policy: Policy):
    (found,) = policy.apply([rolled_out(0.0)], frozenset(), ACCOUNT)
    assert (found.report_only, found.severity) == (True, Severity.PASS)
    assert policy.verdict([found]) is Severity.PASS
    (found,) = policy.apply([rolled_out(1.0)], frozenset(), ACCOUNT)
    assert (found.report_only, found.severity) == (False, Severity.REJECT)


def test_growing_rollout_keeps_the_accounts_of_its_share(policy: Policy):
    third, half = counting(policy, 0.33), counting(policy, 0.5)
    assert len(third) == pytest.approx(330, abs=50)
    assert third < half
    assert third == counting(policy, 0.33)


def test_rollouts_of_two_references_choose_independent_accounts(policy: Policy):
    both = counting(policy, 0.5) & counting(policy, 0.5, "flag.other")
    assert len(both) == pytest.approx(250, abs=50)


def test_report_only_emblem_hides_no_other_in_its_region(policy: Policy):
    found = policy.apply([rolled_out(0.0, score=0.95), emblem("flag.mc", 0.9)], frozenset(), ACCOUNT)
    assert [(entry.evidence.reference_id, entry.report_only) for entry in found] == [
        ("flag.mc", False),
        ("flag.new", True),
    ]
    assert policy.verdict(found) is Severity.REJECT


def test_permitted_emblem_explains_look_alikes_during_its_rollout(policy: Policy):
    found = policy.apply([rolled_out(0.0), emblem("flag.mc", 0.9)], frozenset({"flag.new"}), ACCOUNT)
    assert [(entry.authorized, entry.report_only) for entry in found] == [(True, False)]


def written(label: Label, box=(0.3, 0.4, 0.7, 0.6), field: Field = Field.AVATAR) -> Finding:
    return Finding(label, field, 0.9, "test@1", Evidence(spans=((0, 4),), text="人民日报", box=box))


def test_name_in_a_permitted_emblem_does_not_count(policy: Policy):
    found = policy.apply([emblem("media.x", 0.9), written(Label.MEDIA_IMPERSONATION)], frozenset({"media.x"}), ACCOUNT)
    assert [entry.authorized for entry in found] == [True, True]
    assert policy.verdict(found) is Severity.PASS


@pytest.mark.parametrize(
    "text",
    [
        written(Label.PROHIBITED_CONTENT),
        written(Label.MEDIA_IMPERSONATION, box=(0.3, 0.8, 0.7, 1.0)),
        written(Label.MEDIA_IMPERSONATION, field=Field.COVER),
        Finding(Label.QR_CODE, Field.AVATAR, 0.9, "test@1", Evidence(box=(0.3, 0.4, 0.7, 0.6))),
    ],
    ids=["another matter", "beside it", "another picture", "no text"],
)
def test_permitted_emblem_permits_only_its_name(policy: Policy, text: Finding):
    found = policy.apply([emblem("media.x", 0.9), text], frozenset({"media.x"}), ACCOUNT)
    assert policy.verdict(found) is Severity.REJECT


def test_emblem_of_low_score_permits_nothing(policy: Policy):
    found = policy.apply([emblem("media.x", 0.1), written(Label.MEDIA_IMPERSONATION)], frozenset({"media.x"}), ACCOUNT)
    assert policy.verdict(found) is Severity.REJECT


def in_frame(found: Finding, frame: int) -> Finding:
    return replace(found, evidence=replace(found.evidence, frame=frame))


def test_permitted_emblem_permits_its_name_only_in_its_own_frame(policy: Policy):
    shown = [in_frame(emblem("media.x", 0.9), 0), in_frame(written(Label.MEDIA_IMPERSONATION), 0)]
    elsewhere = replace(in_frame(written(Label.MEDIA_IMPERSONATION), 2), score=0.89)
    entitled = frozenset({"media.x"})
    assert policy.verdict(policy.apply(shown, entitled, ACCOUNT)) is Severity.PASS
    found = policy.apply([*shown, elsewhere], entitled, ACCOUNT)
    assert [(entry.evidence.frame, entry.authorized) for entry in found] == [(2, False), (0, True)]


def test_emblem_permitted_in_every_frame_permits_its_name_in_every_frame(policy: Policy):
    emblems = [in_frame(emblem("media.x", score), frame) for frame, score in enumerate((0.88, 0.9, 0.95))]
    found = policy.apply([*emblems, in_frame(written(Label.MEDIA_IMPERSONATION), 0)], frozenset({"media.x"}), ACCOUNT)
    assert [(entry.evidence.frame, entry.authorized) for entry in found] == [(2, True), (0, True)]


def test_several_frames_give_one_finding_but_each_code_its_own(policy: Policy):
    codes = [
        Finding(Label.QR_CODE, Field.AVATAR, 0.9, "test@1", Evidence(frame=frame, text=f"https://example.com/{frame}"))
        for frame in (0, 2)
    ]
    flags = [in_frame(emblem("flag.mc", score), frame) for frame, score in enumerate((0.9, 0.95, 0.92))]
    found = policy.apply([*flags, *codes], frozenset(), ACCOUNT)
    assert sorted((entry.label, entry.evidence.frame) for entry in found) == [
        (Label.NATIONAL_SYMBOL, 1),
        (Label.QR_CODE, 0),
        (Label.QR_CODE, 2),
    ]


def test_name_in_an_emblem_that_is_not_permitted_counts(policy: Policy):
    found = policy.apply([emblem("media.x", 0.9), written(Label.MEDIA_IMPERSONATION)], frozenset(), ACCOUNT)
    assert [entry.authorized for entry in found] == [False, False]


def named(label: Label, start: int, end: int, **evidence: str) -> Finding:
    return Finding(label, Field.NAME, 0.9, "test@1", Evidence(spans=((start, end),), **evidence))


def test_restricted_words_of_a_permitted_name_do_not_count(policy: Policy):
    name = named(Label.FALSE_AUTHORITY, 0, 4, owner_id="soe.chinamobile")
    inside, beyond = named(Label.RESTRICTED_WORD, 0, 2), named(Label.RESTRICTED_WORD, 6, 8)
    entitled = frozenset({"soe.chinamobile"})
    assert policy.verdict(policy.apply([name, inside], entitled, "1")) is Severity.PASS
    assert policy.verdict(policy.apply([name, beyond], entitled, "1")) is Severity.REVIEW
    assert policy.verdict(policy.apply([name, inside], frozenset(), "1")) is Severity.REJECT


def test_affiliation_words_of_a_permitted_name_do_not_count(policy: Policy):
    police = named(Label.FALSE_AUTHORITY, 0, 4, owner_id="gov.police")
    place = named(Label.PLACE_INSTITUTION, 0, 4)
    others = named(Label.PLACE_INSTITUTION, 0, 4, owner_id="org.whu")
    contact, later = named(Label.CONTACT_DIVERSION, 0, 4), named(Label.PLACE_INSTITUTION, 2, 6)
    entitled = frozenset({"gov.police"})
    assert policy.verdict(policy.apply([police, place], entitled, "1")) is Severity.PASS
    for counting in (others, contact, later):
        assert policy.verdict(policy.apply([police, counting], entitled, "1")) is not Severity.PASS


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["account_name"], ("account_name", Severity.REVIEW)),
        (["account_name", "number"], ("number", Severity.REJECT)),
        (["hint", "account_name"], ("hint", Severity.REJECT)),
        (["link"], ("link", Severity.REJECT)),
        ([], ("hint", Severity.REJECT)),
    ],
    ids=str,
)
def test_severest_kind_of_contact_counts(policy: Policy, kinds, expected):
    (found,) = policy.apply([contact(*kinds)], frozenset(), ACCOUNT)
    assert (found.evidence.kind, found.severity) == expected


def test_other_labels_have_no_kind(policy: Policy):
    (found,) = policy.apply([finding(Label.QR_CODE, 0.9)], frozenset(), ACCOUNT)
    assert found.evidence.kind is None


def test_kinds_may_be_observed_or_switched_off(tmp_path: Path):
    policy = Policy.load(edited(tmp_path, of_kinds(hint="off", account_name="observe")))
    assert policy.apply([contact("hint")], frozenset(), ACCOUNT) == ()
    (observed,) = policy.apply([contact("hint", "account_name")], frozenset(), ACCOUNT)
    assert (observed.evidence.kind, observed.report_only) == ("account_name", True)
    (counting,) = policy.apply([contact("hint", "account_name", "id")], frozenset(), ACCOUNT)
    assert (counting.evidence.kind, counting.severity) == ("id", Severity.REJECT)


def test_severity_of_a_field_holds_for_every_kind_in_it(tmp_path: Path):
    policy = Policy.load(edited(tmp_path, in_field("contact_diversion", "name", severity="reject")))
    for field, severity in ((Field.NAME, Severity.REJECT), (Field.BIO, Severity.REVIEW)):
        (found,) = policy.apply([contact("account_name", field=field)], frozenset(), ACCOUNT)
        assert found.severity is severity


def test_kinds_of_a_field_come_before_those_of_the_label(tmp_path: Path):
    policy = Policy.load(edited(tmp_path, in_field("contact_diversion", "name", kinds={"link": "observe"})))
    severities = {
        kind: policy.apply([contact(kind, field=Field.NAME)], frozenset(), ACCOUNT)[0].severity
        for kind in ("link", "account_name", "id")
    }
    assert severities == {"link": Severity.PASS, "account_name": Severity.REVIEW, "id": Severity.REJECT}


def test_accounts_on_own_platforms_alone_are_not_reported(tmp_path: Path):
    policy = Policy.load(edited(tmp_path, lambda content: content.update(own_platforms=["Weibo"])))
    own, other = contact("account_name", platforms=["微博"]), contact("account_name", platforms=["微博", "抖音"])
    assert policy.own_platforms == ("微博",)
    assert policy.apply([own], frozenset(), ACCOUNT) == ()
    assert len(policy.apply([other], frozenset(), ACCOUNT)) == 1
    assert len(policy.apply([contact("account_name")], frozenset(), ACCOUNT)) == 1
    (mixed,) = policy.apply([replace(own, contacts=(*own.contacts, Contact(ContactKind.ID)))], frozenset(), ACCOUNT)
    assert (mixed.evidence.kind, mixed.severity) == ("id", Severity.REJECT)


def test_verified_contact_and_profession_do_not_count(policy: Policy):
    number = replace(contact(), contacts=(Contact(ContactKind.NUMBER, values=("15410002688",)),))
    lawyer = finding(Label.REGULATED_PROFESSION, 0.9, normalized="张律师")
    found = policy.apply([number, lawyer], frozenset({"contact:15410002688", "profession:lawyer"}), ACCOUNT)
    assert [entry.authorized for entry in found] == [True, True]
    assert policy.verdict(found) is Severity.PASS


def test_verified_contact_in_a_picture_permits_no_claim_beside_it(policy: Policy):
    number = replace(written(Label.CONTACT_DIVERSION), contacts=(Contact(ContactKind.NUMBER, values=("15410002688",)),))
    found = policy.apply([number, written(Label.MEDIA_IMPERSONATION)], frozenset({"contact:15410002688"}), ACCOUNT)
    assert policy.verdict(found) is Severity.REJECT


def test_profession_permits_no_place_within_its_words(policy: Policy):
    lawyer = named(Label.REGULATED_PROFESSION, 0, 6, normalized="北京朝阳律师")
    found = policy.apply([lawyer, named(Label.PLACE_INSTITUTION, 0, 4)], frozenset({"profession:lawyer"}), ACCOUNT)
    assert policy.verdict(found) is Severity.REVIEW
