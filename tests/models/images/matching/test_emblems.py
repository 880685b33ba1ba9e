"""An enrolled emblem is found, named and located; what a harmless picture resembles gets a low score."""

import io
import json
from dataclasses import replace

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
import tiny_encoder

from models.boxes import iou
from models.images.encoder.encoder import Encoder, EncoderError
from models.images.gallery import files as gallery_files
from models.images.gallery import gallery as galleries
from models.images.gallery.gallery import Drawing, Gallery, Reference
from models.images.input.decode import Image
from models.images.matching.calibration import Calibration
from models.images.matching.emblems import EmblemDetector
from models.images.ocr.reader import TextReader
from models.profile import Field, Label
from models.settings import Settings

NAMES = ("xinhua", "people", "global", "daily")
PAPERS = ("THE HARBOUR GAZETTE", "THE HARBOUR HERALD", "THE MORNING GLOBE")


def emblem(name, side=192):
    rng = np.random.default_rng(list(name.encode()))
    picture = PIL.Image.new("RGB", (side, side), "white")
    pen = PIL.ImageDraw.Draw(picture)
    for left, top, *colour in rng.integers(0, 255, (12, 5)):
        pen.rectangle((left * side // 400, top * side // 400, left * side // 400 + side // 4, side), fill=tuple(colour))
    return picture


def noise(side=96, seed=0):
    cells = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return np.asarray(PIL.Image.fromarray(cells).resize((side, side)))


@pytest.fixture(scope="module")
def detector(tmp_path_factory):
    """The released encoder with a gallery of four emblems that it never saw."""
    scratch = tmp_path_factory.mktemp("gallery")
    lines = []
    for name in NAMES:
        emblem(name).save(scratch / f"{name}.png")
        names = {
            "name_zh": f"{name}社",
            "name_en": name,
            "source": "test",
            "licence": "CC0-1.0",
            "image": f"{name}.png",
        }
        lines.append({"reference_id": f"media.{name}", "label": "media_logo", "owner_id": f"owner.{name}", **names})
    (scratch / "references.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    encoder = Encoder(Settings().encoder_directory())
    galleries.build(scratch / "references.jsonl", scratch / "gallery", encoder)
    made = EmblemDetector(encoder, Gallery.load(scratch / "gallery", encoder))
    made.base = gallery_files.current_version(scratch / "gallery")
    return made


@pytest.fixture(scope="module")
def with_look_alike(detector, tmp_path_factory):
    """The same gallery, where the drawing of "xinhua" is also enrolled as harmless."""
    directory = tmp_path_factory.mktemp("harmless")
    buffer = io.BytesIO()
    emblem("xinhua", 190).save(buffer, "PNG")
    look_alike = Reference("harmless.badge", None, "徽章", "badge", "nobody.badge", "test", "CC0-1.0", harmless=True)
    version = galleries.add(directory, detector.encoder, [Drawing(look_alike, buffer.getvalue())], True, detector.base)
    return EmblemDetector(detector.encoder, Gallery.load(directory / version.version, detector.encoder))


def image(picture, frame=None):
    return Image(np.asarray(picture), frame)


def test_an_enrolled_emblem_is_the_best_match_with_its_name_and_owner(detector):
    for name in NAMES:
        best = detector([image(emblem(name))])[0][0]
        assert (best.reference_id, best.reference_name, best.owner_id) == (
            f"media.{name}",
            f"{name}社",
            f"owner.{name}",
        )
        assert best.label is Label.MEDIA_LOGO and best.similarity > 0.98 and best.score > 0.5


def test_different_references_are_listed_best_first(detector):
    for matches in detector([image(emblem("daily")), image(noise(seed=99))]):
        assert len(matches) == len(NAMES) == len({match.reference_id for match in matches})
        scores = [match.score for match in matches]
        assert scores == sorted(scores, reverse=True) and all(0 <= score <= 1 for score in scores)


def test_a_harmless_picture_scores_below_an_imitation(detector):
    harmless = [matches[0].score for matches in detector([image(noise(seed=seed)) for seed in range(100, 110)])]
    assert max(harmless) < detector([image(emblem("people"))])[0][0].score


def test_a_small_emblem_in_a_cover_is_boxed_where_it_is(detector):
    cover = PIL.Image.new("RGB", (900, 300), (120, 160, 120))
    cover.paste(emblem("global", 200), (640, 50))
    best = detector([image(cover)])[0][0]
    assert best.reference_id == "media.global"
    assert iou(best.box, (640 / 900, 50 / 300, 840 / 900, 250 / 300)) > 0.75


@pytest.mark.parametrize(
    ("size", "corner"), [((2000, 200), (1300, 30)), ((200, 3000), (30, 2100)), ((6000, 200), (150, 40))]
)
def test_a_small_emblem_in_a_long_strip_is_found_and_boxed_where_it_is(detector, size, corner):
    strip = PIL.Image.fromarray(noise(300, 8)).resize(size)
    strip.paste(emblem("global", 130), corner)
    best = detector([image(strip)])[0][0]
    assert best.reference_id == "media.global" and best.score > 0.5
    shown = (corner[0] / size[0], corner[1] / size[1], (corner[0] + 130) / size[0], (corner[1] + 130) / size[1])
    assert iou(best.box, shown) > 0.6


def test_a_picture_in_a_batch_is_matched_as_alone(detector):
    pictures = [image(emblem("xinhua")), image(noise(200, 5)), image(emblem("people", 100))]
    together, alone = detector(pictures), [detector([picture])[0] for picture in pictures]
    for first, second in zip(together, alone, strict=True):
        assert [match.reference_id for match in first] == [match.reference_id for match in second]
        assert np.allclose([match.score for match in first], [match.score for match in second], atol=1e-4)


def test_a_harmless_look_alike_lowers_an_emblems_score(detector, with_look_alike):
    alone, rivalled = (made([image(emblem("xinhua"))])[0] for made in (detector, with_look_alike))
    assert alone[0].score > 0.9
    assert rivalled[0].score < 0.85  # either may be meant, so the score stays below the policy's threshold
    assert "harmless.badge" not in {match.reference_id for match in rivalled}


def test_a_harmless_look_alike_lowers_the_score_in_a_long_strip_too(detector, with_look_alike):
    strip = PIL.Image.fromarray(noise(300, 8)).resize((2000, 125))
    strip.paste(emblem("xinhua", 110), (1500, 8))
    alone, rivalled = (made([image(strip)])[0] for made in (detector, with_look_alike))
    assert alone[0].reference_id == "media.xinhua" and alone[0].score > 0.9
    assert rivalled[0].score < 0.85


def test_a_harmless_look_alike_leaves_other_emblems_alone(detector, with_look_alike):
    for name in NAMES[1:]:
        best = with_look_alike([image(emblem(name))])[0][0]
        assert best.reference_id == f"media.{name}" and best.score > 0.5


def test_the_frame_of_an_animation_is_kept(detector):
    assert {match.frame for match in detector([image(emblem("daily"), frame=7)])[0]} == {7}


def test_findings_carry_the_evidence_of_their_matches(detector):
    matches = detector([image(emblem("xinhua"))])[0]
    findings = detector.findings(matches, Field.COVER)
    assert len(findings) == len(matches)
    first = findings[0]
    assert (first.field, first.label) == (Field.COVER, Label.MEDIA_LOGO)
    assert first.evidence.reference_id == "media.xinhua" and first.evidence.box == matches[0].box
    assert first.detector.startswith("emblem@")


def test_finding_pools_the_probability_of_look_alikes_in_its_place(detector):
    seen = detector([image(emblem("xinhua"))])[0][0]
    place = [
        replace(seen, reference_id=name, score=score)
        for name, score in zip("abcde", (0.5, 0.3, 0.1, 0.05, 0.01), strict=True)
    ]
    elsewhere = replace(seen, reference_id="f", score=0.2, box=(0.9, 0.9, 1.0, 1.0))
    other = replace(seen, reference_id="g", score=0.2, label=Label.PARTY_EMBLEM)
    found = {one.evidence.reference_id: one for one in detector.findings([*place, elsewhere, other], Field.AVATAR)}
    assert found["a"].score == pytest.approx(0.95)
    assert found["a"].evidence.alternatives == ("b", "c", "d")
    assert found["b"].score == pytest.approx(0.75)
    assert found["b"].evidence.alternatives == ("a", "c", "d")
    assert found["f"].score == found["g"].score == pytest.approx(0.2)
    assert found["f"].evidence.alternatives is None


def test_look_alikes_of_a_likelier_label_pool_nothing(detector):
    seen = detector([image(emblem("xinhua"))])[0][0]
    likelier = replace(seen, reference_id="g", score=0.6, label=Label.PARTY_EMBLEM)
    place = [replace(seen, reference_id=name, score=score) for name, score in zip("ab", (0.5, 0.4), strict=True)]
    found = {one.evidence.reference_id: one.score for one in detector.findings([likelier, *place], Field.AVATAR)}
    assert found == {"g": 0.6, "a": 0.5, "b": 0.4}


def masthead(text, ink="black", ground="white", size=44):
    font = PIL.ImageFont.load_default(size)
    left, top, right, bottom = map(int, font.getbbox(text))
    picture = PIL.Image.new("RGB", (right - left + size, bottom - top + size // 2), ground)
    PIL.ImageDraw.Draw(picture).text((size // 2 - left, size // 4 - top), text, fill=ink, font=font)
    return picture


@pytest.fixture(scope="module")
def press(tmp_path_factory, detector):
    """Papers whose mastheads are set in one typeface, beside the emblems above."""
    drawings = []
    for text in PAPERS:
        buffer = io.BytesIO()
        masthead(text).save(buffer, "PNG")
        paper = f"media.{text.lower().replace(' ', '-')}"
        reference = Reference(paper, Label.MEDIA_LOGO, text, text, f"owner.{paper}", "test", "CC0-1.0")
        drawings.append(Drawing(reference, buffer.getvalue()))
    directory = tmp_path_factory.mktemp("press")
    version = galleries.add(directory, detector.encoder, drawings, True, detector.base)
    return EmblemDetector(detector.encoder, Gallery.load(directory / version.version, detector.encoder))


@pytest.mark.parametrize("text", PAPERS)
def test_mastheads_of_one_typeface_are_told_apart_by_their_words(press, text):
    page = PIL.Image.new("RGB", (700, 260), "navy")
    page.paste(masthead(text, "white", "navy"), (60, 90))
    best = press([image(page)])[0][0]
    assert best.reference_name == text and best.score > 0.5


@pytest.mark.parametrize("text", PAPERS)
def test_a_masthead_beside_a_busier_picture_is_found_where_it_stands(press, text):
    cover = PIL.Image.fromarray(noise(600, seed=3))
    name = masthead(text, size=26)
    cover.paste(name, (590 - name.width, 590 - name.height))
    best = next(match for match in press([image(cover)])[0] if match.reference_name == text)
    _, top, right, bottom = best.box
    assert right > 0.75 and bottom > 0.9 and top > 0.8


def test_pictures_are_read_only_if_allowed_and_the_gallery_has_text(press, detector, monkeypatch):
    page = PIL.Image.new("RGB", (700, 260), "navy")
    page.paste(masthead(PAPERS[0], "white", "navy"), (60, 90))
    monkeypatch.setattr(TextReader, "read", lambda *_: pytest.fail("the networks were asked"))
    assert len(press([image(page)], reads=False)[0]) > 3
    assert detector([image(page)])[0]


def test_a_calibration_without_text_features_reads_no_picture(press, monkeypatch):
    calibration = replace(Calibration.load(press.encoder.directory / "calibration.json"), reads=False)
    monkeypatch.setattr(TextReader, "read", lambda *_: pytest.fail("the networks were asked"))
    former = EmblemDetector(press.encoder, press.gallery, calibration)
    assert former([image(masthead(PAPERS[0]))])[0]


def test_a_second_picture_of_an_emblem_leaves_other_names_alone(detector, tmp_path):
    buffer = io.BytesIO()
    emblem("somewhere else").save(buffer, "PNG")
    first = next(
        entry.reference for entry in detector.gallery.entries if entry.reference.reference_id == "media.xinhua"
    )
    version = galleries.add(tmp_path, detector.encoder, [Drawing(first, buffer.getvalue())], True, detector.base)
    more = EmblemDetector(detector.encoder, Gallery.load(tmp_path / version.version, detector.encoder))
    for name in NAMES:
        best = more([image(emblem(name))])[0][0]
        assert (best.reference_id, best.owner_id) == (f"media.{name}", f"owner.{name}")
    assert more([image(emblem("somewhere else"))])[0][0].reference_id == "media.xinhua"


def test_words_of_no_masthead_find_none(press):
    page = PIL.Image.new("RGB", (700, 260), "navy")
    page.paste(masthead("SUMMER SALE TODAY", "white", "navy"), (60, 90))
    assert press([image(page)])[0][0].score < 0.5


def test_an_encoder_without_a_cohort_is_refused(tmp_path, detector):
    encoder = Encoder(tiny_encoder.write(tmp_path))
    with pytest.raises(EncoderError, match="harmless"):
        EmblemDetector(encoder, detector)
