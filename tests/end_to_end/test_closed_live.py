"""A closed account that is registered or removed takes effect in both workers within five seconds."""

import time

import httpx
import pytest

NAME = "晚风吹过麦田的收音机"
SECONDS = 5
ROUNDS = 12
"""Requests that must all agree: both workers answer some of them."""


def are_all(server, found):
    """True if every answer, each over its own connection, matches the name to a closed account, or none does."""
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
def test_closed_accounts_change_in_every_worker_within_five_seconds(start_server):
    server = start_server("--workers", "2")
    url = f"{server.url}/v1/closed_accounts"
    account = httpx.post(url, json={"account_id": "45", "name": NAME}, trust_env=False, timeout=30).json()["account"]
    assert within_seconds(server, found=True)
    assert httpx.delete(f"{url}/{account}", trust_env=False, timeout=30).status_code == 200
    assert within_seconds(server, found=False)
    assert NAME not in server.text()
