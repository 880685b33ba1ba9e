"""Time of the console's pages, and memory of the service beside it, with 100,000 open cases.

Cases are recorded as the service records them, in a home directory of their own. A real server then answers each page
many times, one request after another, as a reviewer's browser sends them.

    .venv/bin/python -m benchmarks.load.console
    .venv/bin/python -m benchmarks.load.console --home DIR      # keeps the cases, or uses those that are there
"""

from __future__ import annotations

import argparse
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import psutil

from benchmarks.clock import state_of_machine
from benchmarks.processes import HUIJIAN, resident_bytes
from models.policy import Policy
from models.profile import (
    CLASSIFIER_LABELS,
    IMAGE_FIELDS,
    LABELS,
    Answer,
    Evidence,
    Field,
    Finding,
    Label,
    Match,
    Profile,
    Severity,
)
from models.profile import ContactKind as Kind
from models.runtime.paths import REPOSITORY
from models.settings import Settings
from serving.store.cases.listing import Filters
from serving.store.cases.suggestions import Suggestion
from serving.store.store import Store
from serving.trials import policy_file

CASES = 100_000
BATCH = 500
"""Cases recorded together; the next ones wait until they are in the database."""

SUGGESTED = 200

REPEATS = 60
MAX_P95 = 300
"""Milliseconds within which a page should come."""

BIO = "加入我们稳赚不赔，名额有限"
AVATAR = (REPOSITORY / "docs" / "example-avatar.png").read_bytes()


def case(rng: random.Random, policy: str) -> tuple[Profile, Answer]:
    """A profile with one finding, its labels as unequal as a platform's, and a picture in one of 20.

    Args:
        policy: version that it was judged with.
    """
    labels = list(Label)
    label = rng.choices(labels, [1 / place for place in range(1, len(labels) + 1)])[0]
    field, severity = rng.choice(LABELS[label].fields), rng.choices([Severity.REVIEW, Severity.REJECT], [0.7, 0.3])[0]
    evidence = Evidence(
        reference_id=f"flag.{rng.randrange(200)}" if field in IMAGE_FIELDS else None,
        box=(0.1, 0.2, 0.6, 0.7) if field in IMAGE_FIELDS else None,
        spans=None if field in IMAGE_FIELDS else ((4, 8),),
        text=None if field in IMAGE_FIELDS else BIO[4:8],
        kind=rng.choice(list(Kind)) if label is Label.CONTACT_DIVERSION else None,
    )
    finding = Finding(label, field, round(rng.uniform(0.5, 1), 4), "benchmark@1", evidence, severity=severity)
    account = f"account {rng.randrange(CASES)}"
    avatar = AVATAR if rng.random() < 0.05 else None
    profile = Profile(account, name="海边的小店", bio=f"{BIO}{rng.randrange(CASES)}", avatar=avatar)
    scores = {Field.BIO: dict.fromkeys(CLASSIFIER_LABELS, round(rng.random() ** 4, 4))}
    alike = Match("flag.1", Label.NATIONAL_SYMBOL, 0.4, 0.01, (0.0, 0.0, 1.0, 1.0))
    matches = {field: (alike,) * 3} if field in IMAGE_FIELDS else {}
    versions = {"policy": policy, "text": "1", "encoder": "1", "gallery": "1", "ocr": "1"}
    return profile, Answer(uuid.uuid4().hex, account, severity, (finding,), matches, scores, versions)


