"""Throughput of the service and of its contenders, latency at 70% of capacity, and the effect of the cache."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace

import httpx
import numpy as np
from tqdm import tqdm

from benchmarks.load.contenders import Alone, Cores, Rate, Server, alone, fastapi, huijian, new_request
from benchmarks.load.generator import Exchange, at_random, evenly, open_loop, percentiles, succeeded
from benchmarks.load.limits import Number
from benchmarks.load.requests import Request, form, never_seen, profiles

CONTENDERS: tuple[Callable[[Cores], AbstractContextManager[Alone | Server]], ...] = (alone, fastapi, huijian)
"""Contenders, in the order in which `throughput` takes their rates."""

ROUND_SECONDS = 10
"""Duration of a contender's turn: they take turns, so that a busy machine slows all of them."""

LATENCY_LOAD = 0.7
"""Request rate for latency, as a fraction of capacity."""

LATE_MS = 20
"""Most delay of sending at the 99th percentile; beyond it the sender was measured, not the service."""


def throughput(cores: Cores, seconds: float) -> list[Number]:
    """Our service and a bare FastAPI application against the Inspector alone, all saturated.

    Args:
        seconds: duration for each of them.
    """
    rounds = max(1, round(seconds / ROUND_SECONDS))
    length = seconds / rounds
    with ExitStack() as stack:
        contenders = [stack.enter_context(start(cores)) for start in CONTENDERS]
        rates = [[one.saturate(length) for one in contenders] for _ in tqdm(range(rounds), disable=None)]
    inspector, bare, ours = (list(of_one) for of_one in zip(*rates, strict=True))
    return [
        *_rate("the Inspector alone", inspector),
        *_rate("bare FastAPI around it", bare),
        *_rate("our service", ours),
        Number("FastAPI's throughput, of the Inspector's", _ratio(bare, inspector)),
        Number("our throughput, of the Inspector's", _ratio(ours, inspector), least=0.85),
        Number("FastAPI's overhead for each request, CPU", _overhead(bare, inspector), "ms"),
        Number("our overhead for each request, CPU", _overhead(ours, inspector), "ms", most=4),
    ]


def _rate(name: str, rates: Sequence[Rate]) -> list[Number]:
    per_second = float(np.median([rate.per_second for rate in rates]))
    milliseconds = float(np.median([rate.milliseconds for rate in rates]))
    return [Number(f"{name}, profiles", per_second, "/s"), Number(f"{name}, CPU for each", milliseconds, "ms")]


def _ratio(one: Sequence[Rate], other: Sequence[Rate]) -> float:
    return float(np.median([a.per_second / b.per_second for a, b in zip(one, other, strict=True)]))


def _overhead(one: Sequence[Rate], other: Sequence[Rate]) -> float:
    return float(np.median([a.milliseconds - b.milliseconds for a, b in zip(one, other, strict=True)]))


def latency(cores: Cores, seconds: float) -> list[Number]:
    """Latency at `LATENCY_LOAD` of capacity, for even and for random arrivals.

    Random arrivals wait for each other in any queue. The row below them is an ideal queue, whose service time is
    constant.

    Args:
        seconds: duration for each kind of arrivals.
    """
    with huijian(cores) as server:
        capacity = server.saturate(ROUND_SECONDS).per_second
        even, random = evenly(LATENCY_LOAD * capacity, seconds), at_random(LATENCY_LOAD * capacity, seconds)
        steady, chance = (open_loop(server.url, new_request(), due) for due in (even, random))
    ideal = np.percentile(ideal_queue(random, server.workers, server.workers / capacity), (50, 99))
    return [
        Number("capacity", capacity, "/s"),
        *_spread("evenly spaced", steady, most=3),
        *_spread("at random", chance),
        Number("at random, a queue without fault: p99 / p50", float(ideal[1] / ideal[0])),
        lateness([*steady, *chance]),
    ]


def _spread(arrivals: str, exchanges: Sequence[Exchange], most: float | None = None) -> list[Number]:
    middle, high = percentiles(exchanges, 50, 99)
    return [
        Number(f"{arrivals}, p50", middle, "ms"),
        Number(f"{arrivals}, p99", high, "ms"),
        Number(f"{arrivals}, p99 / p50", high / middle, most=most),
        Number(f"{arrivals}, not answered with 200", len(exchanges) - len(succeeded(exchanges)), most=0),
    ]


def ideal_queue(due: Sequence[float], workers: int, service: float) -> list[float]:
    """Latencies of a queue with constant service time, where the first free worker takes the next request."""
    free = [0.0] * workers
    times = []
    for moment in due:
        end = max(heapq.heappop(free), moment) + service
        heapq.heappush(free, end)
        times.append(end - moment)
    return times


def lateness(exchanges: Sequence[Exchange]) -> Number:
    """Delay of sending requests; beyond its limit the other measurements are void."""
    late = [(exchange.sent - exchange.due) * 1000 for exchange in exchanges]
    return Number("sent later than due, p99", float(np.percentile(late, 99)), "ms", most=LATE_MS)


def cache(cores: Cores, seconds: float) -> list[Number]:
    """Throughput for avatars that come again, and for new ones.

    Args:
        seconds: duration for each kind.
    """
    numbers, (known, *_) = itertools.count(), profiles()
    again = form(replace(known, name=None, bio=None))

    def fresh() -> Request:
        avatar = never_seen(known.avatar or b"")
        return form(replace(known, account_id=str(next(numbers)), name=None, bio=None, avatar=avatar))

    with huijian(cores) as server:
        never = server.saturate(seconds, fresh)
        remembered = server.saturate(seconds, lambda: again)
        share = _remembered(server)
    return [
        *_rate("avatars never seen", [never]),
        *_rate("one avatar again and again", [remembered]),
        Number("CPU for an avatar that comes again", remembered.milliseconds, "ms", most=4),
        Number("share of pictures that the metrics call remembered", share),
    ]


def _remembered(server: Server) -> float:
    text = httpx.get(f"{server.url}/metrics", trust_env=False).text
    lines = [line.split() for line in text.splitlines() if line.startswith("huijian_pictures_total")]
    counts = {name: float(value) for name, value in lines}
    return counts['huijian_pictures_total{outcome="remembered"}'] / sum(counts.values())
