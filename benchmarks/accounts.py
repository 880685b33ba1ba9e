"""Accounts to test `huijian score` with, from a thousand to ten million, and a check of the decisions on them.

The mix is assumed and can be set: avatars in many sizes and formats, repeated default avatars, covers, names and texts
in six languages. Violations, rows that cannot be judged and repeated accounts are planted, so their answers are known.
Everything follows from the seed. Memory does not grow with the rows, but for three bytes each in the check.

    .venv/bin/python -m benchmarks.accounts make --rows 100000 build/population
    huijian score build/population/accounts build/population-decisions
    .venv/bin/python -m benchmarks.accounts check build/population build/population-decisions

The check counts rows lost, doubled and wrong, and ends with 1 if there are any. A row is wrong if it has another error
than was planted, or lacks a finding that a rule must make. Findings of models are counted, not required.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks.population.check import compare
from benchmarks.population.files import write_accounts
from benchmarks.population.rows import Mix


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.command == "make":
        mix = Mix(**{name: getattr(options, name) for name in Mix.__dataclass_fields__})
        write_accounts(options.folder, options.rows, mix)
        return 0
    result = compare(options.folder, options.decisions)
    print(json.dumps(result.to_dict()) if options.json else result)
    return 0 if result.is_right else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="make accounts")
    make.add_argument("folder", type=Path, help="new folder")
    make.add_argument("--rows", type=int, default=1_000)
    usual = Mix()
    make.add_argument("--seed", type=int, default=usual.seed)
    make.add_argument("--pictures", type=int, default=usual.pictures, help="different avatars besides default ones")
    for name in ("avatars", "defaults", "covers", "violations", "faults", "repeats"):
        make.add_argument(f"--{name}", type=float, default=getattr(usual, name), metavar="SHARE")
    make.add_argument("--own-bytes", action="store_true", help="pictures in the rows, each with bytes of its own")
    check = commands.add_parser("check", help="compare decisions with the known answers")
    check.add_argument("folder", type=Path, help="from make")
    check.add_argument("decisions", type=Path, help="OUT of huijian score")
    check.add_argument("--json", action="store_true", help="print JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
