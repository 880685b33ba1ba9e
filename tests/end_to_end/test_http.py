"""The contract over HTTP, against a real server and the real models."""

import base64
import concurrent.futures
import io
import json
import re
import socket
import subprocess
import threading
import time

import httpx
import jsonschema
import PIL.Image
import pytest
from written import png

from models.profile import CLASSIFIER_LABELS, Label
from models.runtime.paths import REPOSITORY
from serving import docs
from serving.edge.exchange import MAX_BODY
from serving.keys import keys
from serving.keys.keys import Keys
from serving.keys.scopes import Scope
from serving.messages.errors import ERROR_CODES

AVATAR = REPOSITORY / "docs" / "example-avatar.png"
BIO = "稳赚不赔，➕V：abc12345"


def picture(format="PNG", size=(64, 64), mode="RGB", **options):
    """An encoded picture of one colour."""
    buffer = io.BytesIO()
    PIL.Image.new(mode, size).save(buffer, format, **options)
    return buffer.getvalue()


def base64_of(data):
    return base64.b64encode(data).decode()


def classify(client, **values):
    return client.post("/v1/classify", json={"account_id": "42", **values})


def check(value, schema):
    """Compare an answer with its schema in openapi.yaml."""
    specification = docs.specification()
    jsonschema.validate(value, {"$ref": f"#/components/schemas/{schema}", **specification})


def error_of(response):
    """The error in an answer, in the contract's shape and with its code's status."""
    body = response.json()
    check(body, "Error")
    assert response.status_code == ERROR_CODES[body["error"]["code"]].status
    return body["error"]["code"], body["error"]["field"]


def test_json_profile_is_judged(client):
    response = classify(client, name="海边的小店", bio=BIO, avatar=base64_of(AVATAR.read_bytes()))
    assert response.status_code == 200
    answer = response.json()
    check(answer, "Answer")
    assert answer["account_id"] == "42"
    assert answer["verdict"] == "reject"
    found = {finding["label"]: finding for finding in answer["findings"]}
    contact = found[Label.CONTACT_DIVERSION]
    assert contact["field"] == "bio"
    assert any("abc12345" in BIO[start:end] for start, end in contact["evidence"]["spans"])
    assert found[Label.NATIONAL_SYMBOL]["field"] == "avatar"
    assert len(answer["matches"]["avatar"]) == 3
    assert answer["text_scores"].keys() == {"name", "bio"}
    assert answer["text_scores"]["bio"].keys() == set(CLASSIFIER_LABELS)


def test_multipart_profile_gets_the_same_answer(client):
    from_json = classify(client, bio=BIO, avatar=base64_of(AVATAR.read_bytes()), entitlements=["nobody"]).json()
    from_form = client.post(
        "/v1/classify",
        data={"account_id": "42", "bio": BIO, "entitlements": ["nobody"]},
        files={"avatar": ("a.png", AVATAR.read_bytes())},
    ).json()
    check(from_form, "Answer")
    assert from_json.pop("decision_id") != from_form.pop("decision_id")
    assert from_json == from_form
    assert from_form["warnings"]


def test_harmless_profile_passes(client):
    answer = classify(client, name="海边的小店", bio="喜欢爬山和做饭").json()
    assert (answer["verdict"], answer["findings"]) == ("pass", [])


@pytest.mark.parametrize("text", ["\0", "a\0b", "\u202e\u202dabc", "😀" * 2_000, " ", "\ufeff", "\u0301" * 500])
def test_odd_text_gets_a_verdict(client, text):
    response = classify(client, bio=text)
    assert response.status_code == 200
    check(response.json(), "Answer")


def test_empty_text_is_judged_and_null_is_absent(client):
    answer = classify(client, name="", bio=None).json()
    assert (answer["verdict"], answer["text_scores"].keys()) == ("pass", {"name"})
    assert error_of(classify(client, name=None)) == ("missing_content", None)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"name": "长" * 65}, ("text_too_long", "name")),
        ({"bio": "长" * 2_001}, ("text_too_long", "bio")),
        ({"signature": "长" * 501}, ("text_too_long", "signature")),
        ({"name": 5}, ("wrong_type", "name")),
        ({"name": "a", "nick": "b"}, ("unknown_field", "nick")),
        ({}, ("missing_content", None)),
        ({"account_id": "", "name": "a"}, ("value_empty", "account_id")),
        ({"name": "a", "entitlements": "a.b"}, ("wrong_type", "entitlements")),
        ({"avatar": "?"}, ("image_base64", "avatar")),
        ({"avatar": "http://127.0.0.1:1/a.png"}, ("image_url_refused", "avatar")),
    ],
)
def test_bad_values_are_refused_with_their_field_named(client, values, expected):
    assert error_of(classify(client, **values)) == expected


