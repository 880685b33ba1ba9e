"""Who may ask for what, and how often: decided from a request's head, before any of its body is read."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.routing import Match
from starlette.types import Scope

from models.profile import ProfileError
from serving.edge.rates import Rates
from serving.keys.keyring import Keyring
from serving.keys.keys import Key, Keys
from serving.keys.scopes import CALLER, SCOPES
from serving.messages.errors import RateLimitedError

OPEN_PATHS: Final = frozenset({"/livez", "/readyz"})
"""Asked by orchestrators, which have no key."""

FAILURES_PER_SECOND, MAX_FAILURES = 0.2, 20
"""Unknown keys that one address may send before it is told to wait. A known key always passes: whoever guesses must not
lock out those who share the address, and 256 random bits are not guessed in any number of attempts."""

_CONVERTOR = re.compile(r":[a-z]+}")
_LOCAL_HOST = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?", re.IGNORECASE)


class Admission:
    """Lets requests in.

    Args:
        keyring: the keys in force.
        rates: where attempts are counted.
    """

    def __init__(self, keyring: Keyring, rates: Rates) -> None:
        self._keyring, self._rates = keyring, rates

    def admit(self, scope: Scope, headers: Headers) -> None:
        """Let a request in, and leave the name of its key in the scope.

        Without a file of keys, whoever is on this machine may ask, by the machine's own name for itself, but no page of
        another site that a browser shows.

        Raises:
            ProfileError: unauthorized, forbidden or rate_limited.
        """
        if scope["path"] in OPEN_PATHS:
            return
        keys = self._keyring.current
        if keys is None:
            _check_local(scope, headers)
            return
        key = self._recognised(keys, scope, headers)
        _check_scope(key, scope)
        self._check_rate(key)
        scope[CALLER] = key.name

    def _recognised(self, keys: Keys, scope: Scope, headers: Headers) -> Key:
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        key = keys.find(secret.strip()) if scheme.lower() == "bearer" else None
        if key is not None:
            return key
        if wait := self._rates.wait(f"address {_address(scope)}", FAILURES_PER_SECOND, MAX_FAILURES):
            raise RateLimitedError("too many requests without a known key come from this address", wait)
        raise ProfileError("unauthorized", "send a known key as `Authorization: Bearer KEY`")

    def _check_rate(self, key: Key) -> None:
        if key.per_second is None:
            return
        # A second's worth may come at once: clients send in bursts.
        if wait := self._rates.wait(f"key {key.name}", key.per_second, max(1, key.per_second)):
            raise RateLimitedError(f"this key may ask {key.per_second:g} times a second", wait)


def needed(scope: Scope) -> str | None:
    """The scope that a key needs for the route of a request; None where any key will do."""
    return SCOPES.get(next((_template(route) for route in scope["app"].routes if _leads(route, scope)), ""))


def _leads(route: Any, scope: Scope) -> bool:
    return route.matches(scope)[0] is not Match.NONE


def _template(route: Any) -> str:
    return _CONVERTOR.sub("}", route.path)


def _check_scope(key: Key, scope: Scope) -> None:
    wanted = needed(scope)
    if wanted is not None and wanted not in key.scopes:
        raise ProfileError("forbidden", f"this key may not do that: it would need the scope {wanted}")


def _check_local(scope: Scope, headers: Headers) -> None:
    if not _is_local(scope):
        raise ProfileError("forbidden", "without keys only this machine may ask; make one with `huijian keys add`")
    if _is_foreign(headers):
        raise ProfileError(
            "forbidden",
            "without keys ask at http://localhost or http://127.0.0.1, and from no page of another site; "
            "or make a key with `huijian keys add`",
        )


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _is_local(scope: Scope) -> bool:
    try:
        return ipaddress.ip_address(_address(scope)).is_loopback
    except ValueError:
        return False


def _is_foreign(headers: Headers) -> bool:
    """Whether a browser on this machine may ask for a page of another site, which could change the gallery unnoticed.

    Such a page names itself as the origin, or, where its name was made to lead to this machine (DNS rebinding), as the
    host.
    """
    host, origin = headers.get("host", ""), headers.get("origin")
    return not _LOCAL_HOST.fullmatch(host) or origin not in (None, f"http://{host}", f"https://{host}")
