"""The training stage of the core detector: trains on scenes, exports the graph, removes the checkpoint."""

from __future__ import annotations

from pathlib import Path

import cv2

from models.images.encoder.encoder import Encoder
from models.runtime.artifact_files import ArtifactFile
from training.images.common.metrics import record_metrics
from training.images.common.split import Fold
from training.images.core.classes import core_classes
from training.images.core.export import export_core
from training.images.core.sources import scene_sources
from training.images.core.trainer import SCENES_PER_BATCH, CoreTrainer
from training.images.networks.released import Base, read_base

CORE_STEPS = 4_300
"""Steps of 24 scenes, 80 minutes on two cores."""

CHECKPOINT_FILE = "core_checkpoint.pt"


def train_core(  # noqa: PLR0913 - what a run needs
    directory: Path,
    *,
    base: Base | None = None,
    seed: int = 0,
    limit: int | None = None,
    steps: int = CORE_STEPS,
    workers: int = 2,
) -> Path:
    """Write `core.onnx` into an encoder's artefact folder; an interrupted run resumes from its last checkpoint.

    Args:
        directory: holds the encoder that the detector belongs to.
        base: encoder to start from, by default the folder's; from its core detector, if that has the same classes.
        seed: of scenes and weights.
        limit: at most this many graphics a package, for tests.
        steps: over all runs.
        workers: processes that compose scenes.

    Raises:
        training.images.networks.released.BaseError: the folder holds no encoder of ours.
        training.packages.PackageError: a package could not be fetched.
    """
    cv2.setNumThreads(1)  # OpenCV's threads do not survive the fork of the processes that compose scenes
    checkpoint = directory / CHECKPOINT_FILE
    base, classes = base or read_base(directory), core_classes().references
    goes_on = base.core_classes == classes
    trainer = CoreTrainer(scene_sources(Fold.TRAIN, limit), base, seed, checkpoint, workers, goes_on)
    trainer.run(steps)
    path = directory / ArtifactFile.CORE
    difference = export_core(trainer.network, classes, Encoder(directory).fingerprint, path)
    measured = {"classes": len(classes), "steps": steps, "scenes": steps * SCENES_PER_BATCH, "losses": trainer.averages}
    record_metrics(directory, "core", measured | {"parity_max_relative_difference": difference})
    checkpoint.unlink()
    return path