def test_lone_surrogate_is_refused_with_its_field_named(client):
    response = client.post(
        "/v1/classify", content=rb'{"account_id": "42", "bio": "\ud800"}', headers={"Content-Type": "application/json"}
    )
    assert error_of(response) == ("text_invalid", "bio")


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("application/json", b'{"account_id": ', "malformed_json"),
        ("application/json", b"", "malformed_json"),
        ("multipart/form-data; boundary=x", b"--x\r\ncut", "malformed_multipart"),
        ("multipart/form-data", b"", "malformed_multipart"),
        ("text/plain", b"hello", "content_type"),
        (None, b"hello", "content_type"),
    ],
)
def test_bad_bodies_are_refused(client, content_type, body, code):
    headers = {"Content-Type": content_type} if content_type else {}
    assert error_of(client.post("/v1/classify", content=body, headers=headers)) == (code, None)


def bomb():
    """A PNG that declares 20,000 x 20,000 pixels."""
    data = bytearray(picture())
    data[16:24] = (20_000).to_bytes(4) * 2
    return bytes(data)


IMAGES = {
    "empty": (b"", "image_empty"),
    "truncated": (picture(size=(300, 300))[:100], "image_undecodable"),
    "corrupt": (picture()[:40] + b"\0" * 60, "image_undecodable"),
    "tiny": (picture(size=(1, 1)), "image_dimensions"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "image_type"),
    "html": (b"<!doctype html><html><body>hello</body></html>", "image_type"),
    "tiff": (picture("TIFF"), "image_type"),
    "text": (b"this is no picture at all", "image_type"),
    "too many bytes": (picture() + b"\0" * 20_000_000, "image_bytes"),
}


@pytest.mark.parametrize("field", ["avatar", "cover"])
@pytest.mark.parametrize("kind", IMAGES)
def test_bad_images_are_refused_with_their_field_named(client, field, kind):
    data, code = IMAGES[kind]
    form = client.post("/v1/classify", data={"account_id": "42"}, files={field: ("photo.jpg", data)})
    assert error_of(form) == (code, field)
    assert error_of(classify(client, **{field: base64_of(data)})) == (code, field)


def test_decompression_bomb_is_refused(client):
    code, field = error_of(classify(client, avatar=base64_of(bomb())))
    assert (code, field) in {("image_dimensions", "avatar"), ("image_undecodable", "avatar")}


@pytest.mark.parametrize(
    "data",
    [
        picture(mode="I;16"),
        picture("JPEG", mode="CMYK"),
        picture(mode="P", transparency=0),
        picture(mode="LA"),
        picture("WEBP"),
        picture("BMP"),
        picture("GIF", save_all=True, append_images=[PIL.Image.new("RGB", (64, 64), "red")] * 3, duration=50),
        picture("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"),
    ],
    ids=["16 bit", "CMYK", "palette", "grey and alpha", "WebP", "BMP", "animated GIF", "EXIF rotated"],
)
def test_unusual_images_get_a_verdict(client, data):
    answer = client.post("/v1/classify", data={"account_id": "42"}, files={"avatar": ("wrong.exe", data)})
    assert answer.status_code == 200
    check(answer.json(), "Answer")


def test_image_address_is_never_fetched(client):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(1)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/a.png"
        assert error_of(classify(client, avatar=address)) == ("image_url_refused", "avatar")
        as_text = client.post("/v1/classify", data={"account_id": "42", "name": "a"}, files={"cover": (None, address)})
        assert error_of(as_text) == ("image_url_refused", "cover")
        as_file = client.post("/v1/classify", data={"account_id": "42"}, files={"cover": ("a.png", address.encode())})
        assert error_of(as_file) == ("image_type", "cover")
        with pytest.raises(TimeoutError):
            listener.accept()


def test_undocumented_paths_are_not_served(client):
    for path in ("/nowhere", "/v1/classify/", "/docs.json", "/schema.json", "/healthz", "/static_content/index.css"):
        assert error_of(client.get(path)) == ("not_found", None)


