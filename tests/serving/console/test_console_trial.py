"""The page of the policy on trial."""

import time
from html import unescape

import pytest
import time_machine
from desks import fields, told
from judgements import judged, settle
from written_policies import write_policy

from models.policy import Policy, PolicyError
from models.profile import Answer, Severity
from models.settings import Settings
from serving.console.sessions import SESSION_SECONDS
from serving.console.trial import GAP_NAMES
from serving.runs.rejudge import Gap
from serving.trials import policy_file
from serving.trials.rejudging import OTHER_RELEASE, POLICY_UNKNOWN


@pytest.fixture(scope="module")
def case(desk, tmp_path_factory):
    """A decision that the policy on trial would refuse, and another whose policy nobody has."""
    profile, answer = judged(Severity.PASS)
    versions = {"text": "1", "policy": desk.live.current.policy.version}
    made = Answer(answer.decision_id, "7", Severity.PASS, (), {}, answer.text_scores, versions)
    desk.store.record([(profile, made), judged(Severity.REVIEW)], {}, "uploads")
    settle(desk.store)
    assert "没有正在试行的策略" in desk.reviewer().get("/console/policy").text
    file = write_policy(tmp_path_factory.mktemp("next") / "policy.yaml", deceptive_claim={"threshold": 0.2})
    policy_file.begin(file.read_bytes(), file.name, desk.live.settings, desk.store.trail, "user:chief")
    while desk.trial.poll():
        pass
    return answer.decision_id


def test_page_shows_what_would_change_with_cases_to_look_at(desk, case):
    page = desk.reviewer().get("/console/policy").text
    assert f'href="/console/cases/{case}"' in page and "user:chief" in page
    assert "欺骗性承诺" in page and "简介" in page and "rules.deceptive_claim.threshold" in page
    assert "判定时的策略没有保存" in page


def test_page_is_in_english_too_and_the_dashboard_leads_to_it(desk, case):
    client = desk.reviewer()
    client.get("/console/language/en")
    assert "Findings that change" in client.get("/console/policy").text
    dashboard = client.get("/console/dashboard").text
    assert 'href="/console/policy"' in dashboard and desk.trial.current.policy.version in dashboard


def test_refused_file_is_named_and_the_trial_goes_on(desk, case):
    file = policy_file.trial_file(desk.live.settings.home)
    content = file.read_bytes()
    file.write_bytes(content.replace(b"threshold: 0.2", b"threshold: 20"))
    desk.trial.poll()
    page = desk.reviewer().get("/console/policy").text
    assert 'role="alert"' in page and "rules.deceptive_claim.threshold" in page and case in page
    file.write_bytes(content)
    desk.trial.poll()


def offer(client, text="", **files):
    token = fields(client.get("/console/policy"))["token"]
    return client.post("/console/policy/try", data={"token": token, "policy": text}, files=files or {"file": ("", b"")})


@pytest.fixture
def next_policy(tmp_path):
    return write_policy(tmp_path / "next.yaml", exaggeration={"threshold": 0.9}).read_bytes()


@pytest.mark.parametrize("way", ["file", "text"])
def test_trial_is_begun_and_ended_on_the_page_with_the_trail_naming_who(desk, case, next_policy, way):
    chief, version = desk.reviewer("chief"), Policy.parse(next_policy, "next.yaml").version
    text, files = ("x: [", {"file": ("next.yaml", next_policy)}) if way == "file" else (next_policy.decode(), {})
    page = offer(chief, text, **files)
    assert page.status_code == 200 and "试行已开始" in page.text and version in page.text
    desk.trial.poll()
    assert desk.trial.current.policy.version == version
    begun = desk.store.trail.last(policy_file.TRIAL)
    assert (begun["actor"], begun["details"]) == ("chief", {"action": "try", "after": version})
    page = chief.post("/console/policy/stop", data={"token": fields(page)["token"]})
    assert "试行已结束" in page.text and "没有正在试行的策略" in page.text
    ended = desk.store.trail.last(policy_file.TRIAL)
    assert (ended["actor"], ended["details"]) == ("chief", {"action": "stop", "after": None})
    assert "试行已结束" in chief.post("/console/policy/stop", data={"token": fields(page)["token"]}).text


def test_faulty_policy_comes_back_with_each_fault_and_its_text(desk, next_policy):
    before = desk.store.trail.last(policy_file.TRIAL)
    chief, wrong = desk.reviewer("chief"), next_policy.replace(b"threshold: 0.9", b"threshold: 9").decode()
    wrong = wrong.replace("severity: reject", "severity: <b>", 1)
    with pytest.raises(PolicyError) as refused:
        Policy.parse(wrong.encode(), "next.yaml")
    page = offer(chief, wrong)
    assert page.status_code == 422 and len(refused.value.faults) == 2
    assert all(fault in unescape(page.text) for fault in refused.value.faults)
    assert "severity: &lt;b&gt;" in page.text and "severity: <b>" not in page.text
    assert desk.store.trail.last(policy_file.TRIAL) == before


@pytest.mark.parametrize(
    ("text", "content", "reason"),
    [
        ("", b"", "请选择文件或粘贴策略"),
        ("", b"a: 1\n" * 20_001, "大于 100 kB"),
        ("", "版本: 一".encode("gbk"), "line 1: this is not UTF-8"),
        ("", Settings().policy.read_bytes(), "is in force already"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_the_reason(desk, text, content, reason):
    page = offer(desk.reviewer("chief"), text, file=("next.yaml", content))
    assert page.status_code == 422 and reason in page.text


def test_trial_takes_the_scope_manage_and_a_form_of_the_session(desk, case, next_policy):
    wang, chief = desk.reviewer(), desk.reviewer("chief")
    assert "/console/policy/try" not in wang.get("/console/policy").text
    for path in ("try", "stop"):
        values = {"token": fields(wang.get(f"/console/cases/{case}"))["token"], "policy": next_policy.decode()}
        page = wang.post(f"/console/policy/{path}", data=values)
        assert page.status_code == 403 and "scope manage" in told(page)
        assert "not of your session" in told(chief.post(f"/console/policy/{path}", data=values))


def test_expired_session_keeps_the_pasted_policy_and_leads_back(desk):
    chief = desk.reviewer("chief")
    token = fields(chief.get("/console/policy"))["token"]
    with time_machine.travel(SESSION_SECONDS + 60 + time.time(), tick=True):
        page = chief.post("/console/policy/try", data={"token": token, "policy": "version: '7'"})
    assert page.status_code == 401 and "version: &#39;7&#39;" in page.text
    assert 'name="go_on" value="/console/policy"' in page.text


def test_every_reason_has_its_words(desk):
    assert set(GAP_NAMES) == {*Gap, OTHER_RELEASE, POLICY_UNKNOWN}
