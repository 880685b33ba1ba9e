import json
from dataclasses import replace

import judgements
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from models.profile import Field, Finding, Label, Severity
from serving.shadow.comparison import Comparison
from serving.shadow.metrics import ShadowMetrics

TRIAL = {"policy": "2"}
_, CHAMPION = judgements.judged()


def finding(label=Label.EXAGGERATION, score=0.7, severity=Severity.REVIEW, **more):
    return Finding(label, Field.BIO, score, "classifier@1", severity=severity, **more)


def challenger(*findings, verdict=Severity.REVIEW):
    return replace(CHAMPION, decision_id="another", findings=findings, verdict=verdict)


def test_the_same_labels_and_verdict_agree_whatever_the_scores():
    (contact,) = CHAMPION.findings
    one = Comparison.of(CHAMPION, challenger(replace(contact, score=0.6)))
    assert (one.agrees, list(one.differences())) == (True, [])
    assert one.scores == {"contact_diversion": (0.99, 0.6)}
    assert one.decision_id == CHAMPION.decision_id


def test_label_that_only_one_gives_is_a_difference_with_both_scores():
    one = Comparison.of(CHAMPION, challenger(finding()))
    assert list(one.differences()) == [("contact_diversion", "champion_only"), ("exaggeration", "challenger_only")]
    assert one.scores == {"contact_diversion": (0.99, 0.25), "exaggeration": (0.25, 0.7)}


@pytest.mark.parametrize("more", [{"authorized": True}, {"severity": Severity.PASS, "report_only": True}])
def test_findings_that_do_not_count_are_no_difference(more):
    one = Comparison.of(CHAMPION, challenger(*CHAMPION.findings, finding(**more)))
    assert one.agrees


def test_another_verdict_for_the_same_labels_does_not_agree():
    one = Comparison.of(CHAMPION, challenger(*CHAMPION.findings, verdict=Severity.REJECT))
    assert (one.agrees, list(one.differences())) == (False, [])


def test_failed_challenger_is_no_difference_in_labels():
    one = Comparison.of(CHAMPION, None)
    assert (one.failed, one.agrees, list(one.differences())) == (True, False, [])


def test_stored_comparison_holds_no_account_or_text_and_reads_back():
    one = Comparison.of(CHAMPION, challenger(finding()))
    text = json.dumps(one.to_row(TRIAL), ensure_ascii=False)
    for secret in (judgements.ACCOUNT, judgements.NAME, judgements.BIO, judgements.QUOTED, "abc12345"):
        assert secret not in text
    assert Comparison.from_row(json.loads(text)) == one


def test_the_same_versions_are_the_same_trial():
    one = Comparison.of(CHAMPION, None)
    assert one.to_row({"policy": "2", "text": "1"})["trial"] == one.to_row({"text": "1", "policy": "2"})["trial"]
    assert one.to_row({"policy": "2"})["trial"] != one.to_row({"policy": "3"})["trial"]


def test_differences_are_counted_by_label_and_direction():
    registry = CollectorRegistry()
    metrics = ShadowMetrics(registry)
    metrics.compared(Comparison.of(CHAMPION, challenger(finding())))
    metrics.compared(Comparison.of(CHAMPION, CHAMPION))
    metrics.compared(Comparison.of(CHAMPION, None))
    counted = generate_latest(registry).decode()
    for outcome in ("agreed", "differed", "failed"):
        assert f'huijian_shadow_profiles_total{{outcome="{outcome}"}} 1.0' in counted
    assert 'huijian_shadow_labels_total{direction="challenger_only",label="exaggeration"} 1.0' in counted
    assert 'huijian_shadow_labels_total{direction="champion_only",label="contact_diversion"} 1.0' in counted