def test_wrong_method_is_refused(client):
    response = client.get("/v1/classify")
    assert error_of(response) == ("method_not_allowed", None)
    assert "POST" in response.headers["allow"]
    assert error_of(client.delete("/readyz")) == ("method_not_allowed", None)


def test_oversized_body_is_refused_whether_announced_or_chunked(client):
    body = b"x" * (MAX_BODY + 1)
    headers = {"Content-Type": "application/json"}
    assert error_of(client.post("/v1/classify", content=body, headers=headers)) == ("body_too_large", None)
    chunks = (b"x" * 1_000_000 for _ in range(MAX_BODY // 1_000_000 + 2))
    assert error_of(client.post("/v1/classify", content=chunks, headers=headers)) == ("body_too_large", None)


def test_readyz_names_the_active_versions(client):
    ready = client.get("/readyz").json()
    check(ready, "Readiness")
    assert ready["versions"] == classify(client, name="a").json()["versions"]
    assert client.get("/livez").json() == {"alive": True}


def test_request_id_is_echoed_or_made(client):
    assert classify(client, name="a").headers["x-request-id"]
    assert client.get("/livez", headers={"X-Request-ID": "mine-1"}).headers["x-request-id"] == "mine-1"
    assert client.get("/nowhere", headers={"X-Request-ID": "mine 2"}).headers["x-request-id"] != "mine 2"


def metric(client, name, **labels):
    series = name + "{" + ",".join(f'{key}="{value}"' for key, value in sorted(labels.items())) + "}"
    lines = [line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines()]
    return sum(float(value) for key, value in (line for line in lines if len(line) == 2) if key == series)


def test_metrics_count_requests_verdicts_and_findings(client):
    def counts():
        return (
            metric(client, "huijian_requests_total", route="/v1/classify", status="200"),
            metric(client, "huijian_requests_total", route="unmatched", status="404"),
            metric(client, "huijian_verdicts_total", verdict="reject"),
            metric(client, "huijian_findings_total", label="contact_diversion", severity="reject"),
        )

    before = counts()
    classify(client, bio=BIO)
    client.get("/a-scanners-path")
    assert counts() == tuple(count + 1 for count in before)
    assert "a-scanners-path" not in client.get("/metrics").text
    for part, version in client.get("/readyz").json()["versions"].items():
        assert metric(client, "huijian_version_in_force", part=part, version=version) == 1


def test_metrics_count_pictures_read_for_text_and_their_seconds(client):
    def counts():
        return [metric(client, "huijian_ocr_seconds_count", outcome=outcome) for outcome in ("read", "skipped")]

    read, skipped = counts()
    answer = classify(client, avatar=base64_of(picture()), cover=base64_of(png("contact"))).json()
    check(answer, "Answer")
    assert [(found["label"], found["field"]) for found in answer["findings"]] == [("contact_diversion", "cover")]
    assert counts() == [read + 1, skipped + 1]
    assert metric(client, "huijian_ocr_seconds_sum", outcome="read") > 0


def test_documentation_loads_nothing_from_other_hosts(client):
    page = client.get("/", follow_redirects=True)
    assert page.url.path == "/docs"
    assert all(label in page.text for label in Label)
    assert "<script" not in page.text
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page.text)
    assert client.get("/docs/style.css").headers["content-type"].startswith("text/css")
    assert client.get("/openapi.json").json() == docs.specification()
    assert client.get("/openapi.yaml").text == docs.OPENAPI_FILE.read_text(encoding="utf-8")


def test_printed_example_works_unchanged(server):
    (command,) = [line.strip() for line in server.text().splitlines() if line.strip().startswith("curl ")]
    answer = json.loads(subprocess.run(command, shell=True, check=True, capture_output=True).stdout)
    assert answer["verdict"] == "reject"


def test_log_holds_nothing_of_a_profile(client, server):
    marker = "marker-7f3a"
    classify(client, account_id=marker, name=marker, bio=f"加微信{marker}", avatar=base64_of(AVATAR.read_bytes()))
    for values in ({"name": marker * 9}, {"avatar": marker}, {"avatar": f"http://{marker}/"}, {marker: 1}):
        assert classify(client, account_id=marker, **values).status_code == 422
    client.post("/v1/classify", content=f'{{"{marker}'.encode(), headers={"Content-Type": "application/json"})
    client.post(
        "/v1/classify", content=marker.encode(), headers={"Content-Type": f"multipart/form-data; boundary={marker}"}
    )
    client.post("/v1/classify", data={"account_id": marker}, files={"avatar": (marker, marker.encode() * 9)})
    client.get(f"/{marker}?{marker}", headers={"Authorization": marker, "X-Request-ID": f"{marker}!"})
    client.get("/livez", headers={"X-Request-ID": "last-line"})
    client.get("/metrics", headers={"X-Request-ID": "last-line"})
    while "last-line" not in server.text():
        time.sleep(0.05)
    assert marker not in server.text()
    assert "Traceback" not in server.text()


def test_burst_of_requests_is_answered_or_told_to_retry(server):
    emblem = base64_of(AVATAR.read_bytes())  # small to send, slow to judge
    body = json.dumps({"account_id": "42", "avatar": emblem, "cover": emblem})
    limits, together = httpx.Limits(max_connections=None), threading.Barrier(60)

    def ask(_):
        together.wait()  # on a busy machine they would come one after the other
        return crowd.post("/v1/classify", content=body, headers={"Content-Type": "application/json"})

    with (
        httpx.Client(base_url=server.url, timeout=60, trust_env=False, limits=limits) as crowd,
        concurrent.futures.ThreadPoolExecutor(60) as pool,
    ):
        responses = list(pool.map(ask, range(60)))
    busy = [response for response in responses if response.status_code == 503]
    assert {response.status_code for response in responses} == {200, 503}
    assert all(error_of(response) == ("overloaded", None) for response in busy)
    assert all(response.headers["retry-after"] == "1" for response in busy)


@pytest.mark.slow
def test_service_with_keys_requires_one_and_ends_cleanly(start_server, tmp_path):
    key, known = keys.new("app", [Scope.CLASSIFY], None, None)
    (tmp_path / "keys.jsonl").write_text(Keys((known,)).dump())
    server = start_server("--workers", "2", HUIJIAN_KEYS="keys.jsonl")
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        assert error_of(classify(client, name="a")) == ("unauthorized", None)
        client.headers["Authorization"] = f"Bearer {key}"
        assert classify(client, name="a").status_code == 200
    assert httpx.get(f"{server.url}/readyz", trust_env=False).status_code == 200
    assert key not in server.text()


@pytest.mark.slow
def test_new_policy_is_active_in_five_seconds_and_broken_one_refused(start_server, tmp_path):
    policy = tmp_path / "policy.yaml"
    shipped = (REPOSITORY / "policy.yaml").read_text(encoding="utf-8")
    policy.write_text(shipped, encoding="utf-8")
    server = start_server(HUIJIAN_POLICY=policy.name)
    with httpx.Client(base_url=server.url, trust_env=False) as client:

        def ready_when(condition):
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline:
                if condition(ready := client.get("/readyz").json()):
                    return ready
                time.sleep(0.1)
            pytest.fail("not within five seconds")

        assert classify(client, bio=BIO).json()["verdict"] == "reject"
        policy.write_text(re.sub("severity: reject", "severity: review", shipped), encoding="utf-8")
        before = client.get("/readyz").json()["versions"]
        after = ready_when(lambda ready: ready["versions"] != before)["versions"]
        assert classify(client, bio=BIO).json()["verdict"] == "review"
        assert metric(client, "huijian_version_in_force", part="policy", version=after["policy"]) == 1
        assert metric(client, "huijian_version_in_force", part="policy", version=before["policy"]) == 0

        policy.write_text("version: broken", encoding="utf-8")
        ready = ready_when(lambda ready: ready["update_refused"])
        check(ready, "Readiness")
        assert ready["versions"] == after
        (refused,) = ready["refused"]
        assert refused["part"] == "policy"
        assert str(policy.parent) not in refused["reason"]
        assert metric(client, "huijian_update_refused", part="policy") == 1
        assert classify(client, bio=BIO).json()["versions"] == after


def test_taken_port_is_reported_in_one_line(server, tmp_path):
    port = server.url.rsplit(":", 1)[1]
    command = [server.process.args[0], "serve", "--port", port]
    failed = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)
    assert failed.returncode == 1
    assert f"port {port}" in failed.stderr
    assert "Traceback" not in failed.stderr
