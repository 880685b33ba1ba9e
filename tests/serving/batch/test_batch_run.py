"""A run claims its output, joins its parts and checks them."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from serving.batch import manifest
from serving.batch.decisions import SCHEMA
from serving.batch.errors import RunError
from serving.batch.inputs import fingerprint
from serving.batch.part_files import part_name, parts_folder
from serving.batch.plan import Part, Plan
from serving.batch.run import Run
from serving.batch.work import PartSize

KILLED = "0123456789abcdef" * 2


@pytest.fixture
def source(tmp_path):
    (tmp_path / "in.csv").write_text("account_id,bio\n1,a\n2,b\n")
    return tmp_path / "in.csv"


def run_of(source, out):
    """A run with one part of two rows."""
    return Run(out, Plan((source,), fingerprint([source]), PartSize(), (Part(0, "in.csv", 0, 2, (), 24),), ()), {})


def write_part(run, rows):
    """Write the first rows of the run's part."""
    run.write(0, pa.Table.from_pylist([{"account_id": str(row)} for row in range(rows)], SCHEMA), {})


def test_a_folder_holds_nothing_that_readers_of_parquet_refuse(tmp_path, source):
    run = run_of(source, tmp_path / "out")
    with run.begun(restart=False):
        write_part(run, 2)
        run.finish()
    others = [file for file in (tmp_path / "out").iterdir() if file.stat().st_size and file.suffix != ".parquet"]
    assert others == []
    assert pq.read_schema(tmp_path / "out" / "_run.parquet").equals(SCHEMA)


def test_manifest_of_an_earlier_release_is_continued(tmp_path, source):
    run = run_of(source, tmp_path / "out")
    with run.begun(restart=False):
        write_part(run, 2)
    earlier = tmp_path / "out" / "_run.json"
    earlier.write_text(json.dumps(manifest.read(run.folder)))
    (tmp_path / "out" / "_run.parquet").unlink()
    with run_of(source, tmp_path / "out").begun(restart=False) as again:
        assert again.missing() == []
    assert not earlier.exists()


@pytest.mark.parametrize("name", ["out", "out.parquet"])
def test_drafts_of_a_killed_run_go_and_foreign_files_stay(tmp_path, source, name):
    run = run_of(source, tmp_path / name)
    folder = parts_folder(run.out)
    folder.mkdir()
    drafts = [folder / f".part-00000.parquet.{KILLED}", folder / f"._run.parquet.{KILLED}"]
    others = [tmp_path / f".{name}.crc", tmp_path / f".other.parquet.{KILLED}"]
    if name.endswith(".parquet"):
        drafts.append(tmp_path / f".{name}.{KILLED}")
    for file in drafts + others:
        file.touch()
    with run.begun(restart=False):
        assert [file.exists() for file in drafts] == [False] * len(drafts)
    assert [file.exists() for file in others] == [True, True]


def test_parts_become_one_file_and_go(tmp_path, source):
    run = run_of(source, tmp_path / "out.parquet")
    with run.begun(restart=False):
        write_part(run, 2)
        run.finish()
    assert (pq.read_metadata(run.out).num_rows, parts_folder(run.out).exists()) == (2, False)


def test_foreign_files_beside_the_parts_stay(tmp_path, source):
    run = run_of(source, tmp_path / "out.parquet")
    with run.begun(restart=False):
        (parts_folder(run.out) / "notes.txt").touch()
        write_part(run, 2)
        run.finish()
    assert [file.name for file in parts_folder(run.out).iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("change", [lambda file: file.open("a").write("3,c\n"), lambda file: file.unlink()])
def test_input_changed_during_a_run_is_refused_at_its_end(tmp_path, source, change):
    run = run_of(source, tmp_path / "out.parquet")
    with run.begun(restart=False), pytest.raises(RunError, match="was changed"):
        change(source)
        write_part(run, 2)
        run.finish()


def test_parts_stay_if_the_joined_file_lacks_rows(tmp_path, source):
    run = run_of(source, tmp_path / "out.parquet")
    with run.begun(restart=False), pytest.raises(RunError, match="holds 1 rows instead of 2.*--restart"):
        write_part(run, 1)
        run.finish()
    assert (parts_folder(run.out) / part_name(0)).exists()