def seed(home: Path) -> None:
    """Record the cases, suggest some, and put another policy on trial."""
    settings = Settings(home=home)
    policy, rng = Policy.load(settings.policy), random.Random(0)
    store = Store.from_environment(home, lambda: policy.store)
    for _ in range(CASES // BATCH):
        store.record([case(rng, policy.version) for _ in range(BATCH)], {"judge": 9.5}, "benchmark")
        while store.health().waiting:
            time.sleep(0.02)
    chosen = store.cases.page(Filters(), SUGGESTED).rows
    store.cases.suggest([Suggestion(row["decision_id"], 0.9, "exaggeration", ()) for row in chosen])
    tried = settings.policy.read_bytes().replace(b"threshold: 0.5", b"threshold: 0.6")
    policy_file.begin(tried, "next.yaml", settings, store.trail, "benchmark")
    store.close()


@contextmanager
def server(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A running service in this home directory: its address and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "HUIJIAN_HOME": str(home)}
    process = psutil.Popen([HUIJIAN, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        while not _is_ready(url):
            time.sleep(0.2)
        yield url, process
    finally:
        process.terminate()
        process.wait(30)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).is_success
    except httpx.TransportError:
        return False


def pages(client: httpx.Client) -> dict[str, str]:
    """Pages by what they show; of cases, those at the start and the middle of the queue, with a picture and without."""
    first = re.findall(r"/console/cases/(\w{32})", client.get("/console").text)
    after = re.search(r'href="(/console\?after=[^"]+)" rel="next"', client.get("/console").text)
    emblems = re.findall(r"/console/cases/(\w{32})", client.get("/console?field=avatar").text)
    pictured = (one for one in emblems if "data:image/jpeg" in client.get(f"/console/cases/{one}").text)
    return {
        "queue": "/console",
        "queue, next page": after[1] if after else "/console",
        "queue by label": "/console?label=contact_diversion",
        "queue by a rare label and score": "/console?label=restricted_word&min_score=0.99",
        "queue by field and verdict": "/console?field=bio&verdict=review",
        "queue by score alone": "/console?min_score=0.9999",
        "queue by kind": "/console?kind=group",
        "queue, appeals": "/console?state=appealed",
        "case": f"/console/cases/{first[0]}",
        "case with a picture": f"/console/cases/{next(pictured)}",
        "queue, suggested": "/console?queue=suggested",
        "policy on trial": "/console/policy",
        "log": "/console/decisions",
        "log by label": "/console/decisions?label=qr_code",
        "log, reviewed": "/console/decisions?state=reviewed",
        "dashboard, counted": "/console/dashboard?days=30",
        "gallery": "/console/gallery",
        "GET /v1/decisions": "/v1/decisions?state=open&label=qr_code",
    }


def measure(client: httpx.Client, path: str) -> tuple[list[float], int]:
    """Milliseconds of each request, and bytes of the page."""
    times, size = [], 0
    for _ in range(REPEATS):
        started = time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - started) * 1000)
        size = len(answer.content)
        answer.raise_for_status()
    return times, size


def main() -> int:
    """Print one table; returns 0 if every page comes in time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="home directory that keeps the cases")
    with tempfile.TemporaryDirectory() as scratch:
        home = (parser.parse_args().home or Path(scratch)).resolve()
        if not (home / "store" / "huijian.db").exists():
            seed(home)
        with server(home) as (url, process), httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
            client.post("/v1/classify", json={"account_id": "1", "bio": BIO}).raise_for_status()
            before = resident_bytes(process)
            client.post("/console/sign-in", data={"go_on": "/console"})
            print(f"{CASES:,} open cases\n{'':<34}{'p50 ms':>9}{'p95 ms':>9}{'slowest':>9}{'kB':>7}")
            in_time = True
            for name, path in pages(client).items():
                times, size = measure(client, path)
                p50, p95 = np.percentile(times, (50, 95))
                in_time = in_time and p95 < MAX_P95
                print(f"{name:<34}{p50:>9.0f}{p95:>9.0f}{max(times):>9.0f}{size / 1000:>7.0f}")
            print(f"memory of the service: {before / 1e6:.0f} MB before, {resident_bytes(process) / 1e6:.0f} MB after")
    print(state_of_machine())
    return 0 if in_time else 1


if __name__ == "__main__":
    sys.exit(main())
