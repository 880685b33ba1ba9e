"""Readers keep bad rows as errors."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.profile import ProfileError
from serving.batch import inputs
from serving.batch.errors import InputError


def write_jsonl(path, lines):
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines))
    return path


def write_parquet(path, rows, **options):
    pq.write_table(pa.Table.from_pylist(rows), path, **options)
    return path


def errors(path):
    return [row.code if isinstance(row, ProfileError) else None for row in inputs.rows(path)]


def test_csv_keeps_leading_zeros_and_line_breaks_in_cells(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('account_id,name,bio\n001,张三,"一行\n二行"\n', encoding="utf-8-sig")
    assert list(inputs.rows(path)) == [{"account_id": "001", "name": "张三", "bio": "一行\n二行"}]


def test_empty_csv_cell_is_an_absent_value(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("account_id,name,bio\n1,,b\n")
    assert list(inputs.rows(path)) == [{"account_id": "1", "name": None, "bio": "b"}]


def test_csv_row_with_too_many_or_few_cells_is_a_bad_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("account_id,bio\n1,a\n2,b,c\n3\n\n4,d\n")
    assert errors(path) == [None, "row_invalid", "row_invalid", None]


def test_bytes_that_are_not_utf8_spoil_only_their_own_csv_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"account_id,bio\n1,\xb9\xfa\n2,\xe5\x9b\xbd\n")
    first, second = inputs.rows(path)
    assert second == {"account_id": "2", "bio": "国"}
    assert "\udcb9" in first["bio"]


@pytest.mark.parametrize("line", [b"{oops", b"[1]", b'"text"', b'{"bio": "\xff"}', b"[" * 100_000])
def test_line_that_is_no_json_object_is_a_bad_row(tmp_path, line):
    path = write_jsonl(tmp_path / "a.jsonl", [{"account_id": "1"}, line, {"account_id": "2"}])
    assert errors(path) == [None, "row_invalid", None]


def test_line_without_end_is_cut_instead_of_held_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "MAX_LINE_LENGTH", 100)
    path = write_jsonl(tmp_path / "a.jsonl", [b"x" * 250, {"account_id": "2"}])
    assert errors(path) == ["row_invalid"] * 3 + [None]


def test_parquet_text_that_is_not_utf8_spoils_only_its_own_row(tmp_path):
    broken = pa.array([b"good", b"\xff\xfe", b"good"]).view(pa.string())
    table = pa.table({"account_id": ["1", "2", "3"], "bio": broken})
    pq.write_table(table, tmp_path / "a.parquet")
    assert errors(tmp_path / "a.parquet") == [None, "row_invalid", None]


def test_unknown_parquet_columns_are_not_read(tmp_path):
    path = write_parquet(tmp_path / "a.parquet", [{"account_id": "1", "bio": "b", "embedding": [0.5]}])
    assert list(inputs.rows(path)) == [{"account_id": "1", "bio": "b"}]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("start", [0, 1, 6, 7, 19, 20, 99])
def test_reading_from_a_row_on_skips_exactly_those_before(tmp_path, suffix, start):
    rows = [{"account_id": str(number), "bio": "b"} for number in range(20)]
    path = tmp_path / f"a{suffix}"
    if suffix == ".parquet":
        write_parquet(path, rows, row_group_size=7)
    elif suffix == ".csv":
        path.write_text("account_id,bio\n" + "".join(f"{row['account_id']},b\n" for row in rows))
    else:
        write_jsonl(path, rows)
    assert list(inputs.rows(path, start)) == rows[start:]


@pytest.mark.parametrize("value", [None, "", True, 1.5, ["1"], "\ud800"])
def test_value_that_names_no_account_is_none(value):
    assert inputs.account_id({"account_id": value}) is None


def test_whole_number_is_an_account_id():
    assert inputs.account_id({"account_id": 42}) == "42"


def test_file_without_account_column_is_refused_by_name(tmp_path):
    (tmp_path / "a.csv").write_text("id,bio\n1,b\n")
    with pytest.raises(InputError, match="a.csv must have the column account_id"):
        inputs.column_names(tmp_path / "a.csv")


def test_damaged_parquet_file_is_refused_by_name(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(InputError, match="a.parquet is not a readable Parquet file"):
        inputs.column_names(tmp_path / "a.parquet")


def test_open_quote_is_a_bad_row_and_no_text_of_other_accounts(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('account_id,bio\n7,fine\n8,"open\n9,b\n10,c\n')
    first, second = inputs.rows(path)
    assert first == {"account_id": "7", "bio": "fine"}
    assert isinstance(second, ProfileError)
    assert "quote" in second.message


def test_a_column_that_is_named_twice_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("account_id,bio,bio\n1,bad,good\n")
    with pytest.raises(InputError, match="twice"):
        inputs.column_names(path)


def test_a_json_line_that_names_a_field_twice_is_a_bad_row(tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [b'{"account_id": "1", "bio": "bad", "bio": "good"}', {"account_id": "2"}])
    assert errors(path) == ["repeated_field", None]


@pytest.mark.parametrize("read", [inputs.column_names, lambda path: list(inputs.rows(path))])
def test_csv_whose_first_line_is_malformed_is_refused_by_name(tmp_path, read):
    (tmp_path / "a.csv").write_text('"a"b,account_id\n1,2\n')
    with pytest.raises(InputError, match="a.csv names no columns"):
        read(tmp_path / "a.csv")
