"""The released text model."""

import json
import shutil
import time

import numpy as np
import onnx
import pytest

from models.profile import CLASSIFIER_LABELS, TEXT_FIELDS, Field, Label
from models.runtime import versions
from models.settings import ArtifactError, Settings
from models.text.classifier.classifier import TextClassifier, joined_spans
from models.text.normalize.normalize import FieldText

ARTIFACT = Settings().text_directory()

VIOLATIONS = {
    Label.EXAGGERATION: [(Field.BIO, "全国销量第一的修脚师傅，业内公认的顶级大师，无人能及")],
    Label.DECEPTIVE_CLAIM: [
        (Field.BIO, "跟着老师操作，稳赚不赔，月收益翻倍，亏了全额赔付"),
        (Field.SIGNATURE, "三个疗程根治糖尿病，无效退款"),
    ],
    Label.FALSE_AUTHORITY: [(Field.NAME, "公安部反诈中心退款组"), (Field.NAME, "国家税务总局退税服务号")],
    Label.MEDIA_IMPERSONATION: [(Field.NAME, "江南都市新闻网"), (Field.BIO, "省电视台新闻频道记者站官方账号")],
    Label.PLACE_INSTITUTION: [(Field.NAME, "西湖风景区管委会"), (Field.NAME, "临江市第一人民医院")],
    Label.CONTACT_DIVERSION: [(Field.BIO, "想学的加薇信 abc_study01，备注来意"), (Field.BIO, "详聊看头像，加群领资料")],
    Label.REGULATED_PROFESSION: [
        (Field.BIO, "执业律师，十年民商事诉讼经验，欢迎咨询"),
        (Field.BIO, "儿科主治医师，科普育儿知识"),
    ],
    Label.PROHIBITED_CONTENT: [
        (Field.BIO, "办证刻章，各类毕业证学位证，当天出证"),
        (Field.BIO, "百家乐真人荷官，上分秒到账"),
    ],
}

HARMLESS = [
    (Field.NAME, "半糖去冰加珍珠"),
    (Field.NAME, "小镇做题家"),
    (Field.BIO, "坐标成都，养两只猫，周末爬山，偶尔写点读书笔记"),
    (Field.BIO, "95后，程序员，喜欢跑步和摄影，不接广告"),
    (Field.SIGNATURE, "愿你走出半生，归来仍是少年"),
    (Field.BIO, "两个孩子的妈妈，记录柴米油盐的日常"),
]


@pytest.fixture(scope="module")
def classifier():
    return TextClassifier(ARTIFACT)


def logit(score):
    return np.log(score / (1 - score))


def test_scores_move_to_other_base_rates_by_the_difference_of_logits(classifier):
    text = FieldText.of(Field.BIO, "加我，绿色那个")
    own = json.loads((ARTIFACT / "config.json").read_text("utf-8"))["base_rates"]["bio"]["contact_diversion"]
    before = {finding.label: finding.score for finding in classifier([text])[0]}
    moved = classifier.at_base_rates({Field.BIO: {Label.CONTACT_DIVERSION: 0.01}})
    after = {finding.label: finding.score for finding in moved([text])[0]}
    shift = logit(after.pop(Label.CONTACT_DIVERSION)) - logit(before.pop(Label.CONTACT_DIVERSION))
    assert shift == pytest.approx(logit(0.01) - logit(own), abs=1e-3)
    assert after == before


def test_base_rates_of_one_field_leave_other_fields_alone(classifier):
    text = FieldText.of(Field.NAME, "公安部反诈中心退款组")
    moved = classifier.at_base_rates({Field.BIO: {Label.FALSE_AUTHORITY: 0.01}})
    assert moved([text]) == classifier([text])
    assert classifier.at_base_rates({})([text]) == classifier([text])


def scores(classifier, field, text):
    return {finding.label: finding.score for finding in classifier([FieldText.of(field, text)])[0]}


@pytest.mark.parametrize(
    ("label", "field", "text"), [(label, *one) for label, texts in VIOLATIONS.items() for one in texts]
)
def test_a_plain_violation_is_reported_with_words_of_the_original_text(classifier, label, field, text):
    finding = classifier([FieldText.of(field, text)])[0][CLASSIFIER_LABELS.index(label)]
    assert finding.score >= 0.5
    assert finding.evidence.spans
    assert finding.evidence.text == " … ".join(text[start:end] for start, end in finding.evidence.spans)


@pytest.mark.parametrize(("field", "text"), HARMLESS)
def test_a_harmless_text_gets_no_label(classifier, field, text):
    assert max(scores(classifier, field, text).values()) < 0.5


def test_every_label_is_scored_in_the_order_of_the_vocabulary(classifier):
    findings = classifier([FieldText.of(Field.BIO, "你好")])[0]
    assert [finding.label for finding in findings] == list(CLASSIFIER_LABELS)
    assert all(0 <= finding.score <= 1 and finding.field is Field.BIO for finding in findings)
    assert findings[0].detector == f"classifier@{classifier.version}"


def test_spans_are_offsets_in_the_text_as_it_was_written(classifier):
    text = "🌸手工皮具🌸  ＢＡＯ过！！三\u200b天\u200b包\u200b过\u200b驾照，考不过全额退"
    spoken = classifier([FieldText.of(Field.BIO, text)])[0]
    finding = max(spoken, key=lambda found: found.score)
    assert finding.score >= 0.5
    shown = "".join(text[start:end] for start, end in finding.evidence.spans).replace("\u200b", "")
    assert "包过" in shown


