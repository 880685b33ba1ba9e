"""Speed of the text normalizer, beside the two library calls that most programs stop at: NFKC and OpenCC.

The first table counts texts of 100 characters a second on one core: training cases, joined and cut. A second row has
the same with every character disguised that can be. The second table times the worst 10,000 characters, cold (no
character met before) and warm. The third counts the readings that detectors of names and contacts search.

NFKC and OpenCC lose offsets and undo far fewer disguises.

    .venv/bin/python -m benchmarks.normalize
"""

from __future__ import annotations

import json
import random
import time
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial

import opencc

from benchmarks.clock import pin_to_one_core, state_of_machine
from models.runtime.paths import DATASETS
from models.text.normalize.characters import SINGLE
from models.text.normalize.normalize import Normalized, normalize
from models.text.normalize.readings import ReadingKind, readings

CASES = DATASETS / "bios" / "train.jsonl"
"""File that ordinary texts are cut from."""

TEXT_LENGTH = 100
"""Characters of an ordinary text."""

TEXT_COUNT = 2_000
"""Ordinary texts that are timed together."""

WORST_LENGTH = 10_000
"""Characters of each of the worst texts."""

REPEATS = 5
"""Runs, of which the quickest counts: other programs only add time."""

_T2S, _S2T = opencc.OpenCC("t2s"), opencc.OpenCC("s2t")
_DISGUISED = {
    **dict(zip("的不人国中微信", "旳吥亼囯㆗嶶伩", strict=True)),
    **{chr(ord("a") + i): chr(0x1D4EA + i) for i in range(26)},
    **{str(i): chr(0x1D7CE + i) for i in range(10)},
}


def baseline(text: str) -> str:
    """The baseline: compatibility folding, lower case and simplified characters."""
    return _T2S.convert(unicodedata.normalize("NFKC", text).lower())


def ordinary_texts() -> list[str]:
    """Texts of 100 characters as people write them: punctuation, emoji, Latin and all."""
    lines = CASES.read_text(encoding="utf-8").splitlines()
    joined = " ".join(json.loads(line)["text"] for line in lines)
    return [joined[start : start + TEXT_LENGTH] for start in range(0, TEXT_COUNT * TEXT_LENGTH, TEXT_LENGTH)]


def disguised(text: str, rng: random.Random) -> str:
    """A text with styled letters and digits, rare and traditional characters, and invisible ones in between."""
    traditional = _S2T.convert(text.lower())
    return "".join(_DISGUISED.get(char, char) + rng.choice(("", "", "", "\u200b", "\ufe0f")) for char in traditional)


def worst_texts(rng: random.Random) -> dict[str, str]:
    """The slowest texts known, by name, 10,000 characters each."""

    def random_text(first: int, last: int) -> str:
        return "".join(chr(rng.randrange(first, last)) for _ in range(WORST_LENGTH))

    return {
        "random, all of Unicode": "".join(
            map(chr, rng.choices([*range(0xD800), *range(0xE000, 0x110000)], k=WORST_LENGTH))
        ),
        "random, assigned blocks": random_text(0x20, 0xD800),
        "exotic scripts in order": "".join(map(chr, range(0x1000, 0x1000 + WORST_LENGTH))),
        "rare Han (extension B)": "".join(map(chr, range(0x20000, 0x20000 + WORST_LENGTH))),
        "compatibility Han": random_text(0xF900, 0xFAFF),
        "emoji": random_text(0x1F300, 0x1FAFF),
        "mathematical letters": random_text(0x1D400, 0x1D7FF),
        "stacked marks": "".join(rng.choice("ae信") + random_text(0x300, 0x36F)[:5] for _ in range(WORST_LENGTH // 6)),
        "invisible between letters": "a\u200b" * (WORST_LENGTH // 2),
        "ligatures": "℡㏂ﬄ⑽" * (WORST_LENGTH // 4),
        "Thai": "กิ่" * (WORST_LENGTH // 3),
        "flags and keycaps": "🇻🇽3️⃣🔟" * (WORST_LENGTH // 6),
    }


def seconds(work: Callable[[], object]) -> float:
    """Processor time of the quickest of `REPEATS` runs."""
    return min(_timed(work) for _ in range(REPEATS))


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _print_speeds(name: str, texts: Sequence[str]) -> None:
    library = len(texts) / seconds(lambda: [baseline(text) for text in texts])
    ours = len(texts) / seconds(lambda: [normalize(text) for text in texts])
    print(f"{name:<34}{ours:>12,.0f}{library:>14,.0f}{library / ours:>8.1f}")


def _print_worst(worst: dict[str, str]) -> None:
    for name, text in worst.items():
        SINGLE.clear()
        cold = _timed(partial(normalize, text)) * 1000
        warm, library = (seconds(partial(work, text)) * 1000 for work in (normalize, baseline))
        print(f"{name:<34}{cold:>12.1f}{warm:>8.1f}{library:>8.1f}{warm / library:>8.1f}")


def _print_readings(texts: Sequence[str]) -> None:
    normalized = [normalize(text) for text in texts]
    for kinds in (
        [ReadingKind.JOINED],
        [ReadingKind.SHAPE],
        [ReadingKind.SOUND],
        [ReadingKind.NEAR_SOUND],
        list(ReadingKind),
    ):
        cost = seconds(partial(_read, normalized, kinds))
        print(f"{' '.join(kinds):<34}{len(texts) / cost:>12,.0f}")


def _read(texts: Sequence[Normalized], kinds: Sequence[ReadingKind]) -> list[list[str]]:
    return [[reading.text for reading in readings(text, kinds)] for text in texts]


def main() -> None:
    """Measure and print three tables."""
    pin_to_one_core()
    rng = random.Random(0)
    ordinary = ordinary_texts()
    hidden = [disguised(text, rng)[:TEXT_LENGTH] for text in ordinary]
    print(f"{f'{TEXT_COUNT} texts of {TEXT_LENGTH} characters':<34}{'texts/s':>12}{'NFKC+OpenCC':>14}{'ratio':>8}")
    _print_speeds("ordinary", ordinary)
    _print_speeds("disguised", hidden)
    print(f"\n{f'{WORST_LENGTH:,} characters, milliseconds':<34}{'cold':>12}{'warm':>8}{'peer':>8}{'ratio':>8}")
    _print_worst(worst_texts(rng))
    print(f"\n{'readings of ordinary texts':<34}{'texts/s':>12}")
    _print_readings(ordinary)
    print(f"\n{state_of_machine()}\n.venv/bin/python -m benchmarks.normalize")


if __name__ == "__main__":
    main()
