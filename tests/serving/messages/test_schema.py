import base64
import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.profile import MAX_LENGTH, ProfileError
from serving.messages.errors import ERROR_CODES
from serving.messages.schema import MAX_BATCH_CHARACTERS, MAX_ENTITLEMENTS, MAX_ID_LENGTH, parse, parse_batch

JSON = "application/json"
PNG = b"\x89PNG not looked into here"


def parse_json(**values):
    return parse(JSON, json.dumps(values).encode())


def form(data, files=None):
    """Content type and body of a multipart form."""
    request = httpx.Request("POST", "http://test", data=data, files=files or {"": b""})
    return request.headers["content-type"], request.read()


def parse_form(data, files):
    return parse(*form(data, files))


def refusal(call, *args, **kwargs):
    with pytest.raises(ProfileError) as caught:
        call(*args, **kwargs)
    assert caught.value.code in ERROR_CODES
    return caught.value.code, caught.value.field


def part(name, content, filename=None):
    disposition = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
    return f"Content-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"


def raw_form(*parts, closed=True):
    body = b"".join(b"--edge\r\n" + one for one in parts) + (b"--edge--\r\n" if closed else b"")
    return "multipart/form-data; boundary=edge", body


def test_json_and_multipart_give_the_same_profile():
    texts = {"account_id": "42", "name": "海边的小店", "bio": "晒太阳", "signature": "🌊"}
    from_json = parse_json(
        **texts,
        avatar=base64.b64encode(PNG).decode(),
        cover=base64.b64encode(PNG).decode(),
        entitlements=["a.b", "c"],
    )
    from_form = parse_form({**texts, "entitlements": ["a.b", "c"]}, {"avatar": ("a.png", PNG), "cover": ("c.png", PNG)})
    assert from_json == from_form
    assert from_json.avatar == PNG
    assert from_json.entitlements == {"a.b", "c"}


def test_null_counts_as_absent_and_an_empty_text_does_not():
    profile = parse_json(account_id="42", name=None, bio="", signature="在", avatar=None, entitlements=None)
    assert (profile.name, profile.bio, profile.avatar, profile.entitlements) == (None, "", None, frozenset())


@pytest.mark.parametrize("field", MAX_LENGTH)
def test_texts_are_measured_in_code_points(field):
    longest = "😀" * MAX_LENGTH[field]
    assert parse_json(account_id="42", **{field: longest}).text(field) == longest
    assert refusal(parse_json, account_id="42", **{field: longest + "x"}) == ("text_too_long", field)
    assert refusal(parse, *raw_form(part("account_id", b"42"), part(field, (longest + "x").encode()))) == (
        "text_too_long",
        field,
    )


@pytest.mark.parametrize("text", ["a\0b", "\u202eabc", "\ufeff", "😀" * 2_000, " "])
def test_odd_but_valid_text_is_accepted_as_it_is(text):
    assert parse_json(account_id="42", bio=text).bio == text
    assert parse(*raw_form(part("account_id", b"42"), part("bio", text.encode()))).bio == text


@pytest.mark.parametrize("field", ["account_id", "name", "bio", "signature", "entitlements"])
def test_lone_surrogate_is_refused_with_its_field_named(field):
    values = {"account_id": "42", "name": "a", field: ["\ud800"] if field == "entitlements" else "a\ud800"}
    assert refusal(parse_json, **values) == ("text_invalid", field)


@pytest.mark.parametrize("content", [b"\xff\xfe", "中".encode("gbk"), b"\xed\xa0\x80"])
def test_multipart_text_that_is_not_utf8_is_refused_with_its_field_named(content):
    assert refusal(parse, *raw_form(part("account_id", b"42"), part("bio", content))) == ("text_invalid", "bio")


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": "a"}, "missing_field", "account_id"),
        ({"account_id": None, "name": "a"}, "wrong_type", "account_id"),
        ({"account_id": "", "name": "a"}, "value_empty", "account_id"),
        ({"account_id": 42, "name": "a"}, "wrong_type", "account_id"),
        ({"account_id": "x" * (MAX_ID_LENGTH + 1), "name": "a"}, "value_too_long", "account_id"),
        ({"account_id": "42", "name": 5}, "wrong_type", "name"),
        ({"account_id": "42", "bio": ["a"]}, "wrong_type", "bio"),
        ({"account_id": "42", "bio": True}, "wrong_type", "bio"),
        ({"account_id": "42", "avatar": {"url": "x"}}, "wrong_type", "avatar"),
        ({"account_id": "42", "avatar": 1}, "wrong_type", "avatar"),
        ({"account_id": "42", "name": "a", "nickname": "b"}, "unknown_field", "nickname"),
        ({"account_id": "42", "name": "a", "\ud800": 1}, "unknown_field", "\ud800"),
        ({"account_id": "42", "name": "a", "entitlements": "a.b"}, "wrong_type", "entitlements"),
        ({"account_id": "42", "name": "a", "entitlements": [1]}, "wrong_type", "entitlements"),
        ({"account_id": "42", "name": "a", "entitlements": [""]}, "value_empty", "entitlements"),
        ({"account_id": "42", "name": "a", "entitlements": ["x" * 257]}, "value_too_long", "entitlements"),
        (
            {"account_id": "42", "name": "a", "entitlements": ["x"] * (MAX_ENTITLEMENTS + 1)},
            "value_too_long",
            "entitlements",
        ),
    ],
)
def test_wrong_value_is_refused_with_its_field_named(values, code, field):
    assert refusal(parse_json, **values) == (code, field)


