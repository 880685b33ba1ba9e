"""The Inspector alone, in a process of its own: for every number on stdin it judges for so many seconds.

It prints the number of profiles and their processor time as a JSON line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.load.requests import new_profiles
from models.inspector import Inspector
from models.profile import Answer
from models.settings import Settings
from serving.worker import JUDGING_THREADS


def judge(inspector: Inspector, until: float) -> int:
    """Judge one profile after the other; returns their number."""
    judged = 0
    for profile in new_profiles():
        if time.perf_counter() > until:
            break
        (answer,) = inspector([profile])
        assert isinstance(answer, Answer)
        judged += 1
    return judged


def main() -> None:
    """Judge whenever asked to, in as many threads as the service has."""
    inspector = Inspector.load(Settings.from_environment())
    with ThreadPoolExecutor(JUDGING_THREADS) as threads:
        for line in sys.stdin:
            started, used = time.perf_counter(), time.process_time()
            until = started + float(line)
            judged = sum(threads.map(lambda _: judge(inspector, until), range(JUDGING_THREADS)))  # noqa: B023
            spent = {"seconds": time.perf_counter() - started, "processor": time.process_time() - used}
            print(json.dumps({"pid": os.getpid(), "judged": judged, **spent}), flush=True)


if __name__ == "__main__":
    main()
