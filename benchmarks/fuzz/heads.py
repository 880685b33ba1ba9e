"""Hostile heads of requests, parsed as the service's connections parse them."""

from __future__ import annotations

import h11
from hypothesis import strategies as st
from starlette.datastructures import Headers, QueryParams

from serving.edge.connections import MAX_HEAD, StrictParser

NAMES = (
    *(b"Host", b"Content-Length", b"Transfer-Encoding", b"Content-Type", b"Authorization", b"Expect", b"Connection"),
    *(b"Upgrade", b"Cookie", b"X-Request-ID", b"Idempotency-Key", b"a", b"", b" Host", b"Host ", b"\xff", b"a:b"),
)
VALUES = (
    *(b"localhost", b"0", b"5", b"-1", b"05", b"5, 5", b"99999999999999999999", b"chunked", b"gzip, chunked"),
    *(b"identity", b"close", b"keep-alive", b"100-continue", b"Bearer hj_a", b"", b" ", b"\x00", b"\xff", b"\t a"),
    *(b"multipart/form-data; boundary=" + b"a" * 80, b"a" * 9_000),
)
STARTS = (
    *(b"GET /livez HTTP/1.1", b"POST /v1/classify HTTP/1.1", b"GET / HTTP/1.0", b"GET / HTTP/2.0", b"GET  / HTTP/1.1"),
    *(b"GET http://other/ HTTP/1.1", b"GET /%00%ff%2e%2e/ HTTP/1.1", b"GET /?" + b"a=1&" * 3_000 + b" HTTP/1.1"),
    *(b"PRI * HTTP/2.0", b"\x16\x03\x01", b"", b"GET /" + b"a" * 70_000 + b" HTTP/1.1", b"A" * 300 + b" / HTTP/1.1"),
)
ENDS = (b"\r\n", b"\n", b"\r", b"\r\n\t", b" \r\n")
"""Ends of lines; two are right."""

MAX_LINES_BYTES = 100_000
"""Longest repetition of a line; longer ones are refused alike."""

PIECE_SIZES = (1, 100, 65_536)
"""Bytes that arrive together."""

BODIES = (
    b"",
    b"hello",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"1\r\na\r\n" * 5_000,
    b"0" * 9_000,
    b"5;" + b"a" * 9_000 + b"\r\nhello",
)

_line = st.builds(
    lambda name, colon, value, end, times: ((name + colon + value + end) * times)[:MAX_LINES_BYTES],
    st.one_of(st.sampled_from(NAMES), st.binary(max_size=12)),
    st.sampled_from((b": ", b":", b" :", b"")),
    st.one_of(st.sampled_from(VALUES), st.binary(max_size=40)),
    st.sampled_from(ENDS),
    st.sampled_from((1, 1, 1, 2, 300, 6_000)),
)
heads = st.builds(
    lambda size, start, end, lines, body: bytes([size]) + start + end + b"".join(lines) + end + body,
    st.integers(0, len(PIECE_SIZES) - 1),
    st.one_of(st.sampled_from(STARTS), st.binary(max_size=60)),
    st.sampled_from(ENDS),
    st.lists(_line, max_size=8),
    st.sampled_from(BODIES),
)
"""The index of a piece size, then a request."""


def check_head(data: bytes) -> None:
    """Assert that any bytes are a request within the limits, an incomplete one, or refused as no HTTP."""
    connection, size = StrictParser(h11.SERVER, MAX_HEAD), PIECE_SIZES[data[0]]
    request = data[1:] if size > 1 else data[1:20_000]
    for start in range(0, len(request), size):
        connection.receive_data(request[start : start + size])
        if not _is_read(connection):
            return


def _is_read(connection: StrictParser) -> bool:
    """Take all events so far; False once the connection is over."""
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError:
            return False
        if isinstance(event, h11.Request):
            _check_request(event)
        elif not isinstance(event, h11.Data):
            return event is h11.NEED_DATA


def _check_request(event: h11.Request) -> None:
    names = [name for name, _ in event.headers]
    assert not {b"content-length", b"transfer-encoding"} <= set(names)
    assert names.count(b"content-length") <= 1
    assert len(event.target) + sum(len(name) + len(value) for name, value in event.headers) <= MAX_HEAD
    headers = Headers(raw=list(event.headers))
    assert headers.get("content-length", "0").isdecimal()
    QueryParams(event.target.partition(b"?")[2]).multi_items()
