"""Error reports show texts and pictures with their evidence, and escape everything."""

import base64
import io
import re

import numpy as np
import PIL.Image
import pytest

from models.policy import Policy
from models.profile import CLASSIFIER_LABELS, Answer, Evidence, Field, Finding, Label, Match, Severity
from models.settings import Settings
from training import error_report
from training.error_analysis import JudgedCase
from training.images.data.samples import LabelledSample
from training.images.sources.catalogue import CatalogueEntry
from training.text.data.corpus import Case

BOX = (0.25, 0.25, 0.75, 0.75)


def answer(field, findings=(), matches=(), **scores):
    text_scores = {label: scores.get(label, 0.01) for label in CLASSIFIER_LABELS}
    return Answer("d", "a", Severity.PASS, tuple(findings), {field: tuple(matches)}, {field: text_scores}, {})


def judged_text(text, labels=(), evidence=None, spans=None, score=0.01, label=Label.EXAGGERATION):
    case = Case(f"case-{text[:3]}", Field.BIO, text, tuple(labels), evidence or {})
    found = [Finding(label, Field.BIO, score, "classifier@1", Evidence(spans=spans))] if spans is not None else []
    return JudgedCase(case, answer(Field.BIO, found, **{label: score}))


def jpeg(colour, size=(200, 200)):
    buffer = io.BytesIO()
    PIL.Image.new("RGB", size, colour).save(buffer, "JPEG")
    return buffer.getvalue()


def judged_picture(score, *, found=False, imitation=True, name="新华社"):
    emblem = CatalogueEntry(
        reference_id="media.xinhua",
        label=Label.MEDIA_LOGO,
        image="drawings/x.svg",
        name_zh=name,
        name_en="Xinhua",
        owner_id="media.xinhua",
        source="test",
        licence="CC0-1.0",
    )
    match = Match("media.xinhua", Label.MEDIA_LOGO, 0.8, score, BOX, name, "media.xinhua")
    finding = Finding(Label.MEDIA_LOGO, Field.AVATAR, score, "emblem@1", Evidence("media.xinhua", box=BOX))
    sample = LabelledSample(jpeg("white"), Field.AVATAR, "circle", emblem if imitation else None)
    return JudgedCase(sample, answer(Field.AVATAR, [finding] if found else [], [match]))


def policy():
    return Policy.load(Settings().policy)


@pytest.mark.parametrize(
    ("predicted", "labelled", "inside"),
    [
        ([(1, 3)], [], "a<mark>bc</mark>def"),
        ([], [(4, 6)], "abcd<u>ef</u>"),
        ([(0, 3)], [(2, 5)], "<mark>ab</mark><u><mark>c</mark></u><u>de</u>f"),
        ([(0, 4), (1, 2)], [], "<mark>a</mark><mark>b</mark><mark>cd</mark>ef"),
        ([(0, 2), (2, 4)], [(0, 4)], "<u><mark>ab</mark></u><u><mark>cd</mark></u>ef"),
        ([(2, 2)], [], "abcdef"),
        ([], [], "abcdef"),
    ],
)
def test_spans_are_marked_also_where_they_overlap(predicted, labelled, inside):
    shown = error_report.highlight("abcdef", predicted, labelled)
    assert re.sub(r"</?bdi[^>]*>", "", shown) == inside


def test_spans_count_code_points_as_the_contract_says():
    assert "<mark>加V</mark>" in error_report.highlight("👩‍⚕️🈚加V：x", [(5, 7)])


def test_a_script_in_a_bio_is_escaped_inside_and_outside_of_evidence():
    text = '<script>alert(1)</script> & "quoted"'
    for spans in ([], [(0, 8)], [(3, 20), (5, 40)]):
        shown = error_report.highlight(text, spans)
        assert "<script" not in shown and "</script" not in shown
        assert (
            re.sub(r"</?(mark|bdi)[^>]*>", "", shown) == "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quoted&#34;"
        )


