"""Rate of a key: one profile or other request is one token of its bucket.

The head of a request pays one token, before any of its body is read. A batch pays for its other profiles once it is
parsed. It may then overdraw the bucket, so that any batch is judged at any rate; the key waits until that is refilled.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from serving.edge.rates import Rates
from serving.keys.keys import Key
from serving.messages.errors import RateLimitedError

ALLOWANCE_ENTRY: Final = "huijian.allowance"
"""Entry of an ASGI scope in which the edge stores the `Allowance` of a key with a limit."""


@dataclass(frozen=True)
class Allowance:
    """What a key may still ask.

    Attributes:
        rates: the buckets.
        name: of the key.
        per_second: profiles or other requests that it may send.
    """

    rates: Rates
    name: str
    per_second: float

    @classmethod
    def of(cls, key: Key, rates: Rates) -> Allowance | None:
        """The allowance of a key; None for one without a limit."""
        return None if key.per_second is None else cls(rates, key.name, key.per_second)

    def take_request(self) -> None:
        """Pay for a request.

        Raises:
            RateLimitedError: the key has asked too much.
        """
        if wait := self._wait(tokens=1, needed=1):
            raise self._refusal(wait)

    def take_further(self, profiles: int) -> None:
        """Pay for the profiles of a request beyond the first.

        Raises:
            RateLimitedError: the key has not yet refilled what other batches overdrew.
        """
        if profiles > 0 and (wait := self._wait(tokens=profiles, needed=0)):
            raise self._refusal(wait + 1 / self.per_second)  # the next attempt pays for its head too

    def _wait(self, *, tokens: int, needed: int) -> float:
        # Clients send in bursts: a second's worth may come at once.
        burst = max(1, self.per_second)
        return self.rates.wait(f"key {self.name}", self.per_second, burst, tokens=tokens, needed=needed)

    def _refusal(self, wait: float) -> RateLimitedError:
        limit = f"this key may ask for {self.per_second:g} profiles a second; each profile of a batch counts"
        return RateLimitedError(limit, wait)


def take_further(scope: MutableMapping[str, Any], profiles: int) -> None:
    """Pay for the profiles of a request beyond the first, if its key has a limit.

    Raises:
        RateLimitedError: the key has not yet refilled what other batches overdrew.
    """
    allowance: Allowance | None = scope.get(ALLOWANCE_ENTRY)
    if allowance is not None:
        allowance.take_further(profiles)
