import io
from dataclasses import replace

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
from written import png, scenery

from models.images.ocr.reader import TextReader
from models.inspector import Inspector
from models.profile import Answer, Field, Label, Profile, Severity
from models.runtime.paths import REPOSITORY
from models.settings import Settings


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector.load(Settings(home=REPOSITORY / "no-home"))


def judge(inspector: Inspector, **fields: bytes) -> Answer:
    (answer,) = inspector([Profile("42", **fields)])
    return answer


def encoded(picture: PIL.Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def test_contact_on_a_cover_is_refused_with_words_and_box_of_its_line(inspector: Inspector):
    answer = judge(inspector, cover=png("contact"))
    (finding,) = answer.findings
    assert (answer.verdict, finding.label, finding.field) == (Severity.REJECT, Label.CONTACT_DIVERSION, Field.COVER)
    evidence = finding.evidence
    ((start, end),) = evidence.spans
    assert evidence.text.replace(" ", "") == "加微信abc12345领福利"
    assert "abc12345" in evidence.text[start:end]
    assert "abc12345" in evidence.normalized
    left, top, right, bottom = evidence.box
    assert left < 0.63 < right
    assert 0.6 < top < 0.71 < bottom < 0.85


def test_claim_over_two_lines_is_one_finding_with_both_lines(inspector: Inspector):
    answer = judge(inspector, avatar=png("claim"))
    finding = next(found for found in answer.findings if found.label is Label.DECEPTIVE_CLAIM)
    assert finding.field is Field.AVATAR
    assert finding.evidence.text == "内部渠道操作\n保证录取重点名校"
    assert finding.evidence.box[3] - finding.evidence.box[1] > 0.2


@pytest.mark.parametrize("name", ["harmless", "name"])
def test_harmless_words_in_a_picture_pass(inspector: Inspector, name: str):
    assert judge(inspector, avatar=png(name), cover=png(name)).findings == ()


def test_picture_without_text_skips_ocr_and_reports_its_cost(inspector: Inspector, monkeypatch):
    monkeypatch.setattr(TextReader, "read", lambda *_: pytest.fail("the networks were asked"))
    (cost,) = judge(inspector, cover=encoded(scenery())).ocr
    assert not cost.read
    assert cost.seconds > 0


def test_text_in_one_frame_of_an_animation_is_a_finding_of_that_frame(inspector: Inspector):
    written = PIL.Image.open(io.BytesIO(png("contact"))).convert("RGB")
    frames = [scenery().resize(written.size), written, written.rotate(2, fillcolor="#f3d9b1")]
    answer = judge(inspector, avatar=encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=80))
    (finding,) = [found for found in answer.findings if found.label is Label.CONTACT_DIVERSION]
    assert finding.evidence.frame in {1, 2}
    assert [cost.read for cost in answer.ocr] == [False, True, True]


def test_policy_turns_reading_off(tmp_path, monkeypatch):
    shipped = (REPOSITORY / "policy.yaml").read_text(encoding="utf-8")
    policy = tmp_path / "policy.yaml"
    policy.write_text(shipped.replace("image_text: true", "image_text: false"), encoding="utf-8")
    monkeypatch.setattr(TextReader, "read", lambda *_: pytest.fail("the networks were asked"))
    inspector = Inspector.load(replace(Settings(home=REPOSITORY / "no-home"), policy=policy))
    answer = judge(inspector, cover=png("contact"))
    assert (answer.findings, answer.ocr) == ((), ())
    masthead = PIL.Image.new("RGB", (900, 300), "navy")
    PIL.ImageDraw.Draw(masthead).text((40, 100), "THE NEW YORKER", font=PIL.ImageFont.load_default(80))
    judge(inspector, cover=encoded(masthead))
    assert "ocr" not in answer.versions


def test_picture_is_read_once_for_text_and_for_emblem_inscriptions(inspector: Inspector, monkeypatch):
    asked, read = [], TextReader.read
    monkeypatch.setattr(TextReader, "read", lambda *given: asked.append(given) or read(*given))
    (cost,) = judge(inspector, cover=png("claim")).ocr
    assert cost.read and len(asked) == 1


def test_answer_names_the_ocr_version(inspector: Inspector):
    assert judge(inspector, cover=png("name")).versions["ocr"].startswith("PP-OCRv6")


def test_recognised_text_is_not_logged(inspector: Inspector, caplog, capfd):
    with caplog.at_level("DEBUG"):
        judge(inspector, cover=png("contact"))
    assert "abc12345" not in caplog.text + "".join(capfd.readouterr())
