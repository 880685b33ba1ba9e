"""The calibration of avatars is fitted and printed, and written to a file on request."""

import shutil

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from models.accounts.likelihood import AvatarLikelihood
from models.runtime.artifact_files import ArtifactFile
from models.settings import Settings
from training import accounts


@pytest.fixture
def encoder(tmp_path, monkeypatch):
    """A copy of the released encoder, and people whose avatars no package is needed for."""
    noise = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)
    monkeypatch.setattr(
        accounts, "unrelated_avatars", lambda *_, **__: [Image.fromarray(one).resize((128, 128)) for one in noise]
    )
    return shutil.copytree(Settings().released().encoder_directory(), tmp_path / "encoder")


def avatars(*arguments):
    result = CliRunner().invoke(accounts.app, ["avatars", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_avatars_command_writes_only_the_requested_file(encoder):
    before = {path.name for path in encoder.iterdir()}
    printed = avatars(encoder)
    assert {path.name for path in encoder.iterdir()} == before
    assert (
        avatars(encoder, "--output", encoder / ArtifactFile.CLOSED_CALIBRATION)
        == printed
        == (encoder / ArtifactFile.CLOSED_CALIBRATION).read_text("utf-8")
    )
    assert AvatarLikelihood.load(encoder, "of no release") is not None
