"""The queue and the page of a case."""

import base64
import json
import re

import pytest
from desks import decide, fields, told
from judgements import BIO, settle

from models.runtime.paths import REPOSITORY
from serving.routes.decisions import MAX_REASON
from serving.store.cases.suggestions import Suggestion

AVATAR = (REPOSITORY / "docs" / "example-avatar.png").read_bytes()
EMOJI = "😀" * MAX_REASON


def listed(page):
    return re.findall(r'data-row href="/console/cases/(\w{32})', page.text)


def outcome(desk, case):
    return [
        (review["actor"], review["outcome"], review["labels"], review["text"])
        for review in desk.store.decision(case, "x")["reviews"]
    ]


def test_queue_has_the_open_cases_oldest_first_by_filters(desk):
    first, second = desk.cases("review", "reject")
    desk.cases("pass")
    client = desk.reviewer()
    assert listed(client.get("/console"))[-2:] == [first, second]
    assert listed(client.get("/console?verdict=reject&label=contact_diversion&field=bio&min_score=0.5"))[-1] == second
    assert listed(client.get("/console?kind=group&label=&min_score=")) == []
    assert client.get("/console?label=nonsense").status_code == 422


@pytest.mark.parametrize(
    ("verdict", "choice", "expected"),
    [
        ("review", "uphold", ("reject", ["contact_diversion"])),
        ("reject", "overturn", ("pass", [])),
        ("pass", "uphold", ("pass", [])),
        ("review", "relabel", ("reject", ["exaggeration", "qr_code"])),
    ],
)
def test_choice_becomes_a_review(desk, verdict, choice, expected):
    (case,) = desk.cases(verdict)
    page = decide(desk.reviewer(), case, choice, " 理由 ", labels=["qr_code", "exaggeration"])
    assert page.status_code == 200
    assert outcome(desk, case) == [("wang", *expected, "理由")]


def test_decision_leads_to_the_next_case_within_the_filters(desk):
    one, _, two = desk.cases("review", "reject", "review")
    client = desk.reviewer("li")
    page = decide(client, one, back="verdict=review")
    assert re.fullmatch(r"/console/cases/\w{32}", page.url.path)
    assert dict(page.url.params) == {"verdict": "review", "done": one}
    while page.url.path != "/console":
        page = decide(client, page.url.path.rsplit("/", 1)[1], back="verdict=review")
    assert outcome(desk, two) and "没有可领取的案件" in page.text


def test_two_tabs_on_one_case_end_in_a_clear_message(desk):
    (case,) = desk.cases("review")
    client = desk.reviewer()
    values = {**fields(client.get(f"/console/cases/{case}")), "choice": "uphold", "reason": "第一个"}
    client.post(f"/console/cases/{case}/decide", data=values)
    page = client.post(f"/console/cases/{case}/decide", data={**values, "reason": "第二个", "choice": "overturn"})
    assert page.status_code == 409 and told(page).startswith("wang 已先作出决定")
    assert ">第二个</textarea>" in page.text
    assert [review[3] for review in outcome(desk, case)] == ["第一个"]


def test_case_of_another_reviewer_cannot_be_decided(desk):
    (case,) = desk.cases("review")
    values = {**fields(desk.reviewer("li").get(f"/console/cases/{case}")), "choice": "uphold", "reason": "x"}
    second = desk.reviewer("wang")
    page = second.get(f"/console/cases/{case}")
    assert "此案正由 li 处理" in told(page) and "<fieldset disabled>" in page.text
    values = {**values, "token": fields(page)["token"]}
    page = second.post(f"/console/cases/{case}/decide", data=values)
    assert page.status_code == 409 and "此案正由 li 处理" in told(page)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"choice": "", "reason": "x"}, "请选择"),
        ({"choice": "uphold", "reason": "  "}, "请填写理由"),
        ({"choice": "uphold", "reason": EMOJI + "x"}, "理由至多"),
        ({"choice": "relabel", "reason": "x"}, "请勾选"),
    ],
)
def test_incomplete_decision_comes_back_with_what_was_entered(desk, values, reason):
    (case,) = desk.cases("review")
    page = decide(desk.reviewer(), case, **values)
    assert page.status_code == 422 and reason in told(page)
    assert f">{values['reason'].strip()}</textarea>" in page.text
    assert outcome(desk, case) == []


