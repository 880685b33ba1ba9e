"""Time that rows of each kind take, from which `huijian score` sizes its parts (`serving.batch.work`).

Accounts are those of `benchmarks.accounts`, each with pictures of its own bytes. One Inspector judges their texts
alone, each picture field alone, and avatars that it has just judged.

    .venv/bin/python -m benchmarks.batch.work --rows 400
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence

from benchmarks.clock import pin_to_one_core, state_of_machine
from benchmarks.population.rows import BLOCK_ROWS, Mix, block
from models.inspector import Inspector
from models.microbatching import MICROBATCH_SIZE, judge_all
from models.profile import TEXT_FIELDS, Field, Profile
from models.settings import Settings

MIX = Mix(avatars=1.0, defaults=0.0, covers=1.0, faults=0.0, repeats=0.0, own_bytes=True)
"""Every account has every picture, and none has another's bytes."""


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=400)
    options = parser.parse_args()
    pin_to_one_core()
    inspector = Inspector.load(Settings().released())
    rows = [row for row, _ in block(MIX, 0, min(options.rows, BLOCK_ROWS))]
    texts = profiles(rows, TEXT_FIELDS)
    kinds = {
        "texts": texts,
        "avatar": (avatars := profiles(rows, (Field.AVATAR,))),
        "cover": profiles(rows, (Field.COVER,)),
    }
    judge_all(inspector, [*texts[:MICROBATCH_SIZE], *profiles(rows[-MICROBATCH_SIZE:], Field)])
    print(f"\n{'':<20}{'rows':>8}{'CPU ms a row':>14}{'rows a core-second':>20}")
    for name, chosen in kinds.items():
        print(line(name, chosen, inspector))
    print(line("avatar seen before", avatars[-100:], inspector))
    print(f"\n{state_of_machine()}\n\n.venv/bin/python -m benchmarks.batch.work --rows {options.rows}")


def profiles(rows: Sequence[Mapping[str, object]], fields: Sequence[Field] | type[Field]) -> list[Profile]:
    """Profiles of rows with some of their fields."""
    return [Profile(str(row["account_id"]), **{field: row[field] for field in fields}) for row in rows]  # type: ignore[arg-type]


def line(name: str, chosen: Sequence[Profile], inspector: Inspector) -> str:
    """Judge profiles; a line of the table."""
    started = time.process_time()
    judge_all(inspector, chosen)
    seconds = (time.process_time() - started) / len(chosen)
    return f"{name:<20}{len(chosen):>8}{seconds * 1000:>14.2f}{1 / seconds:>20,.0f}"


if __name__ == "__main__":
    main()
