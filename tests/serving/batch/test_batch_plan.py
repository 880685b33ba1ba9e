"""The input's files are found and cut into parts."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.batch import plan as planning
from serving.batch import repeats, work
from serving.batch.errors import InputError
from serving.batch.plan import find_files, plan
from serving.batch.work import PartSize, seconds


def write(path, accounts):
    path.write_text("account_id,bio\n" + "".join(f"{account},b\n" for account in accounts))
    return path


@given(
    sizes=st.lists(st.integers(0, 12), min_size=1, max_size=4),
    most=st.integers(1, 6),
    effort=st.floats(0, 10 * work.ROW_SECONDS),
)
def test_parts_hold_every_row_of_every_file_once(tmp_path_factory, sizes, most, effort):
    folder = tmp_path_factory.mktemp("plan")
    files = [write(folder / f"{n}.csv", [f"{n}-{row}" for row in range(size)]) for n, size in enumerate(sizes)]
    planned = plan(files, PartSize(effort, most))
    covered = [(part.path, part.start + row) for part in planned.parts for row in range(part.rows)]
    assert covered == [(str(file), row) for file, size in zip(files, sizes, strict=True) for row in range(size)]
    assert [part.number for part in planned.parts] == list(range(len(planned.parts)))
    assert max(part.rows for part in planned.parts) <= most


def test_later_rows_of_the_same_account_are_named_across_files(tmp_path):
    files = [write(tmp_path / "a.csv", ["x", "y", "x"]), write(tmp_path / "b.csv", ["z", "y", "y"])]
    assert [part.repeated for part in plan(files, PartSize(rows=2)).parts] == [(), (0,), (1,), (0,)]


def test_rows_without_account_do_not_repeat_each_other(tmp_path):
    assert plan([write(tmp_path / "a.csv", ["", "", "x"])], PartSize()).parts[0].repeated == ()


def write_mixed(folder, suffix):
    """120 rows of text, then twenty with an avatar; in Parquet, in row groups of twenty."""
    rows = [{"account_id": str(n), "bio": "b", "avatar": "a.png" if n >= 120 else None} for n in range(140)]
    path = folder / f"a{suffix}"
    if suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=20)
    else:
        path.write_text("account_id,bio,avatar\n" + "".join(f"{n},b,{'a.png' * (n >= 120)}\n" for n in range(140)))
    return path


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_parts_have_equal_work_rather_than_equal_rows(tmp_path, suffix):
    parts = plan([write_mixed(tmp_path, suffix)], PartSize(10 * seconds(1))).parts
    assert [part.rows for part in parts] == [60, 60, 10, 10]


def test_parquet_without_statistics_counts_as_having_pictures(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"account_id": ["1", "2"], "avatar": ["a.png", None]}), path, write_statistics=False)
    assert len(plan([path], PartSize(seconds(1))).parts) == 2


def test_a_run_of_very_many_parts_gets_larger_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(planning, "MAX_PARTS", 3)
    files = [write(tmp_path / f"{n}.csv", [f"{n}-{row}" for row in range(9)]) for n in range(2)]
    assert [(part.start, part.rows) for part in plan(files, PartSize(rows=2)).parts] == [(0, 8), (8, 1)] * 2


def test_repeated_accounts_are_found_beyond_what_memory_holds(tmp_path, monkeypatch):
    monkeypatch.setattr(repeats, "MEMORY_BYTES", 64)
    monkeypatch.setattr(repeats, "BUFFER_ROWS", 100)
    accounts = [str(n % 1_700) for n in range(2_500)]
    (part,) = plan([write(tmp_path / "a.csv", accounts)], PartSize(1e9)).parts
    assert part.repeated == tuple(range(1_700, 2_500))


def test_unknown_columns_are_named(tmp_path):
    ordinary = '{"account_id": "1", "bio": "b"}\n'
    (tmp_path / "a.jsonl").write_text(ordinary * 200 + '{"account_id": "1", "bio": "b", "signatrue": "s"}\n')
    assert plan([tmp_path / "a.jsonl"], PartSize()).ignored == ("signatrue",)


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
