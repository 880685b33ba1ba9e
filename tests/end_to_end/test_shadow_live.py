"""A shadow trial at a real server: answers stay the champion's, and the report lists differences."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest
from shadowing import challengers, wait

from huijian_client import Client, Profile
from models.settings import Settings
from serving.store.comparisons import Comparisons
from serving.store.database import Database

HUIJIAN = Path(sys.executable).with_name("huijian")
PROFILES = 12
BIO = "稳赚不赔的项目，加➕V：planted77"
DIFFERED = 'huijian_shadow_profiles_total{outcome="differed"}'


def begin_trial(home):
    """A challenger that lets promises pass, for every account."""
    policy = Settings().policy.read_text(encoding="utf-8")
    lax = policy.replace("deceptive_claim:\n    {threshold: 0.5", "deceptive_claim:\n    {threshold: 1.0")
    assert lax != policy
    home.mkdir(exist_ok=True)
    (home / "lax.yaml").write_text(lax, encoding="utf-8")
    (home / "shadow.yaml").write_text("share: 1\npolicy: lax.yaml\n")


def answers(url):
    """Verdict and labels of profiles, each over its own connection, so that every worker judges some."""
    judged = []
    for number in range(PROFILES):
        with Client(url, key=None) as client:  # retried if a busy worker asks for that
            answer = client.classify(Profile(str(number), bio=BIO))
        judged.append((answer["verdict"], [finding["label"] for finding in answer["findings"]], answer["versions"]))
    return judged


def counted(url, sample):
    lines = httpx.get(f"{url}/metrics", timeout=60, trust_env=False).text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(sample))


@pytest.mark.slow
def test_shadow_trial_starts_and_reports_without_restart_or_other_answers(start_server):
    server = start_server("--workers", "2")
    alone = answers(server.url)
    begin_trial(server.home)
    wait(lambda: server.text().count("in shadow") == 2)  # one line per worker
    assert answers(server.url) == alone
    wait(lambda: counted(server.url, DIFFERED) == PROFILES)
    environment = {**os.environ, "HUIJIAN_HOME": str(server.home)}
    wait(lambda: stored(server.home) == PROFILES)
    assert f"judged: {PROFILES};" in report(environment)
    table = next(line for line in report(environment).splitlines() if line.startswith("deceptive_claim"))
    assert table.split()[1:3] == ["0", str(PROFILES)]
    processes = challengers(server.process.pid)
    assert len(processes) == 2
    server.process.terminate()
    assert server.process.wait(timeout=30) == 0
    assert psutil.wait_procs(processes, timeout=10)[1] == []
    assert "planted77" not in server.text() + report(environment)


def stored(home):
    """Number of comparisons in the database."""
    comparisons = Comparisons(Database.from_environment(home))
    return len(list(comparisons.of(comparisons.newest_trial() or "")))


def report(environment):
    command = [HUIJIAN, "shadow", "report"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout
