"""The same profiles over HTTP and in the Inspector alone, by processor time."""

from __future__ import annotations

import time
from collections.abc import Sequence

import httpx

from benchmarks.load.contenders import Cores, huijian, processor_seconds
from benchmarks.load.requests import form
from models.inspector import Inspector
from models.profile import Profile
from models.settings import Settings


def over_http(profiles: Sequence[Profile]) -> tuple[float, float]:
    """Milliseconds of processor time of a profile: in the Inspector alone, and in the service's processes.

    Both have seen the first half of the profiles before; the second half counts.

    Raises:
        HTTPStatusError: the service refused a profile.
    """
    half = len(profiles) // 2
    inspector = Inspector.load(Settings.from_environment().released())
    inspector(profiles[:half])
    started = time.process_time()
    for profile in profiles[half:]:
        inspector([profile])
    alone = time.process_time() - started
    cores = Cores.split(1)
    with huijian(cores) as server, httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        for profile in profiles[:half]:
            _ask(client, profile)
        used = processor_seconds(server.process)
        for profile in profiles[half:]:
            _ask(client, profile)
        served = processor_seconds(server.process) - used
    count = len(profiles) - half
    return alone / count * 1000, served / count * 1000


def _ask(client: httpx.Client, profile: Profile) -> None:
    request = form(profile)
    headers = {"Content-Type": request.content_type}
    client.post(request.path, content=request.body, headers=headers).raise_for_status()
