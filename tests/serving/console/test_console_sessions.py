"""Who may enter the console, and what ends a session."""

import base64
import json
import time

import pytest
import time_machine
from desks import Desk, fields, told

from serving.console.sessions import COOKIE, SESSION_SECONDS
from serving.keys import keys, keys_file
from serving.keys.scopes import Scope


def test_visitor_is_asked_to_sign_in_and_comes_back_to_the_page(desk):
    (case,) = desk.cases("review")
    page = desk.visitor().get(f"/console/cases/{case}?label=qr_code")
    assert page.status_code == 401
    assert f'name="go_on" value="/console/cases/{case}?label=qr_code"' in page.text


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(desk):
    client = desk.visitor()
    answer = client.post("/console/sign-in", data={"key": desk.secrets["wang"]}, follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/console"):
        assert part in cookie
    assert desk.secrets["wang"] not in cookie and "secure" not in cookie


@pytest.mark.parametrize(
    ("key", "reason"), [("nonsense", "没有这个密钥"), ("", "没有这个密钥"), ("app", "没有复核权限")]
)
def test_unknown_key_and_key_without_the_scope_are_refused(desk, key, reason):
    page = desk.visitor().post("/console/sign-in", data={"key": desk.secrets.get(key, key)})
    assert page.status_code == 401 and reason in told(page)


def test_guessing_keys_is_slowed_down(desk):
    client = desk.visitor()
    pages = [client.post("/console/sign-in", data={"key": f"hj_{number}"}) for number in range(30)]
    assert "尝试次数过多" in told(pages[-1])


@pytest.mark.parametrize("change", ["name", "signature", "payload", "none"])
def test_forged_cookie_opens_nothing(desk, change):
    client = desk.reviewer("li")
    payload, signature = client.cookies[COOKIE].split(".")
    values = json.loads(base64.urlsafe_b64decode(payload))
    forged = {
        "name": base64.urlsafe_b64encode(json.dumps({**values, "reviewer": "wang"}).encode()).decode()
        + "."
        + signature,
        "signature": f"{payload}.{'0' * 64}",
        "payload": f"中文.{signature}",
        "none": "nonsense",
    }[change]
    page = desk.visitor().get("/console", headers={"Cookie": f"{COOKIE}={forged}".encode()})
    assert page.status_code == 401 and "登录状态无效" in told(page)


def test_session_ends_after_a_day_and_when_its_key_goes(desk):
    client = desk.reviewer()
    with time_machine.travel(SESSION_SECONDS + 60 + time.time(), tick=True):
        assert "登录已过期" in told(client.get("/console"))
    secret, key = keys.new("temporary", [Scope.REVIEW], None, None)
    keys_file.change(desk.file, lambda known: known.add(key))
    client = desk.visitor()
    assert client.post("/console/sign-in", data={"key": secret}).url.path == "/console"
    keys_file.change(desk.file, lambda known: known.remove("temporary"))
    assert "登录状态无效" in told(client_after_reload(desk, client))


def client_after_reload(desk, client):
    """The queue of a service that starts with the keys of now."""
    fresh = desk.visitor()
    return fresh.get("/console", headers={"Cookie": f"{COOKIE}={client.cookies[COOKIE]}"})


def test_session_that_expires_in_the_middle_of_a_reason_shows_it_again(desk):
    (case,) = desk.cases("review")
    client = desk.reviewer()
    page = client.get(f"/console/cases/{case}")
    values = {**fields(page), "choice": "uphold", "reason": "写了很久的理由 <b>"}
    with time_machine.travel(SESSION_SECONDS + 60 + time.time(), tick=True):
        refused = client.post(f"/console/cases/{case}/decide", data=values)
    assert refused.status_code == 401 and "写了很久的理由 &lt;b&gt;" in refused.text
    assert f'name="go_on" value="/console/cases/{case}"' in refused.text
    assert desk.store.decision(case, "x")["reviews"] == []


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_form_of_another_site_is_refused(desk, headers):
    (case,) = desk.cases("review")
    client = desk.reviewer()
    values = {**fields(client.get(f"/console/cases/{case}")), "choice": "uphold", "reason": "x"}
    page = client.post(f"/console/cases/{case}/decide", data=values, headers=headers)
    assert page.status_code == 403 and "another site" in told(page)
    assert client.post("/console/sign-in", data={"key": "x"}, headers=headers).status_code == 401
    assert desk.store.decision(case, "x")["reviews"] == []


def test_form_without_the_token_of_its_session_is_refused(desk):
    (case,) = desk.cases("review")
    client, other = desk.reviewer(), desk.reviewer("li")
    values = {**fields(other.get(f"/console/cases/{case}")), "choice": "uphold", "reason": "x"}
    for token in (values["token"], "", "中"):
        page = client.post(f"/console/cases/{case}/decide", data={**values, "token": token})
        assert page.status_code == 403 and "not of your session" in told(page)


def test_sign_in_goes_on_only_within_the_console(desk):
    for address in ("https://evil.example/console", "//evil.example/console", "/v1/policy", "/console\\@evil.example"):
        data = {"key": desk.secrets["wang"], "go_on": address}
        answer = desk.visitor().post("/console/sign-in", data=data, follow_redirects=False)
        assert answer.headers["location"] == "/console"


def test_sign_out_ends_the_session(desk):
    client = desk.reviewer()
    client.post("/console/sign-out")
    assert client.get("/console").status_code == 401


def test_pages_allow_no_foreign_content(desk):
    policy = desk.reviewer().get("/console").headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "form-action 'self'" in policy
    assert "form-action 'none'" in desk.visitor().get("/livez").headers["content-security-policy"]


def is_page(answer, status):
    is_html = answer.headers["content-type"].startswith("text/html")
    return answer.status_code == status and is_html and bool(told(answer))


def test_unknown_page_is_a_404_in_the_console(desk):
    (case,) = desk.cases("review")
    assert is_page(desk.reviewer().get("/console/nothing"), 404)
    assert is_page(desk.reviewer().get(f"/console/cases/{case}/decide"), 404)


def test_what_the_edge_refuses_is_a_page_in_the_console(desk):
    client = desk.reviewer()
    unknown = client.post("/console", data={"x": "y"})
    assert is_page(unknown, 405) and "GET" in unknown.headers["allow"]
    assert is_page(client.post("/console/next", content=b"x", headers={"Content-Length": "99000000"}), 413)
    coded = client.post("/console/next", content=b"x", headers={"Content-Encoding": "gzip"})
    assert is_page(coded, 415) and "请" in coded.text
    assert client.post("/v1/classify", content=b"x").headers["content-type"] == "application/json"


def test_console_of_another_machine_without_keys_is_a_page(tmp_path):
    alone = Desk(tmp_path)
    alone.file.unlink()
    client = alone.visitor()
    client.headers["Host"] = "evil.example"
    answer = client.get("/console")
    alone.store.close()
    assert is_page(answer, 403) and "without keys" in told(answer)
