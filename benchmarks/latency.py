"""Latency of one profile with avatar, cover, name and bio: over HTTP with one client, and in the Inspector alone.

The server starts in an empty home directory, and once more in the same one. Both times until it is ready are printed,
and the memory of its worker at the end.

    .venv/bin/python -m benchmarks.latency --requests 300
"""

from __future__ import annotations

import argparse
import itertools
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import httpx
import numpy as np
import psutil
from tqdm import tqdm

from benchmarks.load.requests import never_seen
from benchmarks.processes import HUIJIAN, tree
from benchmarks.profiles import AVATAR, COVER, picture, texts
from models.inspector import Inspector
from models.profile import Profile
from models.settings import Settings

MIN_REQUESTS_FOR_P99 = 300
"""Requests needed for a 99th percentile: three lie beyond it."""

PROFILE_COUNT = 20
"""Different profiles, sent in turn."""

WARM_UP_REQUESTS = PROFILE_COUNT
"""Requests before measuring: every picture has been sent once."""

READY_SECONDS = 60
"""Most seconds until a server is ready."""


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=300)
    requests = parser.parse_args().requests
    profiles = make_profiles()
    with tempfile.TemporaryDirectory() as home:
        with serving(home) as (_, _, first):
            pass
        with serving(home) as (server, client, ready):
            over_http = timed(lambda profile: post(client, profile), new(profiles), requests)
            worker = max(member.memory_info().rss for member in tree(server))
            again = timed(lambda profile: post(client, profile), itertools.cycle(profiles), requests)
    inspector = Inspector.load(replace(Settings.from_environment(), threads=os.cpu_count() or 1))
    alone = timed(lambda profile: inspector([profile]), new(profiles), requests)
    print(f"\n{requests} profiles with avatar, cover, name and bio; one client; {os.cpu_count()} cores\n")
    print(f"{'milliseconds':<44}" + "".join(f"{f'p{part}':>8}" for part in percentiles(requests)))
    print(row("Inspector in process, new pictures", alone))
    print(row("HTTP, multipart, new pictures", over_http))
    print(row("HTTP, multipart, pictures that come again", again))
    print(f"\nready after {ready:.1f} s, in an empty home {first:.1f} s; memory of the worker {worker / 2**20:.0f} MB")
    print(f"\n.venv/bin/python -m benchmarks.latency --requests {requests}")


@contextmanager
def serving(home: str) -> Iterator[tuple[psutil.Popen, httpx.Client, float]]:
    """A server, its client, and the seconds until it was ready."""
    port = free_port()
    environment = os.environ | {"HUIJIAN_HOME": home}
    server = psutil.Popen([str(HUIJIAN), "serve", "--port", str(port)], stdout=subprocess.DEVNULL, env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield server, client, seconds_until_ready(client)
    finally:
        server.terminate()
        server.wait()


def make_profiles() -> list[Profile]:
    """Profiles with name, bio, avatar and cover, the same in every run."""
    names, bios = texts("name"), texts("bio")
    return [
        Profile(f"account-{n}", names[n], bios[n], avatar=picture(AVATAR, n), cover=picture(COVER, n))
        for n in range(PROFILE_COUNT)
    ]


def new(profiles: Sequence[Profile]) -> Iterator[Profile]:
    """The profiles in turn, without end, each time with pictures that are not in the cache."""
    for profile in itertools.cycle(profiles):
        avatar, cover = (never_seen(picture) for picture in (profile.avatar, profile.cover) if picture)
        yield replace(profile, avatar=avatar, cover=cover)


def free_port() -> int:
    """A TCP port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seconds_until_ready(client: httpx.Client) -> float:
    """Wait for the service; returns the seconds it took.

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
    pictures = {"avatar": profile.avatar, "cover": profile.cover}
    files = {name: (f"{name}.jpg", data) for name, data in pictures.items() if data}
    client.post("/v1/classify", data=data, files=files).raise_for_status()


def timed(judge: Callable[[Profile], object], profiles: Iterator[Profile], requests: int) -> list[float]:
    """Milliseconds of every call, after `WARM_UP` calls."""
    times = []
    for profile in tqdm(
        itertools.islice(profiles, WARM_UP_REQUESTS + requests), total=WARM_UP_REQUESTS + requests, disable=None
    ):
        started = time.perf_counter()
        judge(profile)
        times.append((time.perf_counter() - started) * 1000)
    return times[WARM_UP_REQUESTS:]


def percentiles(requests: int) -> tuple[int, ...]:
    """The percentiles that so many requests determine."""
    return (50, 95, 99) if requests >= MIN_REQUESTS_FOR_P99 else (50, 95)


def row(title: str, times: Sequence[float]) -> str:
    """A line of the table."""
    return f"{title:<44}" + "".join(f"{np.percentile(times, part):>8.1f}" for part in percentiles(len(times)))


if __name__ == "__main__":
    main()
