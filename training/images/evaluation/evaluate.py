"""Evaluation of emblem detection on a manifest, beside other methods in the same run.

The evaluator uses the served detector and policy, so the measured code is the deployed code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from models.arrays import Float64
from models.boxes import WHOLE_PICTURE
from models.images.input.decode import Image, decode
from models.images.matching.emblems import EmblemDetector
from models.policy import Policy
from models.profile import Match, ProfileError
from training.images.common.measures import METRIC_COLUMNS, Scored, measure
from training.images.evaluation.html_report import MEASURED_WITH, Pictures, write_report
from training.images.evaluation.manifest import Row, field_of, read_manifest, read_rows
from training.images.evaluation.peers import Peer, score_peers
from training.shares import by_name, share

BATCH_SIZE, THREADS = 16, 2
SHARED_IMITATIONS, SHARED_HARMLESS = 600, 1_500
"""Pictures for other methods, sampled with a fixed seed: keypoints and large networks take seconds a picture."""


@dataclass(frozen=True)
class PeerMethods:
    """Methods to measure beside ours.

    Attributes:
        peers: the methods by name.
        references: the gallery's references file, which they learn.
    """

    peers: Mapping[str, Peer]
    references: Path


def evaluate_images(  # noqa: PLR0913 - a command's options
    manifest: Path,
    detector: EmblemDetector,
    policy: Policy,
    *,
    others: PeerMethods | None = None,
    hard_negatives: Path | None = None,
    output: Path | None = None,
    page: Path | None = None,
    command: str = "huijian evaluate images MANIFEST.jsonl",
) -> dict[str, Any]:
    """Measure, print the tables and then the command that made them.

    Args:
        manifest: JSON Lines {"path", "label": "pos" | "neg", "reference_id", "kind", "field"}; "box"
            (left, top, right, bottom as fractions) and "artist" are taken account of where they are.
        detector: with the gallery of the manifest's reference ids.
        policy: decides which matches are reported.
        others: methods to measure on a random sample of the pictures, on which ours is measured too.
        hard_negatives: manifest of harmless pictures that resemble emblems, counted apart.
        output: file for the numbers, JSON.
        page: file for an HTML page with curves and the worst errors.
        command: the command to print and to show on the page.

    Returns:
        `measures.measure` by method. Ours is "emblems", with the versions of `MEASURED_WITH`, and on the sample
        "emblems, shared pictures". Ours has "hard_negatives" too, `measures.share` of reported ones by kind and "all".

    Raises:
        ValueError: the manifest or a picture of it cannot be used.
    """
    rows = read_manifest(manifest)
    label_of = {reference.reference_id: str(reference.label) for reference in detector.references}
    labels = [label_of.get(row["reference_id"], "not enrolled") for row in rows]
    matches = match_pictures(rows, manifest.parent, detector, policy)
    ours = score_matches(rows, matches, detector, policy)
    versions = (detector.encoder.version, detector.gallery.version, policy.version)
    result = {"emblems": measure(rows, labels, ours) | dict(zip(MEASURED_WITH, versions, strict=True))}
    if hard_negatives is not None:
        result["emblems"]["hard_negatives"] = reported_by_kind(hard_negatives, detector, policy)
    if others is not None:
        sample = shared_rows(rows)
        part = [rows[number] for number in sample]
        pictures, truths = [manifest.parent / row["path"] for row in part], [row["reference_id"] for row in part]
        judged = score_peers(others.peers, others.references, pictures, truths)
        methods = {"emblems, shared pictures": ours.subset(np.array(sample)), **judged}
        shared = [labels[number] for number in sample]
        result |= {name: measure(part, shared, scored) for name, scored in methods.items()}
    show(result)
    print(command)
    if output is not None:
        output.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", "utf-8")
    if page is not None:
        names = {reference.reference_id: reference.name_zh or reference.name_en for reference in detector.references}
        write_report(page, result, Pictures(rows, manifest.parent, matches, ours, names), command)
    return result


def reported_by_kind(manifest: Path, detector: EmblemDetector, policy: Policy) -> dict[str, Any]:
    """Share of the pictures of each kind, and of "all", that the policy reports, as `measures.share`.

    Args:
        manifest: harmless pictures.
        detector: with the gallery in which they are looked for.
        policy: decides which matches are reported.
    """
    rows = read_rows(manifest)
    reported = score_pictures(rows, manifest.parent, detector, policy).reported
    if reported is None:
        raise ValueError(f"{manifest}: nothing was judged")
    return {"all": share(reported), **by_name(reported, [row["kind"] for row in rows])}


def shared_rows(rows: Sequence[Row]) -> list[int]:
    """Numbers of the rows that all methods are measured on, ascending."""
    rng = np.random.default_rng(0)
    sample = []
    for label, count in (("pos", SHARED_IMITATIONS), ("neg", SHARED_HARMLESS)):
        members = [number for number, row in enumerate(rows) if row["label"] == label]
        sample += [members[number] for number in rng.permutation(len(members))[:count]]
    return sorted(sample)


def score_pictures(rows: Sequence[Row], directory: Path, detector: EmblemDetector, policy: Policy) -> Scored:
    """Scores of every row by detector and policy; paths are relative to `directory`."""
    return score_matches(rows, match_pictures(rows, directory, detector, policy), detector, policy)


def match_pictures(rows: Sequence[Row], directory: Path, detector: EmblemDetector, policy: Policy) -> list[list[Match]]:
    """Matches in all frames of every row's picture, best first; paths are relative to `directory`.

    Lettering is read only if the policy has pictures read.
    """

    def match(batch: Sequence[Row]) -> list[list[Match]]:
        frames = [_decoded(row, directory) for row in batch]
        images = list(chain.from_iterable(frames))
        matches = iter(detector(images, policy.image_text))
        found = [[match for _ in frame for match in next(matches)] for frame in frames]
        return [sorted(matches, key=lambda match: -match.score) for matches in found]

    values: list[list[Match]] = []
    with ThreadPoolExecutor(THREADS) as judges, tqdm(total=len(rows), desc="emblems", unit="") as bar:
        for found in judges.map(match, (rows[start : start + BATCH_SIZE] for start in range(0, len(rows), BATCH_SIZE))):
            values += found
            bar.update(len(found))
    return values


def _decoded(row: Row, directory: Path) -> list[Image]:
    try:
        return decode((directory / row["path"]).read_bytes(), field_of(row))
    except ProfileError as error:
        raise ValueError(f"{row['path']}: {error.message}") from error


def score_matches(
    rows: Sequence[Row], matches: Sequence[Sequence[Match]], detector: EmblemDetector, policy: Policy
) -> Scored:
    """Scores of every row from its matches, best first, under the policy."""
    values = [_judged(row, found, detector, policy) for row, found in zip(rows, matches, strict=True)]
    scores, right, reported, named, boxes = map(np.array, zip(*values, strict=True))
    return Scored(scores, right, reported, named, boxes)


def _judged(
    row: Row, matches: Sequence[Match], detector: EmblemDetector, policy: Policy
) -> tuple[float, bool, bool, bool, Float64]:
    findings = policy.apply(detector.findings(matches, field_of(row)), frozenset(), row["path"])
    named = any(finding.evidence.reference_id == row["reference_id"] for finding in findings)
    if not matches:  # only negatives of the gallery are near
        return 0.0, False, False, False, np.array(WHOLE_PICTURE)
    best = matches[0]
    return best.score, best.reference_id == row["reference_id"], bool(findings), named, np.array(best.box)


def show(result: Mapping[str, Any]) -> None:
    """Print the tables: ours by label, kind and artist; one line for each other method."""
    print(f"{'':28}{'n':>6}" + "".join(f"{name:>16}" for name in METRIC_COLUMNS))
    for method, numbers in result.items():
        print(_line(method, numbers["all"], with_interval=True))
        if method == "emblems":
            for group in ("labels", "kinds", "artists"):
                for name, values in numbers[group].items():
                    print(_line(f"  {name}", values))
    ours = result["emblems"]
    print(*_remarks(ours), sep="\n")


def _remarks(ours: Mapping[str, Any]) -> Iterator[str]:
    kinds = sorted(ours["harmless"].items(), key=lambda kind: -kind[1])
    named = ", ".join(f"{kind} {share:.1%}" for kind, share in kinds if share)
    low, high = ours["all"]["interval"]["false@policy"]
    flagged = f"{ours['all']['false@policy']:.2%}, 95% {low:.2%} to {high:.2%}"
    yield f"harmless pictures with a finding: {flagged} ({named or 'none of any kind'})"
    hard = ours.get("hard_negatives", {})
    if hard:
        shares = ", ".join(f"{kind.removeprefix('hard_')} {row['share']:.1%}" for kind, row in hard.items())
        yield f"hard negatives with a finding, of {hard['all']['pictures']}: {shares}"
    yield from (f"{part}: {ours[part]}" for part in MEASURED_WITH)
    yield f"expected calibration error: {ours['all']['ece']:.4f}"
    boxes = ours["boxes"]
    if boxes["pictures"]:
        share = boxes["iou>=0.5"]
        yield f"boxes of {boxes['pictures']} right matches: IoU {boxes['mean_iou']:.3f}, {share:.1%} at 0.5 or more"


def _line(name: str, numbers: Mapping[str, Any], with_interval: bool = False) -> str:
    cells = []
    for column in METRIC_COLUMNS:
        spread = ""
        if column in numbers and with_interval:
            low, high = numbers["interval"][column]
            spread = f" {low:.2f}-{high:.2f}"
        cells.append((f"{numbers[column]:.3f}{spread}" if column in numbers else "-").rjust(16))
    return f"{name:28}{numbers['pictures']:>6}" + "".join(cells)
