"""The core detector learns, resumes, and is exported; its calibration separates emblems from harmless pictures."""

import numpy as np
import onnxruntime
import pytest
import torch

from models.images.core.detector import read_classes
from models.settings import Settings
from training.images.core import trainer as trainers
from training.images.core.calibrate import fit_platt_by_class
from training.images.core.export import export_core
from training.images.core.network import CoreNetwork
from training.images.core.scenes import CoreScene, Placed
from training.images.core.targets import batch_of, core_losses
from training.images.core.trainer import CoreTrainer
from training.images.networks.released import read_base
from training.images.networks.tower import create

CLASSES = 3


def squares(count=4):
    """Scenes of a coloured square a class, on grey."""
    made = []
    for at in range(count):
        picture = np.full((96, 128, 3), 128, np.uint8)
        number = at % CLASSES
        left = 10 + 20 * at
        picture[20:70, left : left + 50, number] = 255
        made.append(CoreScene(picture, (Placed(number, (left, 20.0, left + 50.0, 70.0)),)))
    return made


class Sources:
    """As many classes as the scenes have."""

    classes = [None] * CLASSES


@pytest.fixture
def without_scenes(monkeypatch):
    """Every batch holds the same squares."""
    monkeypatch.setattr(trainers._Scenes, "__getitem__", lambda self, step: batch_of(squares(), CLASSES))


@pytest.fixture(scope="module")
def base():
    return read_base(Settings().released().encoder_directory())


def loss_of(network):
    batch = batch_of(squares(), CLASSES)
    with torch.inference_mode():
        logits, boxes = network(batch.pixels)
        return float(torch.stack(list(core_losses(logits, boxes, batch).values())).sum())


@pytest.mark.usefixtures("without_scenes", "one_thread")
def test_training_lowers_the_loss_and_resumes(base, tmp_path):
    started = CoreTrainer(Sources(), base, 0, tmp_path / "checkpoint.pt", workers=0)
    before = loss_of(started.network)
    started.run(6)
    resumed = CoreTrainer(Sources(), base, 0, tmp_path / "checkpoint.pt", workers=0)
    assert resumed.step == 6
    resumed.run(20)
    assert loss_of(resumed.network) < before / 2
    with pytest.raises(FileExistsError, match="other settings"):
        CoreTrainer(Sources(), base, 1, tmp_path / "checkpoint.pt", workers=0)


@pytest.mark.usefixtures("one_thread")
def test_released_detector_is_read_back():
    folder = Settings().released().encoder_directory()
    released = read_base(folder)
    network = CoreNetwork(create(pretrained=False).visual.trunk, len(released.core_classes)).eval()
    network.load_released(released.core)
    pixels = np.random.default_rng(0).integers(0, 256, (1, 96, 128, 3), dtype=np.uint8)
    expected, boxes = onnxruntime.InferenceSession(str(folder / "core.onnx")).run(None, {"pixels": pixels})
    with torch.inference_mode():
        logits, reached = network(torch.from_numpy(pixels))
    np.testing.assert_allclose(logits.numpy(), expected, atol=1e-3)
    np.testing.assert_allclose(reached.numpy(), boxes, atol=0.1)


@pytest.mark.usefixtures("one_thread")
def test_exported_graph_has_its_classes_and_free_sides(tmp_path):
    network = CoreNetwork(create(pretrained=False).visual.trunk, CLASSES)
    path = tmp_path / "core.onnx"
    assert export_core(network, [["a"], ["b", "c"], ["d"]], "0123456789ab", path) < 1e-3
    session = onnxruntime.InferenceSession(str(path))
    assert read_classes(session) == [["a"], ["b", "c"], ["d"]]
    logits, boxes = session.run(None, {"pixels": np.zeros((2, 160, 224, 3), np.uint8)})
    assert logits.shape == (2, 10, 14, CLASSES)
    assert boxes.shape == (2, 10, 14, 4)
    assert (boxes[..., 2:] > boxes[..., :2]).all()


def test_calibration_is_fitted_by_class():
    rng = np.random.default_rng(0)
    present = rng.random((2_000, CLASSES)) < 0.2
    logits = (rng.normal(-2.5, 0.8, present.shape) + 4 * present).astype(np.float32)
    logits[:, 2] += 1  # a class that harmless pictures come closer to
    slope, biases = fit_platt_by_class(logits, present)
    probabilities = 1 / (1 + np.exp(-(slope * logits + biases)))
    assert slope > 1
    assert biases[2] < biases[:2].min()
    assert probabilities[present].mean() > 0.9 > 0.1 > probabilities[~present].mean()


def test_trial_without_an_emblem_leaves_log_odds():
    slope, biases = fit_platt_by_class(np.zeros((5, CLASSES), np.float32), np.zeros((5, CLASSES), bool))
    assert slope == 1
    assert not biases.any()
