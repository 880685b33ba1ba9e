import json
from itertools import chain, pairwise

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from typer.testing import CliRunner

from models.profile import Field, Label
from training.cases import CasesError
from training.text.data.corpus import (
    GROUP_LINES,
    NEAR_DUPLICATE,
    SIMILARITY_ROWS,
    Case,
    Split,
    app,
    as_compared,
    read_cases,
    read_split,
    split_cases,
    write_cases,
)

GOOD = {
    "id": "1",
    "field": "bio",
    "text": "三天见效",
    "labels": ["deceptive_claim"],
    "evidence": {"deceptive_claim": ["见效"]},
}


def written(tmp_path, *lines):
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_a_good_case_is_read_with_its_evidence(tmp_path):
    (case,) = read_cases(written(tmp_path, GOOD))
    assert case.field is Field.BIO
    assert case.evidence == {Label.DECEPTIVE_CLAIM: ("见效",)}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"labels": ["scam"], "evidence": {}}, "unknown label 'scam'"),
        ({"labels": ["qr_code"], "evidence": {}}, "unknown label 'qr_code'"),
        ({"labels": "deceptive_claim"}, "labels must be a list"),
        ({"evidence": {"deceptive_claim": ["包过"]}}, "not a list of parts of the text"),
        ({"evidence": {"exaggeration": ["见效"]}}, "not among the labels"),
        ({"field": "avatar"}, "field must be one of"),
        ({"text": ""}, "text must be a non-empty string"),
        ({"field": "name", "text": "长" * 65, "evidence": {}}, "longer than the 64 characters"),
        ({"id": ""}, "id must be a non-empty string"),
        ({"id": 7}, "id must be a non-empty string"),
        ({"text": "三天见效\ud800"}, "text holds a lone surrogate"),
        ({"hard": "no"}, "hard must be true or false"),
        ({"evidence": []}, "evidence must be an object"),
    ],
)
def test_a_wrong_case_is_refused_with_its_line_and_reason(tmp_path, change, reason):
    path = written(tmp_path, GOOD, GOOD | {"id": "2"} | change)
    with pytest.raises(CasesError, match=rf"cases\.jsonl, line 2: .*{reason}"):
        read_cases(path)


@pytest.mark.parametrize("line", ["{", "[]", "", "null", "[" * 100_000])
def test_a_broken_line_is_refused_with_its_number(tmp_path, line):
    with pytest.raises(CasesError, match="line 2: not"):
        read_cases(written(tmp_path, GOOD, line, GOOD | {"id": "3"}))


def test_every_problem_is_listed_at_once_and_nothing_is_read(tmp_path):
    with pytest.raises(CasesError, match=r"line 1: .*\n.*line 3: ") as caught:
        read_cases(written(tmp_path, "{", GOOD, GOOD | {"id": "3", "labels": ["x"]}))
    assert "见效" not in str(caught.value)


def test_an_id_that_is_there_twice_is_refused_across_files(tmp_path):
    path = written(tmp_path, GOOD)
    with pytest.raises(CasesError, match=r"cases\.jsonl, line 1: its id is there twice"):
        read_cases(path, path)


def split(output, author, validation, test):
    return CliRunner().invoke(
        app, ["split", str(output), str(author), "--validation", str(validation), "--test", str(test)]
    )


@pytest.fixture
def files(tmp_path):
    """Cases files of an author, of one to calibrate on and of one to test on."""
    return [tmp_path / name for name in ("author.jsonl", "validation.jsonl", "test.jsonl")]


@pytest.mark.parametrize("broken", [GOOD, GOOD | {"id": "2", "labels": ["scam"]}])
def test_a_split_of_broken_files_names_lines_and_writes_nothing(tmp_path, files, broken):
    for number, file in enumerate(files[:2], start=1):
        file.write_text(json.dumps(GOOD | {"id": str(number)}), encoding="utf-8")
    files[2].write_text(json.dumps(GOOD | {"id": "3"}) + "\n" + json.dumps(broken), encoding="utf-8")
    outcome = split(tmp_path / "output", *files)
    assert outcome.exit_code == 2 and "test.jsonl, line 2" in outcome.output
    assert not (tmp_path / "output").exists()


