"""Word lists over HTTP and the command line: added, in force, listed, removed, audited."""

import json
from urllib.parse import quote

import jsonschema
import pytest
from judgements import verified
from services import client_of

from huijian_client import Client
from models.live import LiveInspector
from models.settings import Settings
from models.text.lists import files
from models.text.lists.files import ListFiles
from serving import docs
from serving.messages.errors import ERROR_CODES
from serving.store.audit.trail import events
from serving.store.database import Database
from serving.store.secrets import Secrets
from serving.store.store import Store

BLOCKED = {"word": "青柠", "list": "blocked", "label": "prohibited_content", "severity": "reject"}
ALLOWED = {"word": "海边中学", "list": "allowed", "fields": ["name"], "note": "ours"}


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
def service(home, live):
    store = Store.from_environment(home, lambda: live.current.policy.store)
    yield client_of(live, store)
    store.close()


@pytest.fixture
def client(service, home, live):
    """A client of a service with empty lists."""
    ListFiles(home).add([], instead=True)
    live.refresh()
    return service


def check(value, schema):
    jsonschema.validate(value, {"$ref": f"#/components/schemas/{schema}", **docs.specification()})


def error_of(response):
    check(response.json(), "Error")
    error = response.json()["error"]
    assert response.status_code == ERROR_CODES[error["code"]].status
    return error["code"], error["field"]


def verdict(client, live, **values):
    live.refresh()
    answer = client.post("/v1/classify", json={"account_id": "new", **values}).json()
    check(answer, "Answer")
    return answer["verdict"], answer["versions"].get("lists")


def trail(home):
    database = Database.from_environment(home)
    verified(database)
    return [(row["actor"], row["details"]) for row, _ in events(database) if row["kind"] == "lists"]


def test_word_is_in_force_until_it_is_removed(client, live):
    added = client.post("/v1/lists", json=BLOCKED)
    check(added.json(), "WordChanged")
    entry = BLOCKED | {"fields": ["name", "bio", "signature"], "note": ""}
    assert (added.status_code, added.json()["word"]) == (201, entry)
    assert verdict(client, live, bio="喜欢 青·檸 味") == ("reject", added.json()["version"])
    assert client.get("/readyz").json()["versions"]["lists"] == added.json()["version"]
    removed = client.delete(f"/v1/lists/{quote('青檸')}")
    check(removed.json(), "WordChanged")
    assert (removed.status_code, removed.json()["word"]) == (200, entry)
    assert verdict(client, live, bio="喜欢 青·檸 味") == ("pass", None)


def test_word_that_is_sent_again_is_replaced(client):
    first = client.post("/v1/lists", json=BLOCKED)
    same = client.post("/v1/lists", json=BLOCKED)
    other = client.post("/v1/lists", json=BLOCKED | {"severity": "review"})
    assert (first.status_code, same.status_code, other.status_code) == (201, 200, 200)
    assert first.json() == same.json()
    assert other.json()["word"]["severity"] == "review"


def test_word_in_a_form_is_added_too(client):
    form = [(name, (None, value)) for name, value in BLOCKED.items()]
    added = client.post("/v1/lists", files=[*form, ("fields", (None, "bio")), ("fields", (None, "name"))])
    assert (added.status_code, added.json()["word"]["fields"]) == (201, ["name", "bio"])


def test_words_are_listed_by_list_label_and_page(client, live):
    for word in (BLOCKED, ALLOWED, BLOCKED | {"word": "柚子", "label": "exaggeration"}):
        client.post("/v1/lists", json=word)
    live.refresh()
    every = client.get("/v1/lists").json()
    check(every, "WordPage")
    assert [word["word"] for word in every["words"]] == ["青柠", "海边中学", "柚子"]
    assert (every["total"], every["version"]) == (3, ListFiles(live.settings.home).read().version)
    for query, words in [
        ({"list": "allowed"}, ["海边中学"]),
        ({"list": "blocked"}, ["青柠", "柚子"]),
        ({"label": "exaggeration"}, ["柚子"]),
        ({"limit": 1, "offset": 1}, ["海边中学"]),
    ]:
        assert [word["word"] for word in client.get("/v1/lists", params=query).json()["words"]] == words


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ({"list": "grey"}, "value_invalid", "list"),
        ({"label": "qr_code"}, "value_invalid", "label"),
        ({"limit": 1_001}, "value_invalid", "limit"),
        ({"offset": "-1"}, "value_invalid", "offset"),
        ({"word": "青柠"}, "unknown_parameter", "word"),
    ],
)
def test_wrong_query_is_refused(client, query, code, field):
    assert error_of(client.get("/v1/lists", params=query)) == (code, field)


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"word": None}, "missing_field", "word"),
        ({"word": "。"}, "value_empty", "word"),
        ({"word": "青" * 65}, "value_too_long", "word"),
        ({"label": "qr_code"}, "value_invalid", "label"),
        ({"severity": 1}, "wrong_type", "severity"),
        ({"list": "allowed"}, "value_invalid", "label"),
        ({"fields": ["avatar"]}, "value_invalid", "fields"),
        ({"reason": "spam"}, "unknown_field", "reason"),
    ],
)
def test_wrong_word_is_refused_with_its_field(client, values, code, field):
    assert error_of(client.post("/v1/lists", json=BLOCKED | values)) == (code, field)


def test_unknown_word_cannot_be_removed(client):
    assert error_of(client.delete("/v1/lists/nothing")) == ("word_unknown", "word")


