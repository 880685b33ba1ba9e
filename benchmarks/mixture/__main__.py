"""Processor time of pictures and profiles as platforms send them: by kind, by stage, cold and warm, and over HTTP.

"Cold" is a new process, in which no reference's drawing was compared yet; "warm" comes after, with other pictures.
Reading text is included. Numbers are milliseconds of processor time, which other programs on the machine change little.

    .venv/bin/python -m benchmarks.mixture --pictures 300 --http
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from benchmarks.clock import pin_to_one_core, state_of_machine
from benchmarks.mixture.inspecting import Judged, judge_pictures, judge_profiles, percentiles, profiles_of
from benchmarks.mixture.over_http import over_http
from benchmarks.mixture.peers import PEERS, times
from benchmarks.mixture.pictures import HARMLESS, SHARES, uploads
from benchmarks.profiles import texts
from models.images.input.decode import decode
from models.inspector import Inspector
from models.profile import Profile
from models.settings import Settings

STAGES = ("decode", "encode", "search", "verify", "ocr", "codes", "core", "text", "other")
"""Stages of the Inspector, in printed order."""

COLUMNS = f"{'n':>6}{'mean':>9}{'p50':>9}{'p95':>9}{'p99':>9}{'verified':>10}"

PEER_PICTURES = 40
"""Pictures that peers take; their time hardly depends on the picture."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=300, help="uploads, a third of them repeated")
    parser.add_argument("--seed", type=int, default=38)
    parser.add_argument("--http", action="store_true", help="also the service over HTTP")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    first, second = uploads(options.pictures, options.seed), uploads(options.pictures, options.seed + 1)
    profiles = profiles_of([one for one in second if not one.repeated], texts("name"), texts("bio"))
    if options.http:
        print_http(profiles)
    pin_to_one_core()
    inspector = Inspector.load(Settings.from_environment().released())
    print_pictures("cold", judge_pictures(inspector, first))
    print_pictures("warm", judge_pictures(inspector, second))
    print(f"\n{'profiles of avatar, cover, name and bio':<44}{COLUMNS}")
    print(line("warm", judge_profiles(inspector, profiles)))
    if options.peers:
        pixels = [decode(one.data, one.field)[0].pixels for one in second[:PEER_PICTURES]]
        print()
        for name, load in PEERS.items():
            spent = times(load(), pixels)
            print(
                f"{name:<50}{np.mean(spent):>9.1f}" + "".join(f"{p:>9.1f}" for p in np.percentile(spent, (50, 95, 99)))
            )
    flags = " --http" * options.http + " --no-peers" * (not options.peers)
    print(f"\nencoder {inspector.encoder.version}; {state_of_machine()}")
    print(f"\n.venv/bin/python -m benchmarks.mixture --pictures {options.pictures} --seed {options.seed}{flags}")


def print_pictures(title: str, judged: Sequence[Judged]) -> None:
    """Print a table of new pictures by kind, and their mean by stage."""
    new = [one for one in judged if not one.repeated]
    harmless = [one for one in new if one.kind in HARMLESS]
    print(f"\n{title + ', new pictures':<44}{COLUMNS}")
    for kind in SHARES:
        if some := [one for one in new if one.kind == kind]:
            print(line(kind, some))
    print(line("all harmless", harmless))
    print(line("all", new))
    print(line("all, repeated ones too", judged))
    by_stage: dict[str, float] = defaultdict(float)
    for one in harmless:
        for stage, spent in one.stages.items():
            by_stage[stage] += spent / len(harmless)
    print(f"\n{title + ', harmless, mean by stage':<44}" + "".join(f"{stage:>9}" for stage in STAGES))
    print(f"{'':<44}" + "".join(f"{by_stage[stage]:>9.1f}" for stage in STAGES))


def line(name: str, judged: Sequence[Judged]) -> str:
    """A row of the table, in `COLUMNS`."""
    verified = np.mean([one.is_verified for one in judged])
    return (
        f"{name:<44}{len(judged):>6}"
        + "".join(f"{value:>9.1f}" for value in percentiles(judged))
        + f"{verified:>10.0%}"
    )


def print_http(profiles: Sequence[Profile]) -> None:
    """Print the service's processor time of each profile beside that of the Inspector alone."""
    print(f"\n{'over HTTP, a profile':<44}{'CPU ms':>9}{'share':>9}")
    alone, served = over_http(profiles)
    print(f"{'the Inspector alone':<44}{alone:>9.1f}{1:>9.2f}")
    print(f"{'the service, one client':<44}{served:>9.1f}{alone / served:>9.2f}")


if __name__ == "__main__":
    main()
