"""Time of one picture on one core, stage by stage, and the encoder's share of the core's peak performance.

All image detectors take part as the Inspector runs them, except text recognition. A picture that reaches the
verification stage passes through the encoder a second time. The stage `match` is the rest of the emblem detector.

With `--int8` the encoder is also quantized to 8 bits and written as an artefact folder for `huijian compare`.

    .venv/bin/python -m benchmarks.encoder --int8 build/int8
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks import flops
from benchmarks.clock import COLUMNS, Times, pin_to_one_core, state_of_machine
from benchmarks.profiles import AVATAR, imitation, picture
from models.arrays import Float32, Pixels
from models.images.codes import CodeDetector
from models.images.encoder.encoder import Embedding, Encoder
from models.images.gallery.gallery import Gallery
from models.images.input.decode import decode
from models.images.matching.emblems import EmblemDetector
from models.profile import Field
from models.runtime.artifact_files import ArtifactFile
from models.settings import Settings
from training.images.networks.quantize import FLOAT_CONVOLUTIONS, quantize, training_pictures

SMALL_COVER = (900, 300)
"""Width and height in pixels."""

HARMLESS_LIMIT, VERIFIED_LIMIT = 45.0, 120.0
"""Most milliseconds at the median: of a harmless picture, and of one that is verified."""

PICTURE_COUNT, ROUNDS, WARM_UP = 25, 4, 5
"""Pictures of a sort, judgements of each, and pictures judged before, which do not count."""

BATCH = 16
"""Pictures per batch where throughput is measured."""

OPERATIONS_SIDE = 256
"""Pixels: side of the picture for which operations are counted."""

KEPT_CHOICES = (0, 1, 6, 10, 15)
"""Numbers of first convolutions that stay in 32 bits, to compare."""

STAGES = ("decode", "encode", "match", "codes", "all")
"""Stages of one picture, in printed order."""


class StopwatchEncoder(Encoder):
    """An encoder that notes the times of its passes."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.times = Times()

    def grids(self, images: Sequence[Pixels], scale: float = 1.0) -> list[tuple[Float32, ...]]:
        """As `Encoder.grids`, from which its embeddings come too."""
        return self.times.measure(lambda: super(StopwatchEncoder, self).grids(images, scale))


@dataclass
class Detectors:
    """The detectors of pictures, timed by stage."""

    encoder: StopwatchEncoder
    emblems: EmblemDetector
    codes: CodeDetector

    @classmethod
    def load(cls, settings: Settings) -> Detectors:
        """The active models by the settings."""
        encoder = StopwatchEncoder(settings.encoder_directory())
        gallery = Gallery.load(settings.gallery_directory(), encoder)
        return cls(encoder, EmblemDetector(encoder, gallery), CodeDetector())

    def __call__(self, pictures: Sequence[bytes], field: Field) -> dict[str, Times]:
        """Judge a batch of pictures; returns the times of each stage, and of every pass of the encoder."""
        stages = {stage: Times() for stage in STAGES}
        self.encoder.times = stages["encode"]
        images = stages["decode"].measure(lambda: [image for data in pictures for image in decode(data, field)])
        stages["match"].measure(lambda: self.emblems(images, reads=False))
        stages["codes"].measure(lambda: self.codes(images, [field] * len(images)))
        return stages


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--int8", type=Path, metavar="DIR", help="also make an encoder in 8 bits, there")
    options = parser.parse_args()
    pin_to_one_core()
    detectors = Detectors.load(Settings.from_environment().released())
    print(f"encoder {detectors.encoder.version}; milliseconds")
    for field, size in ((Field.AVATAR, AVATAR), (Field.COVER, SMALL_COVER)):
        print_stages(
            f"harmless {field}", HARMLESS_LIMIT, detectors, [picture(size, n) for n in range(PICTURE_COUNT)], field
        )
        made = [imitation(size, n) for n in range(PICTURE_COUNT)]
        print_stages(f"{field} with an emblem", VERIFIED_LIMIT, detectors, made, field)
    print_throughput(detectors)
    print_share_of_peak(detectors.encoder)
    if options.int8:
        print_int8(detectors.encoder.directory, options.int8)
    arguments = f" --int8 {options.int8}" if options.int8 else ""
    print(f"\n{state_of_machine()}\n\n.venv/bin/python -m benchmarks.encoder{arguments}")


def print_stages(title: str, limit: float, detectors: Detectors, pictures: Sequence[bytes], field: Field) -> None:
    """Print the times of the stages for pictures of one sort, judged one at a time."""
    for data in pictures[:WARM_UP]:
        detectors([data], field)
    judged = [detectors([data], field) for data in tqdm([*pictures] * ROUNDS, title, leave=False, disable=None)]
    again = np.mean([len(stages["encode"].wall) > 1 for stages in judged])
    print(f"\n{title + f', {again:.0%} looked at again':<44}{COLUMNS}")
    totals = {stage: Times() for stage in STAGES}
    for stages in judged:
        for clock in ("wall", "processor"):
            spent = {stage: sum(getattr(stages[stage], clock)) for stage in STAGES}
            spent["all"] = sum(spent[stage] for stage in ("decode", "match", "codes"))
            spent["match"] -= spent["encode"]
            for stage in STAGES:
                getattr(totals[stage], clock).append(spent[stage])
    for stage in STAGES:
        print(f"{stage:<44}{totals[stage]}")
    print(f"{'limit':<44}{limit:>9.1f}")


