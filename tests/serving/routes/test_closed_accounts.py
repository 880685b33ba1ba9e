"""Closed accounts over HTTP and the command line: registered, matched, removed, audited."""

import base64
import io
import json
from pathlib import Path
from urllib.parse import quote

import jsonschema
import numpy as np
import PIL.Image
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from judgements import verified
from services import client_of

from models.accounts.closed import REGISTER_FOLDER, Account
from models.accounts.register import MAX_OPEN_ROWS
from models.live import LiveInspector
from models.runtime.artifact_files import ArtifactFile
from models.settings import Settings
from serving import docs
from serving.closed.registrar import Registrar
from serving.messages.errors import ERROR_CODES
from serving.store.audit.trail import Trail, events
from serving.store.database import Database
from serving.store.secrets import Secrets
from serving.store.store import Store

NAME = "晚风吹过麦田的收音机"


def avatar(seed=1):
    noise = PIL.Image.frombytes("RGB", (16, 16), bytes((seed * 31 + place * place * 7) % 251 for place in range(768)))
    buffer = io.BytesIO()
    noise.resize((200, 200), PIL.Image.Resampling.BICUBIC).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home directory with its own keys, without configuration."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("home")
    for name in (*Secrets.fresh(), "HUIJIAN_DATABASE_URL"):
        patch.delenv(name, raising=False)
    patch.setenv("HUIJIAN_HOME", str(folder))
    yield folder
    patch.undo()


@pytest.fixture(scope="module")
def live(home):
    return LiveInspector(Settings(home=home))


@pytest.fixture(scope="module")
def client(home, live):
    store = Store.from_environment(home, lambda: live.current.policy.store)
    yield client_of(live, store)
    store.close()


def check(value, schema):
    jsonschema.validate(value, {"$ref": f"#/components/schemas/{schema}", **docs.specification()})


def error_of(response):
    check(response.json(), "Error")
    error = response.json()["error"]
    assert response.status_code == ERROR_CODES[error["code"]].status
    return error["code"], error["field"]


def returns(client, live, **values):
    """Keys of the closed accounts that a profile matches."""
    live.refresh()
    if "avatar" in values:
        values["avatar"] = base64.b64encode(values["avatar"]).decode()
    answer = client.post("/v1/classify", json={"account_id": "new", **values}).json()
    check(answer, "Answer")
    found = [one for one in answer["findings"] if one["label"] == "closed_account_match"]
    return {one["evidence"]["reference_id"] for one in found}


def trail(home):
    database = Database.from_environment(home)
    verified(database)
    return [(row["kind"], row["actor"], row["details"]) for row, _ in events(database)]


def test_registered_account_is_matched_until_it_is_removed(client, live, home):
    form = client.post(
        "/v1/closed_accounts", data={"account_id": "42", "name": NAME}, files={"avatar": ("a", avatar())}
    )
    assert form.status_code == 201
    check(form.json(), "ClosedAccountRegistered")
    key = form.json()["account"]
    assert form.json() == {"account": key, "name": True, "avatar": True}
    assert returns(client, live, name=NAME) == returns(client, live, avatar=avatar()) == {key}
    removed = client.delete(f"/v1/closed_accounts/{key}")
    check(removed.json(), "ClosedAccountRemoved")
    assert not returns(client, live, name=NAME, avatar=avatar())
    assert ("closed_added", "local", {"accounts": [key]}) in trail(home)
    assert [kind for kind, _, _ in trail(home)].count("closed_removed") == 1


