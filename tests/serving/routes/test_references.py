"""The gallery over HTTP: enrolment, refusals, lists, pages and removal."""

import asyncio
import base64
import hashlib
import io
import json
import shutil

import jsonschema
import numpy as np
import PIL.Image
import pytest
from prometheus_client import CollectorRegistry
from services import client_of
from starlette.requests import Request

from models.live import LiveInspector
from models.runtime import versions
from models.settings import Settings
from serving import docs
from serving.messages.errors import ERROR_CODES
from serving.metrics.metrics import Metrics
from serving.routes.references import MAX_PICTURES, References
from serving.store.audit.trail import events
from serving.store.database import Database
from serving.store.store import Store

OCEAN = {
    "reference_id": "org.ocean",
    "label": "organization_logo",
    "name_zh": "海洋协会",
    "name_en": "Ocean Association",
    "owner_id": "org.ocean",
    "source": "drawn for tests",
    "licence": "CC0-1.0",
}


def mark(seed, side=160):
    """An encoded picture of random blocks."""
    cells = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), dtype=np.uint8)
    return png(PIL.Image.fromarray(cells).resize((side, side), PIL.Image.Resampling.NEAREST))


def png(picture):
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    return LiveInspector(Settings(home=tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def store(live):
    opened = Store.from_environment(live.settings.home, lambda: live.current.policy.store)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def service(live, store):
    """The application and its Inspector, with their own home directory."""
    return client_of(live, store), live


@pytest.fixture
def client(service):
    """A client of a service without own references."""
    client, live = service
    for name in ("gallery", "encoders"):
        shutil.rmtree(live.settings.home / name, ignore_errors=True)
    live.refresh()
    return client


def post(client, *pictures, **values):
    texts = [(name, (None, value)) for name, value in {**OCEAN, **values}.items()]
    return client.post("/v1/references", files=[*texts, *(("image", ("mark.png", picture)) for picture in pictures)])


def error_of(response):
    body = response.json()
    check(body, "Error")
    assert response.status_code == ERROR_CODES[body["error"]["code"]].status
    return body["error"]["code"], body["error"]["field"]


def check(value, schema):
    jsonschema.validate(value, {"$ref": f"#/components/schemas/{schema}", **docs.specification()})


def test_enrolled_emblem_is_found_listed_shown_and_removed(client, service):
    _, live = service
    enrolled = post(client, mark(1), mark(2), rollout="0.5")
    assert enrolled.status_code == 201
    check(enrolled.json(), "Enrolment")
    assert (enrolled.json()["pictures"], enrolled.json()["reference"]["rollout"]) == (2, 0.5)
    assert live.refresh()
    shown = client.get("/v1/references/org.ocean").json()
    check(shown, "ReferenceShown")
    assert shown["version"] == enrolled.json()["version"] == live.current.gallery.version
    assert [picture["sha256"] for picture in shown["pictures"]] == [hashlib.sha256(mark(n)).hexdigest() for n in (1, 2)]
    with PIL.Image.open(io.BytesIO(base64.b64decode(shown["pictures"][0]["drawing"]))) as drawing:
        assert (drawing.format, drawing.size) == ("WEBP", (160, 160))
    answer = client.post("/v1/classify", data={"account_id": "1"}, files={"avatar": ("a.png", mark(1))}).json()
    assert answer["findings"][0]["evidence"]["reference_id"] == "org.ocean"
    removed = client.delete("/v1/references/org.ocean")
    check(removed.json(), "Removal")
    assert (removed.status_code, removed.json()["pictures"]) == (200, 2)
    assert live.refresh()
    assert error_of(client.get("/v1/references/org.ocean")) == ("reference_unknown", "reference_id")


def test_emblem_in_json_is_enrolled_too_and_only_once(client):
    offer = {**OCEAN, "image": base64.b64encode(mark(3)).decode(), "threshold": 0.9, "harmless": None}
    first, second = (client.post("/v1/references", json=offer) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert (first.json()["pictures"], second.json()["pictures"]) == (1, 0)
    assert first.json()["version"] == second.json()["version"]


def test_phrase_is_enrolled_as_json_and_as_a_form_and_shown(client, service):
    _, live = service
    first = client.post("/v1/references", json=OCEAN | {"text": "一枚警徽", "image": None})
    second = post(client, text="flag of France")
    check(second.json(), "Enrolment")
    assert (first.status_code, second.status_code, second.json()["pictures"]) == (201, 201, 1)
    assert live.refresh()
    shown = client.get("/v1/references/org.ocean").json()
    check(shown, "ReferenceShown")
    assert [(one["text"], one["drawing"]) for one in shown["pictures"]] == [
        ("一枚警徽", None),
        ("flag of France", None),
    ]
    assert shown["pictures"][0]["sha256"] == hashlib.sha256("一枚警徽".encode()).hexdigest()
    assert client.delete("/v1/references/org.ocean").json()["pictures"] == 2


def test_another_owners_phrase_is_refused_unless_forced(client):
    assert post(client, text="一枚警徽").status_code == 201
    copy = {"reference_id": "org.fake", "owner_id": "org.fake", "text": "一枚警徽"}
    assert error_of(post(client, **copy)) == ("reference_clash", "text")
    assert post(client, force="true", **copy).status_code == 201


def test_harmless_look_alike_needs_no_label(client):
    harmless = {name: value for name, value in OCEAN.items() if name != "label"} | {"harmless": "true"}
    response = client.post("/v1/references", data=harmless, files={"image": ("mark.png", mark(4))})
    assert response.status_code == 201
    check(response.json(), "Enrolment")
    assert response.json()["reference"] == OCEAN | {"label": None, "threshold": 0, "rollout": 1, "harmless": True}


def test_another_owners_emblem_is_refused_by_name_unless_forced(client):
    assert post(client, mark(5)).status_code == 201
    copy = {"reference_id": "org.fake", "owner_id": "org.fake"}
    for picture in (mark(5), mark(5, side=200)):
        refused = post(client, picture, **copy)
        assert error_of(refused) == ("reference_clash", "image")
        assert "org.ocean of another owner, org.ocean" in refused.json()["error"]["message"]
    forced = post(client, mark(5), force="true", **copy)
    check(forced.json(), "Enrolment")
    assert (forced.status_code, forced.json()["clashes"][0]["existing_id"]) == (201, "org.ocean")


def emblem(client, reference_id):
    """The drawing of an enrolled emblem on white, as a picture."""
    (shown, *_) = client.get(f"/v1/references/{reference_id}").json()["pictures"]
    drawing = PIL.Image.open(io.BytesIO(base64.b64decode(shown["drawing"]))).convert("RGBA")
    white = PIL.Image.new("RGBA", drawing.size, "white")
    white.alpha_composite(drawing)
    return white.convert("RGB")


def without_label(**values):
    return {name: value for name, value in OCEAN.items() if name != "label"} | {"harmless": "true"} | values


@pytest.mark.parametrize("cut", [0, 0.1])
@pytest.mark.parametrize("owner", ["org.ocean", "media.xinhua"])
def test_harmless_picture_near_an_emblem_is_refused_unless_forced(client, cut, owner):
    picture = emblem(client, "media.xinhua")
    width, height = picture.size
    near = png(picture.crop((int(width * cut), int(height * cut), int(width * (1 - cut)), int(height * (1 - cut)))))
    harmless = without_label(owner_id=owner)
    refused = client.post("/v1/references", data=harmless, files={"image": ("a.png", near)})
    assert error_of(refused) == ("reference_clash", "image")
    said = refused.json()["error"]["message"]
    assert "like media.xinhua" in said and "silences" in said
    forced = client.post("/v1/references", data=harmless | {"force": "true"}, files={"image": ("a.png", near)})
    check(forced.json(), "Enrolment")
    assert "media.xinhua" in {clash["existing_id"] for clash in forced.json()["clashes"] if clash["silences"]}


def test_emblem_near_a_harmless_picture_is_refused_too(client):
    assert client.post("/v1/references", data=without_label(), files={"image": ("a.png", mark(9))}).status_code == 201
    copy = {"reference_id": "org.sea", "owner_id": "org.sea"}
    assert error_of(post(client, mark(9), **copy)) == ("reference_clash", "image")


def test_changes_are_in_the_audit_trail_with_who_and_both_versions(client, service):
    _, live = service
    before = live.settings.gallery_directory().name
    added = post(client, mark(10), reference_id="org.reef").json()["version"]
    removed = client.delete("/v1/references/org.reef").json()["version"]
    trail = events(Database.from_environment(live.settings.home))
    made = [row for row, _ in trail if row["kind"] == "gallery" and "action" in row["details"]]
    assert [(row["actor"], row["details"]["action"]) for row in made[-2:]] == [("local", "add"), ("local", "remove")]
    versions_of = [(row["details"]["before"], row["details"]["after"]) for row in made[-2:]]
    assert versions_of == [(before, added), (added, removed)]
    assert made[-1]["details"]["reference_id"] == "org.reef"


def test_reference_that_contradicts_what_is_enrolled_is_refused(client):
    assert post(client, mark(6)).status_code == 201
    assert error_of(post(client, mark(7), owner_id="org.other")) == ("reference_conflict", "owner_id")
    assert error_of(post(client, mark(7), rollout="0")) == ("reference_conflict", "rollout")


def test_references_are_listed_by_label_and_page(client):
    every = client.get("/v1/references").json()
    check(every, "ReferencePage")
    assert len(every["references"]) == 100 < every["total"]
    party = client.get("/v1/references", params={"label": "party_emblem", "limit": 1_000}).json()
    assert {one["label"] for one in party["references"]} == {"party_emblem"}
    assert len(party["references"]) == party["total"] < every["total"]
    second = client.get("/v1/references", params={"limit": 1, "offset": 1}).json()
    assert second["references"] == every["references"][1:2]


@pytest.mark.parametrize("route", ["all", "one"])
def test_requests_are_served_while_references_are_read(live, store, route):
    """Reading a large gallery takes long and must not block other connections."""
    reference_id = live.current.gallery.references[0].reference_id
    scope = {"type": "http", "method": "GET", "query_string": b"", "path_params": {"reference_id": reference_id}}
    done = []

    async def asked():
        response = await getattr(References(live, store, Metrics(CollectorRegistry())), route)(Request(scope))
        done.append(response.status_code)

    async def another():
        done.append("another")

    async def both():
        await asyncio.gather(asked(), another())

    asyncio.run(both())
    assert done == ["another", 200]


@pytest.mark.parametrize(
    ("query", "field"),
    [("label=qr_code", "label"), ("limit=1001", "limit"), ("limit=x", "limit"), ("offset=-1", "offset")],
)
def test_bad_query_is_refused_with_its_name(client, query, field):
    assert error_of(client.get(f"/v1/references?{query}")) == ("value_invalid", field)


BLANK = png(PIL.Image.new("RGB", (64, 64), "white"))


@pytest.mark.parametrize(
    ("values", "pictures", "expected"),
    [
        ({}, [b""], ("image_empty", "image")),
        ({}, [b"<svg/>"], ("image_type", "image")),
        ({}, [mark(8)[:80]], ("image_undecodable", "image")),
        ({}, [mark(8, side=24)], ("image_dimensions", "image")),
        ({}, [BLANK], ("image_blank", "image")),
        ({}, [mark(8), BLANK], ("image_blank", "image")),
        ({}, [mark(8)] * (MAX_PICTURES + 1), ("value_too_long", "image")),
        ({"label": "qr_code"}, [mark(8)], ("value_invalid", "label")),
        ({"owner_id": " "}, [mark(8)], ("value_empty", "owner_id")),
        ({"reference_id": "x" * 257}, [mark(8)], ("value_too_long", "reference_id")),
        ({"threshold": "1.5"}, [mark(8)], ("value_invalid", "threshold")),
        ({"threshold": "NaN"}, [mark(8)], ("value_invalid", "threshold")),
        ({"rollout": "half"}, [mark(8)], ("wrong_type", "rollout")),
        ({"harmless": "yes"}, [mark(8)], ("wrong_type", "harmless")),
        ({"harmless": "true", "rollout": "0"}, [mark(8)], ("value_invalid", "rollout")),
        ({"force": "1"}, [mark(8)], ("wrong_type", "force")),
        ({"thresold": "0.9"}, [mark(8)], ("unknown_field", "thresold")),
        ({}, [], ("missing_field", "image")),
        ({"text": "一枚警徽"}, [mark(8)], ("value_invalid", "text")),
        ({"text": " "}, [], ("value_empty", "text")),
        ({"text": "徽" * 1_001}, [], ("value_too_long", "text")),
        ({"text": "一枚警徽" * 50}, [], ("value_invalid", "text")),
        ({"text": "一枚警徽", "harmless": "true"}, [], ("value_invalid", "text")),
    ],
)
def test_unenrollable_reference_is_refused_with_its_field(client, service, values, pictures, expected):
    assert error_of(post(client, *pictures, **values)) == expected
    _, live = service
    assert not live.refresh()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"image": [base64.b64encode(mark(8)).decode()]}, ("wrong_type", "image")),
        ({"image": []}, ("wrong_type", "image")),
        ({"image": None}, ("missing_field", "image")),
        ({"image": None, "text": None}, ("missing_field", "image")),
        ({"image": base64.b64encode(mark(8)).decode(), "text": "一枚警徽"}, ("value_invalid", "text")),
        ({"text": ["一枚警徽"]}, ("wrong_type", "text")),
        ({"image": "https://example.com/a.png"}, ("image_url_refused", "image")),
        ({"image": base64.b64encode(mark(8)).decode(), "name_en": 5}, ("wrong_type", "name_en")),
        ({"image": base64.b64encode(mark(8)).decode(), "threshold": "0.9"}, ("wrong_type", "threshold")),
    ],
)
def test_wrong_value_in_json_is_refused(client, values, expected):
    assert error_of(client.post("/v1/references", json={**OCEAN, **values})) == expected


