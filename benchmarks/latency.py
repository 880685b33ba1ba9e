"""One profile with avatar, cover, name and bio: over HTTP with one client, beside the Inspector alone.

Starts a server of its own, waits until it is ready, and reads the memory of its worker at the end.

    .venv/bin/python -m benchmarks.latency --requests 300
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import httpx
import numpy as np
import psutil
from tqdm import tqdm

from benchmarks.processes import HUIJIAN, tree
from benchmarks.profiles import AVATAR, COVER, picture, texts
from models.inspector import Inspector
from models.profile import Profile
from models.settings import Settings

DIFFERENT = 20
"""Profiles that take turns."""

WARM_UP = 10
READY_SECONDS = 60


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=300)
    requests = parser.parse_args().requests
    profiles = make_profiles()
    port = free_port()
    server = psutil.Popen([str(HUIJIAN), "serve", "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            ready = seconds_until_ready(client)
            over_http = timed(lambda profile: post(client, profile), profiles, requests)
        worker = max(member.memory_info().rss for member in tree(server))
    finally:
        server.terminate()
        server.wait()
    inspector = Inspector.load(replace(Settings.from_environment(), threads=os.cpu_count() or 1))
    alone = timed(lambda profile: inspector([profile]), profiles, requests)
    print(f"\n{requests} profiles with avatar, cover, name and bio; one client; {os.cpu_count()} cores\n")
    print(f"{'milliseconds':<28}{'p50':>8}{'p95':>8}{'p99':>8}")
    print(row("Inspector in process", alone))
    print(row("HTTP, multipart", over_http))
    print(f"\nready after {ready:.1f} s; resident memory of the worker {worker / 2**20:.0f} MB")
    print(f"\n.venv/bin/python -m benchmarks.latency --requests {requests}")


def make_profiles() -> list[Profile]:
    """Profiles with all four parts, the same every time."""
    names, bios = texts("name"), texts("bio")
    return [
        Profile(f"account-{n}", names[n], bios[n], avatar=picture(AVATAR, n), cover=picture(COVER, n))
        for n in range(DIFFERENT)
    ]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seconds_until_ready(client: httpx.Client) -> float:
    """Wait for the service; how long it took.

    Raises:
        TimeoutError: it took too long.
    """
    started = time.monotonic()
    while time.monotonic() - started < READY_SECONDS:
        try:
            if client.get("/readyz").is_success:
                return time.monotonic() - started
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(f"the service was not ready after {READY_SECONDS} s")


def post(client: httpx.Client, profile: Profile) -> None:
    """One request as a platform sends it.

    Raises:
        HTTPStatusError: it was refused.
    """
    data = {"account_id": profile.account_id, "name": profile.name, "bio": profile.bio}
    files = {"avatar": ("avatar.jpg", profile.avatar), "cover": ("cover.jpg", profile.cover)}
    client.post("/v1/classify", data=data, files=files).raise_for_status()


def timed(judge: Callable[[Profile], object], profiles: Sequence[Profile], requests: int) -> list[float]:
    """Milliseconds of every call, after some to warm up."""
    times = []
    for number in tqdm(range(WARM_UP + requests), disable=None):
        started = time.perf_counter()
        judge(profiles[number % len(profiles)])
        times.append((time.perf_counter() - started) * 1000)
    return times[WARM_UP:]


def row(title: str, times: Sequence[float]) -> str:
    """A line of the table."""
    return f"{title:<28}" + "".join(f"{np.percentile(times, part):>8.1f}" for part in (50, 95, 99))


if __name__ == "__main__":
    main()
