"""Admission of requests: key, scope and rate are checked on the head, before any of the body is read."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.routing import Match
from starlette.types import Scope

from models.profile import ProfileError
from serving.edge.allowance import ALLOWANCE_ENTRY, Allowance
from serving.edge.rates import Rates
from serving.keys.keyring import Keyring
from serving.keys.keys import Key, Keys
from serving.keys.scopes import CALLER_ENTRY, SCOPES
from serving.messages.errors import RateLimitedError

OPEN_PATHS: Final = frozenset({"/livez", "/readyz"})
"""Health checks by orchestrators, which have no key."""

CONSOLE_PATH: Final = "/console"
"""The console's pages, whose visitors sign in with their key instead of sending it with every request."""

FAILURES_PER_SECOND, MAX_FAILURES = 0.2, 20
"""Rate and burst of unknown keys from one address. A known key always passes: a guesser must not lock out others at its
address."""

_CONVERTOR = re.compile(r":[a-z]+}")
_LOCAL_HOST = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?", re.IGNORECASE)


class Admission:
    """Admits or refuses requests.

    Args:
        keyring: the active keys.
        rates: counts requests and profiles per key, and failures per address.
    """

    def __init__(self, keyring: Keyring, rates: Rates) -> None:
        self._keyring, self._rates = keyring, rates

    def admit(self, scope: Scope, headers: Headers) -> None:
        """Admit a request, and store the name of its key, and what that may still ask, in the ASGI scope.

        Without a file of keys, only this machine is admitted, under a name of localhost, and no web page of another
        site.

        Raises:
            ProfileError: unauthorized, forbidden or rate_limited.
        """
        if scope["path"] in OPEN_PATHS:
            return
        keys = self._keyring.current
        if keys is None:
            _check_local(scope, headers)
            return
        if is_console(scope):
            return
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        key = self._authenticate(keys, scope, secret.strip() if scheme.lower() == "bearer" else "")
        if allowance := Allowance.of(key, self._rates):
            allowance.take_request()  # first, so that refused requests count too
            scope[ALLOWANCE_ENTRY] = allowance
        _check_scope(key, scope)
        scope[CALLER_ENTRY] = key.name

    def identify(self, scope: Scope, secret: str) -> Key | None:
        """The key that somebody signs in with; None while there is no file of keys.

        Raises:
            ProfileError: unauthorized, or rate_limited after many unknown keys.
        """
        keys = self._keyring.current
        return None if keys is None else self._authenticate(keys, scope, secret)

    def _authenticate(self, keys: Keys, scope: Scope, secret: str) -> Key:
        key = keys.find(secret)
        if key is not None:
            return key
        if wait := self._rates.wait(f"address {_address(scope)}", FAILURES_PER_SECOND, MAX_FAILURES):
            raise RateLimitedError("too many requests without a known key come from this address", wait)
        raise ProfileError("unauthorized", "send a known key as `Authorization: Bearer KEY`")


def is_console(scope: Scope) -> bool:
    """True for the console's pages, whose visitors sign in with their key."""
    return scope["path"] == CONSOLE_PATH or bool(scope["path"].startswith(f"{CONSOLE_PATH}/"))


def required_scope(scope: Scope) -> str | None:
    """The scope that a key needs for the route of a request; None if any key suffices."""
    return SCOPES.get(next((_template(route) for route in scope["app"].routes if _matches(route, scope)), ""))


def _matches(route: Any, scope: Scope) -> bool:
    return route.matches(scope)[0] is not Match.NONE


def _template(route: Any) -> str:
    return _CONVERTOR.sub("}", route.path)


def _check_scope(key: Key, scope: Scope) -> None:
    required = required_scope(scope)
    if required is not None and required not in key.scopes:
        raise ProfileError("forbidden", f"this key may not do that: it would need the scope {required}")


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
    """True for requests that a browser on this machine may send for a web page of another site.

    Such a page could change the gallery unnoticed. Its site is the origin, or the host if its name was made to resolve
    to this machine (DNS rebinding).
    """
    host, origin = headers.get("host", ""), headers.get("origin")
    return not _LOCAL_HOST.fullmatch(host) or origin not in (None, f"http://{host}", f"https://{host}")
