"""Other people's CLIP models judge in a running service: export, calibration, gallery, promotion, answer."""

import base64
import io
import json
import time

import httpx
import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
import small_checkpoints

from models.images.encoder.encoder import Encoder
from models.images.gallery import gallery as galleries
from models.images.gallery.gallery import Gallery, GalleryError
from models.settings import Settings
from training.images.data.cohort import write_cohort
from training.images.fit import calibrate as calibration
from training.images.fit.calibrate import calibrate
from training.images.networks.checkpoints import export_checkpoint
from training.promote import promote

CHECKPOINTS = ("ViT-B-32", "ViT-B-16-SigLIP2", "chinese-clip")
EMBLEMS = {"org.one": "red", "org.two": "blue", "org.three": "green", "org.four": "black", "org.five": "purple"}


def drawing(corners, colour):
    picture = PIL.Image.new("RGB", (256, 256), "white")
    pen = PIL.ImageDraw.Draw(picture)
    pen.ellipse((20, 20, 236, 236), fill=colour)
    pen.regular_polygon((128, 128, 80), corners, fill="yellow")
    return picture


def references(folder):
    lines = []
    for corners, (name, colour) in enumerate(EMBLEMS.items(), start=3):
        drawing(corners, colour).save(folder / f"{name}.png")
        names = {"name_zh": name, "name_en": name, "owner_id": f"{name}.owner", "source": "test", "licence": "CC0-1.0"}
        lines.append({"reference_id": name, "label": "organization_logo", "image": f"{name}.png", **names})
    (folder / "references.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder / "references.jsonl"


@pytest.fixture
def settings(tmp_path):
    """The released models with a gallery of five emblems, in a home directory of this test."""
    shipped, artifacts = Settings(), tmp_path / "artifacts"
    artifacts.mkdir()
    for part in ("text", "encoders"):
        (artifacts / part).symlink_to(shipped.artifacts / part)
    encoder = Encoder(shipped.released().encoder_directory())
    galleries.build(references(tmp_path), artifacts / "gallery", encoder)
    return Settings(artifacts=artifacts, home=tmp_path / "home")


def classify_with(client, fingerprint, **values):
    """The first answer of the new encoder."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = client.post("/v1/classify", json={"account_id": "42", **values}).json()
        if fingerprint in answer["versions"]["encoder"]:
            return answer
        time.sleep(0.2)
    pytest.fail("the service did not take the encoder up")


def nearest(settings, encoder, picture):
    """The nearest reference of a whole picture in the active gallery, and their cosine."""
    gallery = Gallery.load(settings.gallery_directory(), encoder)
    similarities, rows = gallery.search(encoder([np.asarray(picture)])[0].vectors[:1], 1)
    return gallery.reference_of(int(rows[0, 0])).reference_id, float(similarities[0, 0])


@pytest.mark.slow
def test_exported_encoders_serve_and_refuse_galleries_of_another(settings, start_server, tmp_path, monkeypatch):
    monkeypatch.setattr(calibration, "NETWORKS_PER_SET", 1)
    server = start_server(HUIJIAN_ARTIFACTS=str(settings.artifacts))
    picture, data, encoders = drawing(4, EMBLEMS["org.two"]), io.BytesIO(), []
    picture.save(data, "PNG")
    avatar = base64.b64encode(data.getvalue()).decode()
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        for name in CHECKPOINTS:
            run = tmp_path / "runs" / name
            export_checkpoint(*small_checkpoints.write(name, tmp_path), run)
            write_cohort(run, limit=6)
            calibrate(run, limit=6)
            promote(run, settings, tmp_path / "references.jsonl", force=True)  # nobody measured it
            encoders.append(Encoder(run))
            answer = classify_with(client, encoders[-1].fingerprint, avatar=avatar)
            matches = answer["matches"]["avatar"]
            assert {match["reference_id"] for match in matches} < set(EMBLEMS) and len(matches) == 3
            assert nearest(settings, encoders[-1], picture) == ("org.two", pytest.approx(1, abs=1e-3))
    last, first = encoders[-1], encoders[0]
    with pytest.raises(GalleryError, match=f"{last.fingerprint}.*{first.fingerprint}.*build it again"):
        Gallery.load(settings.gallery_directory(), first)
