"""A closed account that is registered while two workers serve is known to both in five seconds, and so forgotten."""

import time

import httpx
import pytest

NAME = "晚风吹过麦田的收音机"
SECONDS = 5
ROUNDS = 12
"""Requests that must all agree: two workers take turns, so one that is behind would answer some of them."""


def are_all(server, found):
    """Whether every answer, each over a connection of its own, says that the name is a closed account's, or none."""
    for _ in range(ROUNDS):
        profile = {"account_id": "new", "name": NAME}
        answer = httpx.post(f"{server.url}/v1/classify", json=profile, trust_env=False, timeout=30).json()
        if any(one["label"] == "closed_account_match" for one in answer["findings"]) != found:
            return False
    return True


def within_seconds(server, found):
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if are_all(server, found):
            return True
    return False


@pytest.mark.slow
def test_every_worker_follows_within_five_seconds(start_server):
    server = start_server("--workers", "2")
    url = f"{server.url}/v1/closed_accounts"
    account = httpx.post(url, json={"account_id": "45", "name": NAME}, trust_env=False, timeout=30).json()["account"]
    assert within_seconds(server, found=True)
    assert httpx.delete(f"{url}/{account}", trust_env=False, timeout=30).status_code == 200
    assert within_seconds(server, found=False)
    assert NAME not in server.text()
