"""A word that is listed or removed takes effect in both workers within five seconds."""

import time

import httpx
import pytest

SECONDS = 5
ROUNDS = 12
"""Requests that must all agree: both workers answer some of them."""


def are_all(server, verdict):
    """True if every answer, each over its own connection, has this verdict."""
    for _ in range(ROUNDS):
        profile = {"account_id": "new", "bio": "喜欢青柠味"}
        answer = httpx.post(f"{server.url}/v1/classify", json=profile, trust_env=False, timeout=30).json()
        if answer["verdict"] != verdict:
            return False
    return True


def within_seconds(server, verdict):
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if are_all(server, verdict):
            return True
    return False


@pytest.mark.slow
def test_lists_change_in_every_worker_within_five_seconds(start_server):
    server = start_server("--workers", "2")
    url = f"{server.url}/v1/lists"
    assert are_all(server, "pass")
    word = {"word": "青柠", "list": "blocked", "label": "prohibited_content", "severity": "reject"}
    assert httpx.post(url, json=word, trust_env=False, timeout=30).status_code == 201
    assert within_seconds(server, "reject")
    assert httpx.delete(f"{url}/青柠", trust_env=False, timeout=30).status_code == 200
    assert within_seconds(server, "pass")
    assert "青柠" not in server.text()
