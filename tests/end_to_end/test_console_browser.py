"""The console in Debian's Chromium, against a real server with keys."""

import http.server
import re
import shutil
import threading

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import start, stop
from live import within
from playwright.sync_api import expect, sync_playwright

from serving.keys import keys, keys_file
from serving.keys.scopes import Scope

pytestmark = pytest.mark.slow

CASES = 20
HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
WIDE, NARROW = {"width": 1380, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    assert chromium, "the console's tests drive chromium: make browser, or apt-get install chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


class Desk:
    """A server, the key of a reviewer who may also manage, and one to judge with."""

    def __init__(self, folder):
        file = folder / "keys.jsonl"
        self.secret, reviewer = keys.new("wang", [Scope.REVIEW, Scope.MANAGE], None, None)
        secret, app = keys.new("app", [Scope.CLASSIFY], None, None)
        keys_file.change(file, lambda known: known.add(reviewer).add(app))
        self.server = start(folder, HUIJIAN_KEYS=str(file))
        self.api = httpx.Client(
            base_url=self.server.url, headers={"Authorization": f"Bearer {secret}"}, timeout=60, trust_env=False
        )

    def judged(self, *bios, name="海边的小店"):
        """Ids of decisions on profiles with these bios, once they are in the database."""
        profiles = [{"account_id": str(number), "name": name, "bio": bio} for number, bio in enumerate(bios)]
        answers = self.api.post("/v1/classify_batch", json={"profiles": profiles}).json()["answers"]
        made = [answer["decision_id"] for answer in answers]
        reviewer = {"Authorization": f"Bearer {self.secret}"}
        within(20, lambda: made[-1] in self.api.get("/v1/decisions?limit=1", headers=reviewer).text)
        return made

    def page(self, browser, viewport=WIDE, **options):
        """A page in a new browser, signed in."""
        page = browser.new_context(viewport=viewport, **options).new_page()
        page.set_default_timeout(15_000)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda message: message.type == "error" and page.faults.append(message.text))
        page.goto(f"{self.server.url}/console/sign-in")
        self.sign_in(page)
        return page

    def sign_in(self, page):
        page.get_by_label(re.compile("密钥|key")).fill(self.secret)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/console(?!/sign-in)"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    running = Desk(tmp_path_factory.mktemp("desk"))
    yield running
    assert stop(running.server) == 0


def test_reviewer_clears_the_queue_by_keyboard_alone(desk, browser):
    desk.judged(*[f"想了解的加V：abc{number:05}" for number in range(CASES)])
    page = desk.page(browser)
    page.keyboard.press("n")
    for number in range(CASES):
        page.wait_for_url(re.compile(r"/console/cases/\w{32}"))
        page.get_by_role("heading", name="您的决定").wait_for()
        place = page.url
        if number % 2:
            page.keyboard.press("u")
            page.keyboard.type("属实：引流到站外")
            page.keyboard.press("Control+Enter")
        else:
            page.keyboard.press("2")
            page.keyboard.press("o")
            page.keyboard.press("Enter")
        page.wait_for_url(lambda url, place=place: url != place)
    expect(page.get_by_text("没有可领取的案件")).to_be_visible()
    page.goto(f"{desk.server.url}/console/decisions?state=reviewed")
    assert page.locator("[data-row]").count() == CASES
    assert page.faults == []


def test_reload_and_expired_session_keep_the_reason(desk, browser):
    (case,) = desk.judged("稳赚不赔，加V：abc12345")
    page = desk.page(browser)
    page.goto(f"{desk.server.url}/console/cases/{case}")
    page.keyboard.press("u")
    page.keyboard.type("写到一半的理由")
    page.reload()
    expect(page.get_by_label("理由（必填）")).to_have_value("写到一半的理由")
    expect(page.locator("[value=uphold]")).to_be_checked()
    page.context.clear_cookies()
    page.get_by_label("理由（必填）").press("Control+Enter")
    expect(page.get_by_role("heading", name="登录审核台")).to_be_visible()
    desk.sign_in(page)
    page.wait_for_url(re.compile(f"{case}$"))
    expect(page.get_by_label("理由（必填）")).to_have_value("写到一半的理由")
    page.get_by_label("理由（必填）").press("Control+Enter")
    page.wait_for_url(re.compile("done="))
    page.goto(f"{desk.server.url}/console/cases/{case}")
    expect(page.get_by_label("理由（必填）")).to_have_value("")
    expect(page.get_by_text("写到一半的理由")).to_be_visible()