def test_lone_surrogate_is_refused_with_its_field_named(client):
    body = b'{"image": "", "reference_id": "a\\ud800"}'
    refused = client.post("/v1/references", content=body, headers={"Content-Type": "application/json"})
    assert error_of(refused) == ("text_invalid", "reference_id")


def test_unknown_reference_cannot_be_removed(client):
    assert error_of(client.delete("/v1/references/org.nobody")) == ("reference_unknown", "reference_id")


def test_id_with_a_slash_or_in_chinese_is_addressed(client):
    assert post(client, mark(9), reference_id="海洋/协会").status_code == 201
    assert client.delete("/v1/references/%E6%B5%B7%E6%B4%8B/%E5%8D%8F%E4%BC%9A").status_code == 200


def test_broken_gallery_is_no_client_error_and_changes_nothing(client, service):
    _, live = service
    assert post(client, mark(10)).status_code == 201
    version = versions.current(live.settings.home / "gallery")
    (version / "references.jsonl").write_text("cut")
    assert error_of(post(client, mark(11), reference_id="org.lake")) == ("internal", None)
    assert versions.current(live.settings.home / "gallery") == version


def test_gallery_of_an_unloaded_encoder_is_told_to_retry(client, service):
    _, live = service
    root = live.settings.home / "gallery"
    assert post(client, mark(12)).status_code == 201
    version = versions.current(root)
    config = json.loads((version / "config.json").read_text())
    other = live.settings.home / "encoders" / "0123456789ab"
    shutil.copytree(live.settings.encoder_directory(), other)
    (version / "config.json").write_text(json.dumps({**config, "encoder": other.name}))
    assert error_of(post(client, mark(13), reference_id="org.lake")) == ("overloaded", None)


def test_preview_says_what_an_emblem_would_catch_and_enrols_nothing(client, service):
    _, live = service
    texts = [(name, (None, value)) for name, value in OCEAN.items()]
    answer = client.post("/v1/references?preview=true", files=[*texts, ("image", ("mark.png", mark(21)))])
    assert answer.status_code == 200
    check(answer.json(), "ReferencePreview")
    assert answer.json()["preview"]["kept"] is None
    assert answer.json()["preview"]["harmless"]["pictures"] > 3_000
    assert not (live.settings.home / "gallery").exists()


def test_preview_takes_true_or_false_only(client):
    answer = client.post("/v1/references?preview=yes", json=OCEAN | {"text": "一枚警徽"})
    assert error_of(answer) == ("value_invalid", "preview")


def test_preview_of_a_phrase_is_refused(client):
    answer = client.post("/v1/references?preview=true", json=OCEAN | {"text": "一枚警徽"})
    assert error_of(answer) == ("value_invalid", "text")
