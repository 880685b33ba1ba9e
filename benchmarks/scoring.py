"""Throughput of `huijian score` beside the models alone, and its rows after kill -9.

The command scores rows of name, bio and avatar; then the Inspector judges a sample of them in a plain loop in one
process. A second run is killed at five random moments and continued; its rows must be complete and not doubled.

    .venv/bin/python -m benchmarks.scoring --rows 20000
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from benchmarks.load.requests import never_seen
from benchmarks.processes import HUIJIAN, kill_after, run
from benchmarks.profiles import AVATAR, picture, texts
from models.inspector import Inspector
from models.microbatching import MICROBATCH_SIZE
from models.profile import Profile
from models.settings import Settings

PICTURE_COUNT = 1_000
"""Different avatars. Every row has a copy of one with other bytes, so that the cache knows none."""

SAMPLE_ROWS = 640
"""Rows of the plain loop, whose time is linear."""

KILLS = 5
"""Kills of one run, each at a random moment of a fifth of its time."""


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        source = make_rows(directory, options.rows, options.seed)
        alone = plain_loop(source)
        seconds, peak = run(command(source, directory / "whole"))
        kills = interrupted(source, directory / "killed", seconds, random.Random(options.seed))
        lost, doubled = difference(source, directory / "killed")
    cores = len(os.sched_getaffinity(0))
    print(f"\n{options.rows} rows of name, bio and avatar; {cores} cores; one thread per model\n")
    print(f"{'':<34}{'rows/s':>10}{'peak MB':>10}")
    print(f"{'models alone, plain loop, 1 process':<36}{alone:>8.1f}")
    print(f"{f'huijian score, {cores} workers':<36}{options.rows / seconds:>8.1f}{peak / 2**20:>10.0f}")
    print(f"{'ratio':<36}{options.rows / seconds / alone:>8.2f}")
    print(f"\nkill -9 at {kills} random moments, then continued: {lost} rows lost, {doubled} doubled")
    print(f"\n.venv/bin/python -m benchmarks.scoring --rows {options.rows} --seed {options.seed}")


def make_rows(directory: Path, rows: int, seed: int) -> Path:
    """Write a Parquet file of rows and the folder of their avatars; returns the file."""
    (directory / "avatars").mkdir()
    pictures = [picture(AVATAR, seed + n) for n in tqdm(range(min(PICTURE_COUNT, rows)), desc="drawing", disable=None)]
    paths = [f"avatars/{number}.jpg" for number in range(rows)]
    for number, path in enumerate(paths):
        (directory / path).write_bytes(never_seen(pictures[number % len(pictures)]))
    rng = random.Random(seed)
    names, bios = texts("name"), texts("bio")
    table = pa.table(
        {
            "account_id": [f"account-{number}" for number in range(rows)],
            "name": rng.choices(names, k=rows),
            "bio": rng.choices(bios, k=rows),
            "avatar": paths,
        }
    )
    pq.write_table(table, directory / "profiles.parquet")
    return directory / "profiles.parquet"


def plain_loop(source: Path) -> float:
    """Rows per second of the Inspector alone, without loading."""
    inspector = Inspector.load(Settings.from_environment())
    profiles = [
        Profile(row["account_id"], row["name"], row["bio"], avatar=(source.parent / row["avatar"]).read_bytes())
        for row in pq.read_table(source).slice(0, SAMPLE_ROWS).to_pylist()
    ]
    inspector(profiles[:MICROBATCH_SIZE])
    started = time.monotonic()
    for start in tqdm(range(0, len(profiles), MICROBATCH_SIZE), desc="plain loop", disable=None):
        inspector(profiles[start : start + MICROBATCH_SIZE])
    return len(profiles) / (time.monotonic() - started)


def command(source: Path, out: Path) -> list[str]:
    """The command line that is measured."""
    return [str(HUIJIAN), "score", str(source), str(out)]


def interrupted(source: Path, out: Path, seconds: float, rng: random.Random) -> int:
    """Kill runs at random moments, then let one end; returns how many were killed."""
    moments = [rng.uniform(0, seconds / KILLS) for _ in range(KILLS)]
    kills = sum(kill_after(command(source, out), moment) for moment in tqdm(moments, desc="killing", disable=None))
    run(command(source, out))
    return kills


def difference(source: Path, out: Path) -> tuple[int, int]:
    """Numbers of rows without a decision, and of decisions too many."""
    expected = Counter(pq.read_table(source, columns=["account_id"])["account_id"].to_pylist())
    found = Counter(pq.read_table(out, columns=["account_id"])["account_id"].to_pylist())
    return (expected - found).total(), (found - expected).total()


if __name__ == "__main__":
    main()
