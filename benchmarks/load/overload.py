"""Three times what the service can do, and then less again: what it answers, refuses, takes and how soon it is well."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.load.contenders import Cores, Memory, huijian, new_request
from benchmarks.load.generator import Exchange, evenly, open_loop, percentiles, succeeded
from benchmarks.load.limits import Number
from benchmarks.load.pace import ROUND_SECONDS, lateness

TIMES = 3
"""As many times capacity are asked for when it is too much."""

CALM = 0.5
"""Of capacity, before and after."""

CALM_SECONDS = 12
"""Of calm before, and as many after."""

AS_BEFORE = 1.5
"""Well again is a second in which all is answered, in at most so many times the median of before."""


def overload(cores: Cores, seconds: float) -> list[Number]:
    """Ask for more than there is.

    Args:
        seconds: of asking too much.
    """
    with huijian(cores) as server:
        capacity = server.saturate(ROUND_SECONDS).per_second
        calm, much = evenly(CALM * capacity, CALM_SECONDS), evenly(TIMES * capacity, seconds)
        before = open_loop(server.url, new_request(), calm)
        held = server.megabytes()
        with Memory(server) as memory:
            # At once after each other: what still waits when the storm is over is part of what comes after.
            done = open_loop(server.url, new_request(), [*much, *(seconds + moment for moment in calm)])
    asked, after = done[: len(much)], done[len(much) :]
    return [
        Number("capacity", capacity, "/s"),
        Number("asked for", TIMES * capacity, "/s"),
        Number("goodput, of capacity", _goodput(asked, seconds) / capacity, least=0.9),
        *_outcomes(asked),
        Number("memory, more than before", max(megabytes for _, megabytes in memory.seen) - held, "MB", most=50),
        Number("well again after", seconds_until_well(after, next(percentiles(before, 50))), "s", most=5),
        lateness(done),
    ]


def _goodput(asked: Sequence[Exchange], seconds: float) -> float:
    """Answers a second while too much was asked for."""
    return sum(one.ended <= asked[0].due + seconds for one in succeeded(asked)) / seconds


def _outcomes(asked: Sequence[Exchange]) -> list[Number]:
    served, refused = succeeded(asked), [exchange for exchange in asked if exchange.status == 503]
    middle, high = percentiles(asked, 50, 99)
    waits = [(exchange.ended - exchange.sent) * 1000 for exchange in refused] or [float("nan")]
    return [
        Number("time to answer, p50", middle, "ms"),
        Number("time to answer, p99", high, "ms"),
        Number("refused", len(refused) / len(asked) * 100, "%"),
        Number("time to refuse, p50", float(np.median(waits)), "ms"),
        Number("time to refuse, longest", max(waits), "ms", most=100),
        Number("refused without a time to come back", sum(not one.retry_after for one in refused), most=0),
        Number("neither answered nor refused", len(asked) - len(served) - len(refused), most=0),
    ]


def seconds_until_well(after: Sequence[Exchange], usual: float) -> float:
    """From the end of too much until the first second from which every one is as before.

    Args:
        usual: median time to answer, in milliseconds.
    """
    begin, well = after[0].due, float("inf")
    for second in reversed(range(CALM_SECONDS)):
        arrived = [one for one in after if second <= one.due - begin < second + 1]
        (middle,) = percentiles(arrived, 50)
        if len(succeeded(arrived)) < len(arrived) or not middle <= AS_BEFORE * usual:
            break
        well = second
    return well
