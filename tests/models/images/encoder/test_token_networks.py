"""Networks on patch tokens belong to one encoder and are optional."""

import shutil

import pytest
import tiny_encoder

from models.images.encoder.encoder import Encoder, EncoderError
from models.images.matching import localizer, reranker
from models.runtime.artifact_files import ArtifactFile
from models.settings import Settings


@pytest.mark.parametrize(
    ("network", "files"),
    [
        (localizer.Localizer, (ArtifactFile.LOCALIZER,)),
        (reranker.Reranker, (ArtifactFile.RERANKER_TOKENS, ArtifactFile.RERANKER)),
    ],
)
def test_network_of_another_encoder_is_refused_and_a_missing_one_is_none(network, files, tmp_path):
    released, tiny = Encoder(Settings().released().encoder_directory()), Encoder(tiny_encoder.write(tmp_path))
    assert network.load(tiny) is None
    for name in files:
        shutil.copy(released.directory / name, tmp_path / name)
    with pytest.raises(EncoderError, match=f"{released.fingerprint}, not of {tiny.fingerprint}"):
        network.load(tiny)
    (tmp_path / files[0]).write_bytes(b"no graph")
    with pytest.raises(EncoderError, match="no network"):
        network.load(tiny)
