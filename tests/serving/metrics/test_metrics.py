"""Metrics of several workers are added up, without the gauges of killed ones."""

import os
import subprocess
import sys
import textwrap
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from models.profile import Answer, ContactKind, Evidence, Field, Finding, Label, Match, OcrCost, Severity
from serving.metrics.metrics import Metrics

WORKER = """
    import sys
    from serving.metrics.gauges import Gauges
    from serving.metrics.metrics import Metrics
    metrics, gauges = Metrics(), Gauges()
    metrics.set_versions({"encoder": "1"})
    metrics.served("/v1/classify", 200, 0.1)
    metrics.entered("judge")
    gauges.memory(cache=1000)
    print("counted", flush=True)
    sys.stdin.readline()
"""


def samples(rendered):
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(rendered)
        for sample in family.samples
    }


def asked(folder):
    """The metrics as a worker renders them."""
    program = (
        "from serving.metrics.metrics import Metrics\n"
        "metrics = Metrics()\nmetrics.set_versions({'encoder': '2'})\nprint(metrics.render().decode())"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    command = [sys.executable, "-c", program]
    return samples(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


@pytest.fixture
def workers(tmp_path):
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    command = [sys.executable, "-c", textwrap.dedent(WORKER)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(command, env=environment, **pipes) for _ in range(2)]
    for worker in started:
        assert worker.stdout.readline() == "counted\n"
    yield started
    for worker in started:
        worker.kill()
        worker.communicate()


def test_workers_are_added_up_without_gauges_of_killed_ones(workers, tmp_path):
    served = ("huijian_requests_total", (("route", "/v1/classify"), ("status", "200")))
    inside = ("huijian_inside", (("pool", "judge"),))
    both = asked(tmp_path)
    assert (both[served], both[inside], both["huijian_picture_cache_bytes", ()]) == (2, 2, 2000)
    assert sum(name == "huijian_resident_bytes" for name, _ in both) == 2
    workers[0].kill()
    workers[0].wait()
    one = asked(tmp_path)
    assert (one[served], one[inside], one["huijian_picture_cache_bytes", ()]) == (2, 1, 1000)


def test_only_the_active_versions_are_listed():
    metrics = Metrics(CollectorRegistry())
    for number in range(1_000):
        metrics.set_versions({"encoder": str(number)})
    listed = [key for key in samples(metrics.render().decode()) if key[0] == "huijian_version_in_force"]
    assert listed == [("huijian_version_in_force", (("part", "encoder"), ("version", "999")))]


def test_answer_is_counted_by_label_picture_and_similarity():
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    matches = tuple(Match(str(s), Label.LANDMARK, s, 0.1, (0, 0, 1, 1)) for s in (0.31, 0.62))
    finding = Finding(Label.QR_CODE, Field.AVATAR, 0.9, "codes@1", Evidence(), severity=Severity.REJECT)
    answer = Answer(
        decision_id="d",
        account_id="a",
        verdict=Severity.REJECT,
        findings=(finding, replace(finding, authorized=True)),
        matches={Field.AVATAR: matches},
        text_scores={},
        versions={"encoder": "lite@1"},
        ocr=(OcrCost(True, 0.2),),
    )
    metrics.set_versions(answer.versions)
    metrics.judged(answer)
    metrics.judged(replace(answer, ocr=(), remembered=(Field.AVATAR,)))
    metrics.judged(replace(answer, verdict=Severity.PASS, findings=(), matches={Field.COVER: ()}, ocr=()))

    def value(name, **labels):
        return registry.get_sample_value(name, labels)

    assert value("huijian_verdicts_total", verdict="reject") == 2
    assert value("huijian_findings_total", label="qr_code", severity="reject") == 2
    assert value("huijian_pictures_total", outcome="computed") == 2
    assert value("huijian_pictures_total", outcome="remembered") == 1
    assert value("huijian_similarity_bucket", field="avatar", le="0.6") == 0
    assert value("huijian_similarity_bucket", field="avatar", le="0.65") == 2
    assert value("huijian_ocr_seconds_count", outcome="read") == 1


def test_contact_is_counted_by_kind_and_severity():
    registry = CollectorRegistry()
    evidence = Evidence(kind=ContactKind.ACCOUNT_NAME)
    found = Finding(Label.CONTACT_DIVERSION, Field.BIO, 0.9, "contacts@1", evidence, severity=Severity.REVIEW)
    findings = (found, replace(found, authorized=True), replace(found, severity=Severity.PASS, report_only=True))
    Metrics(registry).judged(Answer("d", "a", Severity.REVIEW, findings, {}, {}, {}))
    counted = {
        (sample.labels["kind"], sample.labels["severity"]): sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == "huijian_contacts_total"
    }
    assert counted == {("account_name", "review"): 1, ("account_name", "pass"): 1}
