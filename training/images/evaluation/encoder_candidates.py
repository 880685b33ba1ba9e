"""Compares encoders by recall and time: pretrained networks, hashes, keypoints, and our trained encoder.

All enrol the same drawings and see the same pictures, one at a time; the nearest drawing by cosine answers. Score
normalisation, verification and calibration are left out, so the table compares features alone.

    .venv/bin/python -m training.images.evaluation.encoder_candidates build/benchmark-40
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from tqdm import tqdm

from models.arrays import Pixels
from models.images.encoder.encoder import Encoder
from models.settings import Settings
from training.images.common.measures import measure
from training.images.evaluation.evaluate import shared_rows
from training.images.evaluation.manifest import read_manifest
from training.images.evaluation.peers import PEERS, Finder, Peer, PeerAnswer, best_answer, lite0, score_peers

INPUT_SIDES = (160, 224, 256)
"""Sides in pixels of the pretrained network's square input."""

TABLE_METRICS = ("r@1", "ok@1%", "ok@.1%")
"""Columns from `measures.measure`, for all kinds of imitation together."""

TABLE_KINDS = ("copy", "small_photo", "corner", "by_hand", "other_style", "redrawn", "redrawn_unseen_artist")
"""Kinds of imitation whose recall@1 has a column: the easiest and the hardest."""


def main(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Of `huijian evaluate images`.")],
    encoder: Annotated[Path | None, typer.Option(help="Artefact folder; by default the encoder in force.")] = None,
    output: Annotated[Path | None, typer.Option(help="Also write all numbers there, as JSON.")] = None,
) -> None:
    """Measure all candidates on the shared pictures of a benchmark and print a table."""
    rows = read_manifest(folder / "manifest.jsonl")
    rows = [rows[number] for number in shared_rows(rows)]
    ours = Encoder(encoder or Settings.from_environment().encoder_directory())
    networks = {f"lite0-{side}": partial(lite0, side=side) for side in INPUT_SIDES}
    others = {name: peer for name, peer in PEERS.items() if name != "lite0"}
    peers: dict[str, Peer] = {"ours": partial(trained, encoder=ours), **networks, **others}
    result: dict[str, Any] = {}
    for name, peer in peers.items():  # one at a time, so that a long run prints and keeps partial results
        result |= measured(rows, folder, {name: peer})
        print(*table(result), sep="\n", flush=True)
        if output is not None:
            output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(shlex.join([".venv/bin/python", "-m", "training.images.evaluation.encoder_candidates", *sys.argv[1:]]))


def measured(rows: Sequence[dict[str, Any]], folder: Path, peers: Mapping[str, Peer]) -> dict[str, Any]:
    """Numbers of `measures.measure` by method."""
    pictures, truths = [folder / row["path"] for row in rows], [row["reference_id"] for row in rows]
    judged = score_peers(peers, folder / "references.jsonl", pictures, truths)
    return {name: measure(rows, ["all"] * len(rows), scored) for name, scored in judged.items()}


def trained(drawings: Sequence[Pixels], encoder: Encoder) -> Finder:
    """Our encoder, by the whole picture alone and by the best of its windows."""
    known = np.stack([encoder([drawing])[0].vectors[0] for drawing in tqdm(drawings, "ours, drawings", unit="")])

    def find(pixels: Pixels) -> dict[str, PeerAnswer]:
        cosines = encoder([pixels])[0].vectors @ known.T
        return {"ours, whole picture": best_answer(cosines[0]), "ours, windows": best_answer(cosines.max(axis=0))}

    return find


def table(result: Mapping[str, Any]) -> list[str]:
    """Lines of a Markdown table, a row for each method."""
    heads = ["features", *TABLE_METRICS, *(f"r@1 {kind}" for kind in TABLE_KINDS), "CPU ms"]
    lines = [heads, ["---"] * len(heads)]
    for name, numbers in result.items():
        every = numbers["all"]
        cells = [f"{every[column]:.3f}" for column in TABLE_METRICS]
        cells += [f"{numbers['kinds'][kind]['r@1']:.2f}" if kind in numbers["kinds"] else "-" for kind in TABLE_KINDS]
        lines.append([name, *cells, f"{every['milliseconds']:.1f}"])
    return ["| " + " | ".join(cells) + " |" for cells in lines]


if __name__ == "__main__":
    typer.run(main)
