"""Hostile content that attacks its reader, store or display, at a real server."""

import concurrent.futures
import io
import struct
import threading
import time
import zlib
from urllib.parse import quote

import httpx
import PIL.Image
import psutil
import pytest
from marks import enrol

SCRIPT = "<script>alert('账号')</script><img src=x onerror=alert(1)>"
BIO = f"{SCRIPT} 稳赚不赔，➕V：abc12345"

SECONDS, MEGABYTES = 20, 900
"""One picture takes at most 3 s and 390 MB as documented; two are decoded at once."""


def chunk(name, data=b""):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, *extra, data=b""):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = b"".join(chunk(*one) for one in extra) + chunk(b"IDAT", data or zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + header + body + chunk(b"IEND")


def blank(kind, side, **options):
    buffer = io.BytesIO()
    PIL.Image.new("L", (side, side)).save(buffer, kind, **options)
    return buffer.getvalue()


def with_size(data, place, layout, width, height):
    size = struct.pack(layout, width, height)
    return data[:place] + size + data[place + len(size) :]


def gif(frames, side):
    screen = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x01\x05\x00"
    return screen + frame * frames + b";"


ACCEPTED_BOMBS = {"PNG of as many pixels as are accepted", "PNG with more data than it declares"}
"""Accepted: the first is a valid picture; of the second only the declared pixels are unpacked."""


def bombs():
    """Pictures of a few bytes that would take gigabytes or minutes."""
    zeros = zlib.compress(bytes(100_000_000))
    jpeg = blank("JPEG", 16)
    place = jpeg.index(b"\xff\xc0") + 5
    return {
        "PNG that declares 4 gigapixels": png(65_500, 65_500),
        "PNG with more data than it declares": png(64, 64, data=zeros),
        "PNG with a text of 100 MB": png(64, 64, (b"zTXt", b"a\0\0" + zeros)),
        "PNG with a profile of 100 MB": png(64, 64, (b"iCCP", b"a\0\0" + zeros)),
        "JPEG that declares 4 gigapixels": with_size(jpeg, place, ">HH", 65_500, 65_500),
        "BMP that declares 4 gigapixels": with_size(blank("BMP", 16), 18, "<ii", 65_500, 65_500),
        "WebP that declares the most it can": with_size(blank("WEBP", 16), 26, "<HH", 16_383, 16_383),
        "GIF of 100,000 frames": gif(100_000, 8),
        "GIF of large frames": gif(900, 8_000),
        "GIF whose canvas is small and frames are not": with_size(gif(3, 8), 6, "<HH", 65_535, 65_535),
        "PNG of as many pixels as are accepted": blank("PNG", 4_999),
    }


class Peak(threading.Thread):
    """Peak memory of a process tree in megabytes."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.megabytes, self._ending = 0, threading.Event()
        self._processes = psutil.Process(pid).children(recursive=True)

    def run(self):
        while not self._ending.wait(0.02):
            self.megabytes = max(self.megabytes, self.now())

    def now(self):
        return sum(process.memory_info().rss for process in self._processes) / 1e6

    def __enter__(self):
        self.before = self.now()
        self.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        self.join()


@pytest.mark.slow
def test_simultaneous_picture_bombs_take_bounded_time_and_memory(client, server):
    def send(picture):
        return client.post("/v1/classify", data={"account_id": "42"}, files={"avatar": ("a.png", picture)})

    sent, started = bombs(), time.monotonic()
    with Peak(server.process.pid) as peak, concurrent.futures.ThreadPoolExecutor(len(sent)) as pool:
        answers = dict(zip(sent, pool.map(send, sent.values()), strict=True))
    assert time.monotonic() - started < SECONDS
    assert peak.megabytes - peak.before < MEGABYTES
    assert {name for name, answer in answers.items() if answer.status_code == 200} == ACCEPTED_BOMBS
    refused = [answer.json()["error"] for answer in answers.values() if answer.status_code != 200]
    assert {error["code"] for error in refused} <= {"image_dimensions", "image_undecodable"}
    assert {error["field"] for error in refused} == {"avatar"}


@pytest.mark.slow
@pytest.mark.parametrize("part", [b"[],", b"]", b'""', b"{},"], ids=["lists", "closings", "strings", "objects"])
def test_body_of_tiny_values_keeps_health_checks_quick_and_no_memory(client, server, part):
    body = b'{"account_id":"a","avatar":[' + b"[]," * 20 + part * (43_000_000 // len(part)) + b"0]}"
    headers, waits = {"Content-Type": "application/json"}, []
    with Peak(server.process.pid) as peak, concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.post, "/v1/classify", content=body, headers=headers)
        while not answer.done():
            started = time.monotonic()
            assert httpx.get(f"{server.url}/livez", trust_env=False).status_code == 200
            waits.append(time.monotonic() - started)
        assert answer.result().json()["error"]["code"] == "malformed_json"
        assert sorted(waits)[len(waits) // 2] < 0.1
        assert max(waits) < 2  # four seconds before bodies were bounded
        deadline = time.monotonic() + 5
        while peak.now() > peak.before + 100 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert peak.now() < peak.before + 100


@pytest.mark.parametrize("name", ["../../../outside", "/etc/outside", "%2e%2e%2foutside"])
def test_reference_id_that_is_a_path_is_a_plain_name(client, server, name):
    def files():
        return {
            path for path in server.home.parent.rglob("*") if "gallery" not in path.parts and "store" not in path.parts
        }

    before = files()
    enrolled = enrol(client, name, seed=21)
    assert (enrolled.status_code, enrolled.json()["reference"]["reference_id"]) == (201, name)
    address = f"/v1/references/{quote(name, safe='').replace('.', '%2E')}"
    removed = client.delete(httpx.URL(client.base_url).copy_with(raw_path=address.encode()))
    assert (removed.status_code, removed.json()["reference_id"]) == (200, name)
    assert not {path for path in files() - before if "outside" in path.name}


def check_is_data(response):
    """Check that no browser treats the answer as a web page, whatever it contains."""
    assert response.headers["content-type"].startswith("application/json")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    return response.json()


def decision_of(client, decision_id):
    """A recorded decision, requested until it is in the database."""
    deadline = time.monotonic() + 10
    while (found := client.get(f"/v1/decisions/{decision_id}")).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return check_is_data(found)


def test_html_in_a_profile_is_judged_stored_and_returned_unchanged(client):
    answer = check_is_data(client.post("/v1/classify", json={"account_id": SCRIPT, "name": SCRIPT[:64], "bio": BIO}))
    assert answer["account_id"] == SCRIPT
    contacts = [one for one in answer["findings"] if (one["field"], one["label"]) == ("bio", "contact_diversion")]
    assert any("abc12345" in BIO[start:end] for start, end in contacts[0]["evidence"]["spans"])
    where = f"/v1/decisions/{answer['decision_id']}"
    decision_of(client, answer["decision_id"])
    while client.post(f"{where}/appeal", json={"reason": SCRIPT}).status_code != 201:
        time.sleep(0.1)
    check_is_data(client.post(f"{where}/review", json={"outcome": "reject", "note": SCRIPT}))
    found = decision_of(client, answer["decision_id"])
    assert found["answer"]["findings"] == answer["findings"]
    assert ([one["reason"] for one in found["appeals"]], [one["note"] for one in found["reviews"]]) == (
        [SCRIPT],
        [SCRIPT],
    )


def test_html_in_an_emblems_names_is_stored_and_returned_unchanged(client):
    texts = dict.fromkeys(("name_zh", "name_en", "owner_id", "source", "licence"), SCRIPT)
    assert check_is_data(enrol(client, "org.script", seed=22, **texts))["reference"]["name_zh"] == SCRIPT
    deadline = time.monotonic() + 10
    while (shown := client.get("/v1/references/org.script")).status_code == 404:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert {name: check_is_data(shown)["reference"][name] for name in texts} == texts
    assert SCRIPT not in client.get("/docs").text
    assert client.delete("/v1/references/org.script").status_code == 200


def test_refusal_that_quotes_a_request_is_not_html(client):
    refused = client.post("/v1/classify", json={"account_id": "42", SCRIPT: "a"})
    assert check_is_data(refused)["error"]["code"] == "unknown_field"
    assert SCRIPT not in client.get(f"/{quote(SCRIPT)}").text