def test_misses_show_labelled_evidence_and_false_alarms_the_models():
    missed = judged_text("全网第一的课程", [Label.EXAGGERATION], {Label.EXAGGERATION: ("全网第一",)}, score=0.2)
    alarm = judged_text("本店第一次直播", spans=((2, 4),), score=0.9)
    shown = error_report.text_errors([missed, alarm])
    assert "<u>全网第一</u>的课程" in shown and "漏报 · missed" in shown and "0.200" in shown
    assert "本店<mark>第一</mark>次直播" in shown and "误报 · false alarm" in shown and "classifier@1" in shown


def test_a_listed_text_is_escaped():
    shown = error_report.text_errors([judged_text("<img src=x onerror=alert(1)>", spans=((0, 4),), score=0.9)])
    assert "<img" not in shown and "<mark>&lt;img</mark>" in shown


def test_the_threshold_table_counts_the_confusion_matrix():
    right = judged_text("最强", [Label.EXAGGERATION], spans=((0, 2),), score=0.9)
    missed = judged_text("第一", [Label.EXAGGERATION], score=0.1)
    alarm, quiet = judged_text("一般", spans=((0, 2),), score=0.8), judged_text("平常")
    row = error_report.threshold_table([right, right, right, missed, missed, alarm, quiet], policy()).split(
        "exaggeration"
    )[1]
    assert re.findall(r">([\d.]+)<", row.split("</tr>")[0]) == ["0.5", "3", "2", "1", "1"]


def test_curves_show_the_policys_threshold_or_that_there_is_no_case():
    judged = [judged_text("最强", [Label.EXAGGERATION], score=0.4), judged_text("平常", score=0.8), judged_text("好")]
    figure = error_report.precision_recall(judged, policy())
    curve, dot = figure.axes[0].lines
    assert [axes.get_title() for axes in figure.axes] == list(CLASSIFIER_LABELS)
    assert (0.0, 1.0) in zip(*curve.get_data(), strict=True) and (1.0, 0.5) in zip(*curve.get_data(), strict=True)
    assert [float(value) for value in (*dot.get_xdata(), *dot.get_ydata())] == [0.0, 0.0]
    assert "no such text" in figure.axes[1].texts[0].get_text()


def test_a_box_is_drawn_into_a_copy_of_the_picture():
    picture = PIL.Image.new("L", (100, 200), 255)
    pixels = np.asarray(error_report.boxed(picture, BOX))
    red = (pixels == error_report.BOX_COLOUR).all(axis=2)
    rows, columns = np.nonzero(red)
    assert (columns.min(), rows.min(), columns.max(), rows.max()) == (25, 50, 74, 149)
    assert not red[60:140, 30:70].any() and picture.getextrema() == (255, 255)


def test_a_missed_imitation_is_shown_with_its_matches_and_scores():
    shown = error_report.picture_errors([judged_picture(0.123), judged_picture(0.9, found=True)])
    (data,) = re.findall(r"data:image/jpeg;base64,([\w+/=]+)", shown)
    assert PIL.Image.open(io.BytesIO(base64.b64decode(data))).size == (200, 200)
    assert "漏报 · missed" in shown and "新华社 · media.xinhua" in shown
    assert "similarity 0.800" in shown and "score 0.123" in shown


def test_a_false_alarm_is_shown_as_harmless_with_names_escaped():
    shown = error_report.picture_errors([judged_picture(0.7, found=True, imitation=False, name="<b>社")])
    assert "误报 · false alarm" in shown and "无害 · harmless" in shown
    assert "<b>社" not in shown and "&lt;b&gt;社" in shown


def test_kinds_are_counted_for_imitations_and_harmless_pictures_apart():
    shown = error_report.kinds_table(
        [judged_picture(0.1), judged_picture(0.9, found=True), judged_picture(0.1, imitation=False)]
    )
    counts = [re.findall(r">(\d+)<", row) for row in shown.split("<tr>")[2:]]
    assert counts == [["2", "1"], ["1", "0"]]
