"""`huijian score` under kill -9: of drivers and workers of the native engine, and of nodes too on a Ray cluster.

Accounts are made with known answers. The native engine judges them. Then it does again, and two local Ray nodes do,
while processes are killed at random moments. A killed driver is started again, a killed node is replaced. Decisions
must be the same but for their ids, with no row lost or doubled.

    .venv/bin/python -m benchmarks.cluster.kills --rows 2000 --avatars 0.1 --native-kills 6 --kills 20
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pyarrow.parquet as pq

from benchmarks.clock import state_of_machine
from benchmarks.cluster.nodes import LocalCluster
from benchmarks.population.files import ACCOUNTS, write_accounts
from benchmarks.population.rows import Mix
from benchmarks.processes import HUIJIAN, run, tree

KINDS = ("driver", "worker", "node")

PART_ROWS = 8
"""Rows per part: many parts, so that kills hit all stages of them."""

LOOK_SECONDS = 0.2
"""Between two looks at the parts that are there."""


@dataclass
class Endured:
    """What a run went through.

    Attributes:
        kills: how many of each kind.
        seconds: from the first start to the end.
    """

    kills: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


@dataclass(frozen=True)
class Moment:
    """When something is killed.

    Attributes:
        kind: what.
        parts: finished parts of the run by then.
        delay: seconds after that.
    """

    kind: str
    parts: int
    delay: float


@dataclass(frozen=True)
class Difference:
    """What the decisions of two runs differ in, besides their ids.

    Attributes:
        lost: rows that the second run lacks.
        doubled: rows that it has too many.
        changed: rows in the same place that are not the same.
    """

    lost: int
    doubled: int
    changed: int


def main() -> None:
    """Run and print one table."""
    options = _parser().parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mix = Mix(seed=options.seed, avatars=options.avatars, covers=options.avatars / 10)
        write_accounts(folder, options.rows, mix)
        source = folder / ACCOUNTS
        native, _ = run(command(source, folder / "native", "native"))
        runs = {"native": Endured(seconds=native)}
        words = command(source, folder / "native-killed", "native")
        moments = random_moments(KINDS[:2], options.native_kills, options.rows, options.gap, rng)
        runs["native-killed"] = endure(words, folder / "native-killed", None, moments, rng)
        cluster = LocalCluster(2)
        try:
            words = command(source, folder / "ray-killed", "ray", cluster.address)
            moments = random_moments(KINDS, options.kills, options.rows, options.gap, rng)
            runs["ray-killed"] = endure(words, folder / "ray-killed", cluster, moments, rng)
        finally:
            cluster.close()
        print(f"\n{options.rows} accounts, {options.avatars:.0%} with an avatar, parts of {PART_ROWS} rows\n")
        print(f"{'':<16}{'seconds':>9}{'drivers':>9}{'workers':>9}{'nodes':>7}{'lost':>6}{'doubled':>9}{'changed':>9}")
        for out, endured in runs.items():
            found = difference(folder / "native", folder / out)
            drivers, workers, nodes = (endured.kills[kind] for kind in KINDS)
            counts = f"{endured.seconds:>9.1f}{drivers:>9}{workers:>9}{nodes:>7}"
            print(f"{out:<16}{counts}{found.lost:>6}{found.doubled:>9}{found.changed:>9}")
    print(f"\n{state_of_machine()}\n")
    given = f"--rows {options.rows} --avatars {options.avatars} --native-kills {options.native_kills}"
    print(f".venv/bin/python -m benchmarks.cluster.kills {given} --kills {options.kills}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--avatars", type=float, default=Mix().avatars, help="share of accounts with one")
    parser.add_argument("--native-kills", type=int, default=6, help="of drivers and workers of the native engine")
    parser.add_argument("--kills", type=int, default=20, help="of drivers, workers and nodes of a Ray cluster")
    parser.add_argument("--gap", type=float, default=10.0, help="most seconds from a part's end to a kill")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def random_moments(kinds: Sequence[str], count: int, rows: int, gap: float, rng: random.Random) -> list[Moment]:
    """Random moments over a whole run, however fast it is, with the kinds in turns."""
    parts = sorted(rng.randrange(rows // PART_ROWS) for _ in range(count))
    chosen = [kinds[number % len(kinds)] for number in range(count)]
    rng.shuffle(chosen)
    return [Moment(kind, part, rng.uniform(0, gap)) for kind, part in zip(chosen, parts, strict=True)]


def command(source: Path, out: Path, engine: str, address: str | None = None) -> list[str]:
    """The command line that is killed and started again."""
    words = [str(HUIJIAN), "score", str(source), str(out), "--engine", engine, "--part-rows", str(PART_ROWS)]
    return [*words, "--address", address] if address else words


def endure(
    words: Sequence[str], out: Path, cluster: LocalCluster | None, moments: Sequence[Moment], rng: random.Random
) -> Endured:
    """Run a command to its end, while processes are killed.

    Args:
        words: the command; it is started again where it was killed, or lost a worker of its own.
        out: where it writes.
        cluster: where it judges; None for processes of its own.
        moments: kills, in order.
        rng: chooses victims.

    Raises:
        CalledProcessError: the command failed though nothing was killed.
    """
    endured, started, left = Endured(), time.monotonic(), list(moments)
    driver, is_harmed = _start(words), False
    while (status := driver.poll()) != 0:
        if status is not None:
            if not is_harmed:
                raise subprocess.CalledProcessError(status, list(words))
            driver, is_harmed = _start(words), False
        if left and len(list(out.glob("part-*"))) >= left[0].parts:
            time.sleep(left[0].delay)
            if driver.poll() is None and _kill(left[0].kind, driver, cluster, rng):
                endured.kills[left.pop(0).kind] += 1
                is_harmed = driver.poll() is not None or cluster is None
        time.sleep(LOOK_SECONDS)
    endured.seconds = time.monotonic() - started
    return endured


def difference(expected: Path, found: Path) -> Difference:
    """Compare the decisions of two runs."""
    one, other = (pq.read_table(folder).drop_columns(["decision_id"]).to_pylist() for folder in (expected, found))
    counts, others = (Counter(row["account_id"] for row in rows) for rows in (one, other))
    changed = sum(a != b for a, b in zip(one, other, strict=False))
    return Difference((counts - others).total(), (others - counts).total(), changed)


def _start(words: Sequence[str]) -> psutil.Popen:
    return psutil.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _kill(kind: str, driver: psutil.Popen, cluster: LocalCluster | None, rng: random.Random) -> bool:
    """Kill a process; false if there is none of the kind."""
    if kind == "node" and cluster:
        return cluster.kill_node(rng)
    if kind == "worker":
        return cluster.kill_worker(rng) if cluster else _kill_child(driver, rng)
    for member in tree(driver):
        member.kill()
    driver.wait()
    return True


def _kill_child(driver: psutil.Popen, rng: random.Random) -> bool:
    """Kill a random process below the driver, which then ends with an error."""
    children = tree(driver)[1:]
    if children:
        rng.choice(children).kill()
    return bool(children)


if __name__ == "__main__":
    main()
