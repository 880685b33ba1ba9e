"""A released model read back computes what it computes in service, so that training can go on from it."""

import numpy as np
import onnxruntime
import pytest
import torch

from models.runtime.artifact_files import ArtifactFile
from models.settings import Settings
from training.text.networks.checkpoints import TextCheckpointError
from training.text.networks.model import TextModel
from training.text.networks.released import base_or_released, released

TEXTS = ("简介 加微信领资料，稳赚不赔", "昵称 张律师", "简介 今天天气真好，出门走走")


@pytest.fixture(scope="module")
def directory():
    return Settings().text_directory()


def test_it_scores_as_in_service_up_to_the_rounding_of_activations(directory):
    base = released(directory)
    model = TextModel(base.encoder)
    for name, weights in base.heads.items():
        model.get_submodule(name).load_state_dict(weights)
    model.eval()
    served = onnxruntime.InferenceSession(directory / ArtifactFile.MODEL, providers=["CPUExecutionProvider"])
    for text in TEXTS:
        ids = np.array([base.tokenizer.encode(text).ids], np.int64)
        with torch.inference_mode():
            read_back = model(torch.tensor(ids), torch.ones(ids.shape, dtype=torch.int64))
        for ours, theirs in zip(read_back, served.run(["scores", "tokens"], {"ids": ids}), strict=True):
            assert np.abs(ours.numpy() - theirs).mean() < 0.25
            np.testing.assert_allclose(ours.numpy(), theirs, atol=1.0)


def test_the_command_takes_it_for_what_it_is(directory):
    assert base_or_released(directory).heads.keys() == {"scores", "tokens"}


def test_a_folder_with_another_model_is_refused_by_name(tmp_path):
    (tmp_path / ArtifactFile.MODEL).write_bytes(b"no model")
    with pytest.raises(TextCheckpointError, match=f"{tmp_path} is no released text model"):
        base_or_released(tmp_path)
