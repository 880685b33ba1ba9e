"""Hostile bodies of requests: JSON and forms, damaged, nested, repeated and of wrong types."""

from __future__ import annotations

import base64
import json
from typing import Any

from hypothesis import strategies as st

from benchmarks.profiles import texts
from models.profile import Profile, ProfileError
from serving.messages.errors import ERROR_CODES
from serving.messages.schema import ProfileRequest, parse, parse_batch

JSON, FORM, BOUNDARY = "application/json", "multipart/form-data; boundary=", "b7f3a"

UNITS = (
    *(b"[", b"]", b"{", b"}", b"[],", b"{},", b'{"":', b'{"profiles":[', b'"a":', b'"\\', b'"', b'\\"', b","),
    *(b"0,", b"1", b"1e9", b"-", b"1.", b"null,", b"true", b"NaN", b" ", b"\n", b"\\ud800", b'"\\u0000",', b"\xff"),
    *("徽".encode(), b"\xef\xbb\xbf", b"//", b"data:image/png;base64,"),
)
"""Pieces of JSON, valid and not; repeated, they nest, count or grow."""

FORM_UNITS = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="bio"\r\n\r\na\r\n'.encode(),
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="avatar"; filename="a"\r\n\r\n'.encode(),
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="entitlements"\r\n\r\na\r\n'.encode(),
    f"--{BOUNDARY}--\r\n".encode(),
    f"--{BOUNDARY}\r\n".encode(),
    *(b"--", b"\r\n", b"\r", b"\n", b"X: y\r\n", b'name="', b"filename*=utf-8''", b";", b"\\", b'"', b"\x00", b"\xff"),
)
"""Pieces of forms, valid and not."""

MAX_BODY_BYTES = 3_000_000
"""Longest body that is tried; longer ones hold more of the same."""

TIMES = (1, 3, 100, 5_000, 1_000_000)
"""How often a piece is repeated, as far as the length allows."""

_repeated = st.tuples(st.sampled_from(UNITS), st.sampled_from(TIMES))
_repeated_in_form = st.tuples(st.sampled_from(FORM_UNITS), st.sampled_from(TIMES))

_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.floats(),
        st.integers(-(10**30), 10**30),
        st.text(max_size=20),
        st.sampled_from(texts("bio")).map(lambda text: text[:200]),
        st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=3), st.integers(1, 20_000)),
        st.binary(max_size=60).map(lambda data: base64.b64encode(data).decode()),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)
_profiles = st.dictionaries(st.sampled_from([*ProfileRequest.model_fields, "Name", ""]), _values, max_size=7)
_batches = st.lists(st.one_of(_profiles, _values), max_size=66).map(lambda rows: {"profiles": rows})


def _joined(pieces: list[tuple[bytes, int]]) -> bytes:
    return b"".join(piece * min(times, MAX_BODY_BYTES // len(piece)) for piece, times in pieces)[:MAX_BODY_BYTES]


_written = st.one_of(_profiles, _batches, _values).map(lambda value: json.dumps(value).encode())
_json = st.one_of(
    _written,
    st.lists(_repeated, max_size=6).map(_joined),
    st.builds(lambda body, at, pieces: body[:at] + _joined(pieces) + body[at:],
              _written, st.integers(0, 300), st.lists(_repeated, max_size=3)),
)  # fmt: skip
_forms = st.lists(_repeated_in_form, max_size=8).map(_joined)
_types = st.one_of(st.sampled_from((JSON, f"{JSON}; charset=utf-8", FORM + BOUNDARY, FORM)), st.text(max_size=40))

bodies = st.one_of(
    _json.map(lambda body: (JSON, body)),
    _forms.map(lambda body: (FORM + BOUNDARY, body)),
    st.tuples(_types, st.one_of(_json, _forms)),
).map(lambda pair: pair[0].encode("utf-8", "surrogatepass") + b"\n" + pair[1])
"""A content type, a line feed, and a body."""


def check_body(data: bytes) -> None:
    """Assert that any body becomes profiles, or a refusal of the contract."""
    first, _, body = data.partition(b"\n")
    content_type = first.decode("latin-1")  # as the server decodes headers
    for parser in (parse, parse_batch):
        try:
            parsed = parser(content_type, body)
        except ProfileError as refusal:
            assert refusal.code in ERROR_CODES, refusal.code
            continue
        rows = parsed if isinstance(parsed, list) else [parsed]
        assert rows
        for row in rows:
            assert isinstance(row, Profile) or row.code in ERROR_CODES