def test_account_is_removed_by_any_id(client):
    for account_id in ("a/b/c", "账号 +&?#", "0123456789abcdef"):
        client.post("/v1/closed_accounts", json={"account_id": account_id, "name": NAME})
        assert client.delete(f"/v1/closed_accounts/{quote(account_id)}").status_code == 200


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"account_id": "42"}, "missing_content", None),
        ({"account_id": "42", "name": "  "}, "missing_content", None),
        ({"name": NAME}, "missing_field", "account_id"),
        ({"account_id": "42", "name": "名" * 65}, "text_too_long", "name"),
        ({"account_id": "42", "avatar": base64.b64encode(b"<svg/>").decode()}, "image_type", "avatar"),
        ({"account_id": "42", "avatar": "https://example.com/a.png"}, "image_url_refused", "avatar"),
        ({"account_id": "42", "name": NAME, "reason": "spam"}, "unknown_field", "reason"),
    ],
)
def test_unregistrable_account_is_refused_with_its_field(client, values, code, field):
    assert error_of(client.post("/v1/closed_accounts", json=values)) == (code, field)


def test_unknown_account_cannot_be_removed(client):
    assert error_of(client.delete("/v1/closed_accounts/nobody")) == ("closed_account_unknown", "account")


def test_change_does_not_reread_open_segments(client, live, home):
    """Full segments stay unchanged, since reading those of millions of accounts takes minutes."""
    registrar = Registrar(home, Trail(Database.from_environment(home)))
    many = [str(number) for number in range(MAX_OPEN_ROWS)]
    registrar.add([Account(one) for one in many], live.current.encoder, "test")
    del registrar
    live.refresh()
    (segment,) = (
        file for file in (home / REGISTER_FOLDER).glob("*/accounts.npy") if len(np.load(file)) == MAX_OPEN_ROWS
    )
    config, hidden = segment.parent / ArtifactFile.CONFIG, segment.parent / "hidden"
    config.rename(hidden)  # reading the segment would raise an error
    added = client.post("/v1/closed_accounts", json={"account_id": "one more", "name": NAME})
    removed = client.delete("/v1/closed_accounts/one%20more")
    hidden.rename(config)
    assert (added.status_code, removed.status_code) == (201, 200)
    assert Registrar(home, Trail(Database.from_environment(home))).remove(many, "test") == MAX_OPEN_ROWS


def test_worker_closes_the_files_of_removed_accounts(client, live, home):
    """Open files would keep the removed data on disk."""
    client.post("/v1/closed_accounts", json={"account_id": "42", "name": NAME})
    live.refresh()
    assert client.delete("/v1/closed_accounts/42").status_code == 200
    live.refresh()
    mapped = Path("/proc/self/maps").read_text(encoding="utf-8")
    assert not [line for line in mapped.splitlines() if str(home) in line and "(deleted)" in line]


def test_accounts_are_registered_and_removed_from_files(client, live, home, tmp_path, huijian):
    rows = [{"account_id": "1", "name": NAME, "avatar": None}, {"account_id": "2", "name": None, "avatar": avatar(5)}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "closed.parquet")
    code, out, err = huijian("closed", "add", tmp_path / "closed.parquet")
    assert (code, err) == (0, "")
    assert out.startswith("2 accounts remembered")
    assert len(returns(client, live, name=NAME)) == len(returns(client, live, avatar=avatar(5))) == 1
    (tmp_path / "gone.jsonl").write_text("".join(json.dumps({"account_id": one, "name": ""}) + "\n" for one in "12"))
    assert huijian("closed", "remove", tmp_path / "gone.jsonl")[0] == 0
    assert not returns(client, live, name=NAME, avatar=avatar(5))


def test_invalid_rows_are_counted_and_fail_the_command(home, tmp_path, huijian):
    (tmp_path / "closed.csv").write_text(f"account_id,name\n7,{NAME}\n8,\n,{NAME}\n", encoding="utf-8")
    code, out, err = huijian("closed", "add", tmp_path / "closed.csv")
    assert (code, out.split()[0]) == (1, "1")
    assert "1 missing_content" in err
    assert NAME not in err
    assert huijian("closed", "remove", "--account-id", "7")[0] == 0
    assert huijian("closed", "remove", "--account-id", "7")[0] == 1
    assert huijian("closed", "remove")[0] == 2
