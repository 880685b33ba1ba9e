"""How the tests share two cores, stores that do not pause, and the command line as a fixture."""

import os
import sys

# Two workers with two threads each would wait for each other; waiting threads must not spin. Set before NumPy loads.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import pytest

from cli import main as cli

LONGEST_FILES = (
    "test_train_images.py",
    "test_train_reranker.py",
    "test_text_evaluation.py",
    "test_train.py",
    "test_validation.py",
    "test_exported_encoders.py",
    "test_train_captions.py",
)
"""A long file that starts last leaves the other worker idle."""


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in LONGEST_FILES)


@pytest.fixture(scope="session", autouse=True)
def stores_that_do_not_pause():
    """Let stores write decisions at once; the service gathers them for half a second, which spares audit rows only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("serving.store.writer.WRITE_PAUSE_SECONDS", 0.01)
        yield


@pytest.fixture
def huijian(monkeypatch, capsys):
    """Runs the command line in this process; returns exit code, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["huijian", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, *capsys.readouterr()

    return run