def test_word_with_a_slash_is_removed(client):
    client.post("/v1/lists", json=ALLOWED | {"word": "a/b?c#d%"})
    assert client.delete(f"/v1/lists/{quote('a/b?c#d%', safe='')}").status_code == 200


def test_full_lists_are_refused(client, monkeypatch):
    monkeypatch.setattr(files, "MAX_WORDS", 1)
    client.post("/v1/lists", json=BLOCKED)
    assert error_of(client.post("/v1/lists", json=ALLOWED)) == ("lists_full", "word")


def test_repeated_request_is_done_once(client):
    key = {"Idempotency-Key": "words-1"}
    first = client.post("/v1/lists", json=BLOCKED, headers=key)
    client.delete(f"/v1/lists/{quote('青柠')}")
    again = client.post("/v1/lists", json=BLOCKED, headers=key)
    assert (again.status_code, again.json(), again.headers["Idempotency-Replayed"]) == (201, first.json(), "true")


def test_change_is_in_the_trail_without_the_word(client, home):
    added = client.post("/v1/lists", json=BLOCKED).json()["version"]
    removed = client.delete(f"/v1/lists/{quote('青柠')}").json()["version"]
    (actor, first), (_, second) = trail(home)[-2:]
    assert (actor, first["action"], second["action"]) == ("local", "add", "remove")
    assert (first["after"], second["before"], second["after"]) == (added, added, removed)
    assert first["words"] == second["words"] and len(first["words"][0]) == 16
    assert (first["list"], first["label"], first["severity"]) == ("blocked", "prohibited_content", "reject")
    assert "青柠" not in json.dumps(trail(home), ensure_ascii=False)


def test_client_adds_lists_and_removes_words(client, live, monkeypatch):
    remote = Client("http://localhost")
    monkeypatch.setattr(remote, "_http", client)
    assert remote.add_word(BLOCKED)["word"]["word"] == "青柠"
    live.refresh()
    assert remote.words("blocked", label="prohibited_content")["total"] == 1
    assert remote.words("allowed")["total"] == 0
    assert remote.remove_word("青柠")["word"]["list"] == "blocked"


def test_command_adds_shows_and_removes_a_word(client, live, home, huijian):
    options = ("--list", "blocked", "--label", "prohibited_content", "--severity", "reject", "--field", "bio")
    code, out, err = huijian("lists", "add", "青柠", *options, "--note", "sour")
    assert (code, err, out.split(";")[0]) == (0, "", "1 words added, 0 changed, 0 removed")
    assert verdict(client, live, bio="青柠")[0] == "reject"
    assert huijian("lists", "show")[1] == "青柠\tblocked\tprohibited_content\treject\tbio\tsour\n"
    assert huijian("lists", "show", "--list", "allowed")[1] == ""
    assert huijian("lists", "remove", "青檸")[0] == 0
    assert huijian("lists", "remove", "青檸")[0] == 1
    actor, details = trail(home)[-1]
    assert (actor.split(":")[0], details["action"]) == ("user", "remove")


def test_command_refuses_a_wrong_word(client, huijian):
    code, _, err = huijian("lists", "add", "青柠", "--list", "blocked", "--label", "qr_code", "--severity", "reject")
    assert (code, "label: must be one of" in err) == (2, True)
    assert huijian("lists", "add", "青柠")[0] == 2


def test_exported_words_are_imported_again(client, live, home, huijian, tmp_path):
    client.post("/v1/lists", json=BLOCKED | {"note": 'a "note",\nof two lines'})
    client.post("/v1/lists", json=ALLOWED)
    before = ListFiles(home).read()
    for name in ("words.csv", "words.jsonl"):
        assert huijian("lists", "export", tmp_path / name)[1].startswith("2 words in")
        ListFiles(home).add([], instead=True)
        code, out, _ = huijian("lists", "import", tmp_path / name)
        assert (code, out.split(";")[0]) == (0, "2 words added, 0 changed, 0 removed")
        assert ListFiles(home).read() == before
    assert (trail(home)[-1][1]["action"], trail(home)[-1][1]["replace"]) == ("import", False)


def test_file_with_a_faulty_line_is_imported_not_at_all(client, home, huijian, tmp_path):
    file = tmp_path / "words.csv"
    file.write_text(
        "word,list,label,severity\n青柠,blocked,prohibited_content,reject\n柚子,blocked,x,reject\n", "utf-8"
    )
    code, out, err = huijian("lists", "import", file)
    assert (code, out, ListFiles(home).read().words) == (1, "", ())
    assert err.startswith("huijian: words.csv, line 3: label: must be one of")
    assert "nothing was imported" in err


def test_import_may_replace_all_words(client, home, huijian, tmp_path):
    client.post("/v1/lists", json=BLOCKED)
    (tmp_path / "words.jsonl").write_text(json.dumps(ALLOWED) + "\n", "utf-8")
    out = huijian("lists", "import", tmp_path / "words.jsonl", "--replace")[1]
    assert out.startswith("1 words added, 0 changed, 1 removed")
    assert [word.word for word in ListFiles(home).read().words] == ["海边中学"]


def test_file_without_words_is_refused(client, huijian, tmp_path):
    (tmp_path / "words.jsonl").write_text("\n")
    assert huijian("lists", "import", tmp_path / "words.jsonl")[0] == 1
    assert huijian("lists", "import", tmp_path / "missing.jsonl")[0] == 2