def test_hostile_texts_are_shown_as_they_are(desk):
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{ 7*7 }} " + BIO
    (case,) = desk.cases("review", bio=hostile)
    client = desk.reviewer()
    desk.store.appeal(case, hostile, "platform")
    client.post(
        f"/console/cases/{case}/comment",
        data={**fields(client.get(f"/console/cases/{case}")), "comment": hostile},
    )
    decide(client, case, reason=EMOJI)
    decide(client, case, reason=hostile)
    page = client.get(f"/console/cases/{case}").text
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4 and "{{ 7*7 }}" in page
    assert "<script>" not in page and "<img src=x" not in page and EMOJI in page


def test_case_shows_box_reference_spans_words_and_versions(desk):
    client = desk.reviewer("chief")
    desk_app = desk.visitor()
    body = {"account_id": "7", "avatar": base64.b64encode(AVATAR).decode(), "bio": "稳赚不赔，➕V：abc12345"}
    headers = {"Authorization": f"Bearer {desk.secrets['app']}", "Content-Type": "application/json"}
    answer = desk_app.post("/v1/classify", content=json.dumps(body), headers=headers).json()
    settle(desk.store)
    page = client.get(f"/console/cases/{answer['decision_id']}").text
    assert page.count("<rect") == 2 and 'src="data:image/jpeg;base64,' in page
    assert "中国国旗" in page and "flag.cn" in page and "备选" in page and 'src="data:image/webp' in page
    assert "<mark>稳赚不赔<sup>" in page and "+v:abc12345" in page
    assert "第八条第六项" in page and answer["versions"]["gallery"] in page
    client.get("/console/language/en")
    page = client.get(f"/console/cases/{answer['decision_id']}").text
    assert "National flag of China" in page and "Read as" in page and '<html lang="en">' in page


def test_similar_decisions_show_what_people_decided(desk):
    one, two = desk.cases("review", "review", bio="只在这里出现的简介，加V：abc12345")
    client = desk.reviewer()
    decide(client, one, "overturn")
    page = client.get(f"/console/cases/{two}").text
    assert f'href="/console/cases/{one}"' in page.split("相同内容")[1] and "复核: 通过" in page


def test_skipped_case_is_free_for_others(desk):
    one, _ = desk.cases("reject", "reject")
    client = desk.reviewer()
    values = fields(client.get(f"/console/cases/{one}"))
    page = client.post(f"/console/cases/{one}/release", data={**values, "back": "verdict=reject"})
    assert page.url.path != f"/console/cases/{one}"
    assert desk.store.cases.one(one)["holder"] is None


def test_appeal_shows_its_time_limit_until_it_is_answered(desk):
    (case,) = desk.cases("reject")
    client = desk.reviewer()
    desk.store.appeal(case, "这是我的店", "platform")
    assert "剩余 7 天" in client.get("/console?state=appealed").text
    assert "剩余 7 天" in client.get(f"/console/cases/{case}").text
    decide(client, case)
    assert "已答复" in client.get(f"/console/cases/{case}").text


@pytest.mark.parametrize("case", ["0" * 32, "nonsense", "%00"])
def test_unknown_case_is_a_404(desk, case):
    assert desk.reviewer().get(f"/console/cases/{case}").status_code == 404


def test_too_long_comment_comes_back(desk):
    (case,) = desk.cases("review")
    client = desk.reviewer()
    values = {**fields(client.get(f"/console/cases/{case}")), "comment": EMOJI + "x"}
    page = client.post(f"/console/cases/{case}/comment", data=values)
    assert page.status_code == 422 and f">{EMOJI}x</textarea>" in page.text


def test_suggested_cases_are_a_queue_of_their_own(desk):
    passed, opened = desk.cases("pass", "review")
    desk.store.cases.suggest(
        [Suggestion(passed, 0.93, "exaggeration", ("qr_code",)), Suggestion(opened, 0.8, None, ())]
    )
    client = desk.reviewer("wang")
    queue = client.get("/console?queue=suggested")
    assert listed(queue) == [passed, opened]
    assert "存疑 93.0% 夸大宣传；影子中的候选不同意：二维码或条形码" in queue.text
    case = client.post("/console/next", data=fields(queue))
    assert (case.url.path, dict(case.url.params)) == (f"/console/cases/{passed}", {"queue": "suggested"})
    assert "建议复核：存疑 93.0%" in case.text and "locked" not in told(case)
    assert told(desk.reviewer("li").get(f"/console/cases/{passed}")).startswith("此案正由")
    values = {**fields(case), "choice": "overturn", "reason": "漏判"}
    following = client.post(f"/console/cases/{passed}/decide", data=values)
    assert following.url.path == f"/console/cases/{opened}"
    skipped = client.post(f"/console/cases/{opened}/release", data=fields(following))
    assert skipped.url.path == "/console" and "没有可领取的案件" in skipped.text
    assert listed(client.get("/console?queue=suggested")) == [opened]