def test_unknown_field_name_is_truncated():
    _, field = refusal(parse_json, account_id="42", **{"x" * 10_000: 1})
    assert field == "x" * 64


def test_refusal_does_not_quote_values():
    with pytest.raises(ProfileError) as caught:
        parse_json(account_id="secret-account", name="secret-name" * 10)
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        '{"name": "中"}'.encode("gbk"),
        '{"a": 1}'.encode("utf-16"),
        b"[" * 100_000,
        b"9" * 5_000,
        b"nul",
    ],
)
def test_body_that_is_not_json_is_refused(body):
    assert refusal(parse, JSON, body) == ("malformed_json", None)


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1"])
def test_json_body_that_is_no_object_is_refused(body):
    assert refusal(parse, JSON, body) == ("wrong_type", None)


def test_repeated_field_is_refused_in_json_and_in_multipart():
    assert refusal(parse, JSON, b'{"account_id": "1", "name": "a", "name": "b"}') == ("repeated_field", "name")
    twice = raw_form(part("account_id", b"1"), part("name", b"a"), part("name", b"b"))
    assert refusal(parse, *twice) == ("repeated_field", "name")


@pytest.mark.parametrize("field", ["avatar", "cover"])
@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/a.png",
        "HTTPS://example.com/a",
        "//example.com/a",
        " file:///etc/passwd",
        "data:image/png;base64,AA==",
    ],
)
def test_url_as_image_is_refused(field, address):
    assert refusal(parse_json, account_id="42", **{field: address}) == ("image_url_refused", field)
    sent_as_text = raw_form(part("account_id", b"42"), part(field, address.encode()))
    assert refusal(parse, *sent_as_text) == ("image_url_refused", field)


@pytest.mark.parametrize("text", ["not base64", "AAA", "AA==\n", "AA-_", "图片", "=AAA", "\ud800"])
def test_invalid_base64_is_refused_with_its_field_named(text):
    assert refusal(parse_json, account_id="42", cover=text) == ("image_base64", "cover")


def test_empty_image_is_left_to_the_decoder_to_refuse():
    assert parse_json(account_id="42", avatar="").avatar == b""


def test_text_part_where_a_file_is_expected_is_refused():
    assert refusal(parse, *raw_form(part("account_id", b"42"), part("avatar", b"text"))) == ("wrong_type", "avatar")


def test_file_where_text_is_expected_is_refused():
    as_file = raw_form(part("account_id", b"42"), part("bio", b"text", filename="bio.txt"))
    assert refusal(parse, *as_file) == ("wrong_type", "bio")


def test_unknown_part_is_refused_by_its_name():
    assert refusal(parse, *raw_form(part("account_id", b"42"), part("photo", PNG, "a.png"))) == (
        "unknown_field",
        "photo",
    )


def test_truncated_form_is_refused():
    _, whole = raw_form(part("account_id", b"42"), part("name", b"a"), part("avatar", PNG, "a.png"))
    for length in range(len(whole) - len(b"--\r\n")):
        assert refusal(parse, "multipart/form-data; boundary=edge", whole[:length])[0] == "malformed_multipart"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--edge--\r\n"),
        ("multipart/form-data; boundary=other", raw_form(part("account_id", b"1"))[1]),
        ("multipart/form-data; boundary=" + "x" * 300, b""),
        ("multipart/form-data; boundary=edge", b"--edge\r\n\r\nno name\r\n--edge--\r\n"),
        ("multipart/form-data; boundary=edge", b"--edge\r\nBad header\r\n\r\n\r\n--edge--\r\n"),
        (
            "multipart/form-data; boundary=edge",
            b'--edge\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--edge--\r\n',
        ),
    ],
)
def test_body_that_is_no_form_is_refused(content_type, body):
    assert refusal(parse, content_type, body) == ("malformed_multipart", None)


def test_form_of_very_many_parts_is_refused():
    parts = [part("account_id", b"42"), *[part("entitlements", b"a")] * 1_000]
    assert refusal(parse, *raw_form(*parts)) == ("malformed_multipart", None)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=gbk",
        "image/png",
        "multipart/mixed",
    ],
)
def test_another_content_type_is_refused(content_type):
    assert refusal(parse, content_type, b'{"account_id": "1", "name": "a"}') == ("content_type", None)


def test_charset_of_utf8_is_accepted():
    assert parse("Application/JSON; charset=UTF-8", b'{"account_id": "1", "name": "a"}').name == "a"


@given(st.sampled_from([JSON, "multipart/form-data; boundary=edge"]), st.binary(max_size=300))
def test_any_bytes_give_a_profile_or_a_refusal(content_type, body):
    for attempt in (body, b"--edge\r\n" + body, b'{"account_id": "1", "name": ' + body + b"}"):
        try:
            parse(content_type, attempt)
        except ProfileError as error:
            assert error.code in ERROR_CODES


def batch_of(bios):
    return json.dumps({"profiles": [{"account_id": str(n), "bio": bio} for n, bio in enumerate(bios)]}).encode()


def test_a_batch_that_no_deadline_fits_is_refused_at_once_with_its_limit():
    with pytest.raises(ProfileError, match=r"40,001 characters together, at most 40,000") as refused:
        parse_batch(JSON, batch_of(["春" * 2_000] * 20 + ["春"]))
    assert (refused.value.code, refused.value.field) == ("value_too_long", "profiles")
    assert len(parse_batch(JSON, batch_of(["春" * 2_000] * (MAX_BATCH_CHARACTERS // 2_000)))) == 20
