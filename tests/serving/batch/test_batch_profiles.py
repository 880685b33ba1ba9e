"""Rows become profiles, or errors that name the field."""

import base64
import os
import socket
import ssl
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from models.profile import ProfileError
from serving.batch.profiles import profile_of

PICTURE = b"\xff\xd8\xff\xe0" + bytes(300)


def refusal(row, folder=Path()):
    with pytest.raises(ProfileError) as caught:
        profile_of({"account_id": "1", **row}, folder)
    return caught.value.code, caught.value.field


def avatar(value, folder=Path()):
    return profile_of({"account_id": "1", "avatar": value}, folder).avatar


def test_bytes_are_the_picture():
    assert avatar(PICTURE) == PICTURE


@pytest.mark.parametrize("form", ["faces/a.jpg", "{folder}/faces/a.jpg", "file://{folder}/faces/a.jpg"])
def test_path_is_relative_to_the_file_or_absolute_or_a_file_url(tmp_path, form):
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces" / "a.jpg").write_bytes(PICTURE)
    assert avatar(form.format(folder=tmp_path), tmp_path) == PICTURE


def test_base64_as_in_a_request_is_the_picture():
    assert avatar(base64.b64encode(PICTURE).decode()) == PICTURE


@pytest.mark.parametrize("address", ["http://{}/a.png", "HTTPS://{}/a.png", "simplecache::http://{}/a", "ftp://{}/a"])
def test_web_address_is_refused_and_never_fetched(address):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        name = f"127.0.0.1:{server.getsockname()[1]}"
        assert refusal({"avatar": address.format(name)}) == ("image_url_refused", "avatar")
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize("path", ["missing.png", "", ".", "a\0b", "/dev/zero", "x" * 5000])
def test_path_that_leads_to_no_file_is_refused_with_its_field_named(path):
    assert refusal({"cover": path}) == ("image_missing", "cover")


FAULTS = [TimeoutError, PermissionError, OSError(5, "Input/output error"), RuntimeError]
FAULTS += [ValueError("unable to connect to the account"), ssl.SSLCertVerificationError]


@pytest.mark.parametrize("error", FAULTS)
def test_picture_in_a_failing_store_is_unreadable_and_not_missing(error, monkeypatch):
    monkeypatch.setattr("serving.batch.storage.retries.FIRST_PAUSE_SECONDS", 0.001)

    class Store(MemoryFileSystem):
        def _open(self, *given, **options):
            raise error

    fsspec.register_implementation("oss", Store, clobber=True)  # of a protocol that no other test reads
    assert refusal({"avatar": "oss://bucket/a.jpg"}) == ("image_unreadable", "avatar")


def test_named_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert refusal({"avatar": "pipe"}, tmp_path) == ("image_missing", "avatar")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"account_id": None, "bio": "b"}, ("missing_field", "account_id")),
        ({"account_id": "", "bio": "b"}, ("value_empty", "account_id")),
        ({"account_id": 1.5, "bio": "b"}, ("wrong_type", "account_id")),
        ({"account_id": "\ud800", "bio": "b"}, ("text_invalid", "account_id")),
        ({"name": 5}, ("wrong_type", "name")),
        ({"name": "名" * 65}, ("text_too_long", "name")),
        ({"bio": "b", "entitlements": 5}, ("wrong_type", "entitlements")),
        ({"bio": "b", "entitlements": '["a'}, ("wrong_type", "entitlements")),
        ({"bio": "b", "entitlements": "[" * 100_000}, ("wrong_type", "entitlements")),
        ({"avatar": 5}, ("wrong_type", "avatar")),
        ({"avatar": "/9j/" + "A" * 400 + "é"}, ("image_base64", "avatar")),
    ],
)
def test_bad_value_is_refused_with_its_field_named(row, expected):
    assert refusal(row) == expected


@pytest.mark.parametrize("value", [["a", "b"], '["a", "b"]', "a;b", " a ; b; "])
def test_entitlements_are_a_list_or_a_cell_that_holds_one(value):
    assert profile_of({"account_id": "1", "bio": "b", "entitlements": value}, Path()).entitlements == {"a", "b"}
