"""Capacity, latency and limits of the service, measured at a real server.

    throughput  our service and a bare FastAPI application against the Inspector alone, all saturated
    latency     the time to answer at 70% of capacity
    overload    three times capacity, then half of it
    soak        all kinds of requests at half of capacity, while the gallery changes every 10 seconds
    cache       avatars that come again

Requests are sent at given times, whatever the service does, and latency counts from when a request was due. The service
and its contenders get half of the cores unless `--cores` says otherwise, the sender the others.

The exit status is 0 if all limits hold.

    .venv/bin/python -m benchmarks.serving throughput
    .venv/bin/python -m benchmarks.serving soak --seconds 1800
"""

from __future__ import annotations

import argparse
import os
import sys

from benchmarks.clock import BUSY_LOAD
from benchmarks.load.contenders import Cores
from benchmarks.load.limits import report
from benchmarks.load.overload import overload
from benchmarks.load.pace import cache, latency, throughput
from benchmarks.load.soak import soak

MEASURES = {
    "throughput": (throughput, 60, "for each contender"),
    "latency": (latency, 60, "for each way of arriving"),
    "overload": (overload, 120, "of asking for too much"),
    "soak": (soak, 1800, "of mixed load"),
    "cache": (cache, 20, "for each kind of avatar"),
}
"""By name: the function, its default duration in seconds, and what the duration is of."""


def main() -> int:
    """Measure and print one table; returns 0 if every limit holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="measure", required=True)
    for name, (_, seconds, what) in MEASURES.items():
        measuring = commands.add_parser(name)
        measuring.add_argument("--seconds", type=float, default=seconds, help=f"{what}; {seconds} unless given")
        measuring.add_argument("--cores", type=int, help="for what is measured; half of them unless given")
    options = parser.parse_args()
    cores, load = Cores.split(options.cores), os.getloadavg()[0]
    measure, *_ = MEASURES[options.measure]
    numbers = measure(cores, options.seconds)
    busy = f"; other programs ran (load average {load:.1f}): repeat it on a quiet machine" if load > BUSY_LOAD else ""
    machine = f"measured on cores {list(cores.contenders)}, sent from {list(cores.sender)}{busy}"
    command = f".venv/bin/python -m benchmarks.serving {options.measure} --seconds {options.seconds:g}"
    return 0 if report(numbers, "", machine, command) else 1


if __name__ == "__main__":
    sys.exit(main())
