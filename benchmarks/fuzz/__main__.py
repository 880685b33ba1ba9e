"""Fuzz the image decoder, the parsers of heads and bodies, the normalizer and the text detectors.

Any bytes must become a picture or a refusal, any request a profile or a refusal, any text must keep its offsets, and no
input may take much time or memory.
Inputs that fail are kept under build/fuzz, to become tests.

    .venv/bin/python -m benchmarks.fuzz --seconds 600
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hypothesis.errors import HypothesisWarning
from tqdm import tqdm

from benchmarks.fuzz.runner import FuzzRun, Target

FOLDER = Path(__file__).parents[2] / "build" / "fuzz"
"""Folder of the failed inputs, by target."""

PATIENCE_SECONDS = 90
"""Seconds beyond the end of a run after which it counts as hung: start, shrinking and any input take less."""


def _pictures() -> Target:
    from benchmarks.fuzz.pictures import check, pictures  # noqa: PLC0415

    return Target(pictures(), check, seconds=4, megabytes=400)  # each is decoded twice


def _structures() -> Target:
    from benchmarks.fuzz.pictures import check_decoding  # noqa: PLC0415
    from benchmarks.fuzz.structures import structures  # noqa: PLC0415

    return Target(structures(), check_decoding, seconds=2, megabytes=400)


def _bodies() -> Target:
    from benchmarks.fuzz.bodies import bodies, check_body  # noqa: PLC0415

    return Target(bodies, check_body, seconds=1, megabytes=200)


def _heads() -> Target:
    from benchmarks.fuzz.heads import check_head, heads  # noqa: PLC0415

    return Target(heads, check_head, seconds=1, megabytes=100)


def _normaliser() -> Target:
    from benchmarks.fuzz.texts import check_normaliser, hostile_texts  # noqa: PLC0415

    return Target(hostile_texts, check_normaliser, seconds=1, megabytes=200)


def _detectors() -> Target:
    from benchmarks.fuzz.texts import check_detectors, hostile_texts  # noqa: PLC0415

    return Target(hostile_texts, check_detectors, seconds=1, megabytes=200)


def _classifier() -> Target:
    from benchmarks.fuzz.texts import check_classifier, hostile_texts  # noqa: PLC0415

    check_classifier("a")  # the model's memory is not an input's
    return Target(hostile_texts, check_classifier, seconds=3, megabytes=200)


TARGETS: Mapping[str, Callable[[], Target]] = {
    "pictures": _pictures,
    "structures": _structures,
    "bodies": _bodies,
    "heads": _heads,
    "normaliser": _normaliser,
    "detectors": _detectors,
    "classifier": _classifier,
}
"""Targets by name, in the order in which they are fuzzed; each loads its own modules alone. Limits are twice the
documented worst cases, for a core may be busy with another program."""


@dataclass(frozen=True)
class Result:
    """Counts of a target's `FuzzRun`, which describes them."""

    name: str
    tried: int
    slowest: float
    dearest: float
    finds: list[str]


def fuzz(name: str, seconds: float, seed: int | None = None) -> Result:
    """Fuzz one target in a process of its own.

    Args:
        name: of the target.
        seconds: of trying inputs.
        seed: of the inputs; a random one if None.
    """
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.fuzz", "--seconds", str(seconds), "--child", name]
    command += [] if seed is None else ["--seed", str(seed)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=seconds + PATIENCE_SECONDS, check=True)
    except subprocess.TimeoutExpired:
        return Result(name, 0, 0, 0, [f"it hung: {folder / 'last'}"])
    except subprocess.CalledProcessError as error:
        return Result(name, 0, 0, 0, [f"it ended with {error.returncode}: {folder / 'last'}"])
    return Result(name, **json.loads(done.stdout))


def child(name: str, seconds: float, seed: int | None) -> None:
    """Fuzz one target in this process, and print its counts as JSON."""
    fuzz_run = FuzzRun(TARGETS[name](), FOLDER / name, seed)
    fuzz_run.run(seconds)
    print(json.dumps({key: getattr(fuzz_run, key) for key in ("tried", "slowest", "dearest", "finds")}))


def show(result: Result, seconds: float) -> None:
    """Print a line of the table, and one for each find."""
    speed = f"{result.tried:>12,}{result.tried / seconds:>12.0f}{result.slowest * 1000:>14.0f}"
    print(f"{result.name:<14}{speed}{result.dearest:>10.0f}{len(result.finds):>8}")
    for find in result.finds:
        print(f"  {find}")


def main() -> int:
    """Fuzz and print one table; returns 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all if not given")
    parser.add_argument("--seconds", type=float, default=600, help="for each target")
    parser.add_argument("--seed", type=int, help="of the inputs; a random one if not given")
    parser.add_argument("--child", choices=TARGETS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.targets) - set(TARGETS):
        parser.error(f"there is no target {min(unknown)}")
    warnings.simplefilter("ignore", HypothesisWarning)  # it warns of large inputs
    if options.child:
        child(options.child, options.seconds, options.seed)
        return 0
    results = [fuzz(name, options.seconds, options.seed) for name in tqdm(options.targets or TARGETS, disable=None)]
    print(f"{'':<14}{'inputs':>12}{'a second':>12}{'slowest, ms':>14}{'most, MB':>10}{'finds':>8}")
    for result in results:
        show(result, options.seconds)
    seeded = "" if options.seed is None else f" --seed {options.seed}"
    print(f"\n.venv/bin/python -m benchmarks.fuzz --seconds {options.seconds:g}{seeded}")
    return 1 if any(result.finds for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