def test_hostile_texts_and_emoji_run_nothing(desk, browser):
    (case,) = desk.judged(f"{HOSTILE} 加V：abc12345", name="😀<b>粗</b>")
    page = desk.page(browser)
    page.goto(f"{desk.server.url}/console/cases/{case}")
    page.get_by_label("添加备注").fill(HOSTILE + "😀" * 1_800)
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_text("😀" * 1_800)).to_be_visible()
    assert "owned" not in page.title() and page.faults == []
    expect(page.get_by_label("添加备注")).to_have_value("")


def test_blur_and_grey_stay_chosen(desk, browser):
    page = desk.page(browser)
    page.keyboard.press("b")
    page.keyboard.press("g")
    page.reload()
    assert page.evaluate("[...document.body.classList]") == ["blur", "grey"]
    expect(page.get_by_role("button", name="模糊")).to_have_attribute("aria-pressed", "true")


def test_case_is_decided_without_scripts(desk, browser):
    (case,) = desk.judged("想了解的加V：abc99999")
    page = desk.page(browser, java_script_enabled=False)
    page.goto(f"{desk.server.url}/console/cases/{case}")
    page.locator("[value=overturn]").check()
    page.get_by_label("理由（必填）").fill("朋友的号")
    page.get_by_role("button", name="登记并处理下一件").click()
    page.goto(f"{desk.server.url}/console/cases/{case}")
    expect(page.get_by_text("朋友的号")).to_be_visible()


def test_form_on_another_site_changes_nothing(desk, browser, tmp_path):
    (case,) = desk.judged("想了解的加V：abc88888")
    target = f"{desk.server.url}/console/cases/{case}/decide"
    (tmp_path / "index.html").write_text(
        f'<form method="post" action="{target}"><input name="choice" value="overturn"><input name="reason" value="x">'
        "<button>go</button></form>"
    )

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=tmp_path)

        def log_message(self, *_):
            pass

    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    page = desk.page(browser)
    page.goto(f"http://127.0.0.1:{other.server_port}/index.html")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("another site")
    other.shutdown()
    page.goto(f"{desk.server.url}/console/cases/{case}")
    expect(page.get_by_text("朋友的号")).not_to_be_visible()
    expect(page.locator("section", has_text="复核记录").get_by_text("尚无。")).to_be_visible()


PAGES = ("", "/decisions", "/cases/{case}", "/gallery?q=flag", "/dashboard", "/policy", "/sign-in", "/nothing")


@pytest.mark.parametrize(
    ("viewport", "language", "shown"), [(WIDE, "zh", PAGES), (NARROW, "en", PAGES[:6])], ids=["wide", "narrow"]
)
def test_axe_finds_nothing_serious_and_no_page_is_too_wide(desk, browser, viewport, language, shown):
    (case,) = desk.judged("稳赚不赔，新华社记者，加V：abc12345")
    page = desk.page(browser, viewport)
    page.goto(f"{desk.server.url}/console/language/{language}")
    paths, found = [path.format(case=case) for path in shown], {}
    for path in paths:
        page.goto(f"{desk.server.url}/console{path}")
        violations = Axe().run(page).response["violations"]
        serious = [one for one in violations if one["impact"] in ("serious", "critical")]
        found[path] = [(one["id"], node["html"][:200]) for one in serious for node in one["nodes"]]
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"], (path, width)
    assert found == {path: [] for path in paths}
