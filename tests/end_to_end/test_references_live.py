"""An emblem enrolled or removed over HTTP takes effect in every worker within the promised time."""

import time

import httpx
import pytest
from marks import enrol, mark

SEED = 12


def found(url):
    """The references found in an avatar that shows the mark."""
    files = {"avatar": ("a.png", mark(SEED))}
    answer = httpx.post(f"{url}/v1/classify", data={"account_id": "1"}, files=files, timeout=60, trust_env=False).json()
    return {finding["evidence"]["reference_id"] for finding in answer["findings"]}


def active_after(url, version):
    """Seconds until every worker judges with a version, as ten new connections confirm."""
    start = since = time.monotonic()
    agreed = 0
    while agreed < 10:
        ready = httpx.get(f"{url}/readyz", timeout=60, trust_env=False).json()
        agreed = agreed + 1 if ready["versions"]["gallery"] == version else 0
        since = since if agreed > 1 else time.monotonic()
        assert since - start < 60
        time.sleep(0.05)
    return since - start


@pytest.mark.slow
def test_emblem_changes_reach_every_worker_within_five_seconds(start_server):
    server = start_server("--workers", "2")
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        assert "org.ocean" not in found(server.url)
        enrolled = enrol(client, "org.ocean", SEED)
        assert enrolled.status_code == 201
        assert active_after(server.url, enrolled.json()["version"]) < 5
        assert "org.ocean" in found(server.url)
        clash = enrol(client, "org.fake", SEED)
        assert (clash.status_code, clash.json()["error"]["code"]) == (409, "reference_clash")
        assert "org.ocean" in clash.json()["error"]["message"]
        removed = client.delete("/v1/references/org.ocean")
        assert removed.status_code == 200
        assert active_after(server.url, removed.json()["version"]) < 5
        assert "org.ocean" not in found(server.url)
        assert client.get("/v1/references/org.ocean").status_code == 404
