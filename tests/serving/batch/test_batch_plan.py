"""The input's files are found and cut into parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.batch.errors import InputError
from serving.batch.plan import find_files, plan


def write(path, accounts):
    path.write_text("account_id,bio\n" + "".join(f"{account},b\n" for account in accounts))
    return path


@given(sizes=st.lists(st.integers(0, 12), min_size=1, max_size=4), part_rows=st.integers(1, 6))
def test_parts_hold_every_row_of_every_file_once(tmp_path_factory, sizes, part_rows):
    folder = tmp_path_factory.mktemp("plan")
    files = [write(folder / f"{n}.csv", [f"{n}-{row}" for row in range(size)]) for n, size in enumerate(sizes)]
    planned = plan(files, part_rows)
    covered = [(part.path, part.start + row) for part in planned.parts for row in range(part.rows)]
    assert covered == [(str(file), row) for file, size in zip(files, sizes, strict=True) for row in range(size)]
    assert [part.number for part in planned.parts] == list(range(len(planned.parts)))
    assert max(part.rows for part in planned.parts) <= part_rows


def test_later_rows_of_the_same_account_are_named_across_files(tmp_path):
    files = [write(tmp_path / "a.csv", ["x", "y", "x"]), write(tmp_path / "b.csv", ["z", "y", "y"])]
    assert [part.repeated for part in plan(files, 2).parts] == [(), (0,), (1,), (0,)]


def test_rows_without_account_do_not_repeat_each_other(tmp_path):
    assert plan([write(tmp_path / "a.csv", ["", "", "x"])], 10).parts[0].repeated == ()


def test_unknown_columns_are_named(tmp_path):
    ordinary = '{"account_id": "1", "bio": "b"}\n'
    (tmp_path / "a.jsonl").write_text(ordinary * 200 + '{"account_id": "1", "bio": "b", "signatrue": "s"}\n')
    assert plan([tmp_path / "a.jsonl"], 10).ignored == ("signatrue",)


def test_folder_gives_its_files_in_order_and_passes_over_pictures(tmp_path):
    for name in ("b.CSV", "a.jsonl", "avatar.png", "_run.json", ".hidden.csv"):
        (tmp_path / name).touch()
    assert [file.name for file in find_files(str(tmp_path))] == ["a.jsonl", "b.CSV"]


def test_glob_gives_the_files_that_match(tmp_path):
    for name in ("a1.csv", "a2.csv", "b.csv"):
        (tmp_path / name).touch()
    assert [file.name for file in find_files(f"{tmp_path}/a*.csv")] == ["a1.csv", "a2.csv"]


@pytest.mark.parametrize("source", ["missing.csv", "*.csv", "notes.txt", "."])
def test_input_without_a_readable_format_is_refused(tmp_path, monkeypatch, source):
    (tmp_path / "notes.txt").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="parquet"):
        find_files(source)
