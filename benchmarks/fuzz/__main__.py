"""Fuzz the image decoder, the normalizer and the rule-based text detectors.

Any bytes must become a picture or a refusal, any text must keep its offsets, and no input may take much time or memory.
Inputs that fail are kept under build/fuzz, to become tests.

    .venv/bin/python -m benchmarks.fuzz --seconds 600
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from benchmarks.fuzz.runner import FuzzRun, Target

FOLDER = Path(__file__).parents[2] / "build" / "fuzz"
"""Folder of the failed inputs, by target."""

PATIENCE_SECONDS = 90
"""Seconds beyond the end of a run after which it counts as hung: start, shrinking and any input take less."""

NAMES = ("pictures", "normaliser", "detectors")
"""Names of the targets, in the order in which they are fuzzed."""


def target(name: str) -> Target:
    """The target of a name; only its own modules are loaded."""
    if name == "pictures":
        from benchmarks.fuzz.pictures import check, pictures  # noqa: PLC0415

        # The decoder's own figures are 2.2 s and 390 MB, on a quiet machine.
        return Target(pictures(), check, seconds=6, megabytes=900)
    from benchmarks.fuzz.texts import check_detectors, check_normaliser, hostile_texts  # noqa: PLC0415

    if name == "normaliser":
        return Target(hostile_texts, check_normaliser, seconds=1, megabytes=200)
    return Target(hostile_texts, check_detectors, seconds=1, megabytes=200)


@dataclass(frozen=True)
class Result:
    """Counts of a target's `FuzzRun`, which describes them."""

    name: str
    tried: int
    slowest: float
    grown: float
    finds: list[str]


def fuzz(name: str, seconds: float) -> Result:
    """Fuzz one target in a process of its own."""
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.fuzz", "--seconds", str(seconds), "--child", name]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=seconds + PATIENCE_SECONDS, check=True)
    except subprocess.TimeoutExpired:
        return Result(name, 0, 0, 0, [f"it hung: {folder / 'last'}"])
    except subprocess.CalledProcessError as error:
        return Result(name, 0, 0, 0, [f"it ended with {error.returncode}: {folder / 'last'}"])
    return Result(name, **json.loads(done.stdout))


def child(name: str, seconds: float) -> None:
    """Fuzz one target in this process, and print its counts as JSON."""
    fuzz_run = FuzzRun(target(name), FOLDER / name)
    fuzz_run.run(seconds)
    print(json.dumps({key: getattr(fuzz_run, key) for key in ("tried", "slowest", "grown", "finds")}))


def show(result: Result, seconds: float) -> None:
    """Print a line of the table, and one for each find."""
    speed = f"{result.tried:>12,}{result.tried / seconds:>12.0f}{result.slowest * 1000:>14.0f}"
    print(f"{result.name:<14}{speed}{result.grown:>10.0f}{len(result.finds):>8}")
    for find in result.finds:
        print(f"  {find}")


def main() -> int:
    """Fuzz and print one table; returns 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}; all if not given")
    parser.add_argument("--seconds", type=float, default=600, help="for each target")
    parser.add_argument("--child", choices=NAMES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.targets) - set(NAMES):
        parser.error(f"there is no target {min(unknown)}")
    if options.child:
        child(options.child, options.seconds)
        return 0
    results = [fuzz(name, options.seconds) for name in tqdm(options.targets or NAMES, disable=None)]
    print(f"{'':<14}{'inputs':>12}{'a second':>12}{'slowest, ms':>14}{'MB more':>10}{'finds':>8}")
    for result in results:
        show(result, options.seconds)
    print(f"\n.venv/bin/python -m benchmarks.fuzz --seconds {options.seconds:g}")
    return 1 if any(result.finds for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
