"""Overload and recovery: goodput, refusals, latency and memory at three times capacity, and then at half of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.load.contenders import Cores, Memory, huijian, new_request
from benchmarks.load.generator import Exchange, evenly, open_loop, percentiles, succeeded
from benchmarks.load.limits import Number
from benchmarks.load.pace import ROUND_SECONDS, lateness

OVERLOAD_FACTOR = 3
"""Request rate of the overload, in multiples of capacity."""

CALM_LOAD = 0.5
"""Request rate before and after, as a fraction of capacity."""

CALM_SECONDS = 12
"""Duration of the calm before, and of that after."""

RECOVERED_LATENCY = 1.5
"""A second is recovered if all is answered, the median within so many times that of before."""


def overload(cores: Cores, seconds: float) -> list[Number]:
    """Send more than the service can answer.

    Args:
        seconds: duration of the overload.
    """
    with huijian(cores) as server:
        capacity = server.saturate(ROUND_SECONDS).per_second
        calm, flood = evenly(CALM_LOAD * capacity, CALM_SECONDS), evenly(OVERLOAD_FACTOR * capacity, seconds)
        before = open_loop(server.url, new_request(), calm)
        held = server.megabytes()
        with Memory(server) as memory:
            # Without a pause: requests that still wait after the overload delay those of the calm.
            done = open_loop(server.url, new_request(), [*flood, *(seconds + moment for moment in calm)])
    overloaded, after = done[: len(flood)], done[len(flood) :]
    return [
        Number("capacity", capacity, "/s"),
        Number("asked for", OVERLOAD_FACTOR * capacity, "/s"),
        Number("goodput, of capacity", _goodput(overloaded, seconds) / capacity, least=0.9),
        *_answers_and_refusals(overloaded),
        Number("memory, more than before", max(megabytes for _, megabytes in memory.samples) - held, "MB", most=50),
        Number("well again after", recovery_seconds(after, next(percentiles(before, 50))), "s", most=5),
        lateness(done),
    ]


def _goodput(sent: Sequence[Exchange], seconds: float) -> float:
    """Answers a second during the overload."""
    return sum(one.ended <= sent[0].due + seconds for one in succeeded(sent)) / seconds


def _answers_and_refusals(sent: Sequence[Exchange]) -> list[Number]:
    served, refused = succeeded(sent), [exchange for exchange in sent if exchange.status == 503]
    middle, high = percentiles(sent, 50, 99)
    waits = [(exchange.ended - exchange.sent) * 1000 for exchange in refused] or [float("nan")]
    return [
        Number("time to answer, p50", middle, "ms"),
        Number("time to answer, p99", high, "ms"),
        Number("refused", len(refused) / len(sent) * 100, "%"),
        Number("time to refuse, p50", float(np.median(waits)), "ms"),
        Number("time to refuse, longest", max(waits), "ms", most=100),
        Number("refused without a time to come back", sum(not one.retry_after for one in refused), most=0),
        Number("neither answered nor refused", len(sent) - len(served) - len(refused), most=0),
    ]


def recovery_seconds(after: Sequence[Exchange], median_before: float) -> float:
    """Seconds from the end of the overload until the first from which all are recovered; infinite if none is.

    Args:
        median_before: median latency before the overload, in milliseconds.
    """
    begin, recovered = after[0].due, float("inf")
    for second in reversed(range(CALM_SECONDS)):
        arrived = [one for one in after if second <= one.due - begin < second + 1]
        (middle,) = percentiles(arrived, 50)
        if len(succeeded(arrived)) < len(arrived) or not middle <= RECOVERED_LATENCY * median_before:
            break
        recovered = second
    return recovered
