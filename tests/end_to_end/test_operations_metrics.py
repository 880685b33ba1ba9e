"""Alerts, dashboard and runbook name metrics that a running service exports."""

import json
import re

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from models.runtime.paths import REPOSITORY
from serving.metrics.gauges import Gauges

OPERATIONS = REPOSITORY / "docs" / "operations"
PROMETHEUS_ADDS = {"job", "instance"}
ONLY_WITH_A_BASELINE = "huijian_similarity_drift"


def expressions(name):
    text = (OPERATIONS / name).read_text(encoding="utf-8")
    if name.endswith(".json"):
        return [target["expr"] for panel in json.loads(text)["panels"] for target in panel.get("targets", ())]
    return [text]


@pytest.fixture(scope="module")
def counted(client):
    """Label names of every series, of a service that has answered requests of all kinds."""
    avatar = (REPOSITORY / "docs" / "example-avatar.png").read_bytes()
    for _ in range(2):
        answer = client.post(
            "/v1/classify", data={"account_id": "1", "name": "小鹿"}, files={"avatar": ("a.png", avatar)}
        )
        assert answer.status_code == 200
    assert client.post("/v1/classify", json={"account_id": "1", "bio": "加微信 abc12345"}).status_code == 200
    assert client.post("/v1/classify", json={"account_id": "1"}).status_code == 422
    labels = {"up": set(), ONLY_WITH_A_BASELINE: {"field"}, "huijian_shadow_profiles_total": {"outcome"}}
    labels["huijian_shadow_labels_total"] = {"label", "direction"}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            labels.setdefault(sample.name, set()).update(sample.labels)
    return labels


@pytest.mark.parametrize("name", ["alerts.yaml", "grafana-dashboard.json"])
def test_series_and_labels_of_alerts_and_dashboard_exist(counted, name):
    asked = expressions(name)
    assert asked
    for expression in asked:
        for series, matchers in re.findall(r"\b(huijian_\w+|up)\{([^}]*)\}", expression):
            assert series in counted
            assert set(re.findall(r"(\w+)\s*[=!]", matchers)) <= counted[series] | PROMETHEUS_ADDS, expression
        for series in re.findall(r"\bhuijian_\w+", expression):
            assert series in counted


def test_every_metric_of_the_runbook_exists(counted):
    runbook = "".join((OPERATIONS / page).read_text(encoding="utf-8") for page in ("README.md", "alerts.md"))
    families = {re.sub(r"_(bucket|sum|count)$", "", series) for series in counted} | counted.keys()
    named = set(re.findall(r"`(huijian_\w+?)(?:\{[^}]*\})?`", runbook)) - {"huijian_shadow_"}
    assert named - families == set()


def test_drift_is_measured_by_field():
    registry = CollectorRegistry()
    Gauges(registry).drift("avatar", 0.3)
    assert registry.get_sample_value(ONLY_WITH_A_BASELINE, {"field": "avatar"}) == 0.3
