"""Which run a folder of parts belongs to, and how its parts become one file."""

import pyarrow.parquet as pq
import pytest

from serving.batch import decisions
from serving.batch.plan import Part
from serving.batch.run import Run, RunError

KILLED = "0123456789abcdef" * 2


@pytest.fixture
def source(tmp_path):
    (tmp_path / "in.csv").write_text("account_id,bio\n1,a\n2,b\n")
    return tmp_path / "in.csv"


def part_with(run, rows):
    """A part of two rows of which so many were written."""
    decisions.write(decisions.part_path(run.directory, 0), [{"account_id": str(row)} for row in range(rows)])
    return Part(0, "in.csv", 0, 2, ())


@pytest.mark.parametrize("name", ["out", "out.parquet"])
def test_drafts_of_a_killed_run_go_and_files_of_others_stay(tmp_path, source, name):
    run = Run(tmp_path / name, [source], 2, {})
    run.directory.mkdir()
    drafts = [run.directory / f".part-00000.parquet.{KILLED}", run.directory / f"._run.json.{KILLED}"]
    others = [tmp_path / f".{name}.crc", tmp_path / f".other.parquet.{KILLED}"]
    if name.endswith(".parquet"):
        drafts.append(tmp_path / f".{name}.{KILLED}")
    for file in drafts + others:
        file.touch()
    with run.begun(restart=False):
        assert [file.exists() for file in drafts] == [False] * len(drafts)
    assert [file.exists() for file in others] == [True, True]


def test_parts_become_one_file_and_go(tmp_path, source):
    run = Run(tmp_path / "out.parquet", [source], 2, {})
    with run.begun(restart=False):
        assert run.finish([part_with(run, 2)]) == [run.out]
    assert (pq.read_metadata(run.out).num_rows, run.directory.exists()) == (2, False)


def test_what_others_put_beside_the_parts_stays(tmp_path, source):
    run = Run(tmp_path / "out.parquet", [source], 2, {})
    with run.begun(restart=False):
        (run.directory / "notes.txt").touch()
        run.finish([part_with(run, 2)])
    assert [file.name for file in run.directory.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("change", [lambda file: file.open("a").write("3,c\n"), lambda file: file.unlink()])
def test_an_input_that_is_changed_meanwhile_is_no_finished_run(tmp_path, source, change):
    run = Run(tmp_path / "out.parquet", [source], 2, {})
    with run.begun(restart=False), pytest.raises(RunError, match="was changed"):
        change(source)
        run.finish([part_with(run, 2)])


def test_parts_stay_where_their_file_has_not_every_row(tmp_path, source):
    run = Run(tmp_path / "out.parquet", [source], 2, {})
    with run.begun(restart=False), pytest.raises(RunError, match="holds 1 rows instead of 2.*--restart"):
        run.finish([part_with(run, 1)])
    assert decisions.part_path(run.directory, 0).exists()