def test_the_same_text_gets_the_same_score_whatever_stands_beside_it(classifier):
    texts = [FieldText.of(field, text) for field, text in HARMLESS] + [FieldText.of(Field.BIO, "长" * 500)]
    together = classifier(texts)
    assert together == [classifier([text])[0] for text in texts]
    assert together == TextClassifier(ARTIFACT)(texts)


def test_a_violation_at_the_end_of_a_long_text_is_found_there(classifier):
    harmless = "今天去公园散步，看见一只橘猫在长椅上晒太阳，回家煮了一碗面。"
    text = harmless * 60 + "办证刻章，各类毕业证学位证，当天出证。"
    assert 1_500 < len(text) <= 2_000
    finding = classifier([FieldText.of(Field.BIO, text)])[0][CLASSIFIER_LABELS.index(Label.PROHIBITED_CONTENT)]
    assert finding.score >= 0.5
    assert max(start for start, _ in finding.evidence.spans) >= len(harmless) * 60


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", "\u200b", "😀", "😀" * 2_000, "".join(map(chr, range(0x1F300, 0x1F300 + 700))), "\ud800", "\x00",
     "a" * 2_000, "ཧྰུྃ" * 300, "\u202e反着写"],
)  # fmt: skip
def test_any_text_is_scored_without_an_error(classifier, text):
    (findings,) = classifier([FieldText.of(Field.BIO, text)])
    for finding in findings:
        assert all(0 <= start < end <= len(text) for start, end in finding.evidence.spans or ())


@pytest.mark.parametrize("character", "v国八六1😀哈")
@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_one_character_claims_nothing_however_often_it_is_repeated(classifier, character, field):
    texts = [FieldText.of(field, text) for text in (character, character * 11, f" {character}\n" * 64)]
    assert all(finding.score == 0 for findings in classifier(texts) for finding in findings)


def test_no_texts_give_no_findings(classifier):
    assert classifier([]) == []


def test_two_thousand_different_characters_are_scored_in_a_few_seconds(classifier):
    text = FieldText.of(Field.BIO, "".join(chr(0x4E00 + 7 * number) for number in range(2_000)))
    started = time.process_time()
    classifier([text])
    assert time.process_time() - started < 5


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json", "ngrams.npz", "config.json"])
def test_an_incomplete_artefact_is_refused(tmp_path, missing):
    folder = shutil.copytree(ARTIFACT, tmp_path / "artifact")
    TextClassifier(folder)
    (folder / missing).unlink()
    with pytest.raises(ArtifactError, match="not a text model's artefact folder"):
        TextClassifier(folder)


@pytest.mark.parametrize("edited", ["model.onnx", "tokenizer.json", "ngrams.npz"])
def test_artefact_with_edited_readable_files_is_refused(tmp_path, edited):
    folder = shutil.copytree(ARTIFACT, tmp_path / "artifact")
    content = bytearray((folder / edited).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / edited).write_bytes(content)
    with pytest.raises(ArtifactError, match=f"{edited} was cut or edited"):
        TextClassifier(folder)


def test_an_artefact_with_other_labels_is_refused(tmp_path):
    shutil.copytree(ARTIFACT, tmp_path, dirs_exist_ok=True)
    config = (tmp_path / "config.json").read_text(encoding="utf-8")
    (tmp_path / "config.json").write_text(config.replace("exaggeration", "boasting"), encoding="utf-8")
    with pytest.raises(ArtifactError, match="other labels"):
        TextClassifier(tmp_path)


def test_an_artefact_whose_network_takes_other_inputs_is_refused(tmp_path):
    folder = shutil.copytree(ARTIFACT, tmp_path / "artifact")
    model = onnx.load(folder / "model.onnx")
    model.graph.input.append(onnx.helper.make_tensor_value_info("mask", onnx.TensorProto.INT64, [1, "length"]))
    onnx.save(model, folder / "model.onnx")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["files"]["model.onnx"] = versions.digest(folder / "model.onnx")
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ArtifactError, match="another version of Huijian"):
        TextClassifier(folder)


def test_neighbouring_spans_are_merged_and_white_space_is_trimmed():
    assert joined_spans([(0, 2), (2, 4), (5, 6), (9, 12)], "abcd efghi  j") == [(0, 6), (9, 10)]
    assert joined_spans([(4, 5)], "abcd e") == []


PLAIN = "春眠不觉晓处处闻啼鸟" * 200


def tokens(classifier, text):
    return len(classifier.read(FieldText.of(Field.BIO, text)).spans)


@pytest.mark.parametrize("unit", ["\ufdfa春", "\ufdfb", "Ⅷ", "㌖", "½", "½春", "㏞", "∰春", "㍎", "㎧v", "℡½㏞㍅🈁"])
def test_ligatures_cost_no_more_than_plain_characters(classifier, unit):
    text = (unit * 2_000)[:2_000]
    assert tokens(classifier, text) <= tokens(classifier, PLAIN)


def test_ligatures_of_a_text_within_the_limit_are_all_read(classifier):
    text = FieldText.of(Field.BIO, "½春" * 200)
    spelt = FieldText.of(Field.BIO, "1⁄2春" * 200)
    assert np.array_equal(classifier.read(text).encoder, classifier.read(spelt).encoder)


def test_claim_among_many_ligatures_is_still_found(classifier):
    claim = "稳赚不赔，日入过万，加V：abc12345"
    (findings,) = classifier([FieldText.of(Field.BIO, "½" * 980 + claim + "½" * 980)])
    assert max(finding.score for finding in findings) > 0.9
