"""The console of a service with real models, and reviewers who sign in."""

import re
from html import unescape

from judgements import judged, settle
from services import client_of

from models.live import LiveInspector
from models.profile import Severity
from models.settings import Settings
from serving.keys import keys, keys_file
from serving.keys.scopes import Scope
from serving.store.store import Store
from serving.trials.trial import PolicyTrial


class Desk:
    """A service with keys, its store, and the ways to reach it.

    Attributes:
        secrets: of the keys, by name: `wang` and `li` review, `chief` may also manage, `app` may only judge.
        trial: of a policy; it judges when it is polled.
    """

    SCOPES = {
        "wang": [Scope.REVIEW],
        "li": [Scope.REVIEW],
        "chief": [Scope.REVIEW, Scope.MANAGE],
        "app": [Scope.CLASSIFY],
    }

    def __init__(self, home):
        self.file, self.secrets = keys_file.path(home), {}
        for name, scopes in self.SCOPES.items():
            self.secrets[name], key = keys.new(name, scopes, None, None)
            keys_file.change(self.file, lambda known, key=key: known.add(key))
        self.live = LiveInspector(Settings(home=home))
        self.store = Store.from_environment(home, lambda: self.live.current.policy.store)
        self.trial = PolicyTrial(self.live.settings, self.store)

    def visitor(self):
        """A browser that has not signed in."""
        client = client_of(self.live, self.store, trial=self.trial)
        client.base_url = "http://localhost"
        return client

    def reviewer(self, name="wang"):
        """A browser in which a reviewer has signed in."""
        client = self.visitor()
        answer = client.post("/console/sign-in", data={"key": self.secrets[name]})
        assert answer.status_code == 200 and answer.url.path == "/console"
        return client

    def cases(self, *verdicts, **more):
        """Ids of new cases."""
        made = [judged(Severity(verdict), **more) for verdict in verdicts]
        self.store.record(made, {}, "uploads")
        settle(self.store)
        return [answer.decision_id for _, answer in made]


def fields(page):
    """Hidden fields of the first form of a page that has a token."""
    form = next(form for form in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if 'name="token"' in form)
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


def decide(client, case, choice="uphold", reason="属实", **more):
    """Open a case and decide it."""
    page = client.get(f"/console/cases/{case}")
    return client.post(
        f"/console/cases/{case}/decide", data={**fields(page), "choice": choice, "reason": reason, **more}
    )


def told(page):
    """The alert of a page."""
    alert = re.search(r'role="alert">(.*?)</p>', page.text, re.DOTALL)
    return unescape(re.sub("<[^>]+>", "", alert[1])).strip() if alert else ""
