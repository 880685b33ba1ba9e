import pytest
import torch


@pytest.fixture(scope="module")
def one_thread():
    """Let a network use one thread, as other tests run beside."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
