"""Signed sessions of reviewers, kept in a cookie alone.

A cookie names a key and when it ends, signed with the store's hash key. The key must still be in force and have the
scope `review` at every request, so a key that is removed ends its sessions.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from serving.keys.keyring import Keyring
from serving.keys.keys import Key
from serving.keys.scopes import LOCAL_CALLER, Scope

COOKIE: Final = "huijian_session"
SESSION_SECONDS: Final = 8 * 3600
"""A working day."""

HASH_DIGITS: Final = 16
"""Hex digits of a key's hash in its cookies: a key that is made anew under an old name opens no old session."""

Sign = Callable[[str, bytes], str]
"""Keyed hash of a content under a kind, in hex."""


@dataclass(frozen=True)
class Session:
    """A reviewer at work.

    Attributes:
        reviewer: name of the key.
        scopes: of the key.
        token: secret of this session's forms.
    """

    reviewer: str
    scopes: frozenset[Scope]
    token: str


class NoSession(Exception):  # noqa: N818 - a state of the visitor
    """The visitor must sign in.

    Attributes:
        reason: "none", "expired" (a session that was ours) or "invalid" (forged, or its key is gone).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Sessions:
    """Opens sessions and recognises them.

    Args:
        keyring: the active keys; while there are none, this machine reviews as `local`.
        sign: with the store's key.
    """

    def __init__(self, keyring: Keyring, sign: Sign) -> None:
        self._keyring, self._sign = keyring, sign

    @property
    def needs_key(self) -> bool:
        """False while no keys are configured."""
        return self._keyring.current is not None

    def open(self, key: Key | None) -> str:
        """The cookie of a new session.

        Args:
            key: with the scope `review`; None while no keys are configured.
        """
        values = {
            "reviewer": key.name if key else LOCAL_CALLER,
            "key": key.sha256[:HASH_DIGITS] if key else "",
            "ends": int(time.time()) + SESSION_SECONDS,
            "id": secrets.token_urlsafe(16),
        }
        payload = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
        return f"{payload}.{self._sign('console session', payload.encode())}"

    def read(self, cookies: Mapping[str, str]) -> Session:
        """The session of a request's cookies.

        Raises:
            NoSession: there is none that is valid now.
        """
        cookie = cookies.get(COOKIE)
        if not cookie:
            raise NoSession("none")
        payload, _, signature = cookie.partition(".")
        expected = self._sign("console session", payload.encode("utf-8", "surrogatepass"))
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogatepass")):
            raise NoSession("invalid")
        values = json.loads(base64.urlsafe_b64decode(payload))
        scopes = self._scopes(values["reviewer"], values["key"])
        if Scope.REVIEW not in scopes:
            raise NoSession("invalid")
        if values["ends"] <= time.time():
            raise NoSession("expired")
        return Session(values["reviewer"], scopes, self._sign("console form", values["id"].encode()))

    def _scopes(self, name: str, digest: str) -> frozenset[Scope]:
        """Scopes of the key with this name and hash; none if it is no longer in force."""
        keys = self._keyring.current
        if keys is None:
            return frozenset(Scope) if not digest else frozenset()
        for key in keys.known:
            if key.name == name and key.sha256[:HASH_DIGITS] == digest and not key.expired:
                return frozenset(key.scopes)
        return frozenset()