def test_a_split_says_how_many_texts_it_left_out_and_can_be_read_again(tmp_path, files):
    for file, texts in zip(files, (("a", "b"), ("c",), ("d",)), strict=True):
        write_cases(file, cases_of(*texts))
    write_cases(files[0], [*cases_of("a", "b"), Case("double", Field.BIO, cases_of("c")[0].text + "。", (), {})])
    outcome = split(tmp_path / "output", *files)
    assert outcome.exit_code == 0, outcome.output
    assert "left out, too near to a held-out text: 1" in outcome.output
    assert len(read_cases(*(tmp_path / "output" / f"{part}.jsonl" for part in Split))) == 4 * GROUP_LINES


def test_an_empty_or_missing_file_is_refused(tmp_path):
    with pytest.raises(CasesError, match="holds no case"):
        read_cases(written(tmp_path, ""))
    with pytest.raises(CasesError, match="not readable"):
        read_cases(tmp_path / "nothing.jsonl")


def cases_of(*groups):
    """Twenty different texts in each group."""
    return [
        Case(f"{group}-{line}", Field.BIO, chr(0x4E00 + 140 * ord(group) + 7 * line) * 6, (), {}, group=group)
        for group in groups
        for line in range(GROUP_LINES)
    ]


def double_of(case):
    return Case(f"double of {case.id}", Field.BIO, case.text + "。", (), {})


def test_a_near_duplicate_of_a_held_out_text_is_in_no_part_before_it():
    training, validation, test = (cases_of(group) for group in "abc")
    doubles = [double_of(test[0]), double_of(validation[0])]
    parts = split_cases([*training, *doubles], [*validation, double_of(test[1])], test)
    assert parts == {Split.TRAIN: training, Split.VALIDATION: validation, Split.TEST: test}


@pytest.mark.parametrize(
    "copy",
    ["豬豬俠包過三天見效", "猪 猪 侠 包 过 三 天 见 效", "猪\u200b猪侠包过三天见效~", "豬豬侠包過三天见效！！！"],
)
def test_a_copy_in_other_letters_is_a_near_duplicate(copy):
    original, disguised = (Case(text, Field.BIO, text, (), {}) for text in ("猪猪侠包过三天见效", copy))
    training = cases_of("a")
    parts = split_cases([*training, disguised], cases_of("b"), [original])
    assert parts[Split.TRAIN] == training


def test_near_duplicates_within_a_part_stay():
    training = cases_of("a")
    assert split_cases([*training, double_of(training[0])], [], [])[Split.TRAIN] == [*training, double_of(training[0])]


@pytest.mark.slow
def test_no_text_of_the_corpus_has_a_near_duplicate_in_an_earlier_part():
    parts = [
        [as_compared(case.text) for case in read_split(split)] for split in (Split.TEST, Split.VALIDATION, Split.TRAIN)
    ]
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), dtype=np.float32)
    grams, ends = vectorizer.fit_transform(chain(*parts)), np.cumsum([0, *map(len, parts)])
    tested, validated, trained = (grams[start:end] for start, end in pairwise(ends))
    for held_out, before in ((tested, validated), (tested, trained), (validated, trained)):
        for start in range(0, held_out.shape[0], SIMILARITY_ROWS):
            similarities = held_out[start : start + SIMILARITY_ROWS] @ before.T
            assert similarities.max() < NEAR_DUPLICATE + 0.02  # weights differ a little from those of the corpus then


def test_no_author_wrote_for_two_parts_of_the_corpus():
    authors = [{case.source for case in read_split(split)} for split in Split]
    assert sum(map(len, authors)) == len(set().union(*authors)) > len(Split)
