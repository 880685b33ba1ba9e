import numpy as np
import onnxruntime
import pytest

from models.images.encoder.encoder import Encoder
from models.runtime.sessions import providers, session
from models.settings import ArtifactError, Settings

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


@pytest.fixture
def choose(monkeypatch):
    """Sets what the operator asks for and what ONNX Runtime offers."""

    def set_both(asked, *offered):
        monkeypatch.setenv("HUIJIAN_PROVIDERS", asked)
        monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: list(offered))

    return set_both


def test_networks_run_on_the_processor_unless_something_else_is_asked_for(monkeypatch):
    monkeypatch.delenv("HUIJIAN_PROVIDERS", raising=False)
    assert providers() == [CPU]


@pytest.mark.parametrize(
    ("asked", "offered", "taken"),
    [
        ("cuda", [CUDA, CPU], [CUDA]),
        ("cuda,cpu", [CUDA, CPU], [CUDA, CPU]),
        (" CUDA , cpu", ["TensorrtExecutionProvider", CUDA, CPU], [CUDA, CPU]),
        ("cuda,cpu", [CPU], [CPU]),
        ("cpu", [CUDA, CPU], [CPU]),
        ("", [CUDA, CPU], [CPU]),
    ],
)
def test_the_first_that_is_offered_is_taken_in_the_order_asked_for(choose, asked, offered, taken):
    choose(asked, *offered)
    assert providers() == taken


def test_a_card_that_is_not_offered_is_an_error_that_says_what_to_do(choose):
    choose("cuda", "AzureExecutionProvider", CPU)
    with pytest.raises(ArtifactError, match=r"install onnxruntime-gpu.*or add cpu"):
        providers()


@pytest.mark.parametrize("asked", ["gpu", "cuda,", "cpu cuda", "CUDAExecutionProvider"])
def test_a_name_that_is_none_is_refused(choose, asked):
    choose(asked, CUDA, CPU)
    with pytest.raises(ArtifactError, match="HUIJIAN_PROVIDERS must list cpu and cuda"):
        providers()


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_card_that_is_offered_but_cannot_be_started_is_an_error_unless_the_processor_may_do(choose):
    model = Settings().encoder_directory() / "model.onnx"
    choose("cuda", CUDA, CPU)  # this machine has no card: ONNX Runtime takes the processor and says nothing
    with pytest.raises(ArtifactError, match="cannot be started here"):
        session(model, threads=1)
    choose("cuda,cpu", CUDA, CPU)
    assert session(model, threads=1).get_providers() == [CPU]


def test_every_network_of_the_encoder_is_run_as_chosen(choose):
    choose("cuda", CPU)
    with pytest.raises(Exception, match="install onnxruntime-gpu"):
        Encoder(Settings().encoder_directory())
    choose("cuda,cpu", CPU)
    (embedding,) = Encoder(Settings().encoder_directory())([np.zeros((64, 64, 3), np.uint8)])
    assert embedding.vectors.shape[1] == 256