def print_throughput(detectors: Detectors) -> None:
    """Print pictures per second, one at a time and in batches, of the encoder alone and of all detectors."""
    avatars = [picture(AVATAR, n) for n in range(BATCH)]
    pixels = [decode(data, Field.AVATAR)[0].pixels for data in avatars]
    print(f"\n{'avatars per second of one core':<36}{'wall':>9}{'CPU':>9}")
    for batch in (1, BATCH):
        for name, judge in (
            ("encoder", lambda count: detectors.encoder(pixels[:count])),
            ("all detectors", lambda count: detectors(avatars[:count], Field.AVATAR)),
        ):
            times = repeated(partial(judge, batch), 3 * BATCH // batch)
            wall, processor = (batch * 1000 / np.median(values) for values in (times.wall, times.processor))
            print(f"{f'{name}, {batch} at a time':<36}{wall:>9.1f}{processor:>9.1f}")


def print_share_of_peak(encoder: Encoder) -> None:
    """Print operations per second of the network and of a large matrix product, by processor time."""
    pixels = np.random.default_rng(0).integers(0, 256, (OPERATIONS_SIDE, OPERATIONS_SIDE, 3), dtype=np.uint8)
    count = flops.of_graph(encoder.directory / ArtifactFile.MODEL, {"pixels": pixels[None]})
    peak = flops.peak()
    size = f"{OPERATIONS_SIDE} x {OPERATIONS_SIDE} pixels"
    print(f"\n{count / 1e9:.2f} GFLOP for {size}; a product of matrices does {peak / 1e9:.0f} GFLOP/s")
    for batch in (1, BATCH):
        times = repeated(partial(encoder, [pixels] * batch), 3 * BATCH // batch)
        speed = count * batch * 1000 / np.median(times.processor)
        print(f"{f'encoder, {batch} at a time':<36}{speed / 1e9:>9.0f} GFLOP/s{speed / peak:>9.0%} of that")


def print_int8(source: Path, target: Path) -> None:
    """Print the cost of each way to quantize to 8 bits, and write the recommended one to `target`."""
    calibration = training_pictures()
    probes = [decode(made(size, n), Field.AVATAR)[0].pixels for made, size, n in _probes()]
    full = Encoder(source)
    expected = full(probes)
    print(f"\n{'convolutions in 8 bits':<36}{'CPU ms':>9}{'speed':>9}{'cosine':>9}{'least 5%':>9}{'whole':>9}{'MB':>9}")
    with tempfile.TemporaryDirectory() as scratch:
        ways = {"none": source}
        for kept in KEPT_CHOICES:
            folder = target if kept == FLOAT_CONVOLUTIONS else Path(scratch) / str(kept)
            name = f"all but the first {kept}" if kept else "all"
            ways[name] = quantize(source, folder, calibration, kept, Path(scratch) / "ranges.json")
        for name, folder in ways.items():
            print(f"{name:<36}{_compared(full, Encoder(folder), probes, expected)}", flush=True)
    print(
        f"\n{target} holds the one that keeps the first {FLOAT_CONVOLUTIONS} convolutions. What it costs in recall:\n"
        f"huijian compare {source} {target} --manifest MANIFEST.jsonl --references REFERENCES.jsonl"
    )


def repeated(act: Callable[[], object], count: int) -> Times:
    """Times of repeated runs, after one to warm up."""
    act()
    times = Times()
    for _ in range(count):
        times.measure(act)
    return times


def _probes() -> list[tuple[Callable[[tuple[int, int], int], bytes], tuple[int, int], int]]:
    return [(made, size, n) for n in range(15) for made in (picture, imitation) for size in (AVATAR, SMALL_COVER)]


def _compared(full: Encoder, small: Encoder, probes: Sequence[Pixels], expected: Sequence[Embedding]) -> str:
    """Columns: time, speed relative to full precision, cosine of the windows' vectors, file size."""
    times = {encoder: Times() for encoder in (full, small)}
    for pixels in [*probes[:2]] * 20:
        for encoder, taken in times.items():
            taken.measure(partial(encoder, [pixels]))
    slow, fast = (float(np.median(taken.processor)) for taken in times.values())
    pairs = [(one.vectors * other.vectors).sum(axis=1) for one, other in zip(small(probes), expected, strict=True)]
    cosines = np.concatenate(pairs)
    likeness = (cosines.mean(), np.quantile(cosines, 0.05), np.mean([pair[0] for pair in pairs]))
    size = (small.directory / ArtifactFile.MODEL).stat().st_size / 2**20
    return f"{fast:>9.1f}{slow / fast:>8.2f}x" + "".join(f"{value:>9.4f}" for value in likeness) + f"{size:>9.1f}"


if __name__ == "__main__":
    main()
