import numpy as np
import onnxruntime
import pytest

from models.images.encoder.encoder import Encoder
from models.runtime.sessions import providers, session
from models.settings import ArtifactError, Settings

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


@pytest.fixture
def choose(monkeypatch):
    """Sets the operator's providers and those that ONNX Runtime offers."""

    def set_both(asked, *offered):
        monkeypatch.setenv("HUIJIAN_PROVIDERS", asked)
        monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: list(offered))

    return set_both


def test_networks_run_on_the_cpu_by_default(monkeypatch):
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
def test_first_offered_provider_of_the_list_is_used(choose, asked, offered, taken):
    choose(asked, *offered)
    assert providers() == taken


def test_missing_gpu_provider_is_an_error_with_its_remedy(choose):
    choose("cuda", "AzureExecutionProvider", CPU)
    with pytest.raises(ArtifactError, match=r"install onnxruntime-gpu.*or add cpu"):
        providers()


@pytest.mark.parametrize("asked", ["gpu", "cuda,", "cpu cuda", "CUDAExecutionProvider"])
def test_unknown_provider_is_refused(choose, asked):
    choose(asked, CUDA, CPU)
    with pytest.raises(ArtifactError, match="HUIJIAN_PROVIDERS must list cpu and cuda"):
        providers()


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_gpu_that_cannot_start_is_an_error_unless_the_cpu_is_allowed(choose):
    model = Settings().encoder_directory() / "model.onnx"
    choose("cuda", CUDA, CPU)  # without a GPU, ONNX Runtime silently uses the CPU
    with pytest.raises(ArtifactError, match="cannot be started here"):
        session(model, threads=1)
    choose("cuda,cpu", CUDA, CPU)
    assert session(model, threads=1).get_providers() == [CPU]


def test_every_network_of_the_encoder_runs_on_the_chosen_provider(choose):
    choose("cuda", CPU)
    with pytest.raises(Exception, match="install onnxruntime-gpu"):
        Encoder(Settings().encoder_directory())
    choose("cuda,cpu", CPU)
    (embedding,) = Encoder(Settings().encoder_directory())([np.zeros((64, 64, 3), np.uint8)])
    assert embedding.vectors.shape[1] == 256
