"""Numbers of the dashboard."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from desks import decide
from judgements import judged, settle

from models.profile import Field, Label, Severity
from serving.console import drift
from serving.console.dashboard import bars, trends
from serving.console.drift import DriftCounter
from serving.runs import numbers
from serving.runs.report import SHIFTED, SLIGHT
from serving.store.comparisons import Comparisons
from serving.store.database import Database

SINCE = "2000-01-01T00:00:00.000000Z"


def test_reviews_give_precision_and_agreement(desk):
    right, wrong, disputed = desk.cases("review", "reject", "review")
    wang, li = desk.reviewer("wang"), desk.reviewer("li")
    decide(wang, right)
    decide(wang, wrong, "overturn")
    decide(wang, disputed)
    decide(li, disputed, "overturn")
    decide(li, right)
    numbers = desk.store.cases.statistics(SINCE)
    assert (numbers.reviewed, numbers.upheld) == (3, 1)
    assert numbers.precision == {"contact_diversion": (1, 3)}
    assert numbers.agreement == {("li", "wang"): (1, 2)}
    assert numbers.reviewers == {"li": 2, "wang": 3}
    ((_, by_verdict),) = numbers.verdicts.items()
    assert by_verdict == {"review": 2, "reject": 1}


def test_challenger_in_shadow_is_counted_by_verdicts(desk):
    ids = desk.cases("review", "review", "reject")
    database = Database.from_environment(desk.live.settings.home)
    pairs = [("review", "pass"), ("review", "review"), ("reject", "reject")]
    rows = [
        {
            "decision_id": one,
            "time": f"2026-12-01T00:00:0{number}.000000Z",
            "trial": "a",
            "challenger": {},
            "champion_verdict": champion,
            "challenger_verdict": challenger,
            "champion_labels": [],
            "challenger_labels": [],
            "scores": {},
        }
        for number, (one, (champion, challenger)) in enumerate(zip(ids, pairs, strict=True))
    ]
    Comparisons(database).add(rows)
    database.close()
    assert desk.store.cases.statistics(SINCE).shadow == dict.fromkeys(pairs, 1)


def test_page_shows_the_numbers_in_both_languages(desk):
    desk.cases("review")
    client = desk.reviewer()
    assert "联系方式引流" in client.get("/console/dashboard?days=7").text
    client.get("/console/language/en")
    page = client.get("/console/dashboard").text
    assert "contact diversion" in page and re.search(r'<rect class="review" x="29.1"', page)
    assert client.get("/console/dashboard?days=1000000").status_code == 422


@pytest.mark.parametrize("days", [["2026-12-01"], ["2026-11-30", "2026-12-01", "2026-12-02"]])
def test_highest_bar_fills_the_chart_and_others_are_to_scale(days):
    drawn = bars(days, {"2026-12-01": {"pass": 3, "reject": 1}, days[0]: {"pass": 3, "reject": 1}})
    last = [bar for bar in drawn if bar["x"] == drawn[-1]["x"]]
    assert [(bar["verdict"], bar["y"], bar["height"]) for bar in last] == [("pass", 25, 75), ("reject", 0, 25)]


def test_trends_are_lines_over_the_days_most_frequent_first():
    found = trends(["1", "2"], {"a": {"1": 1}, "b": {"1": 2, "2": 4}})
    assert [(one["label"], one["total"], one["points"]) for one in found] == [
        ("b", 6, "0,11.0 1,2.0"),
        ("a", 1, "0,2.0 1,20.0"),
    ]


def record(desk, count, score, days_ago):
    """Decisions on bios with this score, made some days ago."""
    made = []
    for _ in range(count):
        profile, answer = judged(Severity.PASS)
        scores = {Field.BIO: {**answer.text_scores[Field.BIO], Label.EXAGGERATION: score}}
        made.append((profile, replace(answer, findings=(), text_scores=scores)))
    with time_machine.travel(datetime.now(UTC) - timedelta(days=days_ago), tick=True):
        desk.store.record(made, {}, "uploads")
    settle(desk.store)


def test_scores_of_the_last_days_are_compared_with_those_before(desk, monkeypatch):
    monkeypatch.setattr(numbers, "MIN_SCORES", 10)
    record(desk, 20, 0.9, 8)
    record(desk, 20, 0.1, 1)
    counter = DriftCounter(desk.store)
    found = counter.count(7)
    boast, claim = (found.places[label, "bio"] for label in ("exaggeration", "deceptive_claim"))
    assert boast["index"] > SHIFTED and boast["enough"] and claim["index"] < SLIGHT
    assert found.changed == []


def test_drift_is_on_the_page_once_it_is_counted(desk, monkeypatch):
    monkeypatch.setattr(drift, "WAIT_SECONDS", 60)
    page = desk.reviewer().get("/console/dashboard?days=7").text
    assert "分布漂移" in page and "正在统计" not in page and "判定还不够多" in page
