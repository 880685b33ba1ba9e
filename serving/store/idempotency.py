"""Answers to requests with an Idempotency-Key, kept for 24 hours, so that a request that is sent again is done once.

Whoever reads the database learns neither keys, bodies nor answers. Keys and bodies are keyed hashes; an answer is
encrypted with a key that only the same request, sent again, gives. Rows are only added, as the service's role requires:
one where work begins, and one with its outcome. `huijian purge` deletes those that no longer count.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection, Row, insert, select

from serving.store.database import Database
from serving.store.errors import KeyReused, RequestInProgress, StoreError
from serving.store.secrets import Secrets
from serving.store.tables import canonical, now, requests, utc

KEPT: Final = timedelta(hours=24)
"""Time for which the same request has the same answer."""

BEGUN, ANSWERED, FAILED = "begun", "answered", "failed"
"""States of a request: in work, done, and refused without effect, so that it may be sent again."""


@dataclass(frozen=True)
class KeptAnswer:
    """An HTTP answer as it was given.

    Attributes:
        status: HTTP status.
        body: JSON text.
    """

    status: int
    body: str


@dataclass(frozen=True)
class Claim:
    """A request that was not answered before and is now in work.

    Attributes:
        key: keyed hash of its Idempotency-Key.
        content: keyed hash of all that it asks for.
        cipher: opens its answer.
    """

    key: str
    content: str
    cipher: Fernet


class Requests:
    """The requests with an Idempotency-Key.

    Args:
        database: prepared by the store's writer.
        secrets: hash keys and contents.
        lease: seconds after which a request without outcome counts as that of a killed worker.
    """

    def __init__(self, database: Database, secrets: Secrets, lease: float) -> None:
        self._database, self._secrets, self._lease = database, secrets, timedelta(seconds=lease)

    def begin(self, caller: str, key: str, asked: Sequence[bytes]) -> Claim | KeptAnswer:
        """Claim a request, or find the answer that it has.

        Args:
            caller: the name of the key that asks; others have idempotency keys of their own.
            key: the Idempotency-Key.
            asked: all that the request consists of, such as path and body.

        Raises:
            KeyReused: another request had this key within 24 hours.
            RequestInProgress: the same request is in work.
            StoreUnavailable: the database cannot be written.
        """
        name = f"{caller}\0{key}".encode()
        content = b"\0".join([str(len(part)).encode() + b"\0" + part for part in asked])
        digest = self._secrets.digest("idempotency-request", content)
        claim = Claim(
            self._secrets.digest("idempotency-key", name),
            digest,
            self._secrets.cipher("idempotency-answer", name + b"\0" + digest.encode()),
        )
        with self._database.writing() as connection:
            last = self._last(connection, claim)
            if last is None or last.state == FAILED:
                _add(connection, claim, BEGUN)
                return claim
        if last.state == BEGUN:
            raise RequestInProgress("the same request is in work; try again in a second")
        return KeptAnswer(**json.loads(self._opened(claim, last.sealed)))

    def answered(self, claim: Claim, answer: KeptAnswer) -> None:
        """Keep the answer to a claimed request.

        Raises:
            StoreUnavailable: the database cannot be written.
        """
        text = canonical({"status": answer.status, "body": answer.body})
        with self._database.writing() as connection:
            _add(connection, claim, ANSWERED, claim.cipher.encrypt(text.encode()))

    def failed(self, claim: Claim) -> None:
        """Let a claimed request, which had no effect, be sent again.

        Raises:
            StoreUnavailable: the database cannot be written.
        """
        with self._database.writing() as connection:
            _add(connection, claim, FAILED)

    def _last(self, connection: Connection, claim: Claim) -> Row[Any] | None:
        """The newest row that still counts of the claim's key; None where there is none.

        Raises:
            KeyReused: it is of another request.
        """
        moment = datetime.now(UTC)
        chosen = select(requests).where(requests.c.key == claim.key, requests.c.time > utc(moment - KEPT))
        last = connection.execute(chosen.order_by(requests.c.time.desc(), requests.c.state == BEGUN).limit(1)).first()
        if last is None or (last.state == BEGUN and last.time < utc(moment - self._lease)):
            return None
        if last.content != claim.content and last.state != FAILED:
            raise KeyReused("this Idempotency-Key was used for another request")
        return last

    def _opened(self, claim: Claim, sealed: bytes) -> bytes:
        try:
            return claim.cipher.decrypt(sealed)
        except InvalidToken:
            raise StoreError("the kept answer of an Idempotency-Key was altered") from None


def _add(connection: Connection, claim: Claim, state: str, sealed: bytes = b"") -> None:
    row = {"request_id": uuid.uuid4().hex, "key": claim.key, "content": claim.content, "time": now()}
    connection.execute(insert(requests), row | {"state": state, "sealed": sealed})
