"""`huijian score` with an object store that fails every tenth call, in a worker process with the real models."""

from pathlib import Path

import object_store
import pyarrow.parquet as pq
import pytest
from scored_accounts import write_accounts

from models.settings import Settings
from serving.batch import manifest
from serving.batch.errors import InputError
from serving.batch.score import score
from serving.batch.work import PartSize

pytestmark = pytest.mark.slow


def test_every_row_arrives_once_though_every_tenth_call_fails(monkeypatch, tmp_path):
    url = object_store.installed(monkeypatch, tmp_path, faults=10)
    face = f"{object_store.PROTOCOL}://bucket/face.jpg"
    accounts = [{"account_id": str(number), "avatar": face} for number in range(6)]
    source = write_accounts(tmp_path, accounts)
    store = Path(tmp_path / "store" / "bucket")
    store.mkdir()
    (tmp_path / "face.jpg").rename(store / "face.jpg")
    for judged in (6, 0):
        summary = score(str(source), url, Settings.from_environment(), part_size=PartSize(rows=2), workers=1)
        assert (summary.effort.rows, summary.counts.rows, summary.counts.errors.total()) == (judged, 6, 0)
    rows = pq.read_table(store / "decisions").to_pylist()
    assert [row["account_id"] for row in rows] == [account["account_id"] for account in accounts]
    assert manifest.of_file(store / "decisions" / "_run.parquet")["rows"] == 6


def test_earlier_run_is_refused_where_workers_cannot_map_its_index(monkeypatch, tmp_path):
    url = object_store.installed(monkeypatch, tmp_path)
    with pytest.raises(InputError, match="--since needs an OUT on a disk"):
        score(str(write_accounts(tmp_path)), url, Settings.from_environment(), since=tmp_path)
