"""An emblem enrolled over HTTP is in force in every worker within the promised time, and gone as fast."""

import io
import time

import httpx
import numpy as np
import PIL.Image
import pytest

FIELDS = {"label": "organization_logo", "name_zh": "海洋协会", "name_en": "Ocean Association"}
FIELDS |= {"source": "drawn for tests", "licence": "CC0-1.0"}


def mark():
    cells = np.random.default_rng(12).integers(0, 256, (5, 5, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    PIL.Image.fromarray(cells).resize((160, 160), PIL.Image.Resampling.NEAREST).save(buffer, "PNG")
    return buffer.getvalue()


def found(url):
    """The references found in an avatar that shows the mark."""
    files = {"avatar": ("a.png", mark())}
    answer = httpx.post(f"{url}/v1/classify", data={"account_id": "1"}, files=files, timeout=60, trust_env=False).json()
    return {finding["evidence"]["reference_id"] for finding in answer["findings"]}


def in_force_after(url, version):
    """Seconds until every worker judges with a version: from then on ten connections of their own say so."""
    start = since = time.monotonic()
    agreed = 0
    while agreed < 10:
        ready = httpx.get(f"{url}/readyz", timeout=60, trust_env=False).json()
        agreed = agreed + 1 if ready["versions"]["gallery"] == version else 0
        since = since if agreed > 1 else time.monotonic()
        assert since - start < 60
        time.sleep(0.05)
    return since - start


def enrol(client, name):
    values = {**FIELDS, "reference_id": name, "owner_id": name}
    return client.post("/v1/references", data=values, files={"image": ("mark.png", mark())})


@pytest.mark.slow
def test_an_emblem_is_in_force_in_every_worker_within_five_seconds_and_gone_as_fast(start_server):
    server = start_server("--workers", "2")
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        assert "org.ocean" not in found(server.url)
        enrolled = enrol(client, "org.ocean")
        assert enrolled.status_code == 201
        assert in_force_after(server.url, enrolled.json()["version"]) < 5
        assert "org.ocean" in found(server.url)
        clash = enrol(client, "org.fake")
        assert (clash.status_code, clash.json()["error"]["code"]) == (409, "reference_clash")
        assert "org.ocean" in clash.json()["error"]["message"]
        removed = client.delete("/v1/references/org.ocean")
        assert removed.status_code == 200
        assert in_force_after(server.url, removed.json()["version"]) < 5
        assert "org.ocean" not in found(server.url)
        assert client.get("/v1/references/org.ocean").status_code == 404
